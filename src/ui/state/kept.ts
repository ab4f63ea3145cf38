/** Texts that this browser keeps for the page. Nothing is sent anywhere. */

/** The storage, or null where it is blocked: then the property itself throws when it is read. */
export function available(storage: () => Storage): Storage | null {
  try {
    return storage();
  } catch {
    return null;
  }
}

/** Texts by key. Where there is no storage, or no room in it, they last as long as the page. */
export class Kept {
  private readonly texts = new Map<string, string>();
  private readonly storage: Storage | null;

  /** Finds what is kept already under keys that begin with `prefix`; all keys given later must begin with it too. */
  constructor(
    storage: () => Storage,
    private readonly prefix: string,
  ) {
    this.storage = available(storage);
    for (const key of this.storedKeys()) {
      const text = this.storage?.getItem(key) ?? null;
      if (text !== null) this.texts.set(key, text);
    }
  }

  /** With their keys, the prefix left out. */
  all(): readonly (readonly [key: string, text: string])[] {
    return [...this.texts].map(([key, text]) => [key.slice(this.prefix.length), text]);
  }

  get(key: string): string | undefined {
    return this.texts.get(this.prefix + key);
  }

  /** Keeps a text or, with undefined, drops it. Returns false where that does not outlive a reload. */
  set(key: string, text: string | undefined): boolean {
    const own = this.prefix + key;
    if (text === undefined) this.texts.delete(own);
    else this.texts.set(own, text);
    try {
      if (!this.storage) return text === undefined;
      if (text === undefined) this.storage.removeItem(own);
      else this.storage.setItem(own, text);
      return true;
    } catch {
      return false;
    }
  }

  private storedKeys(): readonly string[] {
    const { storage } = this;
    if (!storage) return [];
    return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
      key.startsWith(this.prefix),
    );
  }
}
