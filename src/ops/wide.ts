/**
 * The wide probe: A (rows, k), B (k, columns) and a bias of long mantissas over many powers of two, whose product is known
 * to the last bit. It sees what the integer probe is blind to: operands, biases or results rounded to a shorter format,
 * clamped, taken for zero where they are small, moved by a small constant or factor.
 *
 * Vectors (rows of A, columns of B) are of two kinds:
 *   - dense: at each index p one of A and B holds odd integers of `bits` bits, the other +-1 (both +-1 where there is no room
 *     left for more long ones), so that with the bias sum|a b| < 2^24 and no partial sum rounds in any order. Then A's entry
 *     is multiplied by 2^g_p and B's by 2^-g_p, which changes no product, and a column of B with its bias by 2^f, which
 *     changes no digit: the same integers, at sizes that no clamp, threshold or fixed point survives;
 *   - single: all 0 but for one entry, with a mantissa as long as the format's. Its product with any vector is one product
 *     and no sum: exact where one factor is a power of two, else within one rounding.
 * A dense row has runs of equal entries, of negative ones and of zeros. Every other vector is single, where there are several; half of the columns that are single have no bias.
 */
import type { DType } from '../core/format.ts';
import { round } from '../core/half.ts';
import { Random } from '../core/random.ts';

/** Long entries have at least so many bits: more than f16 and TF32 (11) and bf16 (8) have. */
const BITS: Readonly<Record<DType, number>> = { f32: 12, f16: 11 };
/** More bits than this a bias and a sum of +-1 could not be added to. */
const MOST_BITS = 22;
/** The bias of a dense column: an odd integer below this. */
const BIAS: Readonly<Record<DType, number>> = { f32: 2 ** 21, f16: 2 ** 10 };
/** Long terms that a sum stored as f16 has room for: a result stays near 2^15. */
const F16_LONG = 256;
/** Powers of two by which entries, columns and single entries are scaled, so that all products are normal numbers. */
const SCALES = {
  f32: { entry: [-30, 30], column: [-55, 30], fewColumns: [10, 30], single: [-40, 40], fewSingle: [-70, -60] },
  f16: { entry: [-4, 4], column: [0, 0], fewColumns: [0, 0], single: [-7, 6], fewSingle: [-7, 0] },
} as const;
const FEW = 4;
/** So few terms are all different, and none is 0. */
const FEW_TERMS = 16;
/** Quarters of such a range, in the order in which vectors take them: the far ends first. */
const QUARTERS = [0, 3, 1, 2] as const;

export interface WideProbe {
  /** (rows, k) row-major. */
  readonly a: Float32Array;
  /** (k, columns) row-major, or (columns, k) where `transposed`. */
  readonly b: Float32Array;
  /** (columns). */
  readonly bias: Float32Array;
}

export function wideProbe(
  seed: number,
  dtype: DType,
  [rows, k, columns]: readonly [rows: number, k: number, columns: number],
  transposed: boolean,
): WideProbe {
  const random = new Random(seed, 'wide');
  const scales = SCALES[dtype];
  const { bits, long } = roomFor(k, dtype);
  const runs = runsOf(random, k);
  // Which of the two is long at an index: by turns, so that of two both are met, and of one alone by two seeds.
  const isLong = new Uint8Array(k);
  if (long === k) {
    for (let p = 0; p < k; p++) isLong[p] = k >= FEW_TERMS && runs[p] % 8 === 7 ? 0 : 1 + ((runs[p] + (seed % 2)) % 2);
  }
  for (let left = long === k ? 0 : long; left > 0; left--) {
    let p = random.integer(0, k - 1);
    while (isLong[p]) p = (p + 1) % k;
    isLong[p] = 1 + (left % 2);
  }
  // One term, among the first, is larger than all others: a kernel may drop what is small beside its sum so far.
  const heavy = dtype === 'f32' && k >= FEW_TERMS ? random.integer(0, k >> 3) : -1;
  if (heavy >= 0) {
    isLong[heavy] = 1;
    runs[heavy] = -1;
  }
  // Of f16's few exponents the long entry needs the small ones, the other the large ones. Some are not scaled at all.
  const scale = new Float64Array(k);
  for (let p = 0; p < k; p++) {
    const [low, high] = scales.entry;
    const g = random.integer(dtype === 'f16' && isLong[p] ? -9 : low, high);
    scale[p] = (runs[p] >> 1) % 3 === 0 ? 1 : 2 ** (isLong[p] === 2 ? -g : g);
    if (isAlike(p)) scale[p] = scale[p - 1];
  }
  /** Whether an entry may be the same as the one before it. */
  function isAlike(p: number): boolean {
    return p > 0 && runs[p] === runs[p - 1] && isLong[p] === isLong[p - 1];
  }
  const integer = (p: number): number => {
    const own = p === heavy ? MOST_BITS : bits;
    return (2 ** (own - 1) + 2 * Math.floor((random.bits() / 2 ** 32) * 2 ** (own - 2)) + 1) * sign(random);
  };
  // Four in turn cover the four quarters of a range. Of few columns the dense ones are large and show clamps, the single ones
  // small, which shows what is lost near zero.
  const isFew = columns < FEW;
  const exponent = ([low, high]: readonly [number, number], turn: number): number => {
    const share = random.uniform();
    // Close to the lower end in its quarter: what is lost below some size is lost there.
    return low + Math.floor((QUARTERS[turn % 4] + (turn % 4 === 0 ? share ** 4 : share)) * ((high - low + 1) / 4));
  };
  const mantissa = (turn: number, few = isFew): number =>
    round(sign(random) * random.uniform(1, 2), dtype) * 2 ** exponent(few ? scales.fewSingle : scales.single, turn);

  // Of one column alone it is the seed that decides; one row is dense, for the columns differ.
  const isSingle = (column: number): boolean => (column + (columns > 1 ? 0 : 1) + (seed % 2)) % 2 === 1;

  const a = new Float32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const start = i * k;
    if (rows > 1 && i % 2 === 1) a[start + random.integer(0, k - 1)] = mantissa(i >> 1, false);
    else fillDense(a.subarray(start, start + k), (i >> 1) + (seed % 2));
  }
  function fillDense(row: Float32Array, first: number): void {
    let kind = first;
    for (let p = 0; p < k; p++) {
      if (p > 0 && runs[p] !== runs[p - 1]) kind = random.integer(0, 11);
      const value = (isLong[p] === 1 ? integer(p) : sign(random)) * scale[p];
      row[p] = value;
      if (k < FEW_TERMS) continue;
      // A kernel may skip what is 0, or like its neighbour, or stop there. The first run is of another kind in each row.
      if (kind === 0) row[p] = 0;
      else if (kind === 1) row[p] = -Math.abs(value);
      else if (kind < 5 && isAlike(p)) row[p] = row[p - 1];
    }
  }
  const b = new Float32Array(k * columns);
  const bias = new Float32Array(columns);
  const factors = new Float64Array(columns);
  const [vector, inner] = transposed ? [k, 1] : [1, columns];
  for (let j = 0; j < columns; j++) {
    if (isSingle(j)) {
      // Some have no entry at all: their bias alone is the result.
      const isEmpty = j % 8 >= 6;
      if (!isEmpty) b[j * vector + random.integer(0, k - 1) * inner] = mantissa(j >> 1);
      bias[j] = isEmpty || random.bits() & 1 ? mantissa(j >> 1) : 0;
    } else {
      factors[j] = 2 ** exponent(isFew ? scales.fewColumns : scales.column, j >> 1);
      bias[j] = (2 * random.integer(0, BIAS[dtype] / 2 - 1) + 1) * sign(random) * factors[j];
    }
  }
  // In the order of memory: row by row, or column by column where a column lies together.
  const outer = transposed ? columns : k;
  const steps = transposed ? k : columns;
  for (let x = 0; x < outer; x++) {
    for (let y = 0; y < steps; y++) {
      const [p, j] = transposed ? [y, x] : [x, y];
      if (factors[j] !== 0) {
        const value = ((isLong[p] === 2 ? integer(p) : sign(random)) / scale[p]) * factors[j];
        // Blocks of neighbouring columns are 0 at some indices: a kernel may take that for the end of what counts.
        b[j * vector + p * inner] = k >= FEW_TERMS && isEmptyBlock(p, j >> 3, seed) ? 0 : value;
      }
    }
  }
  return { a, b, bias };
}

/** One block of columns in sixteen, by a hash of where it is. */
function isEmptyBlock(p: number, block: number, seed: number): boolean {
  return ((Math.imul(p + 1, 0x9e3779b1) ^ Math.imul(block + 1, 0x85ebca6b) ^ (seed | 0)) >>> 16) % 16 === 0;
}

/** A number for each index, the same along runs of one to eight. */
function runsOf(random: Random, k: number): Int32Array {
  const runs = new Int32Array(k);
  for (let p = 0, run = 0; p < k; run++) {
    const length = k < FEW_TERMS ? 1 : 2 ** random.integer(0, 3);
    runs.fill(run, p, p + length);
    p += length;
  }
  return runs;
}

/** Bits of a long entry and how many indices hold one, so that sums of their magnitudes stay below 2^24. */
function roomFor(k: number, dtype: DType): { readonly bits: number; readonly long: number } {
  if (dtype === 'f16') return { bits: BITS.f16, long: Math.min(k, F16_LONG) };
  const heavy = k >= FEW_TERMS ? 2 ** MOST_BITS : 0;
  const room = 2 ** 24 - BIAS.f32 - k - heavy;
  const bits = Math.min(MOST_BITS, Math.floor(Math.log2(room / k)));
  return bits >= BITS.f32 ? { bits, long: k } : { bits: BITS.f32, long: Math.floor(room / 2 ** BITS.f32) };
}

function sign(random: Random): 1 | -1 {
  return random.bits() & 1 ? 1 : -1;
}
