/**
 * What races have found on this machine, kept between calls in .cache/race.json. It is a cache: a file that is missing,
 * damaged or not writable costs another race, and nothing else.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOutcome, questionKey } from '../kernels/raced.ts';
import type { RaceOutcome } from '../kernels/types.ts';
import { jsonText, writeWhole } from './document.ts';

/** The form of the file; one of another form is not read. */
const FORM = 2;
/** Of so many answers the oldest are dropped. */
const MOST = 1000;

export class RaceFile {
  private readonly path: string | null;

  /** Without a repository (`root` null) outcomes last as long as the process. */
  constructor(root: string | null) {
    this.path = root === null ? null : join(root, '.cache/race.json');
    this.outcomes = this.read();
  }

  /** The oldest first. */
  outcomes: readonly RaceOutcome[];

  keep(outcome: RaceOutcome): void {
    // What another process has found in the meantime stays.
    const known = new Map([...this.read(), ...this.outcomes].map((one) => [questionKey(one), one]));
    known.delete(questionKey(outcome));
    this.outcomes = [...known.values(), outcome].slice(-MOST);
    if (this.path === null) return;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      writeWhole(this.path, jsonText({ form: FORM, outcomes: this.outcomes }), '.cache/race.json');
    } catch {
      // It is measured again next time.
    }
  }

  private read(): readonly RaceOutcome[] {
    if (this.path === null) return [];
    try {
      const { form, outcomes } = JSON.parse(readFileSync(this.path, 'utf8'));
      return form === FORM && Array.isArray(outcomes) ? outcomes.filter(isOutcome) : [];
    } catch {
      return [];
    }
  }
}
