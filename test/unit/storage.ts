/** A browser's storage, held in a map that tests look into. */

/** `room` is how many characters it takes. */
export function storageOf(held: Map<string, string>, room = Number.POSITIVE_INFINITY): Storage {
  return {
    get length() {
      return held.size;
    },
    key: (index) => [...held.keys()][index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
      held.set(key, value);
    },
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
  };
}
