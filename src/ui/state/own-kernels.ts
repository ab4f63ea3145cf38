/** Kernels of the reader's own, kept in this browser by name. */

const PREFIX = 'tilescope own ';
/** As much as the command line takes of a file. */
export const MOST_BYTES = 2 ** 18;

export interface OwnKernel {
  readonly name: string;
  readonly text: string;
}

export class OwnKernels {
  private readonly texts = new Map<string, string>();
  private readonly storage: Storage | null;

  /** `storage` may throw where it is blocked: then nothing outlives the visit. */
  constructor(storage: () => Storage) {
    let found: Storage | null = null;
    try {
      found = storage();
      for (let index = 0; index < found.length; index++) {
        const key = found.key(index);
        const text = key?.startsWith(PREFIX) ? found.getItem(key) : null;
        if (key && text !== null) this.texts.set(key.slice(PREFIX.length), text);
      }
    } catch {
      // Reading the property itself throws where storage is blocked.
    }
    this.storage = found;
  }

  /** By name. */
  all(): readonly OwnKernel[] {
    return [...this.texts].map(([name, text]) => ({ name, text })).sort((a, b) => a.name.localeCompare(b.name));
  }

  get(name: string): string | undefined {
    return this.texts.get(name);
  }

  /** Keeps a text. Returns false where it will not outlive a reload. */
  put(name: string, text: string): boolean {
    this.texts.set(name, text);
    try {
      this.storage?.setItem(PREFIX + name, text);
      return this.storage !== null;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    this.texts.delete(name);
    try {
      this.storage?.removeItem(PREFIX + name);
    } catch {
      // Blocked: it was never there.
    }
  }

  /** A name that nothing has yet: "matmul", "matmul 2". */
  free(wish: string): string {
    let name = wish;
    for (let number = 2; this.texts.has(name); number++) name = `${wish} ${number}`;
    return name;
  }
}
