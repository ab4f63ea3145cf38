/** Copies and transposes: the reference, and a verdict that allows no difference. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/core/verdict.ts';
import { copy } from '../../src/ops/copy.ts';
import { transpose } from '../../src/ops/transpose.ts';
import type { Problem, Shape, VerifiableOperation } from '../../src/ops/types.ts';
import { f16 } from './arithmetic.ts';

type Change = (y: Float32Array) => void;

/** What the verdict says where `y` is right but for a change. */
async function judged(
  operation: VerifiableOperation,
  shape: Shape,
  right: (x: Float32Array) => number[],
  change: Change,
  more: Partial<Problem> = {},
) {
  const problem: Problem = { op: operation.id, shape, dtype: 'f32', seed: 3, input: 'normal', ...more };
  const { x } = operation.inputs(problem) as { x: Float32Array };
  const y = Float32Array.from(right(x));
  change(y);
  const [judge] = operation.judges(problem, { x }, { output: problem.dtype });
  return compare([{ judge, values: y }], { budget: 1e9, seed: 1 });
}

const turned =
  (rows: number, columns: number) =>
  (x: Float32Array): number[] =>
    Array.from({ length: x.length }, (_, at) => x[(at % rows) * columns + Math.floor(at / rows)]);

const CASES = [
  ['copy of an odd number', copy, { elements: 77 }, (x: Float32Array) => [...x]],
  ['copy in rows of the judge', copy, { elements: 2048 }, (x: Float32Array) => [...x]],
  ['transpose', transpose, { rows: 7, columns: 11 }, turned(7, 11)],
] as const;

describe.each(CASES)('%s', (_, operation, shape, right) => {
  it.each(['normal', 'wide'])('is right bit for bit: %s', async (input) => {
    expect(await judged(operation, shape, right, () => {}, { input })).toMatchObject({ correct: true, ratio: 0 });
    expect(await judged(operation, shape, right, () => {}, { input, dtype: 'f16' })).toMatchObject({ correct: true });
  });

  it('is wrong where two elements are exchanged, or one is off by a unit in the last place', async () => {
    const exchange: Change = (y) => {
      [y[3], y[4]] = [y[4], y[3]];
    };
    expect((await judged(operation, shape, right, exchange)).correct).toBe(false);
    const nudge: Change = (y) => {
      y[5] = Math.fround(y[5] * (1 + 2 ** -23));
    };
    const { correct, worst } = await judged(operation, shape, right, nudge);
    expect([correct, worst?.index]).toEqual([false, 5]);
  });

  it('is wrong where values pass through f16 or small ones are dropped, which the gate shows', async () => {
    const [gate] = operation.gates({ op: operation.id, shape, dtype: 'f32', seed: 3, input: 'normal' });
    expect(gate).toMatchObject({ isOther: true, problem: { input: 'wide' } });
    const input = 'wide';
    const short: Change = (y) => y.set(y.map(f16));
    expect((await judged(operation, shape, right, short, { input })).correct).toBe(false);
    const dropped: Change = (y) => y.set(y.map((value) => (Math.abs(value) < 1e-20 ? 0 : value)));
    expect((await judged(operation, shape, right, dropped, { input })).correct).toBe(false);
  });
});

it('a denormal number may be flushed, and become nothing else', async () => {
  const [judge] = copy.judges(
    { op: 'copy', shape: { elements: 2 }, dtype: 'f32', seed: 1, input: 'given' },
    { x: Float32Array.of(1e-40, 1) },
    { output: 'f32' },
  );
  const verdict = (values: number[]) =>
    compare([{ judge, values: Float32Array.from(values) }], { budget: 1e9, seed: 1 });
  expect((await verdict([0, 1])).correct).toBe(true);
  expect((await verdict([-1e-40, 1])).correct).toBe(false);
});
