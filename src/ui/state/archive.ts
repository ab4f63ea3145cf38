/**
 * Verdicts and times that outlive a reload, in the browser's IndexedDB. An entry comes back only on the adapter that it
 * was measured on, and only to the very edition of the page that measured it: kernels, checker and timer are then the
 * same, so that a new deployment never shows what it has not measured. It deletes what others have left.
 */
import type { DeviceReport } from '../../lab/result.ts';
import type { Entry } from './ledger.ts';

const STORE = 'runs';
/** Some kilobytes each: months of use. The oldest go first. */
const MOST = 2_000;

interface Stored {
  readonly edition: string;
  readonly device: string;
  readonly entry: Entry;
}

export class Archive {
  private readonly database: Promise<IDBDatabase | null>;

  /** `edition` names the build; null where nothing is to outlive a reload. */
  constructor(private readonly edition: string | null) {
    this.database = edition === null ? Promise.resolve(null) : open().catch(() => null);
  }

  /** What this device has measured, oldest first; nothing where the browser keeps no storage for the page. */
  async read(device: string): Promise<readonly Entry[]> {
    const database = await this.database;
    if (!database) return [];
    try {
      const store = database.transaction(STORE, 'readwrite').objectStore(STORE);
      const [keys, stored] = await Promise.all([done(store.getAllKeys()), done<Stored[]>(store.getAll())]);
      for (const [index, { edition }] of stored.entries()) if (edition !== this.edition) store.delete(keys[index]);
      return stored.filter((run) => run.edition === this.edition && run.device === device).map(({ entry }) => entry);
    } catch {
      return [];
    }
  }

  /** Keeps an entry that has a verdict. Where it cannot be kept it stays in the page until that is closed. */
  async keep(device: string, entry: Entry): Promise<void> {
    const { edition } = this;
    const database = await this.database;
    if (!database || edition === null) return;
    try {
      const store = database.transaction(STORE, 'readwrite').objectStore(STORE);
      store.put({ edition, device, entry } satisfies Stored);
      const keys = await done(store.getAllKeys());
      if (keys.length > MOST) store.delete(IDBKeyRange.upperBound(keys[keys.length - MOST - 1]));
    } catch {
      // No room, or storage was withdrawn.
    }
  }
}

/** Equal for reports of one adapter in one browser. */
export function deviceName({ adapter, userAgent }: DeviceReport): string {
  const { description, vendor, architecture, device } = adapter;
  return [description, vendor, architecture, device, userAgent].join(' | ');
}

/** Numbered as they arrive, so that reading them back keeps the order in which they were measured. */
function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('tilescope', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
