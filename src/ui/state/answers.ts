/** What the reader has predicted in the lessons, kept in this browser so that a lesson can be gone on with. */
import { available } from './kept.ts';

const KEY = 'tilescope lessons';

/** A value, the label of a choice, or null where the reader wanted to see without a guess. */
export type Guess = number | string | null;

export class Answers {
  private readonly guesses: Map<string, Guess>;
  private readonly storage: Storage | null;

  constructor(storage: () => Storage) {
    this.storage = available(storage);
    let kept: unknown = null;
    try {
      kept = JSON.parse(this.storage?.getItem(KEY) ?? '{}');
    } catch {
      // What it holds is not ours.
    }
    this.guesses = new Map(
      Object.entries(typeof kept === 'object' && kept !== null ? kept : {}).filter(
        (entry): entry is [string, Guess] =>
          entry[1] === null || typeof entry[1] === 'string' || typeof entry[1] === 'number',
      ),
    );
  }

  /** Undefined where nothing has been predicted yet. */
  get(lesson: string, prediction: string): Guess | undefined {
    return this.guesses.get(`${lesson}/${prediction}`);
  }

  set(lesson: string, prediction: string, guess: Guess): void {
    this.guesses.set(`${lesson}/${prediction}`, guess);
    this.keep();
  }

  /** Predictions of a lesson that have been made. */
  count(lesson: string): number {
    return [...this.guesses.keys()].filter((key) => key.startsWith(`${lesson}/`)).length;
  }

  /** The lesson starts over. */
  forget(lesson: string): void {
    for (const key of [...this.guesses.keys()]) if (key.startsWith(`${lesson}/`)) this.guesses.delete(key);
    this.keep();
  }

  private keep(): void {
    try {
      this.storage?.setItem(KEY, JSON.stringify(Object.fromEntries(this.guesses)));
    } catch {
      // No room: they last as long as the page.
    }
  }
}
