/**
 * Levels and steps of a staircase: latency or bandwidth against the working set. A step is a band, from the last size
 * that is certainly on the level below to the first that is certainly on the one above, and there is none where the
 * values only drift.
 */
import { changePoints, quantile } from './statistics.ts';

export interface Point {
  /** Ascending. */
  readonly x: number;
  /** Above 0; levels are compared by their ratio. */
  readonly y: number;
}

export interface Level {
  /** First and last x, both of which are on it. */
  readonly from: number;
  readonly to: number;
  /** Median of the values from end to end. */
  readonly y: number;
  /** Each x between the ends whose value is off: a busy moment. */
  readonly off: readonly number[];
}

export interface StaircaseStep {
  /** The step lies between these. */
  readonly above: number;
  readonly below: number;
  /** Level after it by the level before it. */
  readonly ratio: number;
  /** 1 - p of the least certain change point within the band. */
  readonly confidence: number;
}

export interface Staircase {
  readonly levels: readonly Level[];
  readonly steps: readonly StaircaseStep[];
  /** Whether the last values are a level of their own that reaches to four times the last step: else it may go on. */
  readonly isLastReached: boolean;
}

/** Fewer points than this are part of a slope, not a level. */
const FEWEST = 4;
/** Levels nearer than this are one, and values nearer to a level are on it: noise between runs is of that size. */
const LEAST_RATIO = 1.2;
/** Of the largest to the smallest value of a level; what spans more is a slope. */
const FLAT = 1.25;
/** How far beyond the last step a level must reach, to be told from the beginning of another slope. */
const REACH = 4;

/** Finds the levels and the steps between them; none where there is only noise. */
export function staircase(points: readonly Point[], seed = 1): Staircase {
  const values = points.map(({ y }) => Math.log(y));
  const changes = changePoints(values, { seed });
  const bounds = [0, ...changes.map(({ index }) => index), points.length];
  const parts = bounds.slice(1).map((end, i) => ({ begin: bounds[i], end }));
  const stretches = settled(
    values,
    parts.flatMap((one) => flattest(values, one) ?? []),
  );
  const levels = stretches.map((part): Level => {
    const level = levelOf(values, part);
    const between = points.slice(part.begin, part.end);
    return {
      from: between[0].x,
      to: between[between.length - 1].x,
      y: Math.exp(level),
      off: between.filter(({ y }) => !nearly(Math.log(y), level)).map(({ x }) => x),
    };
  });
  const steps = stretches.slice(1).map((part, i): StaircaseStep => {
    const before = stretches[i];
    const within = changes.filter(({ index }) => index >= before.end && index <= part.begin);
    return {
      above: points[before.end - 1].x,
      below: points[part.begin].x,
      ratio: Math.exp(levelOf(values, part) - levelOf(values, before)),
      confidence: 1 - Math.max(0, ...within.map(({ p }) => p)),
    };
  });
  const last = stretches.at(-1);
  const end = points.at(-1)?.x ?? 0;
  const isLastReached =
    last?.end === points.length && (steps.length === 0 || end >= REACH * (steps.at(-1)?.below ?? 0));
  return { levels, steps, isLastReached };
}

/** Indices from `begin` on, up to but without `end`. */
interface Part {
  readonly begin: number;
  end: number;
}

/** The longest stretch of a part that is a level: a blurred knee leaves the beginning of its slope with the level before it. */
function flattest(values: readonly number[], { begin, end }: Part): Part | null {
  for (let length = end - begin; length >= FEWEST; length--) {
    for (let from = begin; from + length <= end; from++) {
      const part = { begin: from, end: from + length };
      if (isFlat(values.slice(from, from + length)) && isTrim(values, part)) return part;
    }
  }
  return null;
}

/** Whether both ends are on the level. What is off there is the first of another level, not a busy moment within this one. */
function isTrim(values: readonly number[], part: Part): boolean {
  const level = levelOf(values, part);
  return nearly(values[part.begin], level) && nearly(values[part.end - 1], level);
}

/**
 * The levels among stretches: neighbours that are nearly on one level are one. What is off at its ends is not on it, and what
 * has too few values then is no level, so others may have become neighbours. Each turn but the last leaves fewer.
 */
function settled(values: readonly number[], parts: readonly Part[]): readonly Part[] {
  const levels = merged(values, parts)
    .map((part) => trimmed(values, part))
    .filter((part) => countOn(values, part) >= FEWEST);
  return levels.length === merged(values, levels).length ? levels : settled(values, levels);
}

function merged(values: readonly number[], parts: readonly Part[]): readonly Part[] {
  const all: Part[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last && nearly(levelOf(values, last), levelOf(values, part))) last.end = part.end;
    else all.push({ ...part });
  }
  return all;
}

/** Without what is off at the ends: of the level of what is left, which may be another one. */
function trimmed(values: readonly number[], part: Part): Part {
  const level = levelOf(values, part);
  let { begin, end } = part;
  while (begin < end - 1 && !nearly(values[begin], level)) begin++;
  while (end > begin + 1 && !nearly(values[end - 1], level)) end--;
  return end - begin === part.end - part.begin ? part : trimmed(values, { begin, end });
}

function countOn(values: readonly number[], part: Part): number {
  const level = levelOf(values, part);
  return values.slice(part.begin, part.end).filter((value) => nearly(value, level)).length;
}

function isFlat(values: readonly number[]): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  // The lowest or the highest value may be off, as a busy moment makes it: that is no slope.
  const skipped = values.length > FEWEST + 1 ? 1 : 0;
  return (sorted.at(-1 - skipped) as number) - sorted[skipped] <= Math.log(FLAT);
}

function levelOf(values: readonly number[], { begin, end }: Part): number {
  return quantile(values.slice(begin, end), 0.5);
}

function nearly(a: number, b: number): boolean {
  return Math.abs(a - b) < Math.log(LEAST_RATIO);
}
