/** Softmax of an `.npz` along the last dimension, ONNX's along any. */

import { Refusal } from '../../../core/errors.ts';
import { U32 } from '../../../core/format.ts';
import type { FileArray } from '../../formats/array.ts';
import type { Route } from '../case.ts';
import type { Form } from '../form.ts';
import { refuseEmpty, stored } from '../stored.ts';

/** The opset in which Softmax got the axis that it has now. */
const ONE_AXIS = 13;

export default {
  op: 'softmax',
  inputs: [{ name: 'x' }],
  outputs: ['y'],
  flags: [],
  build: (arrays) => ({ outputs: [arrays.get('x').dims], routes: [softmaxRoute(arrays.get('x'), -1, ONE_AXIS)] }),
  operators: {
    Softmax: {
      attributes: ['axis'],
      build: (bound) => {
        const x = bound.required(0, 'X');
        const axis = bound.number('axis', bound.opset < ONE_AXIS ? 1 : -1);
        return { outputs: [x.dims], routes: [softmaxRoute(x, axis, bound.opset)] };
      },
    },
  },
} satisfies Form;

/**
 * Softmax along `axis` (opset 13), or over all dimensions from `axis` on (before 13, where the input was "coerced into
 * 2D"). Rows along the axis become rows of one matrix.
 */
function softmaxRoute(x: FileArray, axis: number, opset: number): Route {
  refuseEmpty(x, 'X');
  const rank = x.dims.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= Math.max(rank, 1)) {
    throw new Refusal(`Softmax has axis ${axis}, and its input has ${rank} dimensions`);
  }
  const at = axis < 0 ? axis + rank : axis;
  const product = (dims: readonly number[]): number => dims.reduce((all, extent) => all * extent, 1);
  const outer = product(x.dims.slice(0, at));
  const columns = opset < ONE_AXIS ? product(x.dims.slice(at)) : (x.dims[at] ?? 1);
  const inner = opset < ONE_AXIS ? 1 : product(x.dims.slice(at + 1));
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
  const task = { shape, tensors: { x: rows }, place, ...(isRounded ? { inputError } : {}) };
  return { op: 'softmax', writes: ['y'], tasks: [task] };
}
