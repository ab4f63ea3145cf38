/** Edited kernels, kept for this tab so that a reload does not lose them. */

const PREFIX = 'tilescope edit ';

export class Edits {
  private readonly texts = new Map<string, string>();
  /** Null where the browser gives this page no storage. */
  private readonly storage: Storage | null;

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

  /** The edited text of a kernel, or undefined. `kernel` is the path of its WGSL. */
  get(kernel: string): string | undefined {
    return this.texts.get(kernel);
  }

  /** Keeps or, with undefined, drops an edit. Returns false where it will not outlive a reload. */
  set(kernel: string, text: string | undefined): boolean {
    if (text === undefined) this.texts.delete(kernel);
    else this.texts.set(kernel, text);
    try {
      if (!this.storage) return text === undefined;
      if (text === undefined) this.storage.removeItem(PREFIX + kernel);
      else this.storage.setItem(PREFIX + kernel, text);
      return true;
    } catch {
      return false;
    }
  }
}
