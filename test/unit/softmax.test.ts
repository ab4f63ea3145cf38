import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { compare } from '../../src/core/verdict.ts';
import { softmax } from '../../src/ops/softmax.ts';
import type { Numerics, Problem } from '../../src/ops/types.ts';
import { f16, f32, range } from './arithmetic.ts';

const problemOf = (rows: number, columns: number, more: Partial<Problem> = {}): Problem => ({
  op: 'softmax',
  shape: { rows, columns },
  dtype: 'f32',
  seed: 2,
  input: 'normal',
  ...more,
});

interface Kernel {
  /** Columns per tile of an online softmax; the whole row where missing. */
  readonly tile?: number;
  readonly fault?:
    | 'sum not rescaled'
    | 'last element dropped'
    | 'first element dropped'
    | 'maximum starts at 0'
    | 'no maximum subtracted'
    | 'padding counted'
    | 'sum in f16'
    | 'half of the lanes lost';
  readonly roughExp?: true;
}

/** A row as a kernel computes it in f32: running maximum and sum, then a second look that normalises. */
function rowOf(x: Float32Array, { tile = x.length, fault, roughExp }: Kernel, random: Random): Float32Array {
  const exp = (argument: number) => {
    const error = roughExp ? random.uniform(-1, 1) * 2 ** -23 * (3 + 2 * Math.abs(argument)) : 0;
    return f32(Math.exp(argument) * (1 + error));
  };
  const round = fault === 'sum in f16' ? f16 : f32;
  let maximum = fault === 'maximum starts at 0' ? 0 : -(2 - 2 ** -23) * 2 ** 127;
  let sum = 0;
  const [first, end] = [
    fault === 'first element dropped' ? 1 : 0,
    x.length - (fault === 'last element dropped' ? 1 : 0),
  ];
  for (let start = 0; start < x.length; start += tile) {
    const scores = range(Math.max(start, first), Math.min(start + tile, end)).map((j) => x[j]);
    if (fault === 'padding counted') while (scores.length < tile) scores.push(0);
    const top = fault === 'no maximum subtracted' ? 0 : Math.max(maximum, ...scores);
    if (fault !== 'sum not rescaled') sum = round(sum * exp(f32(maximum - top)));
    maximum = top;
    for (const [l, score] of scores.entries()) {
      if (fault === 'half of the lanes lost' && start > 0 && l % 2 === 1) continue;
      sum = round(sum + exp(f32(score - maximum)));
    }
  }
  return x.map((value) => f32(exp(f32(value - maximum)) / sum));
}

async function verdict(problem: Problem, kernel: Kernel = {}, numerics: Partial<Numerics> = {}) {
  const { x } = softmax.inputs(problem) as { x: Float32Array };
  const { rows, columns } = problem.shape;
  const random = new Random(1, 'exp');
  const output = numerics.output ?? problem.dtype;
  const values = range(0, rows).flatMap((row) => [
    ...rowOf(x.subarray(row * columns, (row + 1) * columns), kernel, random),
  ]);
  const tile = kernel.tile === undefined ? {} : { keyTile: kernel.tile };
  const [judge] = softmax.judge(problem, { x }, { output, ...tile });
  return compare([{ judge, values: output === 'f16' ? values.map(f16) : values }], { budget: 1e9, seed: 1 });
}
const ratio = async (...args: Parameters<typeof verdict>) => Number((await verdict(...args)).ratio);

const inputs = softmax.inputCases.map(({ id }) => id);

describe('reference', () => {
  it.each(inputs)('is exp(x_j) / sum exp(x_i): %s', (input) => {
    const problem = problemOf(5, 77, { input });
    const { x } = softmax.inputs(problem);
    const [judge] = softmax.judge(problem, { x }, { output: 'f32' });
    const [expected, bound] = [new Float64Array(77), new Float64Array(77)];
    for (let row = 0; row < 5; row++) {
      judge.row(row, expected, bound);
      const values = range(0, 77).map((j) => x[row * 77 + j]);
      // Shifted by the first value instead of the maximum: another way to the same numbers.
      const terms = values.map((value) => Math.exp(value - values[0]));
      const sum = terms.reduce((a, b) => a + b, 0);
      for (let j = 0; j < 77; j++) expect(expected[j] / (terms[j] / sum)).toBeCloseTo(1, 11);
      expect(expected.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.max(...bound)).toBeLessThan(1e-4);
    }
  });

  it('allows exactly what the formula says', () => {
    const problem = problemOf(1, 4);
    const x = Float32Array.of(0, 3, 1, 7);
    const u = 2 ** -24;
    const [expected, bound] = [new Float64Array(4), new Float64Array(4)];
    softmax.judge(problem, { x }, { output: 'f32' })[0].row(0, expected, bound);
    for (let j = 0; j < 4; j++) {
      const relative = 2 * u * (3 + 3 * (7 - x[j])) + 8 * Math.sqrt(6) * u + 6 * u;
      expect(bound[j] / (expected[j] * relative + 2 ** -126)).toBeCloseTo(1, 12);
    }
    // In tiles of 2 the maximum rises once, from 3 to 7.
    softmax.judge(problem, { x }, { output: 'f32', keyTile: 2 })[0].row(0, expected, bound);
    const relative = 2 * u * 3 + 2 * u * (3 + 3 * 4) + 8 * Math.sqrt(6) * u + 6 * u;
    expect(bound[3] / (expected[3] * relative + 2 ** -126)).toBeCloseTo(1, 12);
  });

  it('has equal scores in a row of the uniform case, others in the next row', () => {
    const { x } = softmax.inputs(problemOf(3, 10, { input: 'uniform' }));
    expect(new Set(x).size).toBe(3);
    expect(new Set(x.subarray(0, 10)).size).toBe(1);
  });
});

describe('right kernels', () => {
  it.each(inputs)('pass "%s" with a ratio under 0.5', async (input) => {
    for (const columns of [1, 2, 3, 75, 1000]) {
      for (const tile of [undefined, 16, 1]) {
        const kernel: Kernel = tile === undefined ? {} : { tile };
        expect(await ratio(problemOf(4, columns, { input }), kernel), `${columns}, ${tile}`).toBeLessThanOrEqual(0.5);
        expect(await ratio(problemOf(4, columns, { input }), { ...kernel, roughExp: true })).toBeLessThanOrEqual(1);
      }
    }
  });

  it.each(inputs)('pass "%s" in f16 with a ratio under 0.6', async (input) => {
    expect(await ratio(problemOf(4, 200, { input, dtype: 'f16' }), { tile: 16 })).toBeLessThanOrEqual(0.6);
    expect(
      await ratio(problemOf(4, 200, { input, dtype: 'f16' }), { tile: 16 }, { output: 'f32' }),
    ).toBeLessThanOrEqual(0.5);
  });
});

describe('wrong kernels', () => {
  it.each([
    ['sum not rescaled', 'rising'],
    ['last element dropped', 'rising'],
    ['first element dropped', 'falling'],
    ['maximum starts at 0', 'low'],
    ['no maximum subtracted', 'high'],
    ['padding counted', 'low'],
    ['sum in f16', 'normal'],
    ['half of the lanes lost', 'uniform'],
  ] as const)('%s: shown by "%s"', async (fault, input) => {
    const problem = problemOf(4, 75, { input });
    const found = await verdict(problem, { tile: 16, fault });
    expect(found.correct).toBe(false);
    expect(Number(found.ratio)).toBeGreaterThan(5);
    expect(found.reason).toMatch(/^row \d, column \d+: got /);
  });

  it('what one input hides, a gate shows', async () => {
    const problem = problemOf(4, 75);
    for (const fault of ['maximum starts at 0', 'no maximum subtracted'] as const) {
      expect((await verdict(problem, { tile: 16, fault })).correct).toBe(true);
      const gates = await Promise.all(softmax.gates(problem).map((gate) => verdict(gate.problem, { tile: 16, fault })));
      expect(gates.some(({ correct }) => !correct)).toBe(true);
    }
    expect(softmax.gates({ ...problem, input: 'low' }).map((gate) => gate.problem.input)).toEqual([
      'rising',
      'falling',
      'high',
    ]);
  });
});

describe('work and limits', () => {
  it('counts one read, one write and five operations an element', () => {
    const work = softmax.work({ rows: 4, columns: 8 }, 'f16');
    expect(work).toMatchObject({ flops: 160, bytesRead: 64, bytesWritten: 64 });
  });

  it('refuses more elements than the reference can hold', () => {
    expect(() => softmax.check?.({ rows: 2 ** 20, columns: 2 ** 20 })).toThrow(/use at most 256 rows/);
    for (const { shape } of softmax.presets) expect(() => softmax.check?.(shape)).not.toThrow();
  });
});
