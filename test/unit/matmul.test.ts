import { describe, expect, it } from 'vitest';
import type { DType } from '../../src/core/format.ts';
import { freivalds } from '../../src/core/freivalds.ts';
import { Random } from '../../src/core/random.ts';
import { compare } from '../../src/core/verdict.ts';
import { matmul } from '../../src/ops/matmul.ts';
import type { Numerics, Problem, Tensors } from '../../src/ops/types.ts';
import { countOf, f16, f32, ORDERS, type Order, type Round, range, sumOfProducts } from './arithmetic.ts';

const problemOf = (m: number, n: number, k: number, more: Partial<Problem> & { bias?: number } = {}): Problem => {
  const { bias = 1, ...rest } = more;
  return { op: 'matmul', shape: { m, n, k, bias }, dtype: 'f32', seed: 4, input: 'normal', ...rest };
};

interface Simulated {
  readonly order?: Order;
  readonly round?: Round;
  readonly fused?: boolean;
  readonly lanes?: number;
}

/** C as a kernel computes it, in f32 unless told otherwise. */
function multiply({ shape, dtype }: Problem, tensors: Tensors, options: Simulated = {}): Float32Array {
  const { m, n, k } = shape;
  const c = new Float32Array(m * n);
  for (let j = 0; j < n; j++) {
    const column = Float32Array.from({ length: k }, (_, p) => tensors.b[p * n + j]);
    for (let i = 0; i < m; i++) {
      const row = tensors.a.subarray(i * k, (i + 1) * k);
      const bias = tensors.bias ? tensors.bias[j] : 0;
      const { order = 'sequential', round, fused, lanes } = options;
      c[i * n + j] = sumOfProducts(row, column, bias, order, round, fused, lanes);
    }
  }
  return dtype === 'f16' ? c.map(f16) : c;
}

async function verdict(problem: Problem, values: ArrayLike<number>, numerics: Partial<Numerics> = {}, budget = 1e9) {
  const judges = matmul.judges(problem, matmul.inputs(problem), { output: problem.dtype, ...numerics });
  return compare([{ judge: judges[0], values }], { budget, seed: 1 });
}

async function ratio(problem: Problem, options: Simulated = {}, numerics: Partial<Numerics> = {}) {
  return Number((await verdict(problem, multiply(problem, matmul.inputs(problem), options), numerics)).ratio);
}

const inputs = matmul.inputCases.map(({ id }) => id);

describe('reference', () => {
  it.each(inputs)('is sum_p a_ip b_pj + bias_j with its bound: %s', (input) => {
    for (const [m, n, k] of [
      [5, 7, 11],
      [1, 1, 1],
      [3, 1, 4],
      [2, 9, 1021],
    ]) {
      for (const bias of [0, 1]) {
        const problem = problemOf(m, n, k, { input, bias });
        const tensors = matmul.inputs(problem);
        const [judge] = matmul.judges(problem, tensors, { output: 'f32' });
        const [expected, bound] = [new Float64Array(n), new Float64Array(n)];
        for (let i = 0; i < m; i++) {
          judge.row(i, expected, bound);
          for (let j = 0; j < n; j++) {
            let [sum, magnitude, sizes] = [0, 0, 0];
            for (let p = 0; p < k; p++) {
              sum += tensors.a[i * k + p] * tensors.b[p * n + j];
              magnitude += Math.abs(tensors.a[i * k + p] * tensors.b[p * n + j]);
              sizes += Math.abs(tensors.a[i * k + p]) + Math.abs(tensors.b[p * n + j]);
            }
            sum += bias ? tensors.bias[j] : 0;
            magnitude += bias ? Math.abs(tensors.bias[j]) : 0;
            expect(Math.abs(expected[j] - sum)).toBeLessThanOrEqual(1e-12 * magnitude);
            const flush = 2 ** -126 * (sizes + k + 1);
            const allowed = Math.min(8 * Math.sqrt(k + 1), 2 * (k + 1)) * 2 ** -24 * magnitude + flush;
            // test/unit/wide.test.ts has what the wide probe allows.
            if (input === 'wide') expect(bound[j]).toBeLessThanOrEqual(4 * 2 ** -24 * magnitude);
            else if (input === 'integers') expect(bound[j]).toBe(0);
            else expect(bound[j] / allowed).toBeCloseTo(1, 9);
          }
        }
      }
    }
  });

  it('holds only values that f16 can store, where the storage is f16', () => {
    for (const input of inputs) {
      for (const values of Object.values(matmul.inputs(problemOf(9, 8, 70, { input, dtype: 'f16' })))) {
        for (const value of values) expect(f16(value)).toBe(value);
      }
    }
  });
});

describe('right kernels', () => {
  const shapes = [
    [1, 1, 1],
    [3, 5, 2],
    [4, 3, 65],
    [3, 4, 1024],
  ] as const;

  it.each(inputs)('pass "%s" in every order with a ratio under 0.5', async (input) => {
    for (const [m, n, k] of shapes) {
      for (const order of ORDERS) {
        for (const fused of [true, false]) {
          expect(await ratio(problemOf(m, n, k, { input }), { order, fused }), `${k} ${order}`).toBeLessThanOrEqual(
            0.5,
          );
        }
      }
    }
  });

  it.each(inputs)('pass "%s" in f16 storage with a ratio under 0.6', async (input) => {
    for (const [m, n, k] of shapes) {
      expect(await ratio(problemOf(m, n, k, { input, dtype: 'f16' }), { order: 'blocked' })).toBeLessThanOrEqual(0.6);
      expect(await ratio(problemOf(m, n, k, { input, dtype: 'f16', bias: 0 }))).toBeLessThanOrEqual(0.6);
    }
  });

  it('pass where denormals are flushed, in f32 and in f16', async () => {
    for (const [dtype, tiny] of [
      ['f32', 2 ** -126],
      ['f16', 2 ** -14],
    ] as const) {
      const problem = problemOf(4, 5, 300, { input: 'denormal', dtype });
      const flush = (values: Float32Array) => values.map((value) => (Math.abs(value) < tiny ? 0 : value));
      const round: Round = (value) => (Math.abs(value) < 2 ** -126 ? 0 : f32(value));
      const tensors = Object.fromEntries(
        Object.entries(matmul.inputs(problem)).map(([name, values]) => [name, flush(values as Float32Array)]),
      );
      const found = await verdict(problem, multiply(problem, tensors, { round }));
      expect(Number(found.ratio)).toBeLessThanOrEqual(1);
      expect(Number(found.ratio)).toBeGreaterThan(0.001);
    }
  });
});

describe('wrong kernels', () => {
  const planted =
    (fault: (c: Float32Array, problem: Problem, tensors: Tensors) => void) => async (problem: Problem) => {
      const tensors = matmul.inputs(problem);
      const c = multiply(problem, tensors);
      fault(c, problem, tensors);
      return verdict(problem, c);
    };

  it.each(['normal', 'integers', 'cancelling'])('that drop the last term fail "%s" in every element', async (input) => {
    const problem = problemOf(16, 12, 100, { input });
    const found = await planted((c, { shape: { n, k } }, { a, b }) => {
      for (let i = 0; i < c.length; i++) {
        c[i] = f32(c[i] - a[Math.floor(i / n) * k + k - 1] * b[(k - 1) * n + (i % n)]);
      }
    })(problem);
    expect(found.correct).toBe(false);
    // Freivalds' check is exact on integers, so that not all rows are compared; those that are, in each element.
    expect(found.reason).toContain(`(and ${input === 'integers' ? found.checked - 1 : ''}`);
    expect(found.checked).toBe(input === 'integers' ? 8 * 12 : 16 * 12);
  });

  it("that write a row, a column or two elements in each other's place fail", async () => {
    const problem = problemOf(16, 16, 64, { input: 'integers' });
    const fails = async (fault: (c: Float32Array) => void) => !(await planted(fault)(problem)).correct;
    const moved = (place: (i: number, j: number) => number) => (c: Float32Array) => {
      const right = c.slice();
      for (let i = 0; i < 16; i++) for (let j = 0; j < 16; j++) c[i * 16 + j] = right[place(i, j)];
    };
    expect(await fails((c) => void c.copyWithin(16, 0, 16))).toBe(true);
    expect(await fails(moved((i, j) => i * 16 + (j ^ 1)))).toBe(true);
    expect(await fails(moved((i, j) => j * 16 + i))).toBe(true);
    expect(await fails((c) => void c.fill(0))).toBe(true);
    expect(await fails(moved((i, j) => i * 16 + j))).toBe(false);
  });

  it('with a running sum in f16 fail the integers in every order', async () => {
    for (const k of [16, 100, 1024, 4096]) {
      for (const order of ORDERS) {
        const problem = problemOf(2, 3, k, { input: 'integers', dtype: 'f16' });
        const c = multiply(problem, matmul.inputs(problem), { order, round: f16, lanes: 16 });
        expect((await verdict(problem, c, { accumulator: 'f16' })).correct, `${k} ${order}`).toBe(false);
      }
    }
  });

  it('with a running sum in f16 pass normal inputs only where they declare it', async () => {
    const problem = problemOf(3, 3, 512, { dtype: 'f16' });
    expect(await ratio(problem, { round: f16 }, { accumulator: 'f16' })).toBeLessThanOrEqual(1);
    expect(await ratio(problem, { round: f16 }, { output: 'f32' })).toBeGreaterThan(1);
    expect(await ratio({ ...problem, input: 'cancelling' }, { round: f16 })).toBeGreaterThan(1);
  });
});

describe("Freivalds' check", () => {
  const [m, n, k] = [96, 80, 64];
  const check = (input: string, dtype: 'f32' | 'f16' = 'f32', bias = 1) => {
    const problem = problemOf(m, n, k, { input, dtype, bias });
    const tensors = matmul.inputs(problem);
    const [judge] = matmul.judges(problem, tensors, { output: dtype });
    if (!judge.whole) throw new Error('no check of the whole');
    return { whole: judge.whole, c: multiply(problem, tensors), problem, tensors };
  };

  it.each(['normal', 'cancelling', 'denormal', 'large'])('passes right results far below its bound: %s', (input) => {
    for (const bias of [0, 1]) {
      const { whole, c } = check(input, 'f32', bias);
      for (const seed of range(0, 20)) {
        const { ratio } = whole.check(c, seed);
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThan(0.2);
      }
    }
    const half = check(input === 'large' ? 'normal' : input, 'f16');
    for (const seed of range(0, 20)) expect(half.whole.check(half.c, seed).ratio).toBeLessThan(0.3);
  });

  it('is exact on integers: any single wrong element is found, and its row', () => {
    const { whole, c } = check('integers');
    const random = new Random(1);
    expect(whole.check(c, 5)).toEqual({ ratio: 0 });
    for (let trial = 0; trial < 200; trial++) {
      const wrong = c.slice();
      const at = random.integer(0, c.length - 1);
      wrong[at] += random.bits() & 1 ? 1 : -1;
      expect(whole.check(wrong, trial)).toEqual({ ratio: Number.POSITIVE_INFINITY, row: Math.floor(at / n) });
    }
  });

  it('is exact on integers: errors that cancel in their row are found too', () => {
    const { whole, c } = check('integers');
    for (let seed = 0; seed < 200; seed++) {
      const wrong = c.slice();
      wrong[7 * n + 3] += 1;
      wrong[7 * n + 60] -= 1;
      wrong[40 * n + 1] += 5;
      wrong[40 * n + 2] += 5;
      expect(whole.check(wrong, seed).ratio).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('grants every element its whole bound, whatever the signs', () => {
    for (const [input, dtype] of [
      ['normal', 'f32'],
      ['denormal', 'f32'],
      ['normal', 'f16'],
      ['denormal', 'f16'],
    ] as const) {
      const { whole, problem, tensors } = check(input, dtype);
      const [judge] = matmul.judges(problem, tensors, { output: dtype });
      const random = new Random(8, input);
      const [expected, bound] = [new Float64Array(n), new Float64Array(n)];
      const edge = new Float64Array(m * n);
      for (let i = 0; i < m; i++) {
        judge.row(i, expected, bound);
        for (let j = 0; j < n; j++) edge[i * n + j] = expected[j] + (random.bits() & 1 ? 1 : -1) * bound[j];
      }
      for (const seed of range(0, 20)) {
        const { ratio } = whole.check(edge, seed);
        expect(ratio).toBeGreaterThan(0.01);
        expect(ratio).toBeLessThanOrEqual(1);
      }
    }
  });

  it('finds on rounded sums what passes its bound, NaN and infinity; not a single fault of a few bounds', () => {
    const { whole, c } = check('normal');
    const bad = (value: number) => {
      const wrong = c.slice();
      wrong[33 * n + 2] = value;
      return whole.check(wrong, 3);
    };
    expect(bad(c[33 * n + 2] + 1)).toMatchObject({ row: 33 });
    expect(bad(c[33 * n + 2] + 1).ratio).toBeGreaterThan(1);
    expect(bad(Number.NaN)).toEqual({ ratio: Number.POSITIVE_INFINITY, row: 33 });
    expect(bad(Number.NEGATIVE_INFINITY)).toEqual({ ratio: Number.POSITIVE_INFINITY, row: 33 });
    expect(bad(c[33 * n + 2] + 1e-4).ratio).toBeLessThan(1);
  });

  it('finds a term dropped from every sum, a row of C in the place of another, an unwritten column', () => {
    const { whole, c, tensors } = check('normal');
    const dropped = c.map(
      (value, i) => value - tensors.a[Math.floor(i / n) * k + k - 1] * tensors.b[(k - 1) * n + (i % n)],
    );
    expect(whole.check(dropped, 1).ratio).toBeGreaterThan(1);
    expect(whole.check(c.slice().copyWithin(n, 0, n), 1)).toMatchObject({ row: 1 });
    expect(
      whole.check(
        c.map((value, i) => (i % n === 5 ? 0 : value)),
        1,
      ).ratio,
    ).toBeGreaterThan(1);
  });

  it('is not offered where an element may overflow: no sum of its row could be compared', () => {
    const problem = problemOf(8, 8, 1024, { input: 'large', dtype: 'f16' });
    const tensors = matmul.inputs(problem);
    expect(matmul.judges(problem, tensors, { output: 'f16' })[0].whole).toBeUndefined();
    expect(matmul.judges(problem, tensors, { output: 'f32' })[0].whole).toBeDefined();
  });

  it('joins the sample in the verdict, and finds what the sample misses', async () => {
    const problem = problemOf(256, 64, 64, { input: 'integers' });
    const c = multiply(problem, matmul.inputs(problem));
    const budget = 16 * 2 * 64 * 64;
    expect(await verdict(problem, c, {}, budget)).toMatchObject({
      correct: true,
      method: '1,024 of 16,384 and Freivalds',
      checked: 1024,
    });
    const missed = await Promise.all(
      range(0, 256).map(async (row) => {
        const wrong = c.slice();
        wrong[row * 64 + 9] += 1;
        const found = await verdict(problem, wrong, {}, budget);
        expect(found.worst).toMatchObject({ row, column: 9 });
        return found.correct;
      }),
    );
    expect(missed).not.toContain(true);
  });

  it('never calls a large product exact that float64 could not hold', () => {
    const size = 300;
    const big = new Float32Array(size * size).fill(2 ** 20);
    const product = { m: size, n: size, k: size, a: big, b: big };
    const c = new Float32Array(size * size).fill(size * 2 ** 40);
    expect(freivalds(product, null).check(c, 1)).toEqual({ ratio: 0 });
  });
});

describe('work and limits', () => {
  it('counts 2 m n k flops and compulsory traffic', () => {
    const counts = (bias: number, dtype: DType): number[] => {
      const quantities = matmul.quantities({ m: 3, n: 5, k: 7, bias }, dtype);
      return ['flop', 'bytes-read', 'bytes-written'].map((key) => countOf(quantities, key));
    };
    expect(counts(1, 'f16')).toEqual([2 * 105 + 15, 2 * (21 + 35 + 5), 30]);
    expect(counts(0, 'f32')).toEqual([210, 4 * 56, 4 * 15]);
  });

  it('asks for the exact integers first, then for long mantissas', () => {
    const gates = (input: string) =>
      matmul.gates(problemOf(2, 2, 2, { input })).map(({ name, problem }) => [name, problem.input]);
    expect(gates('normal')).toEqual([
      ['exact integers', 'integers'],
      ['long mantissas', 'wide'],
    ]);
    expect(gates('integers')).toEqual([['long mantissas', 'wide']]);
    expect(gates('wide')).toEqual([['exact integers', 'integers']]);
  });

  it('refuses matrices that the reference cannot hold', () => {
    expect(() => matmul.check?.({ m: 2 ** 20, n: 1, k: 2 ** 10, bias: 0 })).toThrow(
      /^A of 1,048,576 x 1,024 .* use at most 262,144 rows$/,
    );
    for (const { shape } of matmul.presets) expect(() => matmul.check?.(shape)).not.toThrow();
  });

  it('binds the tensors that the flags ask for', () => {
    expect(matmul.tensors({ m: 2, n: 3, k: 4, bias: 0 }).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(Object.keys(matmul.inputs(problemOf(2, 3, 4, { bias: 0 })))).toEqual(['a', 'b']);
    expect(matmul.tensors({ m: 2, n: 3, k: 4, bias: 1 }).map(({ dims }) => dims)).toEqual([
      [2, 4],
      [4, 3],
      [3],
      [2, 3],
    ]);
  });
});
