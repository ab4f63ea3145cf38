/** What several probes conclude in the same way: how two of their rows compare, and what each of n things adds. */
import { compareRounds, FEWEST_SAMPLES, type Interval, line, medianInterval, quantile } from '../../core/statistics.ts';
import type { Found, Row } from '../types.ts';

/** How often the samples of a group are looked at, with more of them each time, until they say enough. */
export const LOOKS = 4;

/** Why rows of which samples were dropped are not compared: their lists no longer match round by round. */
export const UNPAIRED = 'samples were dropped, so that rounds have no partner';

/** Why fewer samples than have an interval say nothing. */
export const TOO_FEW = `fewer than ${FEWEST_SAMPLES} samples show nothing`;

/** The time of `row` over that of `base`, round by round: a ratio with its interval, and whether it differs from 1. */
export function comparison(
  about: Pick<Found, 'key' | 'title'>,
  row: Row | undefined,
  base: Row | undefined,
  seed: number,
  says: string,
): Found {
  const withheld = (why: string): Found => {
    return { ...about, unit: 'times the time', value: null, interval: null, says: 'no ratio shown', withheld: why };
  };
  if (!row || !base) return withheld('not measured');
  if (row.medianNs === null || base.medianNs === null) return withheld('the timer does not resolve it');
  if (row.dropped + base.dropped > 0) return withheld(UNPAIRED);
  const { outcome, ratio, interval } = compareRounds(row.samplesNs, base.samplesNs, { seed });
  if (!interval) return withheld(TOO_FEW);
  const verdict = outcome === 'inconclusive' ? 'no difference shown' : outcome;
  return { ...about, unit: 'times the time', value: ratio, interval, says: `${verdict}; ${says}`, withheld: null };
}

/** a + b n through the times of several rows. */
export interface Slope {
  /** Nanoseconds, whatever n is. */
  readonly a: number;
  /** Nanoseconds for each of n. */
  readonly b: number;
  /** Of b, 95%. */
  readonly interval: Interval;
}

/** A line through each round's times, so that its slope has an interval; in words why there is none. */
export function slopeOf(rows: readonly Row[], axis: string): Slope | string {
  if (rows.length < 3) return 'not measured';
  if (rows.some(({ dropped }) => dropped > 0)) return UNPAIRED;
  const rounds = Math.min(...rows.map(({ samplesNs }) => samplesNs.length));
  const lines = Array.from({ length: rounds }, (_, round) =>
    line(rows.map(({ at, samplesNs }) => [Number(at[axis]), samplesNs[round]] as const)),
  );
  const interval = medianInterval(lines.map(({ b }) => b));
  if (!interval) return TOO_FEW;
  if (interval[0] <= 0) return 'its interval is not above zero';
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  return { a: median(lines.map(({ a }) => a)), b: median(lines.map(({ b }) => b)), interval };
}
