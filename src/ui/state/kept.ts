/** Texts that this browser keeps for the page. Nothing is sent anywhere. */

/**
 * Texts by key, read each time, since other tabs write them too. Where there is no storage, or no room in it, they last as
 * long as the page.
 */
export class Kept {
  /** What the storage has not taken. */
  private readonly unstored = new Map<string, string>();
  private readonly storage: Storage | null;

  /** `storage` may throw where it is blocked. All keys begin with `prefix` there. */
  constructor(
    storage: () => Storage,
    private readonly prefix: string,
  ) {
    this.storage = available(storage);
  }

  /** With their keys, the prefix left out. */
  all(): readonly (readonly [key: string, text: string])[] {
    const { storage, prefix } = this;
    const stored = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    return [...new Set([...stored, ...this.unstored.keys()])].map((key) => [key, this.get(key) ?? '']);
  }

  get(key: string): string | undefined {
    return this.unstored.get(key) ?? this.storage?.getItem(this.prefix + key) ?? undefined;
  }

  /** Keeps a text or, with undefined, drops it. Returns false where that does not outlive a reload. */
  set(key: string, text: string | undefined): boolean {
    const { storage, prefix } = this;
    this.unstored.delete(key);
    if (text === undefined) {
      storage?.removeItem(prefix + key);
      return true;
    }
    try {
      if (storage) {
        storage.setItem(prefix + key, text);
        return true;
      }
    } catch {
      // There is no room.
    }
    this.unstored.set(key, text);
    return false;
  }
}

/** The storage, or null where it is blocked: then the property itself throws when it is read. */
function available(storage: () => Storage): Storage | null {
  try {
    return storage();
  } catch {
    return null;
  }
}
