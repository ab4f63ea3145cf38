import { describe, expect, it } from 'vitest';
import type { OutputJudge } from '../../src/core/judge.ts';
import { attention } from '../../src/ops/attention.ts';
import { attentionBackward } from '../../src/ops/attention-backward.ts';
import type { Problem, Shape, Tensors } from '../../src/ops/types.ts';

const defaults = Object.fromEntries(attentionBackward.parameters.map(({ key, default: value }) => [key, value]));
const small = { ...defaults, heads: 2, queries: 5, keys: 7, dim: 3, valueDim: 2 };

function problemOf(shape: Shape, input = 'normal'): Problem {
  return { op: attentionBackward.id, shape: { ...small, ...shape }, dtype: 'f32', seed: 5, input };
}

function rowsOf(judge: OutputJudge): { expected: number[]; bound: number[] } {
  const expected: number[] = [];
  const bound: number[] = [];
  for (let row = 0; row < judge.rows; row++) {
    const [values, errors] = [new Float64Array(judge.rowLength), new Float64Array(judge.rowLength)];
    judge.row(row, values, errors);
    expected.push(...values);
    bound.push(...errors);
  }
  return { expected, bound };
}

/** sum g . o of the forward pass, in float64. */
function loss({ shape, dtype, seed, input }: Problem, tensors: Tensors): number {
  const forward = { op: 'attention', shape, dtype, seed, input };
  const [judge] = attention.judges(forward, tensors, { output: 'f32' });
  return rowsOf(judge).expected.reduce((sum, o, i) => sum + o * tensors.g[i], 0);
}

/** Central differences of the loss along each element of a tensor. */
function differences(problem: Problem, tensors: Tensors, name: string): number[] {
  return Array.from(tensors[name], (value, i) => {
    const at = (moved: number): { x: number; loss: number } => {
      const changed = Float32Array.from(tensors[name]);
      changed[i] = moved;
      return { x: changed[i], loss: loss(problem, { ...tensors, [name]: changed }) };
    };
    const [low, high] = [at(value - 2 ** -10), at(value + 2 ** -10)];
    return (high.loss - low.loss) / (high.x - low.x);
  });
}

describe('the reference of the backward pass', () => {
  it.each([
    ['plain', {}],
    ['causal', { causal: 1 }],
    ['aligned at the first query', { causal: 1, shift: -2 }],
    ['through a window', { causal: 1, window: 3 }],
    ['grouped heads', { heads: 4, kvHeads: 2, causal: 1 }],
    ['different lengths', { batch: 3, ragged: 1 }],
    ['a scale of its own', { scale: 0.3 }],
    ['a softcap', { softcap: 0.7 }],
    ['a boolean mask with a row that hides all', { mask: 1 }],
    ['an additive mask for each head', { mask: 2, maskHeads: 1 }],
    ['a softcap below an additive mask', { softcap: 1.5, mask: 2, causal: 1 }],
    ['everything', { batch: 3, heads: 4, kvHeads: 2, mask: 1, maskBatch: 1, ragged: 1, window: 5, softcap: 2 }],
  ])('agrees with finite differences: %s', (_name, shape) => {
    const problem = problemOf(shape);
    const { mask, ...others } = attentionBackward.inputs(problem);
    // A score that a low mask swallows does not move with its query, while its gradient takes it for the sum that it is.
    const shallow = mask?.map((value) => (value < -(2 ** 16) ? Number.NEGATIVE_INFINITY : value));
    const tensors: Tensors = shallow ? { ...others, mask: shallow } : others;
    const judges = attentionBackward.judges(problem, tensors, { output: 'f32' });
    for (const [name, judge] of ['q', 'k', 'v'].map((input, i) => [input, judges[i]] as const)) {
      expect(judge.tensor).toBe(`d${name}`);
      const { expected } = rowsOf(judge);
      for (const [i, difference] of differences(problem, tensors, name).entries()) {
        expect(expected[i], `d${name}[${i}]`).toBeCloseTo(difference, 5);
      }
    }
  });

  it('allows about the same errors with a softcap as without: its slope is at most 1', () => {
    const capped = problemOf({ softcap: 0.7 });
    const tensors = attentionBackward.inputs(capped);
    const bounds = (problem: Problem): number[][] =>
      attentionBackward.judges(problem, tensors, { output: 'f32' }).map((judge) => rowsOf(judge).bound);
    const free = bounds(problemOf({}));
    for (const [i, bound] of bounds(capped).entries()) {
      const ratios = bound.map((error, at) => error / free[i][at]);
      expect(Math.min(...ratios)).toBeGreaterThan(0.1);
      expect(Math.max(...ratios)).toBeLessThan(10);
    }
  });

  it('gives hidden keys, and queries that see none, gradients of exactly 0', () => {
    // Query 0 sees no key; keys 4 to 6 are seen by none, and hold NaN.
    const problem = problemOf({ causal: 1, shift: -3 }, 'padding');
    const tensors = attentionBackward.inputs(problem);
    const [dq, dk, dv] = attentionBackward.judges(problem, tensors, { output: 'f32' }).map(rowsOf);
    expect(tensors.k[6 * 3]).toBeNaN();
    expect([tensors.q[0], tensors.g[0]]).toEqual([Number.NaN, Number.NaN]);
    expect(dq.expected.slice(0, 3)).toEqual([0, 0, 0]);
    expect(dk.expected.slice(4 * 3, 7 * 3)).toEqual(new Array(9).fill(0));
    expect(dv.bound.slice(4 * 2, 7 * 2)).toEqual(new Array(6).fill(0));
    for (const { expected, bound } of [dq, dk, dv]) {
      expect(expected.every(Number.isFinite)).toBe(true);
      expect(bound.every((error) => error >= 0)).toBe(true);
    }
  });
});
