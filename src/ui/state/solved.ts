/** Which tasks this browser has solved, the answers in work, and the last text of the reader's own that was replaced. */
import type { Task } from '../../tasks/types.ts';
import { Kept } from './kept.ts';

type Texts = Pick<Task, 'id' | 'start' | 'solution'>;

/** Whether a text is the reader's own: neither how the task begins nor its solution. */
export function isOwn({ start, solution }: Texts, text: string): boolean {
  return text !== start && text !== solution;
}

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

  /** The reader's own text that `replace` last took the place of: what can be brought back. */
  replaced(task: string): string | undefined {
    return this.before.get(task);
  }

  /** Keeps or, with undefined, drops an answer. Returns false where it will not outlive a reload. */
  keep(task: string, answer: string | undefined): boolean {
    return this.texts.set(task, answer);
  }

  /**
   * The same for a change that the reader did not type: what is shown (another tab may have kept another text since) can be
   * brought back where it is the reader's own. Returns false where one of the two will not outlive a reload.
   */
  replace(task: Texts, shown: string, answer: string | undefined): boolean {
    const isSetAside = !isOwn(task, shown) || this.before.set(task.id, shown);
    return this.keep(task.id, answer) && isSetAside;
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
