/** What the rungs' times say of one another: who is fastest, who ties with it, and what each gains over the one below. */
import type { Kernel } from '../../../kernels/types.ts';
import type { Time } from '../../../lab/result.ts';
import { isTie } from '../../../lab/tie.ts';
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
  /** Ratio of the medians, above 1 where this one is faster; null until both have a time. */
  readonly ratio: number | null;
  /** Whether their spreads meet, so that the ratio decides nothing. */
  readonly tie: boolean;
}

/** The gain over each kernel that it builds on, as the descriptor lists them. */
export function gainsOf(rung: Timed, rungs: readonly Timed[]): readonly Gain[] {
  return (rung.kernel.from ?? []).map((over) => {
    const mine = rung.time;
    const its = rungs.find(({ number }) => number === over)?.time;
    if (!mine?.medianNs || !its?.medianNs) return { over, ratio: null, tie: false };
    return { over, ratio: its.medianNs / mine.medianNs, tie: isTie(mine, its) };
  });
}

/** The hardest one to beat: the smallest gain known, else the first named. Null of a kernel that builds on none. */
export function leastGain(gains: readonly Gain[]): Gain | null {
  const known = gains.filter(({ ratio }) => ratio !== null);
  return known.sort((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0))[0] ?? gains[0] ?? null;
}

/** The fastest rungs: the one with the smallest median first, then those whose spread meets its own. */
export function fastest<T extends Timed>(rungs: readonly T[]): readonly T[] {
  const [best, ...others] = bySpeed(rungs).filter(({ time }) => time?.medianNs);
  if (!best?.time) return [];
  const { time } = best;
  return [best, ...others.filter((other) => other.time && isTie(other.time, time))];
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
