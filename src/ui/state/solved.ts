/** Which tasks this browser has solved, and the answers in work: read each time, since other tabs write them too. */
import { available } from './kept.ts';

const ANSWER = 'tilescope answer ';
const SOLVED = 'tilescope solved ';

export class Answers {
  private readonly storage: Storage | null;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    this.storage = available(storage);
  }

  /** The reader's text for a task; null where that is as it began. */
  answer(task: string): string | null {
    return this.read(ANSWER + task);
  }

  /** Keeps an answer; null drops it. */
  keep(task: string, answer: string | null): void {
    this.write(ANSWER + task, answer);
  }

  isSolved(task: string): boolean {
    return this.read(SOLVED + task) !== null;
  }

  solve(task: string): void {
    this.write(SOLVED + task, '1');
  }

  private read(key: string): string | null {
    try {
      return this.storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  private write(key: string, text: string | null): void {
    try {
      if (text === null) this.storage?.removeItem(key);
      else this.storage?.setItem(key, text);
    } catch {
      // Full or blocked: what is on the page stays there.
    }
  }
}
