/** Who is how much faster, from samples taken in the same rounds. */
import { quantile } from '../../src/core/statistics.ts';
import type { Entry, ShapeReport } from './types.ts';

export function isOurs({ id }: Entry): boolean {
  return id.startsWith('ours:');
}

/**
 * How many times faster `entry` is than `peer`: the median, over the rounds that both took part in, of the peer's time
 * divided by the entry's. Other work on the machine slows both sides of one round; medians taken apart would not see it.
 */
export function speedup(entry: Entry, peer: Entry): number {
  const rounds = Math.min(entry.samplesMs.length, peer.samplesMs.length);
  const ratios = Array.from({ length: rounds }, (_, round) => peer.samplesMs[round] / entry.samplesMs[round]);
  return rounds > 0 ? quantile(ratios, 0.5) : Number.NaN;
}

/** The right peer that `entry` is ahead of by least, or behind by most; null where no peer got it right. */
export function hardestPeer(
  report: ShapeReport,
  entry: Entry,
): { readonly peer: Entry; readonly ratio: number } | null {
  const rivals = report.entries
    .filter((peer) => !isOurs(peer) && peer.status === 'correct')
    .map((peer) => ({ peer, ratio: speedup(entry, peer) }))
    .sort((a, b) => a.ratio - b.ratio);
  return rivals[0] ?? null;
}

/**
 * Peers that would need more than `limitMs` for so much of the headline quantity, at the best rate that each reached on
 * earlier shapes, with that time.
 */
export function hopeless(
  earlier: readonly ShapeReport[],
  count: number,
  limitMs: number,
): readonly { readonly peer: Entry; readonly ms: number }[] {
  const best = new Map<string, Entry>();
  for (const entry of earlier.flatMap(({ entries }) => entries)) {
    if (!isOurs(entry) && rateOf(entry) > rateOf(best.get(entry.id))) best.set(entry.id, entry);
  }
  return [...best.values()].map((peer) => ({ peer, ms: count / rateOf(peer) / 1e6 })).filter(({ ms }) => ms > limitMs);
}

/** The headline of the measures, in a nanosecond; 0 without one. */
function rateOf(entry: Entry | undefined): number {
  return entry?.measures[0]?.value ?? 0;
}
