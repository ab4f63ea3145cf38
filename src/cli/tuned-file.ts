/**
 * `tune --save`: the winner goes into bench/tuned.json, where the kernels that choose look it up. Where the command line
 * runs without the repository it goes into tuned.json in the working folder, whose entries can be added there later.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { TunedEntry } from '../kernels/tuned.ts';
import { checkWritable, jsonText, writeWhole } from './document.ts';

export class TunedFile {
  private readonly name: string;
  private readonly path: string;

  /** Throws a `Refusal` where the file cannot be read or written. */
  constructor(root: string | null) {
    this.name = root === null ? 'tuned.json' : 'bench/tuned.json';
    this.path = join(root ?? process.cwd(), this.name);
    checkWritable(this.path, '--save');
    this.read();
  }

  /** Adds the entry, in place of an older one for the same adapter, operation, class and type. Returns the file. */
  save(entry: TunedEntry): string {
    const others = this.read().filter((other) => questionOf(other) !== questionOf(entry));
    const entries = [...others, entry].sort((a, b) => (questionOf(a) < questionOf(b) ? -1 : 1));
    writeWhole(this.path, jsonText(entries), '--save');
    return this.name;
  }

  /** Anew each time: another run may have written it. */
  private read(): readonly TunedEntry[] {
    if (!existsSync(this.path)) return [];
    try {
      const entries: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      if (Array.isArray(entries) && entries.every((entry) => typeof entry?.kernel === 'string')) return entries;
    } catch {
      // Said below, in the same words.
    }
    throw new Refusal(`--save cannot add to ${this.path}: it is not a list of tuned entries.`);
  }
}

function questionOf({ adapter, op, dtype, shapeClass }: TunedEntry): string {
  return [adapter, op, dtype, shapeClass].join('\n');
}
