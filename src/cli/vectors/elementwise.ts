/** Relu through the neurons' activation, Softmax through `softmax`. */
import { U32 } from '../../core/dtype.ts';
import { Refusal } from '../../core/errors.ts';
import type { FileArray } from '../formats/array.ts';
import { type Route, refuseEmpty, stored, type Task } from './case.ts';

/** Neurons in one layer of the Relu route. */
const LAYER = 2 ** 16;

/**
 * y = max(0, x) as layers of neurons with one input that is 1: y_j = max(0, x_j * 1 + 0). The product and the sum are
 * exact, so that only the exact result is right.
 */
export function reluRoute(x: FileArray): Route {
  refuseEmpty(x, 'X');
  const values = stored(x, 'X');
  const tasks: Task[] = [];
  for (let start = 0; start < values.length; start += LAYER) {
    const w = values.subarray(start, start + LAYER);
    tasks.push({
      shape: { inputs: 1, neurons: w.length, relu: 1 },
      tensors: { x: Float32Array.of(1), w, b: new Float32Array(w.length) },
      place: (index) => start + index,
    });
  }
  return { op: 'neuron', tasks, exact: true };
}

/**
 * Softmax along `axis` (opset 13), or over all dimensions from `axis` on (before 13, where the input was "coerced into
 * 2D"). Rows along the axis become rows of one matrix.
 */
export function softmaxRoute(x: FileArray, axis: number, opset: number): Route {
  refuseEmpty(x, 'X');
  const rank = x.dims.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= Math.max(rank, 1)) {
    throw new Refusal(`Softmax has axis ${axis}, and its input has ${rank} dimensions`);
  }
  const at = axis < 0 ? axis + rank : axis;
  const product = (dims: readonly number[]): number => dims.reduce((all, extent) => all * extent, 1);
  const outer = product(x.dims.slice(0, at));
  const columns = opset < 13 ? product(x.dims.slice(at)) : (x.dims[at] ?? 1);
  const inner = opset < 13 ? 1 : product(x.dims.slice(at + 1));
  const values = stored(x, 'X');
  // Row r of the matrix is (outer index, inner index); its elements lie `inner` apart.
  const place = (index: number): number => {
    const row = Math.floor(index / columns);
    return (Math.floor(row / inner) * columns + (index % columns)) * inner + (row % inner);
  };
  const rows = new Float32Array(values.length);
  for (let i = 0; i < rows.length; i++) rows[i] = values[place(i)];
  const isRounded = x.values.some((value, i) => value !== values[i]);
  // Moving every score by u |x| moves a probability by up to twice that, relative to itself.
  const inputError = (row: number): number => {
    const scores = rows.subarray(row * columns, (row + 1) * columns);
    return 2 * U32 * scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  };
  const shape = { rows: outer * inner, columns };
  return { op: 'softmax', tasks: [{ shape, tensors: { x: rows }, place, ...(isRounded ? { inputError } : {}) }] };
}
