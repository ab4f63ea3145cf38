/** What several probes conclude in the same way: how two of their rows compare, and what each of n things adds. */
import {
  compareApart,
  compareRounds,
  FEWEST_SAMPLES,
  type Interval,
  line,
  medianInterval,
  quantile,
} from '../../core/statistics.ts';
import { toDecimals } from '../../core/words.ts';
import type { Found, Row } from '../types.ts';

/** How often the samples of a group are looked at, with more of them each time, until they say enough. */
export const LOOKS = 4;

/** Why rows of which samples were dropped are not compared: their lists no longer match round by round. */
export const UNPAIRED = 'samples were dropped, so that rounds have no partner';

/** Why fewer samples than have an interval say nothing. */
export const TOO_FEW = `fewer than ${FEWEST_SAMPLES} samples show nothing`;

/** What may cut a run short, and why something was not measured then that could have been. */
export const CUTS = {
  'time limit': 'the time ran out',
  cancelled: 'the run was cancelled',
  'device lost': 'the device was lost',
  'host lost': 'the host stopped',
  failure: 'the run failed',
} as const;
export type Cut = keyof typeof CUTS;

/** Why rows that are needed have no times; null where all of them do. */
export function untimed(rows: readonly (Row | undefined)[]): string | null {
  if (rows.some((row) => row === undefined)) return 'not measured';
  const isUnresolved = rows.some((row) => row?.medianNs === null);
  return leftOut(rows) ?? (isUnresolved ? 'the timer does not resolve it' : null);
}

/** Why one of these rows was not measured, or not to its end; null where all were. */
export function leftOut(rows: readonly (Row | undefined)[]): string | null {
  const late = rows.find((row) => row?.withheld !== undefined || row?.cutAfterMs !== undefined);
  return late ? (late.withheld ?? 'a series that it needs was cut short') : null;
}

/** Series that were cut short, in words: "1 of 4 rows cut short, after 110 s: ..."; "" where there is none. */
export function cutSeries(rows: readonly Row[]): string {
  const ends = rows.flatMap(({ cutAfterMs }) => (cutAfterMs === undefined ? [] : [`${inSeconds(cutAfterMs)} s`]));
  if (ends.length === 0) return '';
  return `${ends.length} of ${rows.length} rows cut short, after ${ends.join(', ')}: the output was checked before it was timed, and not after`;
}

/** Whole seconds, but for what ended sooner. */
export function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 10_000 ? 1 : 0);
}

/**
 * The time of `row` over that of `base`: a ratio with its interval, and whether it differs from 1. Round by round, unless
 * the two were not taken in the same rounds: then what changed between them is not in the interval.
 */
export function comparison(
  about: Pick<Found, 'key' | 'title'>,
  row: Row | undefined,
  base: Row | undefined,
  seed: number,
  says: string,
  taken: 'in the same rounds' | 'apart' = 'in the same rounds',
): Found {
  const withheld = (why: string): Found => {
    return { ...about, unit: 'times the time', value: null, interval: null, says: 'no ratio shown', withheld: why };
  };
  const why = untimed([row, base]);
  if (why !== null || !row || !base) return withheld(why ?? 'not measured');
  const isApart = taken === 'apart';
  if (!isApart && row.dropped + base.dropped > 0) return withheld(UNPAIRED);
  const { outcome, ratio, interval } = (isApart ? compareApart : compareRounds)(row.samplesNs, base.samplesNs, {
    seed,
  });
  if (!interval) return withheld(TOO_FEW);
  const verdict = outcome === 'inconclusive' ? 'no difference shown' : outcome;
  return { ...about, unit: 'times the time', value: ratio, interval, says: `${verdict}; ${says}`, withheld: null };
}

/** a + b n through the times of several rows. */
export interface Slope {
  /** Nanoseconds, whatever n is. */
  readonly a: number;
  /** Of a, 95%. */
  readonly fixed: Interval;
  /** Nanoseconds for each of n. */
  readonly b: number;
  /** Of b, 95%. */
  readonly interval: Interval;
}

/** A line through each round's times, so that its slope has an interval; in words why there is none. */
export function slopeOf(rows: readonly Row[], axis: string): Slope | string {
  if (rows.length < 3) return 'not measured';
  const late = leftOut(rows);
  if (late !== null) return late;
  if (rows.some(({ dropped }) => dropped > 0)) return UNPAIRED;
  const rounds = Math.min(...rows.map(({ samplesNs }) => samplesNs.length));
  const lines = Array.from({ length: rounds }, (_, round) =>
    line(rows.map(({ at, samplesNs }) => [Number(at[axis]), samplesNs[round]] as const)),
  );
  const interval = medianInterval(lines.map(({ b }) => b));
  const fixed = medianInterval(lines.map(({ a }) => a));
  if (!interval || !fixed) return TOO_FEW;
  if (interval[0] <= 0) return 'its interval is not above zero';
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  return { a: median(lines.map(({ a }) => a)), fixed, b: median(lines.map(({ b }) => b)), interval };
}

/** a in words: "plus 54.1 us (52.0 to 58.3)", and what that is for. */
export function fixedCost({ a, fixed }: Slope, what: string): string {
  if (fixed[0] <= 0) return 'no fixed cost shown';
  const [value, low, high] = [a, ...fixed].map((ns) => toDecimals(ns / 1000, 1));
  return `plus ${value} us (${low} to ${high}) ${what}`;
}
