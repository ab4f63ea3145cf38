/**
 * MatMul as problems of our `matmul`. It follows numpy.matmul (ONNX MatMul, opset 1 to 13): vectors get a dimension and
 * lose it again, leading dimensions are broadcast.
 */
import { Refusal } from '../../core/errors.ts';
import { type FileArray, MAX_ELEMENTS } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';
import type { Task } from './case.ts';
import type { Built } from './form.ts';
import { isInteger, refuseEmpty, stored } from './stored.ts';

/** Products of one case that are run, each a call to the host of its own. */
const MOST_PRODUCTS = 1024;

/** c = a b with the dimensions of `c`. Throws a `Refusal` where the shapes do not fit. */
export function matmulProduct(a: FileArray, b: FileArray): Built {
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
  return { outputs: [dims], routes: [{ op: 'matmul', writes: ['c'], tasks }] };
}

/** Integer operands are taken where float32 adds them up exactly: sums that stay within 2^24. */
export function refuseInexactIntegers(a: FileArray, b: FileArray, k: number): void {
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
