import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { compare } from '../../src/core/verdict.ts';
import { softmax } from '../../src/ops/softmax.ts';
import type { Numerics, Problem } from '../../src/ops/types.ts';
import { countOf, f16, f32, range } from './arithmetic.ts';

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
    // The bound counts on exp(0) being 1, as it is on every implementation tried.
    const isRough = roughExp && argument !== 0;
    const error = isRough ? random.uniform(-1, 1) * 2 ** -23 * (3 + 2 * Math.abs(argument)) : 0;
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
  const [judge] = softmax.judges(problem, { x }, { output, ...tile });
  return compare([{ judge, values: output === 'f16' ? values.map(f16) : values }], { budget: 1e9, seed: 1 });
}
const ratio = async (...args: Parameters<typeof verdict>) => Number((await verdict(...args)).ratio);

const inputs = softmax.inputCases.map(({ id }) => id);

describe('reference', () => {
  it.each(inputs)('is exp(x_j) / sum exp(x_i): %s', (input) => {
    const problem = problemOf(5, 77, { input });
    const { x } = softmax.inputs(problem);
    const [judge] = softmax.judges(problem, { x }, { output: 'f32' });
    const [expected, bound] = [new Float64Array(77), new Float64Array(77)];
    for (let row = 0; row < 5; row++) {
      judge.row(row, expected, bound);
      const values = range(0, 77).map((j) => x[row * 77 + j]);
      // Shifted by the first value instead of the maximum: another way to the same numbers.
      const terms = values.map((value) => Math.exp(value - values[0]));
      const sum = terms.reduce((a, b) => a + b, 0);
      for (let j = 0; j < 77; j++) expect(expected[j] / (terms[j] / sum)).toBeCloseTo(1, 11);
      expect(expected.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      // Twice 2u (|s| + |m|), for the element and for the sum, is most of it.
      const farthest = Math.max(...values.map(Math.abs));
      expect(Math.max(...bound)).toBeLessThan(1e-4 + 8 * 2 ** -24 * farthest);
    }
  });

  it('allows exactly what the formula says', () => {
    const problem = problemOf(1, 4);
    const x = Float32Array.of(0, 3, 1, 7);
    const u = 2 ** -24;
    const [expected, bound] = [new Float64Array(4), new Float64Array(4)];
    const judge = (keyTile = 4) => softmax.judges(problem, { x }, { output: 'f32', keyTile })[0];
    judge().row(0, expected, bound);
    // The exponential of the largest is that of 0, which is 1; what its place adds stays.
    const exponential = Array.from(x, (s) => (s === 7 ? 0 : 2 * u * (3 + 3 * (7 - s))) + 2 * u * (s + 7));
    const mean = exponential.reduce((sum, error, j) => sum + expected[j] * error, 0);
    // Four weights that round, the division.
    const shared = mean + 2 * u * 4 + 6 * u;
    // The element's own weight may be exp(s - lse).
    const lse = 7 - Math.log(expected[3]);
    const own = Array.from(x, (s) => 2 * u * (3 + 3 * (lse - s)) + 2 * u * (s + lse));
    for (let j = 0; j < 4; j++) {
      expect(bound[j] / (expected[j] * (own[j] + shared) + 2 ** -125)).toBeCloseTo(1, 12);
    }
    // In tiles of 2 the maximum rises once, from 3 to 7.
    judge(2).row(0, expected, bound);
    const rise = 2 * u * (3 + 3 * 4);
    expect(bound[3] / (expected[3] * (own[3] + shared + rise) + 2 ** -125)).toBeCloseTo(1, 12);
  });

  it('allows nothing for adding up weights of 1, and for small ones no more than they are', () => {
    const u = 2 ** -24;
    const [expected, bound] = [new Float64Array(5), new Float64Array(5)];
    const at = (...x: number[]) => {
      softmax.judges(problemOf(1, 5), { x: Float32Array.from(x) }, { output: 'f32' })[0].row(0, expected, bound);
      return bound[0] / expected[0];
    };
    const lse = Math.log(5);
    expect(at(0, 0, 0, 0, 0) / (2 * u * (3 + 3 * lse) + 2 * u * lse + 6 * u)).toBeCloseTo(1, 12);
    // A weight beside them: all may be other numbers than 1 in a kernel that subtracts the first score.
    const beside = Math.exp(-1);
    const lower = Math.log(4 + beside);
    const own = 2 * u * (3 + 3 * lower) + 2 * u * lower;
    const mean = (beside / (4 + beside)) * (2 * u * (3 + 3) + 2 * u);
    expect(at(0, 0, 0, 0, -1) / (own + mean + 2 * 5 * u + 6 * u)).toBeCloseTo(1, 12);
    // Two weights of e^-20, each below u times the sum.
    const left = 2 * Math.exp(-20);
    const smallError = (left / (1 + left)) * (2 * u * (3 + 3 * 20) + 2 * u * 20);
    // The element's own exponential may be of lse, a little above 0; in the sum the 1 is exact.
    const all = 2 * u * 3 + smallError + 2 * left + 6 * u;
    expect(at(0, -20, -20, -200, -200) / all).toBeCloseTo(1, 7);
  });

  it('adds nothing for the place of scores from 2^17 on, where f32 keeps too little of them', () => {
    const u = 2 ** -24;
    const [expected, bound] = [new Float64Array(2), new Float64Array(2)];
    // Two equal scores: exact weights, so that only the element itself and the division round.
    const at = (x: number) => {
      softmax.judges(problemOf(1, 2), { x: Float32Array.of(x, x) }, { output: 'f32' })[0].row(0, expected, bound);
      return bound[0] / expected[0] - 6 * u - 2 * u * (3 + 3 * Math.LN2);
    };
    const below = 2 ** 16 - 1;
    // The sum's and the element's.
    expect(at(below) / (2 * u * 2 * below + 2 * u * (2 * below + Math.LN2))).toBeCloseTo(1, 9);
    for (const x of [2 ** 16, -(2 ** 17), 1e30]) expect(at(x)).toBeLessThan(7 * u);
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
  });
});

describe('work and limits', () => {
  it('asks for rows of every kind: all rows, and more where there are few that cost little', () => {
    const gate = (rows: number, columns: number) => {
      const [{ name, problem }, ...others] = softmax.gates(problemOf(rows, columns));
      expect(others.map((one) => [one.name, one.problem.shape.rows])).toEqual(
        problem.shape.rows < 128 ? [['small terms', columns > 2 ** 16 ? 8 : 24]] : [],
      );
      expect([name, problem.input, problem.shape.columns]).toEqual(['rows of every kind', 'mixed', columns]);
      return problem.shape.rows;
    };
    expect(gate(4096, 64)).toBe(4096);
    expect(gate(1, 64)).toBe(512);
    expect(gate(1, 2 ** 14)).toBe(128);
    expect(gate(1, 2 ** 20)).toBe(16);
    expect(softmax.gates(problemOf(4, 75, { input: 'mixed' })).map(({ name }) => name)).toEqual(['small terms']);
    expect(softmax.gates(problemOf(256, 75, { input: 'mixed' }))).toEqual([]);
  });

  it('counts one read, one write and five operations an element', () => {
    const quantities = softmax.quantities({ rows: 4, columns: 8 }, 'f16');
    expect(['flop', 'bytes-read', 'bytes-written'].map((key) => countOf(quantities, key))).toEqual([160, 64, 64]);
  });

  it('refuses more elements than the reference can hold', () => {
    expect(() => softmax.check?.({ rows: 2 ** 20, columns: 2 ** 20 })).toThrow(/use at most 256 rows/);
    for (const { shape } of softmax.presets) expect(() => softmax.check?.(shape)).not.toThrow();
  });
});
