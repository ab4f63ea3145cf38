/** Sums in which rounding errors add up instead of averaging out, as inputs of each operation. */
import { withCommas } from '../../src/core/words.ts';
import { resolve } from '../../src/lab/plan.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Shape, Tensors } from '../../src/ops/types.ts';
import { type Profile, SCORES, TERMS, VALUES } from '../unit/hard-sums.ts';

export interface Case {
  readonly name: string;
  /** Shapes in turn: a kernel takes the first that it does not refuse. */
  readonly shapes: readonly Shape[];
  readonly tensors: (shape: Shape) => Tensors;
}

const terms = Object.values(TERMS);
const scores = Object.values(SCORES);

/** One row for each profile, in turn. */
function rows(profiles: readonly Profile[], count: number, length: number): Float32Array {
  return Float32Array.from({ length: count * length }, (_, at) => {
    const row = Math.floor(at / length);
    return profiles[row % profiles.length](at % length, length);
  });
}

/** B (k, n): a column for each profile. */
function columns(profiles: readonly Profile[], k: number, n: number): Float32Array {
  return Float32Array.from({ length: k * n }, (_, at) => profiles[(at % n) % profiles.length](Math.floor(at / n), k));
}

const filled = (length: number, value: number): Float32Array => new Float32Array(length).fill(value);

const layer = (inputs: number): Case => ({
  name: `${withCommas(inputs)} inputs`,
  shapes: [{ inputs, neurons: terms.length, relu: 0 }],
  tensors: ({ neurons }) => ({
    x: filled(inputs, 0.285),
    w: rows(terms, neurons, inputs),
    b: filled(neurons, 0),
  }),
});

const product = (k: number): Case => ({
  name: `${terms.length} x ${terms.length}, k ${withCommas(k)}`,
  shapes: [
    { m: terms.length, n: terms.length, k, bias: 0 },
    // For a kernel of matrix times vector.
    { m: 1, n: terms.length, k, bias: 0 },
  ],
  tensors: ({ m, n }) => ({ a: filled(m * k, 0.285), b: columns(terms, k, n) }),
});

const normalised = (columnCount: number, profiles = scores): Case => ({
  name: `${profiles.length} x ${withCommas(columnCount)}`,
  shapes: [{ rows: profiles.length, columns: columnCount }],
  tensors: (shape) => ({ x: rows(profiles, shape.rows, columnCount) }),
});

const summed = (count: number): Case => ({
  name: `${terms.length} rows of ${withCommas(count)}`,
  shapes: [{ rows: terms.length, columns: count }],
  tensors: (shape) => ({ x: rows(terms, shape.rows, count) }),
});

/** Queries that see no profile but the same product in many elements. */
const DENSE = 2;

/** One shape for all cases of attention, so that each kernel is compiled once. */
function attentionShape(keys: number, scale: number): Shape {
  return { heads: 1, queries: scores.length + DENSE, keys, dim: 32, valueDim: VALUES.length, scale };
}

/**
 * Query i sees the i-th profile of scores through an element of its own; a power of two as scale rounds nothing. The last
 * queries see the elements beyond, which are alike in all keys.
 */
const chosenScores = (keys: number, op: 'attention' | 'attention-backward'): Case => ({
  name: `${scores.length} profiles of scores, ${withCommas(keys)} keys`,
  shapes: [attentionShape(keys, 1 / 4)],
  tensors({ queries, dim, valueDim }) {
    const q = new Float32Array(queries * dim);
    const k = filled(keys * dim, 0.447);
    for (const [i, profile] of scores.entries()) {
      q[i * dim + i] = 4;
      for (let j = 0; j < keys; j++) k[j * dim + i] = profile(j, keys);
    }
    for (let i = scores.length; i < queries; i++) q.fill(0.285, i * dim + scores.length, (i + 1) * dim);
    const v = columns(VALUES, keys, valueDim);
    return { q, k, v, ...(op === 'attention' ? {} : { g: filled(queries * valueDim, 0.3) }) };
  },
});

/** Seeded inputs, small gradients and a scale that makes their products denormal, which an adapter may flush. */
const flushed = (keys: number): Case => ({
  name: 'a scale of 1e-30',
  shapes: [attentionShape(keys, 1e-30)],
  tensors(shape) {
    const { problem } = resolve({ op: 'attention-backward', kernel: '1_recompute', shape });
    const tensors = referenceOf(problem.op).inputs(problem);
    return { ...tensors, g: tensors.g.map((value) => value * 2 ** -24) };
  },
});

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  neuron: [layer(4096), layer(16_384)],
  'row-sum': [summed(4096)],
  matmul: [product(4096)],
  softmax: [normalised(4096)],
  attention: [chosenScores(1024, 'attention')],
  'attention-backward': [flushed(256), chosenScores(256, 'attention-backward')],
};

/** 2^20 terms in one sum: seconds for each kernel on a software adapter. */
export const LONG_CASES: Readonly<Record<string, readonly Case[]>> = {
  neuron: [layer(2 ** 20)],
  softmax: [normalised(2 ** 20, [SCORES['sink 12'], SCORES['sink 17']]), normalised(2 ** 20, [SCORES.equal])],
};
