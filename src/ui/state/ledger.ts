/**
 * The one ledger of results: what this device has measured in this visit, and what the archive has of earlier ones, under
 * exactly what was asked for. It belongs to the page and outlives its views, so that what one view has measured every other one shows.
 */
import type { Result } from '../../lab/result.ts';
import type { BudgetName } from './effort.ts';
import type { Outcome } from './outcome.ts';
import { type Settings, sameProblem } from './settings.ts';

/** A request under the key that its result is kept by. */
export interface Item {
  readonly key: string;
  readonly settings: Settings;
  /** The text that stands in for the kernel's own; undefined where it is the saved one. */
  readonly source?: string | undefined;
}

export interface Entry extends Item {
  readonly budget: BudgetName;
  /** How many requests were asked for at once; 1 for a run by itself. */
  readonly among: number;
  readonly outcome: Outcome;
  /** Null where the call ended without one: the outcome says why. */
  readonly result: Result | null;
  /** Bytes still allocated on the device after the call; null where that is not known. */
  readonly liveBytes: number | null;
  /** Duration of the call; null where it has not ended, or not well. */
  readonly tookMs: number | null;
}

/** Equal for settings, with their edited text if there is one, that ask for the same run. */
export function keyOf({ op, kernel, shape, dtype, knobs, seed, input }: Settings, source?: string): string {
  const sorted = (record: Readonly<Record<string, unknown>>): unknown =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([op, kernel, sorted(shape), dtype, sorted(knobs), seed, input, source ?? null]);
}

export function itemOf(settings: Settings, source?: string): Item {
  return { key: keyOf(settings, source), settings, source };
}

export class Ledger {
  /** Counts up with every change, for whoever draws what is in it. */
  version = 0;
  /** Counts up with every device. */
  device = 0;
  /** By key and effort, in the order in which they were last measured. */
  private readonly entries = new Map<string, Map<BudgetName, Entry>>();
  private readonly aside = new Set<Entry>();
  private readonly listeners = new Set<() => void>();

  /** `archive` takes each entry that has a verdict. */
  constructor(private readonly archive: (entry: Entry) => void = () => undefined) {}

  /** What these settings gave when they were measured with this effort; undefined where that is still to be done. */
  result(key: string, budget: BudgetName): Result | undefined {
    return this.entry(key, budget)?.result ?? undefined;
  }

  /** The same with all that is kept beside it. */
  entry(key: string, budget: BudgetName): Entry | undefined {
    const entry = this.entries.get(key)?.get(budget);
    return entry && !this.aside.has(entry) ? entry : undefined;
  }

  /** What the last run of these settings brought, with whatever effort. */
  latest(key: string): Entry | undefined {
    return [...(this.entries.get(key)?.values() ?? [])].at(-1);
  }

  keep(entry: Entry): void {
    this.put(entry);
    if (hasVerdict(entry.result)) this.archive(entry);
    this.changed();
  }

  /** What this device has measured in earlier visits, oldest first: older than all that is here already. */
  restore(entries: readonly Entry[]): void {
    const present = [...this.entries.values()].flatMap((efforts) => [...efforts.values()]);
    for (const entry of entries) if (!this.entries.get(entry.key)?.has(entry.budget)) this.put(entry);
    for (const entry of present) this.put(entry);
    this.changed();
  }

  /** It is to be measured again: `result` has it no more, while `latest` does until another one takes its place. */
  setAside(key: string, budget: BudgetName): void {
    const entry = this.entries.get(key)?.get(budget);
    if (entry) this.aside.add(entry);
    this.changed();
  }

  /** Runs by themselves that have a verdict, newest first, one for each key. */
  runs(most = Number.POSITIVE_INFINITY): readonly Entry[] {
    const alone = [...this.entries.values()].flatMap((efforts) => {
      const entry = [...efforts.values()].findLast(({ among, result }) => among === 1 && hasVerdict(result));
      return entry ?? [];
    });
    return alone.reverse().slice(0, most);
  }

  /** The last verdict on each saved kernel that has solved the problem of these settings, whatever its knobs. */
  onProblem(settings: Settings): ReadonlyMap<string, Result> {
    const found = new Map<string, Result>();
    for (const efforts of this.entries.values()) {
      for (const { settings: asked, source, result } of efforts.values()) {
        if (source === undefined && hasVerdict(result) && sameProblem(asked, settings)) found.set(asked.kernel, result);
      }
    }
    return found;
  }

  /** Another device: nothing measured before is its own. */
  forget(): void {
    this.entries.clear();
    this.aside.clear();
    this.device++;
    this.changed();
  }

  /** Calls `listener` after every change; returns what ends that. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private put(entry: Entry): void {
    const { key, budget } = entry;
    const others = this.entries.get(key) ?? new Map<BudgetName, Entry>();
    const before = others.get(budget);
    if (before && before !== entry) this.aside.delete(before);
    others.delete(budget);
    this.entries.delete(key);
    this.entries.set(key, others.set(budget, entry));
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

function hasVerdict(result: Result | null): result is Result {
  return result?.status === 'correct' || result?.status === 'wrong';
}
