import { describe, expect, it } from 'vitest';
import { intensitiesOf } from '../../src/core/quantity.ts';
import { compare } from '../../src/core/verdict.ts';
import { neuron } from '../../src/ops/neuron.ts';
import { integerProbe } from '../../src/ops/probe.ts';
import type { Numerics, Problem } from '../../src/ops/types.ts';
import { countOf, f16, f32, ORDERS, type Order, type Round, range, sumOfProducts } from './arithmetic.ts';

const problemOf = (inputs: number, neurons: number, more: Partial<Problem> & { relu?: number } = {}): Problem => {
  const { relu = 0, ...rest } = more;
  return { op: 'neuron', shape: { inputs, neurons, relu }, dtype: 'f32', seed: 1, input: 'normal', ...rest };
};

interface Simulated {
  readonly order?: Order;
  readonly round?: Round;
  readonly fused?: boolean;
  readonly lanes?: number;
  /** Changes one row's terms before they are summed: a planted fault. */
  readonly fault?: (
    x: Float32Array,
    w: Float32Array,
    bias: number,
    neuron: number,
  ) => [ArrayLike<number>, ArrayLike<number>, number];
  readonly numerics?: Partial<Numerics>;
}

/** Runs a simulated kernel and judges what it wrote. */
function verdict(problem: Problem, options: Simulated = {}) {
  const tensors = neuron.inputs(problem) as Record<string, Float32Array>;
  const { inputs, neurons, relu } = problem.shape;
  const numerics: Numerics = { output: problem.dtype, ...options.numerics };
  const store = numerics.output === 'f16' ? f16 : f32;
  const values = range(0, neurons).map((row) => {
    const w = tensors.w.subarray(row * inputs, (row + 1) * inputs);
    const [xs, ws, bias] = options.fault
      ? options.fault(tensors.x, w, tensors.b[row], row)
      : [tensors.x, w, tensors.b[row]];
    const sum = sumOfProducts(xs, ws, bias, options.order ?? 'sequential', options.round, options.fused, options.lanes);
    return store(relu ? Math.max(0, sum) : sum);
  });
  const [judge] = neuron.judges(problem, tensors, numerics);
  return compare([{ judge, values }], { budget: 1e9, seed: 1 });
}

const ratio = async (problem: Problem, options?: Simulated) => Number((await verdict(problem, options)).ratio);

describe('the worked example', () => {
  it('counts what the example counts: 4,098 bytes in, 2 out, 1,024 multiply-adds, one addition, one comparison', () => {
    const quantities = neuron.quantities({ inputs: 1024, neurons: 1, relu: 1 }, 'f16');
    expect(quantities.map(({ title, count, unit }) => [title, count, unit])).toEqual([
      ['Operations', 2050, 'FLOP'],
      ['Fused multiply-adds', 1024, ''],
      ['Additions', 1, ''],
      ['Comparisons', 1, ''],
      ['Bytes moved', 4100, 'B'],
      ['Bytes read', 4098, 'B'],
      ['Bytes written', 2, 'B'],
    ]);
    // "About 0.5 flop per byte".
    const [intensity] = intensitiesOf(quantities);
    expect([intensity.value, intensity.unit]).toEqual([0.5, 'FLOP/B']);
  });

  it('has no comparison without the activation, and compulsory traffic for layers', () => {
    const quantities = neuron.quantities({ inputs: 4096, neurons: 4096, relu: 0 }, 'f32');
    expect(countOf(quantities, 'comparisons')).toBe(0);
    expect(countOf(quantities, 'bytes-read')).toBe(4 * (4096 + 4096 * 4096 + 4096));
    expect(countOf(quantities, 'flop')).toBe(2 * 4096 * 4096 + 4096);
  });

  it('fires: the one neuron of the example is above zero for every seed', () => {
    for (const dtype of ['f32', 'f16'] as const) {
      for (let seed = 0; seed < 12; seed++) {
        const problem = problemOf(1024, 1, { relu: 1, seed, dtype });
        const [judge] = neuron.judges(problem, neuron.inputs(problem), { output: dtype });
        const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
        judge.row(0, expected, bound);
        expect(expected[0]).toBeGreaterThan(0);
      }
    }
  });
});

describe('reference', () => {
  it.each([0, 1])('is y = max(0, W x + b), relu %i', (relu) => {
    const problem = problemOf(37, 19, { relu });
    const { x, w, b } = neuron.inputs(problem);
    const [judge] = neuron.judges(problem, { x, w, b }, { output: 'f32' });
    expect([judge.rows, judge.rowLength, judge.dims]).toEqual([19, 1, [19]]);
    const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
    for (let j = 0; j < 19; j++) {
      judge.row(j, expected, bound);
      const sum = [...x].reduce((total, value, i) => total + value * w[j * 37 + i], 0) + b[j];
      expect(expected[0]).toBeCloseTo(relu ? Math.max(0, sum) : sum, 10);
      // min(8 sqrt(n + 1), 2 (n + 1)) u g and what flushing denormals costs.
      const g = [...x].reduce((total, value, i) => total + Math.abs(value * w[j * 37 + i]), 0) + Math.abs(b[j]);
      const allowed = 8 * Math.sqrt(38) * 2 ** -24 * g;
      if (relu && sum < -allowed) expect(bound[0]).toBe(0);
      else expect(bound[0] / allowed).toBeCloseTo(1, 10);
    }
  });

  it('takes independent rounding for granted on seeded terms of both signs only', () => {
    const boundOf = (input: string): number => {
      const [judge] = neuron.judges(
        problemOf(99, 1, { input }),
        { x: new Float32Array(99).fill(1), w: new Float32Array(99).fill(1), b: Float32Array.of(1) },
        { output: 'f32' },
      );
      const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
      judge.row(0, expected, bound);
      return bound[0];
    };
    for (const input of ['normal', 'cancelling', 'denormal', 'large']) {
      expect(boundOf(input) / (8 * 10 * 2 ** -24 * 100)).toBeCloseTo(1, 10);
    }
    expect(boundOf('given') / (2 * 100 * 2 ** -24 * 100)).toBeCloseTo(1, 10);
  });

  it('gives the same inputs for the same problem and others for another seed', () => {
    for (const input of neuron.inputCases.map(({ id }) => id)) {
      const problem = problemOf(33, 5, { input });
      expect(neuron.inputs(problem)).toEqual(neuron.inputs(problem));
      expect(neuron.inputs({ ...problem, seed: 2 })).not.toEqual(neuron.inputs(problem));
    }
  });

  it('holds only values that f16 can store, where the storage is f16', () => {
    for (const input of neuron.inputCases.map(({ id }) => id)) {
      const tensors = neuron.inputs(problemOf(130, 7, { input, dtype: 'f16' }));
      for (const values of Object.values(tensors)) {
        for (const value of values) {
          expect(f16(value)).toBe(value);
          expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });
});

describe('right kernels', () => {
  const shapes = [
    [1, 3],
    [2, 3],
    [7, 5],
    [255, 3],
    [1024, 4],
    [4099, 2],
  ] as const;
  it.each(neuron.inputCases.map(({ id }) => id))('pass "%s" in every order with a ratio under 0.5', async (input) => {
    for (const [inputs, neurons] of shapes) {
      for (const order of ORDERS) {
        for (const fused of [true, false]) {
          const at = `${inputs} x ${neurons}, ${order}, fused ${fused}`;
          const found = await ratio(problemOf(inputs, neurons, { input, relu: 0 }), { order, fused });
          // A single product and a bias may use up more of 2 (n + 1) u.
          expect(found, at).toBeLessThanOrEqual(0.5);
        }
      }
    }
  });

  it.each(neuron.inputCases.map(({ id }) => id))('pass "%s" in f16 storage with a ratio under 0.6', async (input) => {
    for (const [inputs, neurons] of shapes) {
      for (const order of ['sequential', 'strided'] as const) {
        expect(await ratio(problemOf(inputs, neurons, { input, dtype: 'f16' }), { order })).toBeLessThanOrEqual(0.6);
      }
    }
  });

  it('pass where denormals are flushed', async () => {
    const flush: Round = (value) => (Math.abs(value) < 2 ** -126 ? 0 : f32(value));
    const flushed = (values: ArrayLike<number>) => Array.from(values, flush);
    const fault: Simulated['fault'] = (x, w, b) => [flushed(x), flushed(w), flush(b)];
    for (const fused of [true, false]) {
      const found = await ratio(problemOf(1024, 8, { input: 'denormal' }), { round: flush, fused, fault });
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(1);
    }
    const half = (values: ArrayLike<number>) => Array.from(values, (value) => (Math.abs(value) < 2 ** -14 ? 0 : value));
    expect(
      await ratio(problemOf(1024, 8, { input: 'denormal', dtype: 'f16' }), {
        fault: (x, w, b) => [half(x), half(w), b],
      }),
    ).toBeLessThanOrEqual(1);
  });

  it('pass with a running sum in f16 that declares itself, on ordinary inputs', async () => {
    const numerics = { accumulator: 'f16' as const };
    expect(await ratio(problemOf(1024, 16, { dtype: 'f16' }), { round: f16, numerics })).toBeLessThanOrEqual(1);
    expect(
      (await verdict(problemOf(1024, 16, { dtype: 'f16', input: 'integers' }), { round: f16, numerics })).correct,
    ).toBe(false);
  });
});

describe('wrong kernels', () => {
  const without = (values: ArrayLike<number>, index: number) =>
    Array.from(values, (value, i) => (i === index ? 0 : value));

  it.each([2, 5, 64, 1000, 1024])('that drop one term of %i fail the integers, whichever it is', async (inputs) => {
    const problem = problemOf(inputs, 3, { input: 'integers' });
    for (const index of [...new Set([0, 1, inputs >> 1, inputs - 2, inputs - 1])]) {
      const found = await verdict(problem, { fault: (x, w, b) => [without(x, index), w, b] });
      expect(found).toMatchObject({ correct: false, ratio: 'Infinity' });
    }
  });

  it.each(['f32', 'f16'] as const)('fail on normal inputs too (%s)', async (dtype) => {
    const problem = problemOf(1024, 16, { dtype });
    expect(await ratio(problem, { fault: (x, w, b) => [without(x, 1023), w, b] })).toBeGreaterThan(2);
    expect(await ratio(problem, { fault: (x, w) => [x, w, 0] })).toBeGreaterThan(10);
    const shifted = (values: ArrayLike<number>) => Array.from(values, (_, i) => values[(i + 1) % values.length]);
    expect(await ratio(problem, { fault: (x, w, b) => [x, shifted(w), b] })).toBeGreaterThan(10);
  });

  it('that swap two inputs or read the neighbouring row fail the integers', async () => {
    const problem = problemOf(64, 8, { input: 'integers' });
    const { w } = neuron.inputs(problem) as { w: Float32Array };
    const swapped = (values: Float32Array) => {
      const copy = values.slice();
      [copy[3], copy[4]] = [copy[4], copy[3]];
      return copy;
    };
    expect((await verdict(problem, { fault: (x, row, b) => [swapped(x), row, b] })).correct).toBe(false);
    const next: Simulated['fault'] = (x, _, b, j) => [x, w.subarray(((j + 1) % 8) * 64, ((j + 1) % 8) * 64 + 64), b];
    expect((await verdict(problem, { fault: next })).correct).toBe(false);
  });

  it('that hide a NaN behind the ReLU pass after it and fail before it', async () => {
    const problem = problemOf(64, 32, { relu: 1 });
    // A NaN for the neurons whose output is 0 anyway: Math.max would keep it, WGSL's max(NaN, 0) gives 0.
    const tensors = neuron.inputs(problem);
    const [judge] = neuron.judges(problem, tensors, { output: 'f32' });
    const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
    const off = range(0, 32).filter((j) => {
      judge.row(j, expected, bound);
      return expected[0] === 0;
    });
    expect(off.length).toBeGreaterThan(4);
    const gate = neuron.gates(problem).find(({ name }) => name === 'before the ReLU');
    expect(gate?.problem.shape.relu).toBe(0);
    const fault: Simulated['fault'] = (x, w, b, j) => [x, w, off.includes(j) ? Number.NaN : b];
    expect((await verdict(gate?.problem ?? problem, { fault })).correct).toBe(false);
  });

  it('with a running sum in f16 fail the integers in every order', async () => {
    for (const inputs of [16, 64, 100, 1024, 4096, 16_384]) {
      for (const order of ORDERS) {
        for (const lanes of [8, 64, 256]) {
          const problem = problemOf(inputs, 4, { input: 'integers', dtype: 'f16' });
          const found = await verdict(problem, { order, lanes, round: f16 });
          expect(found.correct, `${inputs} inputs, ${order}, ${lanes} lanes`).toBe(false);
        }
      }
    }
  });

  it('with f16 products, or only a running sum of 8 terms in f16, fail the integers', async () => {
    const problem = problemOf(1024, 4, { input: 'integers', dtype: 'f16' });
    const products: Simulated['fault'] = (x, w, b) => [
      Array.from(x, (value, i) => f16(value * w[i])),
      new Array(1024).fill(1),
      b,
    ];
    expect((await verdict(problem, { fault: products })).correct).toBe(false);
    const blocks: Simulated['fault'] = (x, w, b) => {
      const sums = range(0, 1024, 8).map((start) =>
        sumOfProducts(x.subarray(start, start + 8), w.subarray(start, start + 8), 0, 'sequential', f16),
      );
      return [sums, new Array(128).fill(1), b];
    };
    expect((await verdict(problem, { fault: blocks })).correct).toBe(false);
  });

  it('with a running sum in f16 fail a single neuron of 1,024 inputs for every seed tried', async () => {
    const survivors: string[] = [];
    for (let seed = 0; seed < 60; seed++) {
      for (const order of ORDERS) {
        const problem = problemOf(1024, 1, { input: 'integers', dtype: 'f16', seed });
        if ((await verdict(problem, { order, round: f16, lanes: 64 })).correct) survivors.push(`${seed} ${order}`);
      }
    }
    expect(survivors).toEqual([]);
  });
});

describe('the exact-integer probe', () => {
  it.each([1, 2, 3, 4, 5, 17, 512, 513, 1024, 4096, 5001, 2 ** 18])('of length %i keeps its promises', (k) => {
    const [rows, columns] = [3, k > 10_000 ? 3 : 11];
    const a = new Float32Array(rows * k);
    const b = new Float32Array(k * columns);
    integerProbe(
      5,
      k,
      { values: a, count: rows, vector: k, inner: 1 },
      { values: b, count: columns, vector: 1, inner: columns },
    );
    for (const value of [...a.subarray(0, 5000), ...b.subarray(0, 5000)]) {
      expect(Number.isInteger(value) && value !== 0 && Math.abs(value) <= 128).toBe(true);
    }
    const results = new Set<number>();
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let [sum, magnitude, heavy] = [0, 0, 0];
        for (let p = 0; p < k; p++) {
          const product = a[i * k + p] * b[p * columns + j];
          sum += product;
          magnitude += Math.abs(product);
          if (Math.abs(product) >= 4096) heavy++;
        }
        expect(magnitude).toBeLessThan(2 ** 24 - 2 ** 11);
        expect(Math.abs(sum)).toBeLessThanOrEqual(1943);
        expect(heavy).toBeGreaterThanOrEqual(Math.min(512, k - (k % 2)));
        results.add(sum);
      }
    }
    // An element written in another's place must show.
    if (k >= 8) expect(results.size).toBeGreaterThan(rows * columns * 0.7);
    for (let i = 1; i < rows; i++) expect(a.subarray(0, k)).not.toEqual(a.subarray(i * k, (i + 1) * k));
  });
});

describe('large inputs', () => {
  it('f32: the sums fit, and a kernel that overflows on the way fails', async () => {
    const problem = problemOf(1000, 8, { input: 'large' });
    expect(await ratio(problem)).toBeLessThan(0.5);
    expect((await verdict(problem, { fault: (x, w, b) => [x.map((v) => v * 2 ** 30), w, b] })).correct).toBe(false);
  });

  it('f16: results lie on both sides of 65,504; infinity is right beyond it only', async () => {
    const problem = problemOf(1024, 64, { input: 'large', dtype: 'f16' });
    const tensors = neuron.inputs(problem);
    const [judge] = neuron.judges(problem, tensors, { output: 'f16' });
    const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
    let beyond = 0;
    for (let j = 0; j < 64; j++) {
      judge.row(j, expected, bound);
      if (bound[0] === Number.POSITIVE_INFINITY) beyond++;
    }
    expect(beyond).toBeGreaterThan(4);
    expect(beyond).toBeLessThan(60);
    expect(await ratio(problem)).toBeLessThan(0.6);
    const infinite = await compare([{ judge, values: new Array(64).fill(Number.POSITIVE_INFINITY) }], {
      budget: 1e9,
      seed: 1,
    });
    expect(infinite.correct).toBe(false);
  });
});

describe('gates and limits', () => {
  it('ask for the integers first, then for long mantissas, then for the value before the ReLU', () => {
    const names = (problem: Problem) => neuron.gates(problem).map(({ name }) => name);
    expect(names(problemOf(8, 8, { relu: 1 }))).toEqual(['exact integers', 'long mantissas', 'before the ReLU']);
    expect(names(problemOf(8, 8, { relu: 0 }))).toEqual(['exact integers', 'long mantissas']);
    expect(names(problemOf(8, 8, { relu: 1, input: 'integers' }))).toEqual(['long mantissas', 'before the ReLU']);
    expect(names(problemOf(8, 8, { relu: 0, input: 'wide' }))).toEqual(['exact integers']);
    expect(names(problemOf(8, 3, { relu: 0 }))).toEqual([
      'exact integers',
      'long mantissas',
      'long mantissas, other neurons',
      'long mantissas, other signs',
      'long mantissas, other neurons and signs',
    ]);
  });

  it('stay safe integers at the last seed', () => {
    const seed = Number.MAX_SAFE_INTEGER;
    const seeds = neuron.gates(problemOf(8, 1, { seed })).map(({ problem }) => problem.seed);
    expect(seeds.every(Number.isSafeInteger)).toBe(true);
    expect(seeds.slice(2).map((other) => Math.abs(other - seed))).toEqual([1, 2, 3]);
  });

  it('refuse more weights than the reference can hold', () => {
    expect(() => neuron.check?.({ inputs: 2 ** 20, neurons: 2 ** 20, relu: 1 })).toThrow(/at most 256 neurons/);
    expect(() => neuron.check?.({ inputs: 2 ** 14, neurons: 2 ** 14, relu: 1 })).not.toThrow();
  });

  it('prepare and check a layer of 4,096 x 4,096 in a moment', async () => {
    const problem = problemOf(4096, 4096, { dtype: 'f16' });
    for (const input of ['normal', 'integers']) {
      const tensors = neuron.inputs({ ...problem, input });
      const [judge] = neuron.judges({ ...problem, input }, tensors, { output: 'f16' });
      const verdict = await compare([{ judge, values: new Float32Array(4096) }], { budget: 1e9, seed: 1 });
      expect(verdict.checked).toBe(4096);
    }
  });
});
