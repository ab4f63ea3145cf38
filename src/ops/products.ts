/**
 * Inputs for sums of products, C = A B + bias: what neurons (A is one row, x) and matrix products have in common.
 */
import { type DType, U32 } from '../core/format.ts';
import { Random } from '../core/random.ts';
import { magnitudes, normals, rounded } from './inputs.ts';
import { integerProbe } from './probe.ts';
import { wideProbe } from './wide.ts';

/** Seeded terms of both signs, independent of each other: what the tighter bound on a sum asks for. */
const INDEPENDENT = ['normal', 'cancelling', 'denormal', 'large'];

export function isIndependent(input: string): boolean {
  return INDEPENDENT.includes(input);
}

export interface ProductInputs {
  /** (rows, k) row-major. */
  readonly a: Float32Array;
  /** (k, columns) row-major, or (columns, k) where `transposed`. */
  readonly b: Float32Array;
  /** (columns). */
  readonly bias: Float32Array;
}

export interface ProductProblem {
  readonly seed: number;
  readonly dtype: DType;
  /** Id of one of `PRODUCT_CASES`. */
  readonly input: string;
  readonly rows: number;
  readonly columns: number;
  /** Terms of each sum. */
  readonly k: number;
  readonly transposed: boolean;
}

/** Seeded A, B and bias, rounded to the storage type. */
export function productInputs(problem: ProductProblem): ProductInputs {
  const { seed, dtype, rows, columns, k } = problem;
  const random = (stream: string) => new Random(seed, stream);
  switch (problem.input) {
    case 'integers':
      return integers(problem);
    case 'wide':
      return wideProbe(seed, dtype, [rows, k, columns], problem.transposed);
    case 'cancelling':
      return cancelling(problem);
    case 'denormal': {
      // f32: products from 2^-152 to 2^-108. f16: half of A is denormal; B is not, so that the sums are not either.
      const half = dtype === 'f16';
      const [low, high] = half ? [-20, -10] : [-76, -54];
      return {
        a: magnitudes(random('a'), rows * k, dtype, low, high),
        b: magnitudes(random('b'), k * columns, dtype, half ? 2 : low, half ? 8 : high),
        bias: magnitudes(random('bias'), columns, dtype, half ? -14 : 2 * low, half ? -8 : 2 * high),
      };
    }
    case 'large': {
      // f32: sum|a b| stays below 2^127. f16: results lie on both sides of 65,504.
      const high = dtype === 'f16' ? 9.75 - Math.log2(k) / 4 : (126 - Math.log2(k)) / 2;
      return {
        a: magnitudes(random('a'), rows * k, dtype, high - 3, high - 1),
        b: magnitudes(random('b'), k * columns, dtype, high - 3, high - 1),
        bias: magnitudes(random('bias'), columns, dtype, high - 3, high - 1),
      };
    }
    default:
      return {
        a: normals(random('a'), rows * k, dtype),
        b: normals(random('b'), k * columns, dtype),
        bias: normals(random('bias'), columns, dtype),
      };
  }
}

function integers({ seed, rows, columns, k, transposed }: ProductProblem): ProductInputs {
  const a = new Float32Array(rows * k);
  const b = new Float32Array(k * columns);
  const [vector, inner] = transposed ? [k, 1] : [1, columns];
  integerProbe(seed, k, { values: a, count: rows, vector: k, inner: 1 }, { values: b, count: columns, vector, inner });
  const random = new Random(seed, 'bias');
  const bias = Float32Array.from({ length: columns }, () => random.integer(1, 64) * (random.bits() & 1 ? 1 : -1));
  return { a, b, bias };
}

/** The second half of each sum takes the first away again, all but about a thirtieth. */
function cancelling({ seed, dtype, rows, columns, k, transposed }: ProductProblem): ProductInputs {
  const random = (stream: string) => new Random(seed, stream);
  const a = normals(random('a'), rows * k, dtype);
  const b = normals(random('b'), k * columns, dtype);
  const rest = normals(random('rest'), k * columns, dtype, 2 ** -5);
  const half = k >> 1;
  for (let row = 0; row < a.length; row += k) {
    for (let p = row; p < row + half; p++) a[half + p] = 2 * a[p];
  }
  // In memory B is blocks of `block` elements; the second half of each cancels the first.
  const block = transposed ? k : k * columns;
  const distance = transposed ? half : half * columns;
  for (let start = 0; start < b.length; start += block) {
    for (let i = start; i < start + distance; i++) b[distance + i] = rest[i] - b[i] / 2;
  }
  return { a, b: rounded(b, dtype), bias: normals(random('bias'), columns, dtype, 2 ** -5) };
}

/** What one element of a product of the wide probe may err by, and its value. */
export interface SingleProduct {
  value: number;
  error: number;
}

/**
 * product + bias, where no other term is there: exact where both operations are, else one rounding each, 2u of a result.
 * Both factors are stored numbers, so that their product is exact in float64.
 */
export function singleProduct(product: number, bias: number, result: SingleProduct): void {
  result.value = product + bias;
  result.error = 0;
  if (Math.fround(product) !== product) result.error += 2 * U32 * Math.abs(product);
  if (Math.fround(result.value) !== result.value && bias !== 0) result.error += 2 * U32 * Math.abs(result.value);
}
