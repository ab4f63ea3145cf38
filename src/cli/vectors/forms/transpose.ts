/** The transpose of a matrix in an `.npz`, and ONNX's Transpose of two dimensions. */

import type { FileArray } from '../../formats/array.ts';
import { Unsupported } from '../../formats/unsupported.ts';
import type { Built, Form } from '../form.ts';
import { refuseEmpty, stored } from '../stored.ts';

export default {
  op: 'transpose',
  inputs: [{ name: 'x', dims: 'rows, columns' }],
  // Other operations with one input call theirs y.
  outputs: ['transposed'],
  flags: [],
  build: (arrays) => transposed(arrays.get('x'), 'x'),
  operators: {
    Transpose: {
      attributes: ['perm'],
      build: (bound) => {
        const x = bound.required(0, 'data');
        if (x.dims.length !== 2) throw new Unsupported(`Transpose of ${x.dims.length} dimensions; a matrix has 2`);
        const order = String(bound.node.attributes.get('perm') ?? [1, 0]);
        if (order !== '1,0') throw new Unsupported(`Transpose with perm (${order}), which moves nothing`);
        return transposed(x, 'data');
      },
    },
  },
} satisfies Form;

function transposed(x: FileArray, name: string): Built {
  refuseEmpty(x, name);
  const [rows, columns] = x.dims;
  const task = { shape: { rows, columns }, tensors: { x: stored(x, name) }, place: (index: number) => index };
  return { outputs: [[columns, rows]], routes: [{ op: 'transpose', writes: ['y'], tasks: [task], exact: true }] };
}
