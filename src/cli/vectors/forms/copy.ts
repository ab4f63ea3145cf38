/** A copy in an `.npz`, and ONNX's Identity. */
import { count } from '../../../core/layout.ts';
import type { FileArray } from '../../formats/array.ts';
import type { Built, Form } from '../form.ts';
import { refuseEmpty, stored } from '../stored.ts';

export default {
  op: 'copy',
  inputs: [{ name: 'x' }],
  // Other operations with one input call theirs y.
  outputs: ['copied'],
  flags: [],
  build: (arrays) => copied(arrays.get('x'), 'x'),
  operators: { Identity: { attributes: [], build: (bound) => copied(bound.required(0, 'X'), 'X') } },
} satisfies Form;

function copied(x: FileArray, name: string): Built {
  refuseEmpty(x, name);
  const task = { shape: { elements: count(x.dims) }, tensors: { x: stored(x, name) }, place: (index: number) => index };
  return { outputs: [x.dims], routes: [{ op: 'copy', writes: ['y'], tasks: [task], exact: true }] };
}
