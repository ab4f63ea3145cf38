/** What the reader has predicted in the lessons, kept in this browser so that a lesson can be gone on with. */
import { Kept } from './kept.ts';

/** A value, the label of a choice, or null where the reader wanted to see without a guess. */
export type Guess = number | string | null;

export class Answers {
  private readonly kept: Kept;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    this.kept = new Kept(storage, 'tilescope lessons');
  }

  /** Undefined where nothing has been predicted yet. */
  get(lesson: string, prediction: string): Guess | undefined {
    return this.read().get(`${lesson}/${prediction}`);
  }

  set(lesson: string, prediction: string, guess: Guess): void {
    this.keep(this.read().set(`${lesson}/${prediction}`, guess));
  }

  /** Predictions of a lesson that have been made. */
  count(lesson: string): number {
    return [...this.read().keys()].filter((key) => key.startsWith(`${lesson}/`)).length;
  }

  /** The lesson starts over. */
  forget(lesson: string): void {
    this.keep(new Map([...this.read()].filter(([key]) => !key.startsWith(`${lesson}/`))));
  }

  /** All of them, those of other tabs too. */
  private read(): Map<string, Guess> {
    let kept: unknown = null;
    try {
      kept = JSON.parse(this.kept.get('') ?? '{}');
    } catch {
      // What it holds is not ours.
    }
    return new Map(
      Object.entries(typeof kept === 'object' && kept !== null ? kept : {}).filter(
        (entry): entry is [string, Guess] =>
          entry[1] === null || typeof entry[1] === 'string' || typeof entry[1] === 'number',
      ),
    );
  }

  private keep(guesses: ReadonlyMap<string, Guess>): void {
    this.kept.set('', JSON.stringify(Object.fromEntries(guesses)));
  }
}
