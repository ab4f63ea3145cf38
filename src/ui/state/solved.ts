/** Which tasks this browser has solved, the answers in work, and the last one of each that was replaced. */
import { Kept } from './kept.ts';

export class Answers {
  private readonly texts: Kept;
  private readonly before: Kept;
  private readonly solved: Kept;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    this.texts = new Kept(storage, 'tilescope answer ');
    this.before = new Kept(storage, 'tilescope replaced ');
    this.solved = new Kept(storage, 'tilescope solved ');
  }

  /** The reader's text for a task; undefined where that is as it began. */
  answer(task: string): string | undefined {
    return this.texts.get(task);
  }

  /** The answer that `replace` last took the place of: what a reader can bring back. */
  replaced(task: string): string | undefined {
    return this.before.get(task);
  }

  /** Keeps or, with undefined, drops an answer. Returns false where it will not outlive a reload. */
  keep(task: string, answer: string | undefined): boolean {
    return this.texts.set(task, answer);
  }

  /** The same for a change that the reader did not type: the answer that stood there can be brought back. */
  replace(task: string, answer: string | undefined): boolean {
    const before = this.answer(task);
    if (before !== undefined && before !== answer) this.before.set(task, before);
    return this.keep(task, answer);
  }

  isSolved(task: string): boolean {
    return this.solved.get(task) !== undefined;
  }

  solve(task: string): void {
    this.solved.set(task, '1');
  }
}

/** Those of the page: where nothing can be stored, all that show them must have the same. */
export const answers = new Answers(() => localStorage);
