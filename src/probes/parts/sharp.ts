/**
 * Models of the staircase. Of latency: the caches that were found, with one latency a level, under two policies that say which
 * line makes room for another. Of bandwidth: Little's law.
 */
import { staircase } from '../../core/steps.ts';
import type { Model, Prediction, Row } from '../types.ts';
import { predicted, type Timed, timed } from './expected.ts';
import { caches, curveOf } from './levels.ts';
import { measure } from './shared.ts';

export const LRU: Model = {
  key: 'lru',
  title: 'LRU caches',
  from: 'with a latency from one size of each level',
  common: true,
};
export const RANDOM: Model = {
  key: 'random replacement',
  title: 'random replacement',
  from: 'in the same caches',
  common: true,
};
export const LITTLE: Model = {
  key: 'little',
  title: "Little's law",
  from: 'with as many bytes in flight as in the smallest set',
  common: true,
};

/**
 * Share of the loads of a cycle that a cache holds which replaces a line at random, by the size of the cycle over that of the
 * cache. Between two loads of a line there are as many misses as the cycle has lines, n, times the share of misses, m, and with c lines
 * in the cache each of these spares the line with a probability of 1 - 1/c: so 1 - m = (1 - 1/c)^(n m), which is exp(-m n/c) for
 * many lines. Smith and Goodman ("Instruction cache replacement policies and organizations", IEEE Transactions on Computers
 * C-34(3), 1985) have such loops, and that none of their loads hits under LRU once they are larger than the cache.
 */
export function hitsAtRandom(ratio: number): number {
  if (ratio <= 1) return 1;
  // Above 1 there are two solutions, of which m = 0 does not last: one miss leads to more. The other lies beyond ln(r)/r.
  let [low, high] = [Math.log(ratio) / ratio, 1];
  for (let i = 0; i < 60; i++) {
    const misses = (low + high) / 2;
    if (misses < 1 - Math.exp(-ratio * misses)) low = misses;
    else high = misses;
  }
  return 1 - (low + high) / 2;
}

/** The line that is replaced is the next one that the cycle comes to. */
function hitsOfOldest(ratio: number): number {
  return ratio <= 1 ? 1 : 0;
}

/** Caches in bytes and a latency in ns for each of them and for what lies beyond. */
export interface Hierarchy {
  readonly caches: readonly number[];
  readonly latencies: readonly number[];
}

/** Nanoseconds of a load of a cycle through so many bytes: each level costs what it adds to those that the one before misses. */
export function latencyOf(
  { caches: sizes, latencies }: Hierarchy,
  bytes: number,
  hits: (ratio: number) => number,
): number {
  return sizes.reduce(
    (ns, size, i) => ns + (1 - hits(bytes / size)) * (latencies[i + 1] - latencies[i]),
    latencies[0] ?? Number.NaN,
  );
}

/** As far as caches were found, one after another, and up to the end of the level that follows the last of them; null without one. */
function hierarchyOf(
  rows: readonly Row[],
  seed: number,
): (Hierarchy & { readonly from: readonly Timed[]; readonly to: number }) | null {
  const [within, random] = (['latency within pages', 'latency at random'] as const).map((name) => {
    const curve = curveOf(rows, name, 'latency');
    return { ...curve, ...staircase(curve.points, seed) };
  });
  const found = caches(within, random);
  const none = found.findIndex(({ value }) => value === null);
  const known = found.slice(0, none < 0 ? found.length : none).flatMap(({ value }) => value ?? []);
  if (known.length === 0) return null;
  const levels = within.levels.slice(0, known.length + 1);
  const from = levels.map((level) => {
    const own = timed(rows, ({ curve, bytes }) => {
      return curve === 'latency within pages' && level.from <= Number(bytes) && Number(bytes) <= level.to;
    });
    // The row whose latency is the median of the level.
    return [...own].sort((a, b) => latencyIn(a) - latencyIn(b))[(own.length - 1) >> 1];
  });
  return { caches: known, latencies: from.map(latencyIn), from, to: levels[levels.length - 1].to };
}

export function staircaseModels(rows: readonly Row[], seed: number): (row: Row) => readonly Prediction[] {
  const known = hierarchyOf(rows, seed);
  const within = new Map(
    timed(rows, ({ curve }) => curve === 'latency within pages').map((row) => [Number(row.at.bytes), latencyIn(row)]),
  );
  const bandwidth = timed(rows, ({ curve }) => curve === 'bandwidth');
  const [smallest] = [...bandwidth].sort((a, b) => Number(a.at.bytes) - Number(b.at.bytes));
  // What is in flight is bandwidth times latency: with as much of it everywhere, one falls as the other grows.
  const inFlight = (measure(smallest, 'bytes')?.value ?? Number.NaN) * latencyAt(Number(smallest?.at.bytes));
  return (row) => {
    const bytes = Number(row.at.bytes);
    if (row.at.curve === 'bandwidth') return predicted(LITTLE, row, 'bytes', inFlight / latencyAt(bytes), [smallest]);
    if (!known || bytes > known.to) return [];
    const of = (model: Model, hits: (ratio: number) => number): readonly Prediction[] =>
      predicted(model, row, 'latency', latencyOf(known, bytes, hits), known.from);
    return [...of(LRU, hitsOfOldest), ...of(RANDOM, hitsAtRandom)];
  };

  function latencyAt(bytes: number): number {
    return within.get(bytes) ?? Number.NaN;
  }
}

/** Nanoseconds; NaN where the row has none. */
function latencyIn(row: Row): number {
  return measure(row, 'latency')?.value ?? Number.NaN;
}
