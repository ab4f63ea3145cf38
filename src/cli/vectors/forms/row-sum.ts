/** Sums of the rows of a matrix in an `.npz`. */
import type { Form } from '../form.ts';
import { refuseEmpty, stored } from '../stored.ts';

export default {
  op: 'row-sum',
  inputs: [{ name: 'x', dims: 'rows, columns' }],
  // Other operations with one input call theirs y.
  outputs: ['sums'],
  flags: [],
  build: (arrays) => {
    const x = arrays.get('x');
    refuseEmpty(x, 'x');
    const [rows, columns] = x.dims;
    const task = { shape: { rows, columns }, tensors: { x: stored(x, 'x') }, place: (index: number) => index };
    return { outputs: [[rows]], routes: [{ op: 'row-sum', writes: ['y'], tasks: [task] }] };
  },
  operators: {},
} satisfies Form;
