/** What the wide probe promises: right sums match to the last bit in any order, and small faults of precision do not. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/core/verdict.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { neuron } from '../../src/ops/neuron.ts';
import type { Problem } from '../../src/ops/types.ts';
import { wideProbe } from '../../src/ops/wide.ts';
import { f16, f32, ORDERS, range, sumOfProducts } from './arithmetic.ts';

const layer = (inputs: number, neurons: number, more: Partial<Problem> & { relu?: number } = {}): Problem => {
  const { relu = 0, ...rest } = more;
  return { op: 'neuron', shape: { inputs, neurons, relu }, dtype: 'f32', seed: 1, input: 'wide', ...rest };
};

/** What a kernel may do to a value on its way. */
type Change = (value: number) => number;
interface Changes {
  readonly x?: Change;
  readonly w?: Change;
  readonly bias?: Change;
  readonly sum?: Change;
  readonly relu?: Change;
}

/** The bits of binary32 that a shorter format keeps, rounded to the nearest. */
function shorten(dropped: number): Change {
  const [value, bits] = [new Float32Array(1), new Uint32Array(1).fill(0)];
  const view = new Uint32Array(value.buffer);
  return (given) => {
    value[0] = given;
    bits[0] = view[0] + 2 ** (dropped - 1);
    view[0] = bits[0] - (bits[0] % 2 ** dropped);
    return value[0];
  };
}
const clamp =
  (most: number): Change =>
  (value) =>
    Math.max(-most, Math.min(most, value));

/** Formats and thresholds that operands, bias and result may be forced through. */
const LOSSES: Readonly<Record<string, Change>> = {
  'rounded to f16': f16,
  'rounded to TF32': shorten(13),
  'rounded to bf16': shorten(16),
  'clamped at 8': clamp(8),
  'clamped at 128': clamp(128),
  'clamped at 65,504': clamp(65_504),
  'taken for 0 below 1e-3': (value) => (Math.abs(value) < 1e-3 ? 0 : value),
  'in fixed point of 2^-12': (value) => Math.round(value * 4096) / 4096,
};
/** What only a result may suffer unseen. */
const SHIFTS: Readonly<Record<string, Change>> = {
  'moved by 1e-5': (value) => f32(value + 1e-5),
  'scaled by 1 + 1e-6': (value) => f32(value * (1 + 1e-6)),
};

/** Whether a kernel with these changes passes one of the probes, summed term after term. */
async function passes(problem: Problem, { x = f32, w = f32, bias = f32, sum = f32, relu }: Changes): Promise<boolean> {
  const tensors = neuron.inputs(problem);
  const { inputs, neurons } = problem.shape;
  const changed = { x: Float64Array.from(tensors.x, x), w: Float64Array.from(tensors.w, w) };
  const activate = relu ?? ((value: number) => (problem.shape.relu ? Math.max(0, value) : value));
  const values = Float64Array.from({ length: neurons }, (_, j) => {
    let total = 0;
    for (let i = 0; i < inputs; i++) total = f32(total + changed.x[i] * changed.w[j * inputs + i]);
    return activate(sum(f32(total + bias(tensors.b[j]))));
  });
  const [judge] = neuron.judges(problem, tensors, { output: 'f32' });
  return (await compare([{ judge, values }], { budget: 1e9, seed: 1 })).correct;
}

/** Whether it passes all of the probes that a layer of this size meets. */
async function passesAll(problem: Problem, changes: Changes): Promise<boolean> {
  const gates = neuron.gates({ ...problem, input: 'normal' }).map((gate) => gate.problem);
  for (const gate of gates.filter(({ input }) => input === 'wide')) if (!(await passes(gate, changes))) return false;
  return true;
}

describe('right sums', () => {
  it.each(['f32', 'f16'] as const)(
    'are exact in every order, fused or not, and one product within half (%s)',
    async (dtype) => {
      for (const [inputs, neurons] of [
        [1, 5],
        [2, 1],
        [3, 4],
        [83, 6],
        [1024, 6],
        [5000, 3],
      ]) {
        for (const seed of [1, 2]) {
          const problem = layer(inputs, neurons, { dtype, seed });
          const { x, w, b } = neuron.inputs(problem) as Record<'x' | 'w' | 'b', Float32Array>;
          const [judge] = neuron.judges(problem, { x, w, b }, { output: dtype });
          const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
          for (const order of ORDERS) {
            for (const fused of [true, false]) {
              const values = range(0, neurons).map((j) => {
                const sum = sumOfProducts(x, w.subarray(j * inputs, (j + 1) * inputs), b[j], order, f32, fused);
                return dtype === 'f16' ? f16(sum) : sum;
              });
              for (const [j, value] of values.entries()) {
                judge.row(j, expected, bound);
                const isDense =
                  inputs > 1 && w.subarray(j * inputs, (j + 1) * inputs).filter((x) => x !== 0).length > 1;
                if (isDense && dtype === 'f32') expect([value, bound[0]]).toEqual([expected[0], 0]);
              }
              const { ratio } = await compare([{ judge, values }], { budget: 1e9, seed: 1 });
              expect(Number(ratio), `${inputs} x ${neurons}, ${order}, fused ${fused}`).toBeLessThanOrEqual(0.5);
            }
          }
        }
      }
    },
  );

  it.each(['f32', 'f16'] as const)('never round: magnitudes add up to less than 2^24 steps (%s)', (dtype) => {
    for (const k of [1, 2, 3, 83, 1024, 4096, 65_536, 2 ** 20]) {
      const { a, b, bias } = wideProbe(5, dtype, [1, k, 2], true);
      const j = b.subarray(0, k).filter((value) => value !== 0).length > 1 || k === 1 ? 0 : 1;
      let [size, step] = [Math.abs(bias[j]), Number.POSITIVE_INFINITY];
      for (let p = 0; p < k; p++) {
        const product = Math.abs(a[p] * b[j * k + p]);
        // Adding nothing rounds nothing.
        if (product === 0) continue;
        size += product;
        // The largest power of two that divides it: an odd number of these.
        step = Math.min(step, lowest(product));
      }
      if (k > 1) expect(size / Math.min(step, lowest(bias[j])), `${k}`).toBeLessThan(2 ** 24);
    }
  });

  it('hold only what the storage type can, over many powers of two', () => {
    for (const dtype of ['f32', 'f16'] as const) {
      // The first single column is empty: of 8 columns none would be as small as its entry, of 16 the fifth is.
      const { a, b, bias } = wideProbe(3, dtype, [8, 100, 16], false);
      for (const value of [...a, ...b, ...bias])
        expect(Object.is(dtype === 'f16' ? f16(value) : f32(value), value)).toBe(true);
      const sizes = [...b].filter((value) => value !== 0).map((value) => Math.log2(Math.abs(value)));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeGreaterThan(dtype === 'f16' ? 20 : 80);
    }
  });
});

describe('entries', () => {
  const K = 512;
  const probes = (['f32', 'f16'] as const).flatMap((dtype) =>
    range(1, 5).map((seed) => wideProbe(seed, dtype, [6, K, 32], true)),
  );

  it('of a dense row come in runs of zeros, of negative and of equal ones', () => {
    // The first entry is 0 in some rows and not in others.
    expect(new Set(probes.flatMap(({ a }) => [0, 2].map((i) => a[i * K] === 0))).size).toBe(2);
    for (const { a } of probes) {
      for (const row of [0, 2, 4].map((i) => a.subarray(i * K, (i + 1) * K))) {
        const zeros = row.filter((value) => value === 0).length;
        expect(zeros).toBeLessThan(K / 4);
        expect(zeros).toBeGreaterThan(K / 64);
        const pairs = range(1, K).filter((p) => row[p] !== 0 && row[p] === row[p - 1]);
        expect(pairs.length).toBeGreaterThan(K / 16);
        const below = row.filter((value) => value < 0).length / (K - zeros);
        expect(below).toBeGreaterThan(0.45);
        expect(below).toBeLessThan(0.75);
      }
    }
    // Too few to leave any out.
    for (const k of [1, 2, 15]) expect(wideProbe(1, 'f32', [1, k, 1], true).a.every((value) => value !== 0)).toBe(true);
  });

  it('of every fourth single column are missing: its bias is the result', () => {
    for (const { b, bias } of probes) {
      const empty = range(0, 32).filter((j) => b.subarray(j * K, (j + 1) * K).every((value) => value === 0));
      expect(empty).toHaveLength(4);
      for (const j of empty) expect(bias[j]).not.toBe(0);
    }
    for (const columns of [1, 2, 3]) {
      const { b } = wideProbe(1, 'f32', [1, K, columns], true);
      for (const j of range(0, columns)) expect(b.subarray(j * K, (j + 1) * K).some((value) => value !== 0)).toBe(true);
    }
  });
});

/** The largest power of two that divides a finite number, but 0. */
function lowest(value: number): number {
  let step = 2 ** Math.floor(Math.log2(Math.abs(value)));
  while (value % step !== 0) step /= 2;
  return step;
}

/** Few inputs cannot be both long and short, large and small; and a single neuron's bias is a large one. */
function isPromised(inputs: number, neurons: number, at: keyof Changes, loss: string): boolean {
  const nearZero = loss === 'taken for 0 below 1e-3' || loss === 'in fixed point of 2^-12';
  if (inputs < 64 && (at === 'x' || (at === 'w' && neurons < 4))) return false;
  return !(neurons < 4 && at === 'bias' && nearZero);
}

describe('faults of precision', () => {
  it.each([1, 2, 3, 83, 1024, 4096, 65_536])(
    'are seen in layers and in single neurons of %i inputs',
    async (inputs) => {
      const unseen: string[] = [];
      for (const neurons of inputs > 10_000 ? [1, 4] : [1, 2, 4, 5, 9]) {
        for (const seed of inputs > 10_000 ? [1] : [1, 2, 3]) {
          const problem = layer(inputs, neurons, { seed });
          expect(await passesAll(problem, {})).toBe(true);
          for (const [loss, change] of Object.entries(LOSSES)) {
            for (const at of ['x', 'w', 'bias', 'sum'] as const) {
              if (!isPromised(inputs, neurons, at, loss)) continue;
              if (await passesAll(problem, { [at]: change })) unseen.push(`${neurons}, seed ${seed}: ${at} ${loss}`);
            }
          }
          for (const [shift, sum] of Object.entries(SHIFTS)) {
            if (await passesAll(problem, { sum })) unseen.push(`${neurons}, seed ${seed}: sum ${shift}`);
          }
        }
      }
      expect(unseen).toEqual([]);
    },
    60_000,
  );
});

describe('the ReLU', () => {
  const wrong: Readonly<Record<string, Change>> = {
    leaks: (value) => (value > 0 ? value : f32(value * 1e-3)),
    'leaks little': (value) => (value > 0 ? value : f32(value * 1e-9)),
    'has a floor of 1e-6': (value) => Math.max(1e-6, value),
    'has a floor below 0': (value) => Math.max(-1e-6, value),
    'is dead': () => 0,
    'is dead below 1e-3': (value) => (value < 1e-3 ? 0 : value),
    'is capped at 6': (value) => Math.max(0, Math.min(6, value)),
    'is missing': (value) => value,
    'takes magnitudes': Math.abs,
  };

  it.each(Object.keys(wrong))('that %s is seen', async (name) => {
    // Faults of sums of certain sizes need sums of those sizes above 0: four neurons, or single products, are too few to
    // promise them.
    const dependsOnSize = /\d/.test(name);
    for (const neurons of dependsOnSize ? [1, 2, 33] : [1, 2, 4, 33]) {
      for (const inputs of dependsOnSize ? [83, 1024] : [1, 2, 83, 1024]) {
        for (const seed of [1, 2, 3, 4]) {
          const problem = layer(inputs, neurons, { relu: 1, seed });
          expect(await passesAll(problem, {})).toBe(true);
          const relu = (value: number) => wrong[name](value);
          expect(await passesWithRelu(problem, relu), `${inputs} x ${neurons}, seed ${seed}`).toBe(false);
        }
      }
    }
  });

  /** The kernel applies `relu` only where the problem asks for an activation. */
  async function passesWithRelu(problem: Problem, relu: Change): Promise<boolean> {
    const gates = neuron.gates({ ...problem, input: 'normal' }).map((gate) => gate.problem);
    for (const gate of gates.filter(({ input }) => input === 'wide')) {
      if (!(await passes(gate, gate.shape.relu ? { relu } : {}))) return false;
    }
    return true;
  }

  it('is exact where a sum is certainly below 0, on seeded inputs too', async () => {
    const problem = layer(512, 32, { relu: 1, input: 'normal' });
    expect(await passes(problem, {})).toBe(true);
    expect(await passes(problem, { relu: (value) => Math.max(1e-9, value) })).toBe(false);
    expect(await passes(problem, { relu: (value) => Math.max(-1e-9, value) })).toBe(false);
  });
});

describe('matrix products', () => {
  it.each(['f32', 'f16'] as const)(
    'are exact where row and column are dense, and as exact as one product elsewhere (%s)',
    (dtype) => {
      for (const [m, n, k] of [
        [1, 1, 1],
        [1, 1, 83],
        [5, 7, 83],
        [4, 4, 1024],
        [1, 6, 4096],
      ]) {
        for (const bias of [0, 1]) {
          const problem: Problem = { op: 'matmul', shape: { m, n, k, bias }, dtype, seed: 2, input: 'wide' };
          const tensors = matmul.inputs(problem);
          const [judge] = matmul.judges(problem, tensors, { output: 'f32' });
          const [expected, bound] = [new Float64Array(n), new Float64Array(n)];
          let exact = 0;
          for (let i = 0; i < m; i++) {
            judge.row(i, expected, bound);
            for (let j = 0; j < n; j++) {
              let [sum, magnitude, terms] = [0, 0, 0];
              for (let p = 0; p < k; p++) {
                const product = tensors.a[i * k + p] * tensors.b[p * n + j];
                sum += product;
                magnitude += Math.abs(product);
                if (product !== 0) terms++;
              }
              const added = bias ? tensors.bias[j] : 0;
              // Exact in float64, whatever the order, but for a single product on top of a bias far larger or smaller.
              expect(Math.abs(expected[j] - (sum + added))).toBeLessThanOrEqual(2 ** -52 * Math.abs(sum + added));
              if (terms > 1) expect(bound[j]).toBe(0);
              else expect(bound[j]).toBeLessThanOrEqual(2 * 2 ** -24 * (magnitude + Math.abs(expected[j])));
              if (bound[j] === 0) exact++;
            }
          }
          if (m * n > 1) expect(exact).toBeGreaterThanOrEqual((m * n) / 4);
        }
      }
    },
  );

  it('show operands that were rounded to f16, of either matrix, in rows and columns of either kind', async () => {
    const problem: Problem = {
      op: 'matmul',
      shape: { m: 8, n: 8, k: 83, bias: 1 },
      dtype: 'f32',
      seed: 2,
      input: 'wide',
    };
    const { a, b, bias } = matmul.inputs(problem) as Record<'a' | 'b' | 'bias', Float32Array>;
    const [judge] = matmul.judges(problem, { a, b, bias }, { output: 'f32' });
    const product = (left: ArrayLike<number>, right: ArrayLike<number>, added: ArrayLike<number>) =>
      range(0, 64).map((at) => {
        const [i, j] = [at >> 3, at % 8];
        const column = range(0, 83).map((p) => right[p * 8 + j]);
        return sumOfProducts(
          range(0, 83).map((p) => left[i * 83 + p]),
          column,
          added[j],
          'blocked',
        );
      });
    const isCorrect = async (values: number[]) =>
      (await compare([{ judge, values }], { budget: 1e9, seed: 1 })).correct;
    expect(await isCorrect(product(a, b, bias))).toBe(true);
    for (const change of Object.values(LOSSES)) {
      expect(await isCorrect(product(Array.from(a, change), b, bias))).toBe(false);
      expect(await isCorrect(product(a, Array.from(b, change), bias))).toBe(false);
      expect(await isCorrect(product(a, b, Array.from(bias, change)))).toBe(false);
      expect(await isCorrect(product(a, b, bias).map((value) => f32(change(value))))).toBe(false);
    }
    for (const change of Object.values(SHIFTS)) expect(await isCorrect(product(a, b, bias).map(change))).toBe(false);
  });
});
