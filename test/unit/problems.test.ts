import { describe, expect, it, vi } from 'vitest';
import { operations } from '../../src/kernels/index.ts';
import { Problems } from '../../src/lab/problems.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Problem, Shape } from '../../src/ops/types.ts';

describe('problems at hand', () => {
  it.each(operations)('$id: a problem and all of its gates are made once for all kernels', (operation) => {
    const defaults = Object.fromEntries(operation.parameters.map(({ key, default: value }) => [key, value]));
    const shape: Shape = { ...defaults, ...operation.quick, ...('causal' in defaults ? { causal: 1 } : {}) };
    const problem: Problem = { op: operation.id, shape, dtype: 'f32', seed: 1, input: operation.inputCases[0].id };
    const all = [problem, ...operation.gates(problem).map((gate) => gate.problem)];
    const inputs = vi.fn(referenceOf(operation.id).inputs);
    const problems = new Problems((op) => ({ ...referenceOf(op), inputs }));
    for (let kernel = 0; kernel < 3; kernel++) {
      for (const one of all) problems.inputs(one);
    }
    expect(inputs).toHaveBeenCalledTimes(new Set(all.map((one) => JSON.stringify(one))).size);
  });

  it('large ones are given up, but for the latest four', () => {
    const [operation] = operations;
    const large = { x: { byteLength: 2 ** 28, length: 1 } as unknown as Float32Array };
    const inputs = vi.fn(() => large);
    const problems = new Problems((op) => ({ ...referenceOf(op), inputs }));
    const get = (seed: number): unknown =>
      problems.inputs({ op: operation.id, shape: {}, dtype: 'f32', seed, input: 'x' });
    for (const seed of [1, 2, 3, 4, 1, 5, 1]) get(seed);
    expect(inputs).toHaveBeenCalledTimes(5);
    get(2);
    expect(inputs).toHaveBeenCalledTimes(6);
  });

  it('the reference of given tensors is computed once for all kernels that round alike', () => {
    const operation = operations[0];
    const shape = {
      ...Object.fromEntries(operation.parameters.map((one) => [one.key, one.default])),
      ...operation.quick,
    };
    const problem: Problem = { op: operation.id, shape, dtype: 'f32', seed: 1, input: 'given' };
    const make = (seed: number) =>
      referenceOf(operation.id).inputs({ ...problem, seed, input: operation.inputCases[0].id });
    const judges = vi.fn(referenceOf(operation.id).judges);
    const problems = new Problems((op) => ({ ...referenceOf(op), judges }));
    const get = (seed: number, keyTile?: number) => {
      const numerics = { output: 'f32', ...(keyTile ? { keyTile } : {}) } as const;
      // A message brings the same values in other arrays.
      return problems.givenJudges(problem, make(seed), numerics);
    };
    expect(get(1)).toBe(get(1));
    get(1, 32);
    expect(judges).toHaveBeenCalledTimes(2);
    get(2);
    expect(judges).toHaveBeenCalledTimes(3);
    const [first, second] = [1, 2].map((seed) => get(seed)[0]);
    const rows = [first, second].map((one) => {
      const expected = new Float64Array(one.rowLength);
      one.row(0, expected, new Float64Array(one.rowLength));
      return expected;
    });
    expect(rows[0]).not.toEqual(rows[1]);
  });
});
