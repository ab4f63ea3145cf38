/** Seeded inputs of the neuron, and what judges its results; `described/neuron.ts` says what is computed. */
import { allow, flushError, flushedBelow, sumError } from '../core/bounds.ts';
import { FORMATS } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { neuron as described, FEW } from './described/neuron.ts';
import { isIndependent, productInputs, singleProduct } from './products.ts';
import type { Numerics, Problem, Tensors, VerifiableOperation } from './types.ts';

export const neuron: VerifiableOperation = {
  ...described,

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

  judges: (problem, inputs, numerics) => [neuronJudge(problem, inputs, numerics)],
};

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
