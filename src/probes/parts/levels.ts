/** What the curves of the staircase show: caches, levels, and whether the last of them was reached. */
import { medianInterval, quantile } from '../../core/statistics.ts';
import type { Level, Point, Staircase, StaircaseStep } from '../../core/steps.ts';
import { both } from '../../core/words.ts';
import type { Found, Row } from '../types.ts';
import { leftOut, TOO_FEW, UNPAIRED } from './findings.ts';
import { KIB, MIB, measure } from './shared.ts';

/** One of the curves: its points, and the same value of each sample, round by round. */
export interface Curve {
  readonly points: readonly Point[];
  readonly rounds: readonly { readonly bytes: number; readonly values: readonly number[] }[];
  /** Why it ends before the largest set, where it does. */
  readonly cut: string | null;
}

export function curveOf(rows: readonly Row[], name: string, key: string): Curve {
  const all = rows.filter(({ at }) => at.curve === name);
  const own = all.flatMap((row) => {
    const value = measure(row, key)?.value;
    return value === undefined ? [] : [{ row, value, bytes: Number(row.at.bytes) }];
  });
  return {
    cut: leftOut(all),
    points: own.map(({ bytes, value }) => ({ x: bytes, y: value })),
    rounds: own.flatMap(({ row: { samplesNs, medianNs, dropped }, value, bytes }) => {
      if (medianNs === null || dropped > 0) return [];
      // A latency is longer where the time is, a bandwidth is less.
      const of = (ns: number): number => value * (key === 'latency' ? ns / medianNs : medianNs / ns);
      return [{ bytes, values: samplesNs.map(of) }];
    }),
  };
}

/**
 * Steps of the chase within pages, which are caches where the random chase has one in the same place. Each of its steps
 * speaks for one step only, the nearest: two ends of levels that lie close together are not both shown by a single one.
 */
export function caches(within: Staircase, random: Staircase & Pick<Curve, 'points' | 'cut'>): Found[] {
  const pairs = within.steps
    .flatMap((step) => random.steps.filter((other) => overlap(step, other)).map((other) => ({ step, other })))
    .sort((a, b) => distance(a) - distance(b));
  const taken = new Set<StaircaseStep>();
  for (const { step, other } of pairs) if (!taken.has(step) && !taken.has(other)) taken.add(step).add(other);
  return within.steps.map((step, i) => {
    const band = `between ${size(step.above)} and ${size(step.below)}, latency ${step.ratio.toFixed(2)} times as long beyond it, confidence ${step.confidence.toFixed(3)}`;
    const isCache = taken.has(step);
    // A level beyond the step takes four sizes, so that a curve that ends shortly after it could not have shown it.
    const isBeyond = random.cut !== null && step.below * REACHED >= largest(random);
    return {
      key: `step-${i + 1}`,
      title: 'End of a cache',
      unit: 'B',
      value: isCache ? middle(step) : null,
      interval: [step.above, step.below],
      confidence: step.confidence,
      says: isCache ? `a cache ends ${band}` : band,
      withheld: isCache
        ? null
        : isBeyond
          ? `${random.cut} before the random chase got there, so this is not called a cache`
          : 'the random chase has no step of its own there, so this is not called a cache',
    };
  });
}

/** How far beyond a step the sizes go that show it. */
const REACHED = 4;

/** Bands of half an octave on either side count as touching: the two chases fill a cache's sets differently. */
function overlap(a: StaircaseStep, b: StaircaseStep): boolean {
  return a.above <= 1.5 * b.below && b.above <= 1.5 * a.below;
}

/** Octaves between the middles of two bands. */
function distance({ step, other }: { readonly step: StaircaseStep; readonly other: StaircaseStep }): number {
  return Math.abs(Math.log2(middle(step) / middle(other)));
}

function middle({ above, below }: StaircaseStep): number {
  return Math.sqrt(above * below);
}

export function lastLevel(curve: Curve & Staircase): Found {
  const { levels, steps, isLastReached } = curve;
  const [key, title] = ['last-level', 'Last level'];
  const last = levels.at(-1);
  // What lies beyond the end of a curve that was cut short might be another level.
  if (curve.cut !== null) {
    const withheld = `${curve.cut} ${after(curve)}`;
    return {
      key,
      title,
      unit: 'ns',
      value: null,
      interval: null,
      says: 'last level not reached',
      withheld,
    };
  }
  if (isLastReached && last && steps.length > 0) return levelFound(key, title, 'ns', last, curve);
  const why =
    steps.length === 0
      ? 'no step was found below it'
      : `no level extends to four times the size of the last step; the largest set is ${size(largest(curve))}`;
  return { key, title, unit: 'ns', value: null, interval: null, says: 'last level not reached', withheld: why };
}

/** Of a curve that was cut short: what is not known of it. */
export function rest(key: string, title: string, unit: string, curve: Curve): Found[] {
  if (curve.cut === null) return [];
  const says = curve.points.length === 0 ? 'no set was measured' : `no set beyond ${size(largest(curve))} was measured`;
  return [{ key, title, unit, value: null, interval: null, says, withheld: curve.cut }];
}

function after(curve: Curve): string {
  return curve.points.length === 0 ? 'before any set was measured' : `after a set of ${size(largest(curve))}`;
}

function largest({ points }: Pick<Curve, 'points'>): number {
  return Math.max(...points.map(({ x }) => x));
}

/** The median over the sizes that are on a level, round by round, with its interval (95%). */
export function levelFound(key: string, title: string, unit: string, level: Level, { rounds }: Curve): Found {
  const { from, to, off } = level;
  const but = off.length === 0 ? '' : `, but for ${both(off.map(size))}`;
  const about = { key, title, unit, says: `flat from ${size(from)} to ${size(to)}${but}` };
  const own = rounds.filter(({ bytes }) => from <= bytes && bytes <= to && !off.includes(bytes));
  if (own.length === 0) return { ...about, value: null, interval: null, withheld: UNPAIRED };
  const medians = Array.from({ length: Math.min(...own.map(({ values }) => values.length)) }, (_, round) =>
    quantile(
      own.map(({ values }) => values[round]),
      0.5,
    ),
  );
  const interval = medianInterval(medians);
  if (!interval) return { ...about, value: null, interval, withheld: TOO_FEW };
  return { ...about, value: quantile(medians, 0.5), interval, withheld: null };
}

/** "48 KiB", "1.5 MiB"; "4 GiB" of a buffer that is a few bytes smaller. */
function size(bytes: number): string {
  const [unit, name] = bytes < MIB ? [KIB, 'KiB'] : bytes < 1024 * MIB ? [MIB, 'MiB'] : [1024 * MIB, 'GiB'];
  return `${Number((bytes / unit).toFixed(2))} ${name}`;
}
