/** Seeded values for inputs, rounded to what the storage type can hold. */
import type { DType } from '../core/format.ts';
import { round } from '../core/half.ts';
import { Random } from '../core/random.ts';

/** 2^16 normal values, scaled so that the sum of two has variance 1. */
let halves: Float32Array | undefined;

function normalHalves(): Float32Array {
  if (!halves) {
    const random = new Random(1, 'normal table');
    halves = Float32Array.from({ length: 65_536 }, () => random.normal() * Math.SQRT1_2);
  }
  return halves;
}

/**
 * `length` values, standard normal times `scale`. Each is the sum of two entries of a table of normal values, drawn by
 * one 32-bit number: 8 times as fast as Box and Muller's formula, which 4,096 x 4,096 weights would wait for.
 */
export function normals(random: Random, length: number, dtype: DType, scale = 1): Float32Array {
  const table = normalHalves();
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const bits = random.bits();
    values[i] = (table[bits & 0xffff] + table[bits >>> 16]) * scale;
  }
  return rounded(values, dtype);
}

/** `length` values of random sign with magnitudes from 2^low to 2^high, uniform in the exponent. */
export function magnitudes(random: Random, length: number, dtype: DType, low: number, high: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const sign = random.bits() & 1 ? 1 : -1;
    values[i] = sign * 2 ** Math.floor(random.uniform(low, high)) * random.uniform(1, 2);
  }
  return rounded(values, dtype);
}

/** Rounds in place to the storage type. */
export function rounded(values: Float32Array, dtype: DType): Float32Array {
  // Single precision is what the array holds.
  if (dtype !== 'f32') for (let i = 0; i < values.length; i++) values[i] = round(values[i], dtype);
  return values;
}

/** The score that an input case gives to element `index` of `count`, before the noise that makes each differ. */
export function trend(input: string, index: number, count: number): number {
  const along = count === 1 ? 0 : index / (count - 1);
  switch (input) {
    case 'rising':
      return 60 * along;
    case 'falling':
      return 60 * (1 - along);
    case 'low':
      return -200;
    case 'high':
      return 200;
    default:
      return 0;
  }
}

/** Lanes of the largest workgroup: places are spread over every remainder of it, so that no lane's share goes untried. */
const LANES = 256;

/**
 * `length` places among `count`, to single out one element each: places at which kernels go wrong (both ends, the middle,
 * other fractions, both sides of powers of two) in between others that take every remainder modulo 256 in turn, in random
 * order, anywhere in the row.
 */
export function places(random: Random, length: number, count: number): Int32Array {
  const special = [0, count - 1, count >> 1, (count >> 1) - 1, Math.floor(count / 3), count - 2, count >> 2, 1];
  for (let power = 4; power <= 4096; power *= 2) special.push(power, power - 1);
  special.push(
    Math.floor((2 * count) / 3),
    Math.floor((3 * count) / 4),
    Math.floor(count / 5),
    count - 4,
    7,
    100,
    1000,
  );
  const edges = [...new Set(special)].filter((place) => place >= 0 && place < count);
  const range = Math.min(LANES, count);
  const remainders = Int32Array.from({ length: range }, (_, i) => i);
  const chosen = new Int32Array(length);
  let turn = range;
  for (let i = 0; i < length; i++) {
    if (i % 3 === 0 && i / 3 < edges.length) {
      chosen[i] = edges[i / 3];
      continue;
    }
    if (turn === range) {
      shuffle(random, remainders);
      turn = 0;
    }
    const remainder = remainders[turn++];
    chosen[i] = remainder + LANES * random.integer(0, Math.floor((count - 1 - remainder) / LANES));
  }
  return chosen;
}

/** Fisher and Yates, in place. */
export function shuffle(random: Random, values: Int32Array): Int32Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}
