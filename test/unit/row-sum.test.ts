/** Row sums: the reference, its bounds, and the faults that each input brings to light. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/core/verdict.ts';
import { rowSum } from '../../src/ops/row-sum.ts';
import type { Problem } from '../../src/ops/types.ts';
import { f16, f32 } from './arithmetic.ts';
import { TERMS } from './hard-sums.ts';

const problemOf = (rows: number, columns: number, more: Partial<Problem> = {}): Problem => ({
  op: 'row-sum',
  shape: { rows, columns },
  dtype: 'f32',
  seed: 2,
  input: 'normal',
  ...more,
});

type Sum = (terms: Float32Array) => number;
const sequential: Sum = (terms) => terms.reduce((sum, term) => f32(sum + term), 0);
const inF16: Sum = (terms) => terms.reduce((sum, term) => f16(sum + term), 0);
const byLanes: Sum = (terms) => {
  const lanes = new Float32Array(8);
  for (const [at, term] of terms.entries()) lanes[at % 8] += term;
  return sequential(lanes);
};

async function verdict(problem: Problem, sum: Sum, x = rowSum.inputs(problem).x as Float32Array) {
  const { rows, columns } = problem.shape;
  const y = Float32Array.from({ length: rows }, (_, row) => sum(x.subarray(row * columns, (row + 1) * columns)));
  const [judge] = rowSum.judges(problem, { x }, { output: problem.dtype });
  const values = problem.dtype === 'f16' ? y.map(f16) : y;
  return compare([{ judge, values }], { budget: 1e9, seed: 1 });
}

const inputs = rowSum.inputCases.map(({ id }) => id);

describe.each(inputs)('%s', (input) => {
  it.each([1, 2, 77, 1000])('of %i columns is right in any order', async (columns) => {
    for (const dtype of ['f32', 'f16'] as const) {
      for (const sum of [sequential, byLanes]) {
        const { correct, ratio } = await verdict(problemOf(5, columns, { input, dtype }), sum);
        expect([correct, Number(ratio) <= 0.6]).toEqual([true, true]);
      }
    }
  });

  it('is wrong where the last term is dropped from some row', async () => {
    if (input === 'single') return;
    const { correct } = await verdict(problemOf(9, 77, { input }), (terms) => sequential(terms.subarray(0, -1)));
    expect(correct).toBe(false);
  });
});

it('the exact probe finds a sum in f16, and one element in a row a shorter format', async () => {
  expect((await verdict(problemOf(5, 77, { input: 'integers' }), inF16)).correct).toBe(false);
  const rounded: Sum = (terms) => sequential(terms.map(f16));
  expect((await verdict(problemOf(5, 77, { input: 'single' }), rounded)).correct).toBe(false);
});

it('integers are exact in any order: their magnitudes add up to less than 2^24', () => {
  for (const columns of [1, 77, 10_000, 2 ** 20]) {
    const x = rowSum.inputs(problemOf(1, columns, { input: 'integers' })).x as Float32Array;
    expect(x.every((value) => Number.isInteger(value) && value !== 0)).toBe(true);
    expect(x.reduce((sum, value) => sum + Math.abs(value), 0)).toBeLessThan(2 ** 24);
  }
});

it('sums in which rounding errors add up are not called wrong', async () => {
  for (const profile of Object.values(TERMS)) {
    const x = Float32Array.from({ length: 4096 }, (_, i) => profile(i, 4096));
    expect(Number((await verdict(problemOf(1, 4096, { input: 'given' }), sequential, x)).ratio)).toBeLessThanOrEqual(
      0.5,
    );
  }
});

it('gates are the two exact probes, each but the problem itself', () => {
  expect(rowSum.gates(problemOf(3, 3)).map(({ problem }) => problem.input)).toEqual(['integers', 'single']);
  expect(rowSum.gates(problemOf(3, 3, { input: 'integers' })).map(({ problem }) => problem.input)).toEqual(['single']);
});
