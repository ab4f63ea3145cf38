/**
 * Rows of scores of every kind, so that each fault of a softmax meets rows that bring it to light wherever it strikes: in
 * one of two rows a score stands out, at another place each; the rest rise, fall, lie deep, are equal, or spread over many
 * powers of two. Which of the two it is changes, so that rows with odd and with even numbers meet every kind.
 */
import { type DType, U32 } from '../core/format.ts';
import type { Random } from '../core/random.ts';
import { places } from './inputs.ts';

/** exp(-x) is 0 in binary32 from about here on, and exp(x) infinity from 88.8. */
const GONE = 120;
/** Deepest and highest scores. */
const FARTHEST: Readonly<Record<DType, number>> = { f32: 6e4, f16: 3e4 };
/** Where all scores of a row are equal, they may lie as far as numbers do. */
const EQUAL: Readonly<Record<DType, number>> = { f32: 3e38, f16: 6e4 };

/** How far below the others lie where one score stands alone: each too small to add to its 1, but not all together. */
const TAILS = [17.6, 18.6, 19.6] as const;
/** Rows of one tail without which nothing is said of it. */
const TAIL_ROWS = 8;
/** After so many rows of one tail come those of the next. */
const TAIL_TURN = 16;
/** Nothing is said either where a right kernel may lose more than this share of a tail. */
const MOST_LOST = 0.99;
/** How far off a right kernel's outputs may be, in u. */
const ROUNDING = 6;

type Fill = (row: Float32Array, place: number) => void;

/** Fills `rows` rows of `columns` scores. */
export function mixedRows(random: Random, rows: number, columns: number, dtype: DType): Float32Array {
  const x = new Float32Array(rows * columns);
  const [standing, others] = kinds(random, dtype);
  const at = places(random, Math.ceil(rows / 2), columns);
  for (let row = 0; row < rows; row++) {
    const half = row >> 1;
    const isSwapped = (half + Math.floor(half / standing.length)) % 2 === 1;
    const fills = (row % 2 === 1) === isSwapped ? standing : others;
    fills[half % fills.length](x.subarray(row * columns, (row + 1) * columns), at[half]);
  }
  return x;
}

/** Fills `rows` rows with a tail each, as many in a row of one as it takes to say something of it. */
export function tailRows(random: Random, rows: number, columns: number): Float32Array {
  const x = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    fillTail(random, Math.floor(row / TAIL_ROWS), x.subarray(row * columns, (row + 1) * columns));
  }
  return x;
}

/** A 1 anywhere, as `losesTails` counts on. */
function fillTail(random: Random, nth: number, row: Float32Array): void {
  const tail = TAILS[nth % TAILS.length];
  for (let j = 0; j < row.length; j++) row[j] = -tail - random.uniform(-1, 1) / 16;
  row[random.integer(0, row.length - 1)] = 0;
}

/** Kinds of rows in which the score at `place` stands out, and the others. */
function kinds(random: Random, dtype: DType): readonly [readonly Fill[], readonly Fill[]] {
  const farthest = FARTHEST[dtype];
  let tails = 0;
  const noise = (): number => random.uniform(-1, 1);
  const sign = (): number => (random.bits() & 1 ? 1 : -1);
  const far = (least: number, most = farthest): number => Math.exp(random.uniform(Math.log(least), Math.log(most)));
  const around = (row: Float32Array, level: number): void => {
    for (let j = 0; j < row.length; j++) row[j] = level + noise();
  };
  const ramp = (row: Float32Array, from: number, to: number): void => {
    const step = row.length > 1 ? (to - from) / (row.length - 1) : 0;
    for (let j = 0; j < row.length; j++) row[j] = from + (j + noise() / 4) * step;
  };
  /** From a level of its own. */
  const climb = (row: Float32Array, rise: number): void => {
    const level = noise() * 150;
    ramp(row, level, level + rise);
  };
  const spike = (row: Float32Array, place: number, level: number): void => {
    around(row, level);
    row[place] = level + GONE + noise();
  };
  /** One, two or three scores near 0, all others gone: each output is a logistic of known differences. */
  const few = (row: Float32Array, place: number, level: number): void => {
    around(row, level - GONE);
    for (let left = random.integer(1, 3); left > 0; left--) {
      row[random.integer(0, row.length - 1)] = level - random.uniform(0, 6);
    }
    row[place] = level + noise();
  };
  const standing: Fill[] = [
    (row, place) => spike(row, place, 0),
    (row, place) => few(row, place, 0),
    (row, place) => spike(row, place, 200),
    (row, place) => {
      around(row, 0);
      row[place] = random.uniform(10, 17);
    },
    // As many rows of one tail as it takes, then the next.
    (row) => fillTail(random, Math.floor(tails++ / TAIL_TURN), row),
    (row, place) => spike(row, place, -far(200)),
    (row, place) => {
      around(row, -GONE);
      row[place] = noise();
    },
    (row, place) => spike(row, place, far(200)),
  ];
  const others: Fill[] = [
    (row) => climb(row, far(1 / 64, 64)),
    (row) => row.fill(0),
    (row) => around(row, -far(200)),
    (row) => {
      for (let j = 0; j < row.length; j++) row[j] = sign() * 2 ** random.uniform(-30, 6);
    },
    (row) => climb(row, -far(1 / 64, 64)),
    (row) => row.fill(noise() * 20),
    (row) => around(row, far(200)),
    (row) => {
      for (let j = 0; j < row.length; j++) row[j] = random.integer(-3, 3);
    },
    (row) => ramp(row, 0, far(200)),
    (row) => row.fill(sign() * far(200, EQUAL[dtype])),
    (row) => {
      for (let j = 0; j < row.length; j++) row[j] = noise() * 1e-4;
    },
    (row) => ramp(row, far(200), 0),
    (row) => {
      around(row, 0);
      // All that comes first counts for nothing, then the running maximum rises by more than exp can bear.
      row.fill(-300, 0, row.length >> 1);
    },
  ];
  return [standing, others];
}

/**
 * Whether a kernel leaves small terms out of its sums. Next to a 1 each is too small to count, so a right one may lose those
 * that its order of summation adds after it: half of them, on average over all places of the 1, as long as that order does
 * not depend on the scores. Shares are evenly spread from 0 to 1 (deviation 0.29), so that the mean of n passes
 * 1/2 + 1.25 / sqrt(n) once in some 100,000 times. A kernel that loses (nearly) all of them leaves them out.
 */
export function losesTails(x: ArrayLike<number>, y: ArrayLike<number>, columns: number): boolean {
  const groups = TAILS.map(() => ({ lost: 0, noise: 0, count: 0 }));
  for (let start = 0; start < x.length; start += columns) {
    const found = tailOf(x, start, columns);
    if (!found) continue;
    const noise = (ROUNDING * U32) / found.rest;
    // Too short a tail to be told from rounding.
    if (noise > MOST_LOST / 2) continue;
    const group = groups[found.tail];
    group.lost += 1 - (1 / y[found.top] - 1) / found.rest;
    group.noise += noise;
    group.count++;
  }
  return groups.some(({ lost, noise, count }) => {
    const allowed = 1 / 2 + 1.25 / Math.sqrt(count) + noise / count;
    return count >= TAIL_ROWS && allowed < MOST_LOST && lost / count > allowed;
  });
}

/** Where the 1 of a row stands, which tail the others have and what they add up to; null for rows of other kinds. */
function tailOf(
  x: ArrayLike<number>,
  start: number,
  columns: number,
): { readonly top: number; readonly tail: number; readonly rest: number } | null {
  if (columns < 2) return null;
  const first = x[start] === 0 ? x[start + 1] : x[start];
  const tail = TAILS.findIndex((depth) => Math.abs(first + depth) < 1 / 8);
  if (tail < 0) return null;
  let top = -1;
  let rest = 0;
  for (let j = start; j < start + columns; j++) {
    if (x[j] === 0 && top < 0) top = j;
    else if (Math.abs(x[j] + TAILS[tail]) < 1 / 8) rest += Math.exp(x[j]);
    else return null;
  }
  return top < 0 ? null : { top, tail, rest };
}
