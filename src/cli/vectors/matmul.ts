/**
 * MatMul and Gemm as problems of our `matmul` and `neuron`.
 *
 * MatMul follows numpy.matmul (ONNX MatMul, opset 1 to 13): vectors get a dimension and lose it again, leading
 * dimensions are broadcast. Gemm is Y = alpha A' B' + beta C (opset 7 to 13), C broadcast to (M, N).
 */
import type { DType } from '../../core/dtype.ts';
import { round } from '../../core/dtype.ts';
import { Refusal } from '../../core/errors.ts';
import { type FileArray, MAX_ELEMENTS } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';
import { isInteger, type Route, refuseEmpty, stored, type Task } from './case.ts';

export interface Product {
  readonly dims: readonly number[];
  readonly routes: readonly Route[];
}

/** Rows of a Gemm that are run through the neuron kernels, one vector each. */
const MOST_NEURON_ROWS = 64;

/** Products of one case that are run, each a call to the host of its own. */
const MOST_PRODUCTS = 1024;

/** c = a b with the dimensions of `c`. Throws a `Refusal` where the shapes do not fit. */
export function matmulProduct(a: FileArray, b: FileArray): Product {
  refuseEmpty(a, 'a');
  refuseEmpty(b, 'b');
  if (a.dims.length === 0 || b.dims.length === 0)
    throw new Refusal('MatMul takes no scalars: each operand needs a dimension');
  const left = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const right = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const [m, k] = left.slice(-2);
  const [rows, n] = right.slice(-2);
  const shapes = `(${a.dims.join(', ')}) and (${b.dims.join(', ')})`;
  if (k !== rows) throw new Refusal(`a and b have the shapes ${shapes}: the inner extents ${k} and ${rows} differ`);
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2), shapes);
  const slices = batch.reduce((product, extent) => product * extent, 1);
  if (slices * m * n > MAX_ELEMENTS)
    throw new Unsupported(`the product has ${slices * m * n} values; at most ${MAX_ELEMENTS} are computed`);
  refuseInexactIntegers(a, b, k);
  const x = stored(a, 'a');
  const y = stored(b, 'b');
  const dims = [...batch, ...(a.dims.length === 1 ? [] : [m]), ...(b.dims.length === 1 ? [] : [n])];
  // Where all slices share one b, they are the rows of one taller matrix.
  const isTall = y.length === k * n && x.length === slices * m * k;
  const [count, height] = isTall ? [1, slices * m] : [slices, m];
  if (count > MOST_PRODUCTS) throw new Unsupported(`the batch has ${count} products; at most ${MOST_PRODUCTS} are run`);
  const tasks = Array.from({ length: count }, (_, slice): Task => {
    const from = isTall ? 0 : offset(slice, batch, left.slice(0, -2)) * m * k;
    const to = isTall ? 0 : offset(slice, batch, right.slice(0, -2)) * k * n;
    return {
      shape: { m: height, n, k, bias: 0 },
      tensors: { a: x.subarray(from, from + height * k), b: y.subarray(to, to + k * n) },
      place: (index) => slice * height * n + index,
    };
  });
  return { dims, routes: [{ op: 'matmul', tasks }] };
}

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
): Product {
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
  const routes: Route[] = [{ op: 'matmul', tasks: [withBias(left, right, bias, m, k, n)] }];
  if (m <= MOST_NEURON_ROWS) routes.push({ op: 'neuron', tasks: neuronTasks(left, right, bias, m, k, n) });
  return { dims: [m, n], routes };
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

/** Integer operands are taken where float32 adds them up exactly: sums that stay within 2^24. */
function refuseInexactIntegers(a: FileArray, b: FileArray, k: number): void {
  if (!isInteger(a.type) && !isInteger(b.type)) return;
  const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest(a.values) * largest(b.values) * k > 2 ** 24) {
    throw new Unsupported(`${a.type} x ${b.type} sums may pass 2^24, beyond which float32 kernels are not exact`);
  }
}

/** numpy's rule: extents are equal or one of them is 1. */
function broadcast(left: readonly number[], right: readonly number[], shapes: string): number[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1)
      throw new Refusal(`a and b have the shapes ${shapes}: ${a} and ${b} cannot be broadcast`);
    return a === 1 ? b : a;
  });
}

/** Which slice of an operand with the leading dimensions `own` belongs to slice number `slice` of `batch`. */
function offset(slice: number, batch: readonly number[], own: readonly number[]): number {
  let rest = slice;
  let position = 0;
  let step = 1;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const at = rest % batch[axis];
    rest = Math.floor(rest / batch[axis]);
    const extent = own[axis - batch.length + own.length] ?? 1;
    if (extent > 1) position += at * step;
    step *= extent;
  }
  return position;
}
