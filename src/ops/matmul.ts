/** Seeded inputs of the matrix product, and what judges its results; `described/matmul.ts` says what is computed. */
import { allow, flushError, flushedBelow, sumError } from '../core/bounds.ts';
import { FORMATS } from '../core/format.ts';
import { freivalds, largestSum, type Product } from '../core/freivalds.ts';
import type { OutputJudge } from '../core/judge.ts';
import { matmul as described } from './described/matmul.ts';
import { isIndependent, productInputs, singleProduct } from './products.ts';
import type { Numerics, Problem, Tensors, VerifiableOperation } from './types.ts';

export const matmul: VerifiableOperation = {
  ...described,

  inputs(problem) {
    const { m, n, k, bias: biased } = problem.shape;
    const { a, b, bias } = productInputs({ ...problem, rows: m, columns: n, k, transposed: false });
    return biased ? { a, b, bias } : { a, b };
  },

  judges: (problem, inputs, numerics) => [
    problem.input === 'wide' ? wideJudge(problem, inputs, numerics) : matmulJudge(problem, inputs, numerics),
  ],
};

/** c_ij = sum_p a_ip b_pj + bias_j, with the bound of a sum of k + 1 terms. */
function matmulJudge(problem: Problem, tensors: Tensors, numerics: Numerics): OutputJudge {
  const { m, n, k } = problem.shape;
  const { a, b, bias } = tensors as Record<'a' | 'b' | 'bias', Float32Array>;
  const product: Product = { m, n, k, a, b, ...(bias ? { bias } : {}) };
  const exact = problem.input === 'integers';
  const factor = sumError(
    k + 1,
    isIndependent(problem.input),
    numerics.accumulator && FORMATS[numerics.accumulator].unit,
  );
  const denormal = flushedBelow(problem.dtype);
  const rows = profile(a, m, k, 'rows', denormal);
  const columns = profile(b, k, n, 'columns', denormal);
  const flushed = (
    sumA: number,
    largestA: number,
    denormalA: number,
    sumB: number,
    largestB: number,
    denormalB: number,
  ) => flushError(sumA + sumB, k + 1) + largestA * denormalB + largestB * denormalA;
  const anywhere = flushed(
    most(rows.sum),
    most(rows.largest),
    most(rows.denormal),
    most(columns.sum),
    most(columns.largest),
    most(columns.denormal),
  );
  // Where an element may overflow, its row has no sum that could be compared: then rows alone are.
  const whole =
    exact || largestSum(product) < FORMATS[numerics.output].overflow
      ? { whole: freivalds(product, exact ? null : { factor, output: numerics.output, flush: anywhere }) }
      : {};
  return {
    tensor: 'c',
    dims: [m, n],
    rows: m,
    rowLength: n,
    costPerRow: 2 * n * k,
    row(i, expected, bound) {
      sumRow(product, i, expected, bound);
      if (exact) {
        bound.fill(0);
        return;
      }
      const [sumA, largestA, denormalA] = [rows.sum[i], rows.largest[i], rows.denormal[i]];
      for (let j = 0; j < n; j++) {
        const flush = flushed(sumA, largestA, denormalA, columns.sum[j], columns.largest[j], columns.denormal[j]);
        allow(expected, bound, j, expected[j], factor * bound[j] + flush, numerics.output);
      }
    },
    ...whole,
  };
}

/** The wide probe: whole numbers that never round where row and column are dense, else one product. */
function wideJudge(problem: Problem, tensors: Tensors, numerics: Numerics): OutputJudge {
  const { m, n, k } = problem.shape;
  const { a, b, bias } = tensors as Record<'a' | 'b' | 'bias', Float32Array>;
  // The index of a column's only entry, -1 where it is dense.
  const only = new Int32Array(n);
  const nonzero = new Int32Array(n);
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < n; j++) {
      if (b[p * n + j] === 0) continue;
      nonzero[j]++;
      only[j] = p;
    }
  }
  const dense: number[] = [];
  for (let j = 0; j < n; j++) if (nonzero[j] > 1) dense.push(j);
  const sums = new Float64Array(dense.length);
  const single = { value: 0, error: 0 };
  return {
    tensor: 'c',
    dims: [m, n],
    rows: m,
    rowLength: n,
    costPerRow: n * k,
    row(i, expected, bound) {
      const row = a.subarray(i * k, i * k + k);
      let terms = 0;
      let at = 0;
      for (let p = 0; p < k; p++) {
        if (row[p] === 0) continue;
        terms++;
        at = p;
      }
      for (let j = 0; j < n; j++) {
        if (terms > 1 && nonzero[j] > 1) continue;
        const p = nonzero[j] > 1 ? at : only[j];
        singleProduct(row[p] * b[p * n + j], bias ? bias[j] : 0, single);
        allow(expected, bound, j, single.value, single.error, numerics.output);
      }
      if (terms < 2) return;
      for (let d = 0; d < dense.length; d++) sums[d] = bias ? bias[dense[d]] : 0;
      for (let p = 0; p < k; p++) for (let d = 0; d < dense.length; d++) sums[d] += row[p] * b[p * n + dense[d]];
      for (let d = 0; d < dense.length; d++) allow(expected, bound, dense[d], sums[d], 0, numerics.output);
    },
  };
}

/** Row i of C into `sum`, and sum_p |a_ip b_pj| + |bias_j| into `magnitude`. Four rows of B at a time. */
function sumRow({ n, k, a, b, bias }: Product, i: number, sum: Float64Array, magnitude: Float64Array): void {
  for (let j = 0; j < n; j++) {
    sum[j] = bias ? bias[j] : 0;
    magnitude[j] = Math.abs(sum[j]);
  }
  let p = 0;
  for (; p + 4 <= k; p += 4) {
    const a0 = a[i * k + p];
    const a1 = a[i * k + p + 1];
    const a2 = a[i * k + p + 2];
    const a3 = a[i * k + p + 3];
    const r0 = p * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    for (let j = 0; j < n; j++) {
      const t0 = a0 * b[r0 + j];
      const t1 = a1 * b[r1 + j];
      const t2 = a2 * b[r2 + j];
      const t3 = a3 * b[r3 + j];
      sum[j] += t0 + t1 + (t2 + t3);
      magnitude[j] += Math.abs(t0) + Math.abs(t1) + (Math.abs(t2) + Math.abs(t3));
    }
  }
  for (; p < k; p++) {
    const factor = a[i * k + p];
    for (let j = 0; j < n; j++) {
      const term = factor * b[p * n + j];
      sum[j] += term;
      magnitude[j] += Math.abs(term);
    }
  }
}

/** Of each row or column of a matrix: sum of magnitudes, sum of those below `denormal`, largest. */
interface Profile {
  readonly sum: Float64Array;
  readonly denormal: Float64Array;
  readonly largest: Float64Array;
}

function profile(
  matrix: Float32Array,
  rows: number,
  columns: number,
  of: 'rows' | 'columns',
  denormal: number,
): Profile {
  const count = of === 'rows' ? rows : columns;
  const sum = new Float64Array(count);
  const below = new Float64Array(count);
  const largest = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const v = of === 'rows' ? i : j;
      const size = Math.abs(matrix[i * columns + j]);
      sum[v] += size;
      if (size < denormal) below[v] += size;
      if (size > largest[v]) largest[v] = size;
    }
  }
  return { sum, denormal: below, largest };
}

function most(values: Float64Array): number {
  return values.reduce((x, y) => Math.max(x, y));
}
