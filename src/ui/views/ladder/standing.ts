/** What the rungs' times say of one another: who is fastest, who is not shown to be slower, and what each gains over the one below. */
import type { Interval } from '../../../core/statistics.ts';
import type { Kernel } from '../../../kernels/types.ts';
import { type Compared, compareTimes, sharesLead } from '../../../lab/compare.ts';
import type { Time } from '../../../lab/result.ts';
import type { SortName } from './settings.ts';

/** A kernel and its last time; undefined or null where it has none. */
export interface Timed {
  readonly kernel: Pick<Kernel, 'id' | 'from'>;
  readonly number: number;
  readonly time: Time | null | undefined;
}

/** How many times as fast as the kernel that it builds on. */
export interface Gain {
  /** The number of that kernel. */
  readonly over: number;
  /** Its time over that of this one, above 1 where this one is faster, and between which ends; null until both have a time. */
  readonly ratio: number | null;
  readonly interval: Interval | null;
  /** Of this one; "inconclusive" decides nothing. */
  readonly outcome: Compared['outcome'];
  readonly sideBySide: boolean;
}

/** The gain over each kernel that it builds on, as the descriptor lists them. */
export function gainsOf(rung: Timed, rungs: readonly Timed[]): readonly Gain[] {
  return (rung.kernel.from ?? []).map((over) => {
    const compared = compareTimes(rung.time, rungs.find(({ number }) => number === over)?.time);
    if (!compared?.ratio) return { over, ratio: null, interval: null, outcome: 'inconclusive', sideBySide: false };
    const { ratio, interval, outcome, sideBySide } = compared;
    return { over, ratio: 1 / ratio, interval: interval && [1 / interval[1], 1 / interval[0]], outcome, sideBySide };
  });
}

/** The hardest one to beat: the smallest gain known, else the first named. Null of a kernel that builds on none. */
export function leastGain(gains: readonly Gain[]): Gain | null {
  const known = gains.filter(({ ratio }) => ratio !== null);
  return known.sort((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0))[0] ?? gains[0] ?? null;
}

/** The fastest rungs: the one with the smallest median first, then those that share its lead. */
export function fastest<T extends Timed>(rungs: readonly T[]): readonly T[] {
  const [best, ...others] = bySpeed(rungs).filter(({ time }) => time?.medianNs);
  if (!best?.time) return [];
  const { time } = best;
  return [best, ...others.filter((other) => sharesLead(other.time, time))];
}

/** Whether every other rung with a time is shown to be slower than `best`. */
export function isShownFastest(best: Timed, rungs: readonly Timed[]): boolean {
  return rungs.every(({ number, time }) => {
    return number === best.number || !time?.medianNs || compareTimes(time, best.time)?.outcome === 'slower';
  });
}

/** In the order asked for; without a time, by number after those that have one. */
export function sorted<T extends Timed>(rungs: readonly T[], sort: SortName): readonly T[] {
  return sort === 'order' ? rungs : bySpeed(rungs);
}

function bySpeed<T extends Timed>(rungs: readonly T[]): readonly T[] {
  const ns = ({ time }: T): number => time?.medianNs ?? Number.POSITIVE_INFINITY;
  // Two without a time are equal here, and a sort keeps equals as they were.
  return [...rungs].sort((a, b) => (ns(a) === ns(b) ? 0 : ns(a) - ns(b)));
}
