/**
 * The neuron: y = max(0, W x + b), one layer of a neural network applied to one input vector.
 *
 * x (inputs), w (neurons, inputs) row-major, b (neurons), y (neurons).
 */

import { allow, flushError, flushedBelow, sumError } from '../core/bounds.ts';
import { Refusal } from '../core/errors.ts';
import { FORMATS } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { withCommas } from '../core/words.ts';
import { isIndependent, PRODUCT_CASES, productInputs, singleProduct } from './products.ts';
import { item, operationCount, traffic } from './quantities.ts';
import type { Numerics, Operation, Problem, Shape, Tensors } from './types.ts';

/** Weights kept on the CPU for the reference: 2^28 float32 values are 1 GiB. */
const MOST_WEIGHTS = 2 ** 28;
/** Fewer neurons than this are no sample of what neurons do. */
const FEW = 4;

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

  inputs(problem) {
    const { inputs, neurons } = problem.shape;
    const {
      a: x,
      b: w,
      bias: b,
    } = productInputs({ ...problem, rows: 1, columns: neurons, k: inputs, transposed: true });
    // The first neuron fires: the worked example would otherwise show a bare 0 for half of the seeds.
    if (problem.input === 'normal') turn(0, 1, x, w, b);
    // Neighbours differ, and so do seeds two apart: both sides of the ReLU are met even where there is one neuron.
    if (problem.input === 'wide') {
      const first = Math.floor(problem.seed / 2);
      for (let j = 0; j < Math.min(neurons, FEW); j++) turn(j, (j + first) % 2 === 0 ? 1 : -1, x, w, b);
    }
    return { x, w, b };
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

  judges: (problem, inputs, numerics) => [neuronJudge(problem, inputs, numerics)],
};

/** A later seed; seeds are safe integers. */
function later(seed: number, by: number): number {
  return seed + by <= Number.MAX_SAFE_INTEGER ? seed + by : seed - by;
}

/** Gives neuron j a sum of the wanted sign, by turning its weights and its bias around. */
function turn(j: number, wanted: 1 | -1, x: Float32Array, w: Float32Array, b: Float32Array): void {
  const start = j * x.length;
  let sum = b[j];
  for (let i = 0; i < x.length; i++) sum += w[start + i] * x[i];
  if (sum * wanted >= 0) return;
  b[j] = -b[j];
  for (let i = start; i < start + x.length; i++) w[i] = -w[i];
}

/**
 * y_j = max(0, sum_i w_ji x_i + b_j). The ReLU moves no two numbers apart, so the bound of the sum holds after it; where the
 * sum is below 0 for certain, the output is 0 and nothing else, and no output is below 0.
 * A matrix times one vector costs as much to check by Freivalds' method as to compute, so there is no check of the
 * whole output beside the rows.
 */
function neuronJudge(problem: Problem, tensors: Tensors, numerics: Numerics): OutputJudge {
  const { inputs, neurons, relu } = problem.shape;
  const { x, w, b } = tensors;
  const exact = problem.input === 'integers';
  const unit = numerics.accumulator && FORMATS[numerics.accumulator].unit;
  const factor = sumError(inputs + 1, isIndependent(problem.input), unit);
  const denormal = flushedBelow(problem.dtype);
  const single = { value: 0, error: 0 };
  let sumX = 0;
  for (let i = 0; i < inputs; i++) sumX += Math.abs(x[i]);
  return {
    tensor: 'y',
    dims: [neurons],
    rows: neurons,
    rowLength: 1,
    costPerRow: inputs,
    ...(relu ? { least: 0 } : {}),
    row(neuron, expected, bound) {
      let sum = b[neuron];
      let magnitude = Math.abs(sum);
      let sumW = 0;
      let flushed = 0;
      let terms = 0;
      let last = 0;
      const start = neuron * inputs;
      for (let i = 0; i < inputs; i++) {
        const product = w[start + i] * x[i];
        const weight = Math.abs(w[start + i]);
        sum += product;
        magnitude += Math.abs(product);
        sumW += weight;
        if (product !== 0) {
          terms++;
          last = product;
        }
        if (weight < denormal || Math.abs(x[i]) < denormal) flushed += Math.abs(product);
      }
      let error = factor * magnitude + flushError(sumX + sumW, inputs + 1) + flushed;
      if (exact) error = 0;
      // The wide probe has one product in a sum, or whole numbers that never round.
      if (problem.input === 'wide') {
        if (terms < 2) singleProduct(last, b[neuron], single);
        error = terms < 2 ? single.error : 0;
      }
      if (relu && sum + error < 0) expected[0] = bound[0] = 0;
      else allow(expected, bound, 0, relu ? Math.max(0, sum) : sum, error, numerics.output);
    },
  };
}
