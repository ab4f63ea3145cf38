/**
 * The exact-integer probe: A (rows, k) and B (k, columns) of integers such that every sum C = A B comes out bit for bit
 * in f32, whatever the order of summation, and is wrong wherever the sum itself is kept in f16.
 *
 * The k indices are paired at random, each in the first half with one in the second. The products of the first half all
 * have the sign of their element of C, those of the second take them away again, but for a few that differ by one:
 * those differences are what C consists of. So
 *   - sum_k |a_ik b_kj| < 2^24 - 2^11: every partial sum, in any order, is an integer that f32 holds exactly;
 *   - |c_ij| <= 1,943: an integer that f16 holds exactly, with room for a bias of 64;
 *   - up to 512 of the products are "heavy", from 2^12 to 2^14 in magnitude, where f16 is 4 to 8 apart: a sum in
 *     f16 rounds at its very first terms. Summed in the order of k or in halves it passes f16's largest number (from
 *     k = 64 on); strided or as a tree, hundreds of roundings would have to cancel exactly;
 *   - every product is at least 1 in magnitude, and partners are far apart: a term dropped or taken twice shows.
 * Signs vary along k, along the rows and along the columns; no two neighbours need be equal.
 */
import { Random } from '../core/random.ts';
import { shuffle } from './inputs.ts';

/** Products from 2^12 to 2^14; at most this many for each element of C. */
const HEAVY_PAIRS = 256;
/** Entries of each row of A and of each column of B that differ from their partner by one. */
const DIFFERENCES = 7;

/** Where a family of vectors of length k lies: element p of vector v is at v * vector + p * inner. */
export interface Family {
  readonly values: Float32Array;
  readonly count: number;
  readonly vector: number;
  readonly inner: number;
}

/** Fills A's rows and B's columns; `k` is their common length, at most 2^21, beyond which the magnitudes leave no room. */
export function integerProbe(seed: number, k: number, rows: Family, columns: Family): void {
  const random = new Random(seed, 'probe');
  const half = k >> 1;
  const rise = permutation(random, half, 0);
  const fall = permutation(random, half, k - half);
  const light = Math.max(1, Math.min(127, Math.floor(Math.sqrt(2 ** 23 / k)) - 1));
  const sign = Int8Array.from({ length: k }, () => (random.bits() & 1 ? 1 : -1));
  for (const [family, partner] of [
    [rows, 1],
    [columns, -1],
  ] as const) {
    const { values, count, vector, inner } = family;
    const own = Int8Array.from({ length: count }, () => (random.bits() & 1 ? 1 : -1));
    // Row by row where a row lies together, index by index where a column does: in the order of memory.
    const byVector = inner <= vector;
    const outer = byVector ? count : half;
    const steps = byVector ? half : count;
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < steps; j++) {
        const v = byVector ? i : j;
        const pair = byVector ? j : i;
        const heavy = pair < HEAVY_PAIRS;
        const low = heavy ? 64 : (light + 1) >> 1;
        const high = heavy ? 127 : light;
        const magnitude = low + Math.floor((random.bits() / 2 ** 32) * (high - low + 1));
        const p = rise[pair];
        const value = own[v] * sign[p] * magnitude;
        values[v * vector + p * inner] = value;
        const q = fall[pair];
        values[v * vector + q * inner] = partner * sign[q] * sign[p] * value;
      }
    }
    for (let v = 0; v < count; v++) {
      if (k % 2 === 1) values[v * vector + half * inner] = own[v] * random.integer(1, 12);
      for (const pair of distinct(random, Math.min(DIFFERENCES, half), half)) {
        const at = v * vector + fall[pair] * inner;
        // Away from zero, so that no entry becomes 0.
        values[at] += random.bits() & 1 ? Math.sign(values[at]) : 0;
      }
    }
  }
}

/** The integers from `first` to `first + length - 1` in random order. */
function permutation(random: Random, length: number, first: number): Int32Array {
  return shuffle(
    random,
    Int32Array.from({ length }, (_, i) => first + i),
  );
}

/** `take` different integers below `range`. */
function distinct(random: Random, take: number, range: number): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < take) chosen.add(random.integer(0, range - 1));
  return chosen;
}
