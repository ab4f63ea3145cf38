/** A layer of neurons, and ONNX's Relu through its activation. */
import { Refusal } from '../../../core/errors.ts';
import type { FileArray } from '../../formats/array.ts';
import type { Route, Task } from '../case.ts';
import type { Arrays, Built, Form } from '../form.ts';
import { refuseEmpty, stored } from '../stored.ts';

export default {
  op: 'neuron',
  inputs: [
    { name: 'x', dims: 'inputs' },
    { name: 'w', dims: 'neurons, inputs' },
    { name: 'b', dims: 'neurons' },
  ],
  outputs: ['y'],
  flags: [],
  build: layer,
  operators: {
    Relu: {
      attributes: [],
      build: (bound) => {
        const x = bound.required(0, 'X');
        return { outputs: [x.dims], routes: [reluRoute(x)] };
      },
    },
  },
} satisfies Form;

function layer(arrays: Arrays): Built {
  const [x, w, b] = [arrays.get('x'), arrays.get('w'), arrays.get('b')];
  const [inputs] = x.dims;
  const [neurons, columns] = w.dims;
  const [biases] = b.dims;
  if (columns !== inputs) {
    const turned = neurons === inputs ? '; w must be (neurons, inputs), so transpose it' : '';
    throw new Refusal(`"w" has ${columns} inputs a neuron, and "x" has ${inputs} values${turned}`);
  }
  if (biases !== neurons) throw new Refusal(`"b" has ${biases} values, and "w" has ${neurons} neurons`);
  const negative = arrays.get('y').values.findIndex((value) => value < 0);
  const notes = negative < 0 ? [] : [`y[${negative}] is negative, which no neuron's output is after its ReLU`];
  const tensors = { x: stored(x, 'x'), w: stored(w, 'w'), b: stored(b, 'b') };
  const task = { shape: { inputs, neurons, relu: 1 }, tensors, place: (index: number) => index };
  return { outputs: [[neurons]], routes: [{ op: 'neuron', writes: ['y'], tasks: [task] }], notes };
}

/** Neurons in one layer of the Relu route. */
const LAYER = 2 ** 16;

/**
 * y = max(0, x) as layers of neurons with one input that is 1: y_j = max(0, x_j * 1 + 0). The product and the sum are
 * exact, so that only the exact result is right.
 */
function reluRoute(x: FileArray): Route {
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
  return { op: 'neuron', writes: ['y'], tasks, exact: true };
}
