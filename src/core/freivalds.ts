/**
 * Freivalds' check (1977) of a matrix product: C v against A (B v) for random vectors v, in O(n^2).
 *
 * Where every sum is an exact integer, v holds random integers and the two must be equal bit for bit: a wrong row
 * passes with probability (2 range)^-4 at most. Where sums are rounded, v holds random signs. They are independent of
 * the kernel's errors e_ij, so sum_j v_j e_ij lies within 8 sqrt(sum_j e_ij^2) but for a chance of 2 exp(-32)
 * (Hoeffding), and sum_j |v_j e_ij| within sum_j B_ij always; the smaller of the two is the bound of row i, with
 * sum_k |a_ik b_kj| <= |a_i| |b_j| (Cauchy and Schwarz) in the first. docs/VERDICTS.md says what it can miss.
 */
import { storingError } from './bounds.ts';
import type { DType } from './format.ts';
import { Random } from './random.ts';

/** C = A B + bias: a (m, k), b (k, n), bias (n), row-major. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias?: Float32Array;
}

/** What rounding may cost: `factor` times sum|a||b|, and the output's own rounding. */
export interface Rounding {
  readonly factor: number;
  readonly output: DType;
  /** Flushed denormals, for each element. */
  readonly flush: number;
}

export interface FreivaldsCheck {
  readonly method: string;
  /** Multiply-adds. */
  readonly cost: number;
  /** It rounds nothing itself, and finds a wrong row as surely as comparing it would. */
  readonly exact: boolean;
  check(actual: ArrayLike<number>, seed: number, flushedBelow?: number): { ratio: number; row?: number };
}

/** Vectors that are tried side by side. */
const VECTORS = 4;
/** Hoeffding: a sum of random signs passes 8 standard deviations with probability 2 exp(-32). */
const DEVIATIONS = 8;

/** The check for a product; `rounding` is null where the result must be exact. */
export function freivalds(product: Product, rounding: Rounding | null): FreivaldsCheck {
  const { m, n, k } = product;
  return {
    method: 'Freivalds',
    cost: VECTORS * (k * n + m * k + m * n),
    exact: rounding === null,
    check(actual, seed, flushedBelow = 0) {
      const v = randomVectors(product, rounding === null, seed);
      const bv = multiply(product.b, k, n, v);
      const abv = multiply(product.a, m, k, bv);
      const cv = multiply(actual, m, n, v);
      const shift = v.map((vector) => (product.bias ? dot(product.bias, vector) : 0));
      const allowed = rounding ? rowBounds(product, rounding, actual, flushedBelow) : null;
      let worst = 0;
      let row = 0;
      for (let i = 0; i < m; i++) {
        for (let t = 0; t < VECTORS; t++) {
          const error = Math.abs(abv[t][i] + shift[t] - cv[t][i]);
          const quotient = error === 0 ? 0 : error / (allowed ? allowed[i] : 0);
          const ratio = Number.isNaN(quotient) ? Number.POSITIVE_INFINITY : quotient;
          if (ratio > worst) [worst, row] = [ratio, i];
        }
      }
      return worst === 0 ? { ratio: 0 } : { ratio: worst, row };
    },
  };
}

/** No element of C = A B + bias, and no part of its sum in any order, is larger: max |a_i| max |b_j| + max |bias_j|. */
export function largestSum({ m, n, k, a, b, bias }: Product): number {
  const rows = rowNorms(a, m, k).reduce((x, y) => Math.max(x, y));
  const squares = new Float64Array(n);
  for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) squares[j] += b[p * n + j] * b[p * n + j];
  const columns = Math.sqrt(squares.reduce((x, y) => Math.max(x, y)));
  const shift = bias ? bias.reduce((x, y) => Math.max(x, Math.abs(y)), 0) : 0;
  return rows * columns + shift;
}

/** Bounds on |sum_j v_j e_ij| for signs v, one for each row. */
function rowBounds(
  { m, n, k, a, b, bias }: Product,
  { factor, output, flush }: Rounding,
  c: ArrayLike<number>,
  flushedBelow: number,
): Float64Array {
  const sums = new Float64Array(k);
  let squares = 0;
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < n; j++) {
      const value = b[p * n + j];
      sums[p] += Math.abs(value);
      squares += value * value;
    }
  }
  const frobenius = Math.sqrt(squares);
  const biasSum = bias ? bias.reduce((sum, value) => sum + Math.abs(value), 0) : 0;
  const biasNorm = bias ? Math.sqrt(bias.reduce((sum, value) => sum + value * value, 0)) : 0;
  const { relative, absolute } = storingError(output);
  const norms = rowNorms(a, m, k);
  const bounds = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = biasSum;
    for (let p = 0; p < k; p++) sum += Math.abs(a[i * k + p]) * sums[p];
    let cSum = 0;
    let cSquares = 0;
    let zeros = 0;
    for (let j = 0; j < n; j++) {
      const value = c[i * n + j];
      cSum += Math.abs(value);
      cSquares += value * value;
      if (value === 0) zeros++;
    }
    const certain = factor * sum + relative * cSum + n * (flush + absolute) + zeros * flushedBelow;
    const likely =
      DEVIATIONS *
      (factor * (norms[i] * frobenius + biasNorm) +
        relative * Math.sqrt(cSquares) +
        Math.sqrt(n) * (flush + absolute) +
        Math.sqrt(zeros) * flushedBelow);
    // The check itself rounds, in float64.
    bounds[i] = Math.min(certain, likely) + (n + k) * 2 ** -53 * (sum + cSum);
  }
  return bounds;
}

/** Signs; or integers without 0, as large as sums below 2^52 allow, so that nothing here rounds. */
function randomVectors({ m, n, k, a, b, bias }: Product, exact: boolean, seed: number): Float64Array[] {
  let range = 1;
  if (exact) {
    let largest = 0;
    const sums = new Float64Array(k);
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) sums[p] += Math.abs(b[p * n + j]);
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += Math.abs(a[i * k + p]) * sums[p];
      largest = Math.max(largest, sum);
    }
    const shift = bias ? bias.reduce((sum, value) => sum + Math.abs(value), 0) : 0;
    range = Math.max(1, Math.min(2 ** 20, Math.floor(2 ** 52 / (largest + shift))));
  }
  return Array.from({ length: VECTORS }, (_, t) => {
    const random = new Random(seed, `Freivalds ${t}`);
    return Float64Array.from({ length: n }, () => random.integer(1, range) * (random.bits() & 1 ? 1 : -1));
  });
}

/** A matrix (rows, columns) times each of the `VECTORS` vectors, read once. */
function multiply(
  matrix: ArrayLike<number>,
  rows: number,
  columns: number,
  [v0, v1, v2, v3]: readonly Float64Array[],
): Float64Array[] {
  const results = Array.from({ length: VECTORS }, () => new Float64Array(rows));
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < columns; j++) {
      const value = matrix[start + j];
      s0 += value * v0[j];
      s1 += value * v1[j];
      s2 += value * v2[j];
      s3 += value * v3[j];
    }
    results[0][i] = s0;
    results[1][i] = s1;
    results[2][i] = s2;
    results[3][i] = s3;
  }
  return results;
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

function rowNorms(a: Float32Array, rows: number, columns: number): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let p = 0; p < columns; p++) squares += a[i * columns + p] ** 2;
    norms[i] = Math.sqrt(squares);
  }
  return norms;
}
