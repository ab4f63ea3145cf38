/**
 * How a roof proves itself by its three steps: one, the same with twice the work, and the same with twice the set or twice
 * the lanes. Each of the two others must take twice the time, by an interval all of which is about 2.
 */
import { compareRounds, type Interval } from '../../core/statistics.ts';
import type { Found, Model, Prediction, Row } from '../types.ts';
import { predicted, timed } from './expected.ts';
import { LOOKS, leftOut, TOO_FEW, UNPAIRED } from './findings.ts';
import { measure } from './shared.ts';

/** How far a ratio of times may be from what it should be. */
const TOLERANCE = 0.15;
/** All looks at the samples together may be wrong in 1% of the cases. */
const CONFIDENCE = 1 - 0.01 / LOOKS;

interface Ratio {
  /** What was doubled. */
  readonly what: string;
  readonly ratio: number | null;
  readonly interval: Interval | null;
}

/** How many times as long the other two steps of a roof take as the first. */
function ratiosOf([once, ...others]: readonly Row[], seed: number): readonly Ratio[] {
  return others.map(({ at, samplesNs }) => {
    const { ratio, interval } = compareRounds(samplesNs, once.samplesNs, { seed, confidence: CONFIDENCE });
    return { what: String(at.variant), ratio, interval };
  });
}

/** Whether more samples could not help: the three rows of a roof show that it stands, or that it does not, or cannot say. */
export function isProvenOrNot(rows: readonly Row[], seed: number): boolean {
  if (rows.some(({ medianNs, dropped }) => medianNs === null || dropped > 0)) return true;
  const intervals = ratiosOf(rows, seed).map(({ interval }) => interval);
  return intervals.some((one) => one === null || isFar(one)) || intervals.every((one) => one !== null && isNear(one));
}

/** A roof, or why it is withheld. */
export function roofOf(roof: string, rows: readonly Row[], seed: number): Found {
  const own = rows.filter(({ at }) => at.roof === roof);
  const more = own.find(({ at }) => at.variant === 'twice the work');
  const rate = more?.measures.find(({ key }) => key === 'rate');
  const about = { key: roof, title: roof, unit: rate?.unit ?? '' };
  const withheld = (why: string): Found => ({ ...about, value: null, interval: null, says: 'no roof', withheld: why });
  const late = leftOut(own);
  if (late !== null) return withheld(late);
  if (own.length !== 3 || !more || !rate || own.some(({ medianNs }) => medianNs === null))
    return withheld('its times are unresolved');
  if (own.some(({ dropped }) => dropped > 0)) return withheld(UNPAIRED);
  const ratios = ratiosOf(own, seed);
  const says = ratios.map(saysOf).join(', ');
  for (const { what, interval } of ratios) {
    if (!interval) return withheld(TOO_FEW);
    if (isNear(interval)) continue;
    const isUnclear = interval[0] <= 2 && 2 <= interval[1];
    const why = isUnclear
      ? `too noisy to say whether ${what} takes twice the time`
      : `${what} does not take twice the time`;
    return { ...withheld(why), says };
  }
  const { medianNs, intervalNs } = more;
  const scale = rate.value * (medianNs as number);
  const interval: Interval | null = intervalNs && [scale / intervalNs[1], scale / intervalNs[0]];
  return { ...about, value: rate.value, interval, says, withheld: null };
}

/** Whether all of an interval is about 2. */
function isNear([low, high]: Interval): boolean {
  return low >= 2 * (1 - TOLERANCE) && high <= 2 * (1 + TOLERANCE);
}

/** Whether none of it is. */
function isFar([low, high]: Interval): boolean {
  return high < 2 * (1 - TOLERANCE) || low > 2 * (1 + TOLERANCE);
}

function saysOf({ what, ratio, interval }: Ratio, at: number): string {
  const ends = interval?.map((end) => end.toFixed(2)).join('..');
  return `${what} ${at === 0 ? 'takes ' : ''}${ratio?.toFixed(2)} (${ends})${at === 0 ? ' times the time' : ''}`;
}

/** What a roof has to do to be one. */
export const SAME_RATE: Model = {
  key: 'same rate',
  title: 'same rate',
  from: 'that of the first step, whatever is doubled',
  common: true,
};

/** Twice the work in twice the time: the rate of the first step of each roof is that of its other two. */
export function sameRate(rows: readonly Row[]): (row: Row) => readonly Prediction[] {
  return (row) => {
    const [once] = timed(rows, ({ roof, variant }) => roof === row.at.roof && variant === 'once');
    return predicted(SAME_RATE, row, 'rate', measure(once, 'rate')?.value ?? Number.NaN, [once]);
  };
}
