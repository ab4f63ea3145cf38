/** Seeded inputs of row sums, and what judges their results; `described/row-sum.ts` says what is computed. */
import { allow, flushError, flushedBelow, sumError } from '../core/bounds.ts';
import { type DType, FORMATS } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { Random } from '../core/random.ts';
import { rowSum as described } from './described/row-sum.ts';
import { magnitudes, normals, places, rounded } from './inputs.ts';
import type { Numerics, Problem, Tensors, VerifiableOperation } from './types.ts';

/** Sums of magnitudes below this are exact in float32, in any order. */
const EXACT = 2 ** 24;
/** The largest integer of the exact probe, which f16 holds. */
const MOST_INTEGER = 2047;
/** Integers in a row that no format of fewer than 13 bits holds. */
const LONG_INTEGERS = 512;
/** Exponents of a single element: sizes that f16 holds, and those that float32 does. */
const EXPONENTS = { f32: [-100, 100], f16: [-14, 15] } as const;

export const rowSum: VerifiableOperation = {
  ...described,

  inputs: (problem) => ({ x: values(problem) }),

  judges: (problem, inputs, numerics) => [rowSumJudge(problem, inputs, numerics)],
};

function values({ shape: { rows, columns }, dtype, seed, input }: Problem): Float32Array {
  const random = new Random(seed, 'x');
  const length = rows * columns;
  switch (input) {
    case 'integers':
      return integers(random, rows, columns, dtype);
    case 'single': {
      const x = new Float32Array(length);
      const [low, high] = EXPONENTS[dtype];
      const own = magnitudes(random, rows, dtype, low, high);
      for (const [row, place] of places(random, rows, columns).entries()) x[row * columns + place] = own[row];
      return x;
    }
    case 'cancelling': {
      const x = normals(random, length, dtype, 64);
      const half = columns >> 1;
      for (let row = 0; row < rows; row++) {
        const start = row * columns;
        for (let j = 0; j < half; j++) x[start + columns - 1 - j] = random.uniform(-1, 1) - x[start + j];
      }
      return rounded(x, dtype);
    }
    default:
      return normals(random, length, dtype);
  }
}

/**
 * Whole numbers without 0, of both signs, whose magnitudes add up to less than 2^24 in each row. In f32 some of each row, anywhere
 * in it, are so long that no shorter format holds them.
 */
function integers(random: Random, rows: number, columns: number, dtype: DType): Float32Array {
  // The long ones get half of the room.
  const room = dtype === 'f32' ? EXACT / 2 : EXACT;
  const most = Math.max(1, Math.min(MOST_INTEGER, Math.floor((room - 1) / columns)));
  const x = new Float32Array(rows * columns);
  const sign = (): number => (random.bits() & 1 ? 1 : -1);
  for (let i = 0; i < x.length; i++) x[i] = sign() * random.integer(1, most);
  if (dtype !== 'f32') return x;
  const count = Math.min(columns, LONG_INTEGERS);
  const longest = Math.floor((room - 1) / count);
  for (let row = 0; row < rows; row++) {
    for (let nth = 0; nth < count; nth++) {
      // Odd, so that the last bit counts.
      const long = 2 * random.integer(longest >> 2, (longest - 1) >> 1) + 1;
      x[row * columns + random.integer(0, columns - 1)] = sign() * long;
    }
  }
  return x;
}

/** With n columns and g = sum|x|: B = A_n g + 2^-126 (g' + n), A_n as for sums of products; 0 where the sum is exact. */
function rowSumJudge(problem: Problem, { x }: Tensors, numerics: Numerics): OutputJudge {
  const { rows, columns } = problem.shape;
  const { input } = problem;
  const unit = numerics.accumulator && FORMATS[numerics.accumulator].unit;
  const factor = sumError(columns, input === 'normal' || input === 'cancelling', unit);
  const denormal = flushedBelow(problem.dtype);
  const isExact = input === 'integers' || input === 'single';
  return {
    tensor: 'y',
    dims: [rows],
    rows,
    rowLength: 1,
    costPerRow: columns,
    row(row, expected, bound) {
      let sum = 0;
      let magnitude = 0;
      let flushed = 0;
      for (let at = row * columns; at < (row + 1) * columns; at++) {
        const size = Math.abs(x[at]);
        sum += x[at];
        magnitude += size;
        if (size < denormal) flushed += size;
      }
      const error = isExact ? 0 : factor * magnitude + flushError(1, columns) + flushed;
      allow(expected, bound, 0, sum, error, numerics.output);
    },
  };
}
