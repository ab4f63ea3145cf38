/** Kernels of the reader's own, kept in this browser by name. */
import { Kept } from './kept.ts';

/** As much as the command line takes of a file. */
export const MOST_BYTES = 2 ** 18;

export interface OwnKernel {
  readonly name: string;
  readonly text: string;
}

export class OwnKernels {
  private readonly texts: Kept;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    this.texts = new Kept(storage, 'tilescope own ');
  }

  /** By name. */
  all(): readonly OwnKernel[] {
    const all = this.texts.all().map(([name, text]) => ({ name, text }));
    return all.sort((a, b) => a.name.localeCompare(b.name));
  }

  get(name: string): string | undefined {
    return this.texts.get(name);
  }

  /** Keeps a text. Returns false where it will not outlive a reload. */
  put(name: string, text: string): boolean {
    return this.texts.set(name, text);
  }

  remove(name: string): void {
    this.texts.set(name, undefined);
  }

  /** A name that nothing has yet: "matmul", "matmul 2". */
  free(wish: string): string {
    return this.nameFor(wish, undefined);
  }

  /** The same, or the first of those names that has this very text: what comes twice is kept once. */
  nameFor(wish: string, text: string | undefined): string {
    let name = wish;
    for (let number = 2; ![undefined, text].includes(this.get(name)); number++) name = `${wish} ${number}`;
    return name;
  }
}
