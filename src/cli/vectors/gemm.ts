/** Gemm as problems of our `matmul` and `neuron`: Y = alpha A' B' + beta C (opset 7 to 13), C broadcast to (M, N). */

import { Refusal } from '../../core/errors.ts';
import type { DType } from '../../core/format.ts';
import { round } from '../../core/half.ts';
import type { FileArray } from '../formats/array.ts';
import type { Route, Task } from './case.ts';
import type { Built } from './form.ts';
import { refuseInexactIntegers } from './products.ts';
import { refuseEmpty, stored } from './stored.ts';

/** Rows of a Gemm that are run through the neuron kernels, one vector each. */
const MOST_NEURON_ROWS = 64;

export interface GemmAttributes {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

/**
 * Y = alpha A' B' + beta C, as one matmul and, row by row, as a layer of neurons without activation.
 *
 * alpha goes into A and beta into C before they are stored, which rounds them once more.
 */
export function gemmProduct(
  a: FileArray,
  b: FileArray,
  c: FileArray | undefined,
  attributes: GemmAttributes,
  dtype: DType,
): Built {
  const { alpha, beta, transA, transB } = attributes;
  for (const [array, name] of [
    [a, 'A'],
    [b, 'B'],
  ] as const) {
    if (array.dims.length !== 2)
      throw new Refusal(`${name} of a Gemm is a matrix; here it has the shape (${array.dims.join(', ')})`);
    refuseEmpty(array, name);
  }
  const [m, k] = transA ? [a.dims[1], a.dims[0]] : a.dims;
  const [rows, n] = transB ? [b.dims[1], b.dims[0]] : b.dims;
  if (k !== rows) {
    throw new Refusal(
      `A and B, transposed as asked, have the shapes (${m}, ${k}) and (${rows}, ${n}): the inner extents ${k} and ${rows} differ`,
    );
  }
  refuseInexactIntegers(a, b, k);
  const left = matrix(stored(a, 'A'), m, k, transA).map((value) => round(alpha * value, dtype));
  const right = matrix(stored(b, 'B'), k, n, transB);
  const bias = c ? biasRows(c, m, n, beta, dtype) : { rows: 1, values: new Float32Array(n) };
  const routes: Route[] = [{ op: 'matmul', writes: ['c'], tasks: [withBias(left, right, bias, m, k, n)] }];
  if (m <= MOST_NEURON_ROWS)
    routes.push({ op: 'neuron', writes: ['y'], tasks: neuronTasks(left, right, bias, m, k, n) });
  return { outputs: [[m, n]], routes };
}

interface Bias {
  /** 1: all rows of the product share it; m: each has its own. */
  readonly rows: number;
  readonly values: Float32Array;
}

/** beta C broadcast to (1, n) or (m, n). */
function biasRows(c: FileArray, m: number, n: number, beta: number, dtype: DType): Bias {
  const [height, width] = [1, 1, ...c.dims].slice(-2);
  const fits = c.dims.length <= 2 && (height === 1 || height === m) && (width === 1 || width === n);
  if (!fits) throw new Refusal(`C of shape (${c.dims.join(', ')}) cannot be broadcast to (${m}, ${n})`);
  const values = stored(c, 'C');
  const spread = new Float32Array(height * n);
  for (let i = 0; i < spread.length; i++) {
    const row = Math.floor(i / n);
    spread[i] = round(beta * values[width === 1 ? row : i], dtype);
  }
  return { rows: height, values: spread };
}

/** The kernels' own bias where all rows share it; else [A | I] [B; C], whose added products are by 1 and 0: exact. */
function withBias(a: Float32Array, b: Float32Array, bias: Bias, m: number, k: number, n: number): Task {
  const place = (index: number): number => index;
  if (bias.rows === 1) return { shape: { m, n, k, bias: 1 }, tensors: { a, b, bias: bias.values }, place };
  const width = k + m;
  const wide = new Float32Array(m * width);
  for (let i = 0; i < m; i++) {
    wide.set(a.subarray(i * k, (i + 1) * k), i * width);
    wide[i * width + k + i] = 1;
  }
  const tall = new Float32Array(width * n);
  tall.set(b);
  tall.set(bias.values, k * n);
  return { shape: { m, n, k: width, bias: 0 }, tensors: { a: wide, b: tall }, place };
}

function neuronTasks(a: Float32Array, b: Float32Array, bias: Bias, m: number, k: number, n: number): Task[] {
  const w = matrix(b, n, k, true);
  return Array.from({ length: m }, (_, i) => ({
    shape: { inputs: k, neurons: n, relu: 0 },
    tensors: {
      x: a.subarray(i * k, (i + 1) * k),
      w,
      b: bias.rows === 1 ? bias.values : bias.values.subarray(i * n, (i + 1) * n),
    },
    place: (index) => i * n + index,
  }));
}

/** A matrix (rows, columns), read from its transpose where `transposed`. */
function matrix(values: Float32Array, rows: number, columns: number, transposed: boolean): Float32Array {
  if (!transposed) return values;
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[i * columns + j] = values[j * rows + i];
  }
  return result;
}
