/**
 * The neuron: y = max(0, W x + b), one layer of a neural network applied to one input vector.
 *
 * x (inputs), w (neurons, inputs) row-major, b (neurons), y (neurons).
 */

import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { item, operationCount, traffic } from '../quantities.ts';
import type { Operation, Shape } from '../types.ts';
import { PRODUCT_CASES } from './product-cases.ts';

/** Weights kept on the CPU for the reference: 2^28 float32 values are 1 GiB. */
const MOST_WEIGHTS = 2 ** 28;
/** Fewer neurons than this are no sample of what neurons do. */
export const FEW = 4;

export const neuron: Operation = {
  id: 'neuron',
  title: 'Neuron',
  summary:
    'Each neuron multiplies every input by a weight of its own, adds the products and a bias, and passes on what is above zero.',
  formula: 'y = max(0, W x + b)',
  parameters: [
    {
      key: 'inputs',
      title: 'Inputs',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'How many numbers each neuron reads: the length of one row of weights, and of the sum that must be reduced.',
    },
    {
      key: 'neurons',
      title: 'Neurons',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'How many rows of weights there are: the work that can run in parallel. Each weight is used once, so the kernel is memory-bound.',
    },
    {
      key: 'relu',
      title: 'Activation (ReLU)',
      kind: 'flag',
      default: 1,
      min: 0,
      max: 1,
      doc: 'Whether negative sums become 0: one comparison per neuron, which costs nothing next to its memory traffic.',
    },
  ],
  inputCases: PRODUCT_CASES,
  presets: [
    { title: 'Small layer, 1,024 × 1,024', shape: { inputs: 1024, neurons: 1024, relu: 1 } },
    { title: 'Large layer, 4,096 × 4,096', shape: { inputs: 4096, neurons: 4096, relu: 1 } },
    { title: 'One neuron, 1,024 inputs', shape: { inputs: 1024, neurons: 1, relu: 1 } },
    { title: 'Odd sizes, 1,021 × 509', shape: { inputs: 1021, neurons: 509, relu: 1 } },
  ],
  quick: { inputs: 1024, neurons: 256, relu: 1 },
  scales: ['inputs', 'neurons'],

  check({ inputs, neurons }) {
    if (inputs * neurons > MOST_WEIGHTS) {
      throw new Refusal(
        `${withCommas(neurons)} neurons with ${withCommas(inputs)} inputs are ` +
          `${withCommas(inputs * neurons)} weights; the reference holds at most ` +
          `${withCommas(MOST_WEIGHTS)}`,
        {
          rule: 'reference-size',
          parameters: { inputs, neurons, most: MOST_WEIGHTS },
          works: [],
          remedy: `use at most ${withCommas(Math.floor(MOST_WEIGHTS / inputs))} neurons`,
        },
      );
    }
  },

  tensors: ({ inputs, neurons }) => [
    { name: 'x', dims: [inputs], role: 'input', type: 'storage' },
    { name: 'w', dims: [neurons, inputs], role: 'input', type: 'storage' },
    { name: 'b', dims: [neurons], role: 'input', type: 'storage' },
    { name: 'y', dims: [neurons], role: 'output', type: 'storage' },
  ],

  quantities(shape, dtype) {
    const { inputs, neurons, relu } = shape;
    const comparisons = relu ? neurons : 0;
    return [
      operationCount(2 * inputs * neurons + neurons + comparisons),
      item('Fused multiply-adds', inputs * neurons),
      item('Additions', neurons),
      item('Comparisons', comparisons),
      ...traffic(neuron.tensors(shape), dtype),
    ];
  },

  gates(problem) {
    const { shape, input, seed } = problem;
    const linear: Shape = { ...shape, relu: 0 };
    const wide = { ...problem, input: 'wide' };
    return [
      ...(input === 'integers'
        ? []
        : [{ name: 'exact integers', problem: { ...problem, shape: linear, input: 'integers' } }]),
      ...(input === 'wide' ? [] : [{ name: 'long mantissas', problem: wide, isOther: true }]),
      // One neuron alone is dense or single, above or below 0; four seeds in a row give all of them.
      ...(shape.neurons < FEW
        ? [
            { name: 'long mantissas, other neurons', problem: { ...wide, seed: later(seed, 1) } },
            { name: 'long mantissas, other signs', problem: { ...wide, seed: later(seed, 2) } },
            { name: 'long mantissas, other neurons and signs', problem: { ...wide, seed: later(seed, 3) } },
          ]
        : []),
      // max(NaN, 0) is 0 on every stack tried, and a wrong negative sum is as good as a right one after it.
      ...(shape.relu ? [{ name: 'before the ReLU', problem: { ...problem, shape: linear } }] : []),
    ];
  },
};

/** A later seed; seeds are safe integers. */
function later(seed: number, by: number): number {
  return seed + by <= Number.MAX_SAFE_INTEGER ? seed + by : seed - by;
}
