/**
 * What operations that only move values share: inputs in which a value out of place or changed shows, and a judge that allows
 * no difference.
 */
import { FORMATS } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { Random } from '../core/random.ts';
import { magnitudes, normals } from './inputs.ts';
import type { Problem } from './types.ts';

/** Exponents of `wide`, within the normal numbers of each format. */
const EXPONENTS = { f32: [-120, 120], f16: [-14, 15] } as const;

/** `length` values; hardly any two are alike. */
export function moveInputs({ dtype, seed, input }: Problem, length: number): Float32Array {
  const random = new Random(seed, 'x');
  if (input === 'normal') return normals(random, length, dtype);
  const [low, high] = EXPONENTS[dtype];
  return magnitudes(random, length, dtype, low, high);
}

/** What `y` is to hold: `at(row, column)` is the index in `x` of what belongs there. */
export interface Moved {
  readonly x: ArrayLike<number>;
  readonly dims: readonly number[];
  readonly rows: number;
  readonly rowLength: number;
  at(row: number, column: number): number;
}

/** Bit for bit, but that an implementation may flush a denormal number to zero. */
export function moveJudge({ dtype }: Problem, { x, dims, rows, rowLength, at }: Moved): OutputJudge {
  const { smallestNormal } = FORMATS[dtype];
  return {
    tensor: 'y',
    dims,
    rows,
    rowLength,
    costPerRow: rowLength,
    row(row, expected, bound) {
      for (let column = 0; column < rowLength; column++) {
        const value = x[at(row, column)];
        const size = Math.abs(value);
        expected[column] = value;
        bound[column] = size < smallestNormal ? size : 0;
      }
    },
  };
}
