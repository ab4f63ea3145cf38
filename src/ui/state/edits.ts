/** Edited kernels, kept for this tab so that a reload does not lose them, and the last one that was replaced. */

const EDIT = 'tilescope edit ';
const REPLACED = 'tilescope replaced ';

export class Edits {
  private readonly texts = new Map<string, string>();
  private readonly storage: Storage | null;

  constructor(storage: () => Storage) {
    let found: Storage | null = null;
    try {
      found = storage();
      for (let index = 0; index < found.length; index++) {
        const key = found.key(index);
        const isOurs = key?.startsWith(EDIT) || key?.startsWith(REPLACED);
        const text = key && isOurs ? found.getItem(key) : null;
        if (key && text !== null) this.texts.set(key, text);
      }
    } catch {
      // Reading the property itself throws where storage is blocked.
    }
    this.storage = found;
  }

  /** The edited text of a kernel, or undefined. `kernel` is the path of its WGSL. */
  get(kernel: string): string | undefined {
    return this.texts.get(EDIT + kernel);
  }

  /** The edit that `replace` last took the place of: what a reader can bring back. */
  replaced(kernel: string): string | undefined {
    return this.texts.get(REPLACED + kernel);
  }

  /** Keeps or, with undefined, drops an edit. Returns false where it will not outlive a reload. */
  set(kernel: string, text: string | undefined): boolean {
    return this.write(EDIT + kernel, text);
  }

  /** The same for a change that the reader did not type: the edit that stood there can be brought back. */
  replace(kernel: string, text: string | undefined): boolean {
    const before = this.get(kernel);
    if (before !== undefined && before !== text) this.write(REPLACED + kernel, before);
    return this.set(kernel, text);
  }

  private write(key: string, text: string | undefined): boolean {
    if (text === undefined) this.texts.delete(key);
    else this.texts.set(key, text);
    try {
      if (!this.storage) return text === undefined;
      if (text === undefined) this.storage.removeItem(key);
      else this.storage.setItem(key, text);
      return true;
    } catch {
      return false;
    }
  }
}
