/** The one result that is pinned for others to be compared with: of this device or of a file. It outlives both. */
import { type Comparison, compareApart } from '../../core/statistics.ts';
import type { Result } from '../../lab/result.ts';
import type { Entry } from './ledger.ts';
import { sameProblem } from './settings.ts';

/** A result as it stands beside another one. */
export interface Standing {
  readonly entry: Entry;
  readonly result: Result;
  /** The name of the adapter that measured it. */
  readonly device: string;
  /** The same, and for one from a file when. */
  readonly where: string;
  /** The text that ran. */
  readonly code: string;
}

export interface Beside extends Comparison {
  /** Why the two cannot be compared, or what the comparison leaves open; null where nothing is to be said. */
  readonly caveat: string | null;
}

/** Counted in the words of a sentence: of times that are shown beside one another and not compared. */
const NOTHING = { outcome: 'inconclusive', ratio: null, interval: null } as const;

/** The time of `one` as a multiple of that of `baseline`. "faster" and "slower" are said of `one`. */
export function beside(one: Standing, baseline: Standing): Beside {
  const [mine, its] = [one.result.time, baseline.result.time];
  if (!mine?.medianNs || !its?.medianNs) return { ...NOTHING, caveat: 'One of the two has no time to compare.' };
  if (!sameProblem(one.entry.settings, baseline.entry.settings))
    return { ...NOTHING, caveat: 'They solve different problems, so their times are not compared.' };
  if (mine.source !== its.source)
    return {
      ...NOTHING,
      caveat: 'One was timed by the GPU and the other by the clock on the wall: these do not compare.',
    };
  const compared = compareApart(mine.samplesNs, its.samplesNs);
  const caveats = [
    compared.interval === null
      ? 'Under 15 samples there is no interval, so nothing is concluded: measure both with full effort.'
      : 'They were timed one after the other: a change of clock or load between the two is not in the interval.',
    ...(one.device === baseline.device ? [] : ['Two adapters ran them, so the ratio is as much theirs as the code’s.']),
  ];
  return { ...compared, caveat: caveats.join(' ') };
}

export class Baseline {
  pinned: Standing | null = null;
  private readonly listeners = new Set<() => void>();

  pin(standing: Standing | null): void {
    this.pinned = standing;
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` after every change; returns what ends that. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** The page has one. */
export const baseline = new Baseline();
