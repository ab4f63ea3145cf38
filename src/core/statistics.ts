/**
 * Statistics that hold up on a few times from a busy machine: medians with bootstrap intervals, ratios over interleaved
 * rounds, change points. No distribution is assumed; what is drawn at random is seeded, so that the same samples always
 * give the same answer.
 */
import { Random } from './random.ts';

/** Fewer samples than this have no interval: a bootstrap of so few says how they were drawn and little else. */
export const FEWEST_SAMPLES = 15;
const RESAMPLES = 2000;

/** Low and high end. */
export type Interval = readonly [low: number, high: number];

/** Quantile q in [0, 1] of at least one value, linear between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  );
}

function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

export interface Resampling {
  /** Share of intervals that should hold the true value: 0.95 by default, 0.99 in comparisons. */
  readonly confidence?: number;
  readonly seed?: number;
}

/**
 * Percentile bootstrap interval of the median (Efron 1979), from 2,000 resamples; null for fewer than 15 samples.
 */
export function medianInterval(samples: readonly number[], options: Resampling = {}): Interval | null {
  return bootstrapMedian(samples, { confidence: 0.95, ...options });
}

export interface Comparison {
  readonly outcome: 'faster' | 'slower' | 'inconclusive';
  /** Median of the ratios a / b of the rounds; below 1 where a takes less time. Null without a round. */
  readonly ratio: number | null;
  /** Null for fewer than 15 rounds: then the outcome is inconclusive. */
  readonly interval: Interval | null;
}

/**
 * Compares times taken in interleaved rounds, `a[i]` and `b[i]` in the same round: the ratio of a round is free of what
 * slows the whole machine down for a while. "faster" and "slower" are said of `a`, and only where the interval of the
 * median ratio, 99% by default, leaves 1 out.
 */
export function compareRounds(a: readonly number[], b: readonly number[], options: Resampling = {}): Comparison {
  const rounds = Math.min(a.length, b.length);
  const ratios = Array.from({ length: rounds }, (_, i) => a[i] / b[i]);
  const interval = bootstrapMedian(ratios, { confidence: 0.99, ...options });
  const ratio = rounds > 0 ? quantile(ratios, 0.5) : null;
  return judged(ratio, interval);
}

/**
 * Compares times that were not taken in the same rounds, by the ratio of two medians that are resampled independently.
 * The interval, 99% by default, holds the noise within either list; what changed between the two it cannot know.
 */
export function compareApart(a: readonly number[], b: readonly number[], options: Resampling = {}): Comparison {
  const { confidence = 0.99, seed = 1 } = options;
  const ratio = a.length > 0 && b.length > 0 ? quantile(a, 0.5) / quantile(b, 0.5) : null;
  if (Math.min(a.length, b.length) < FEWEST_SAMPLES) return { outcome: 'inconclusive', ratio, interval: null };
  const over = resampledMedians(b, seed + 1);
  const ratios = resampledMedians(a, seed).map((median, i) => median / over[i]);
  return judged(ratio, tails(ratios, confidence));
}

function judged(ratio: number | null, interval: Interval | null): Comparison {
  if (interval && interval[1] < 1) return { outcome: 'faster', ratio, interval };
  if (interval && interval[0] > 1) return { outcome: 'slower', ratio, interval };
  return { outcome: 'inconclusive', ratio, interval };
}

/**
 * Interval of a probability of which `found` of `tried` tries were seen (Clopper and Pearson 1934): 95% by default, and
 * never narrower than it says. Null where nothing was tried.
 */
export function binomialInterval(found: number, tried: number, confidence = 0.95): Interval | null {
  if (tried === 0) return null;
  const tail = (1 - confidence) / 2;
  // P(at most `most` of `tried`), by the terms of the binomial distribution, each from the one before. By their logarithms:
  // of many tries the first term may be less than the least number that there is.
  const atMost = (most: number, p: number): number => {
    const odds = Math.log(p) - Math.log1p(-p);
    let [log, sum] = [tried * Math.log1p(-p), 0];
    for (let k = 0; k <= most; k++) {
      sum += Math.exp(log);
      log += Math.log((tried - k) / (k + 1)) + odds;
    }
    return sum;
  };
  const low = found === 0 ? 0 : solved((p) => 1 - atMost(found - 1, p) - tail);
  const high = found === tried ? 1 : solved((p) => tail - atMost(found, p));
  return [low, high];
}

/** Where a rising function of a probability is zero, by bisection. */
function solved(rising: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function bootstrapMedian(
  samples: readonly number[],
  { confidence, seed = 1 }: Resampling & { readonly confidence: number },
): Interval | null {
  return samples.length < FEWEST_SAMPLES ? null : tails(resampledMedians(samples, seed), confidence);
}

function tails(medians: Float64Array, confidence: number): Interval {
  const sorted = medians.toSorted();
  const tail = (1 - confidence) / 2;
  return [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
}

/** The medians of 2,000 resamples. */
function resampledMedians(samples: readonly number[], seed: number): Float64Array {
  const { length } = samples;
  const random = new Random(seed, 'bootstrap');
  const sorted = [...samples].sort((a, b) => a - b);
  const times = new Uint32Array(length);
  const medians = new Float64Array(RESAMPLES);
  for (let k = 0; k < RESAMPLES; k++) {
    // How often each sample is drawn says where the middle is: no resample has to be sorted.
    times.fill(0);
    for (let i = 0; i < length; i++) times[random.integer(0, length - 1)]++;
    medians[k] = (nth(sorted, times, (length - 1) >> 1) + nth(sorted, times, length >> 1)) / 2;
  }
  return medians;
}

/** The value of rank `rank`, from 0, where each of the sorted values is there as often as `times` says. */
function nth(sorted: readonly number[], times: ArrayLike<number>, rank: number): number {
  let at = 0;
  for (let below = times[0]; below <= rank; below += times[at]) at++;
  return sorted[at];
}

/** A place where the level of a series changes: between `index - 1` and `index`. */
export interface ChangePoint {
  readonly index: number;
  /** Share of random orders of the same values that have a split as clear as this one. */
  readonly p: number;
}

export interface ChangePointOptions {
  /** A split is kept where its p is at most this; 0.01 by default. */
  readonly alpha?: number;
  /** Fewest values on either side of a split; 2 by default. */
  readonly shortest?: number;
  readonly seed?: number;
}

const PERMUTATIONS = 499;

/**
 * Change points of the mean by binary segmentation (Scott and Knott 1974): the split that takes most off the squared
 * error is kept if few random orders of the same values have one as good, and each side is searched in turn. In ascending
 * order. Take the logarithm first where levels are ratios.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions = {}): readonly ChangePoint[] {
  const { alpha = 0.01, shortest = 2, seed = 1 } = options;
  const random = new Random(seed, 'permutations');
  const found: ChangePoint[] = [];
  const search = (from: number, to: number): void => {
    const part = values.slice(from, to);
    const best = bestSplit(part, shortest);
    if (best === null || best.gain <= 0) return;
    let asGood = 1;
    for (let k = 0; k < PERMUTATIONS; k++) {
      shuffle(part, random);
      const other = bestSplit(part, shortest);
      if (other && other.gain >= best.gain * (1 - 1e-12)) asGood++;
    }
    const p = asGood / (PERMUTATIONS + 1);
    // Of few values hardly an order is better, however clear the step: the number of orders bounds p from below.
    if (p > Math.max(alpha, fewestOrders(to - from))) return;
    found.push({ index: from + best.at, p });
    search(from, from + best.at);
    search(from + best.at, to);
  };
  search(0, values.length);
  return found.sort((a, b) => a.index - b.index);
}

/** The least p that a clean step in the middle of so few values can have, with its mirror image as good. */
function fewestOrders(length: number): number {
  let ways = 1;
  for (let k = 1; k <= Math.floor(length / 2); k++) ways *= (length - k + 1) / k;
  // Above one in twenty nothing is shown at all.
  return length < 6 ? 0 : Math.min(0.05, 2.5 / ways);
}

/** Where the sum of squared errors about the means of two parts is least, and how much less than about one mean. */
function bestSplit(values: readonly number[], shortest: number): { at: number; gain: number } | null {
  const { length } = values;
  if (length < 2 * shortest) return null;
  const total = values.reduce((sum, value) => sum + value, 0);
  let left = 0;
  let best: { at: number; gain: number } | null = null;
  for (let at = 1; at <= length - shortest; at++) {
    left += values[at - 1];
    if (at < shortest) continue;
    const difference = left / at - (total - left) / (length - at);
    const gain = ((at * (length - at)) / length) * difference ** 2;
    if (best === null || gain > best.gain) best = { at, gain };
  }
  return best;
}

function shuffle(values: number[], random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [values[i], values[j]] = [values[j], values[i]];
  }
}

/** y = a + b x by Theil and Sen: b is the median of the slopes between all pairs, so that a third of outliers is borne. */
export function line(points: readonly (readonly [x: number, y: number])[]): { readonly a: number; readonly b: number } {
  const slopes = points.flatMap(([x, y], i) => points.slice(i + 1).map(([u, v]) => (v - y) / (u - x)));
  const b = quantile(
    slopes.filter((slope) => Number.isFinite(slope)),
    0.5,
  );
  return {
    a: quantile(
      points.map(([x, y]) => y - b * x),
      0.5,
    ),
    b,
  };
}
