/** Edited kernels, kept for this tab so that a reload does not lose them, and the last one that was replaced. */
import { Kept } from './kept.ts';

export class Edits {
  private readonly texts: Kept;
  private readonly before: Kept;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    this.texts = new Kept(storage, 'tilescope edit ');
    this.before = new Kept(storage, 'tilescope replaced ');
  }

  /** The edited text of a kernel, or undefined. `kernel` is the path of its WGSL. */
  get(kernel: string): string | undefined {
    return this.texts.get(kernel);
  }

  /** The edit that `replace` last took the place of: what a reader can bring back. */
  replaced(kernel: string): string | undefined {
    return this.before.get(kernel);
  }

  /** Keeps or, with undefined, drops an edit. Returns false where it will not outlive a reload. */
  set(kernel: string, text: string | undefined): boolean {
    return this.texts.set(kernel, text);
  }

  /** The same for a change that the reader did not type: the edit that stood there can be brought back. */
  replace(kernel: string, text: string | undefined): boolean {
    const before = this.get(kernel);
    if (before !== undefined && before !== text) this.before.set(kernel, before);
    return this.set(kernel, text);
  }
}
