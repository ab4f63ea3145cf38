/** How two times compare: faster, slower, or not shown to differ, by how much, and how sure that is. */
import { type Comparison, compareApart, compareRounds } from '../core/statistics.ts';
import type { Time } from './result.ts';

export interface Compared extends Comparison {
  /** Whether both were timed in the same rounds, so that what slows the machine down for a while cancels out. */
  readonly sideBySide: boolean;
}

type Samples = Pick<Time, 'samplesNs' | 'group' | 'dropped' | 'minNs' | 'p90Ns'>;

/** By the two times: a view asks again each time it draws, and resampling takes a millisecond. */
const known = new WeakMap<Samples, WeakMap<Samples, Compared>>();

/**
 * How `a` compares with `b`: "faster" where it takes less time. Null where one of them has none. Times of one group are
 * compared round by round. Others, and those of which samples were dropped, have no common rounds: there the interval knows
 * nothing of how the machine changed from one to the other, so their ranges from minimum to p90 must not meet either.
 */
export function compareTimes(a: Samples | null | undefined, b: Samples | null | undefined): Compared | null {
  if (!a || !b || a.samplesNs.length === 0 || b.samplesNs.length === 0) return null;
  const kept = known.get(a) ?? new WeakMap<Samples, Compared>();
  known.set(a, kept);
  const before = kept.get(b);
  if (before) return before;
  const compared = compare(a, b);
  kept.set(b, compared);
  return compared;
}

function compare(a: Samples, b: Samples): Compared {
  // Documents from before there were groups have none.
  const sideBySide = a.group !== undefined && a.group === b.group && !a.dropped && !b.dropped;
  if (sideBySide) return { ...compareRounds(a.samplesNs, b.samplesNs), sideBySide };
  const apart = { ...compareApart(a.samplesNs, b.samplesNs), sideBySide };
  return meet(a, b) ? { ...apart, outcome: 'inconclusive' } : apart;
}

/**
 * Whether a time shares the lead with the best one: the two are not shown to differ. Of fewer than 15 samples nothing is
 * shown; there a share of the lead takes ranges that meet, or kernels at a tenth of the speed would have one.
 */
export function sharesLead(time: Samples | null | undefined, best: Samples | null | undefined): boolean {
  const compared = compareTimes(time, best);
  if (!time || !best || compared?.outcome !== 'inconclusive') return false;
  return time === best || compared.interval !== null || meet(time, best);
}

function meet(a: Samples, b: Samples): boolean {
  if (a.minNs === null || a.p90Ns === null || b.minNs === null || b.p90Ns === null) return true;
  return a.minNs <= b.p90Ns && b.minNs <= a.p90Ns;
}
