/** No right kernel is called wrong: sums whose rounding errors add up, by algorithms that the ladder has or has not. */
import { describe, expect, it } from 'vitest';
import type { OutputJudge } from '../../src/core/judge.ts';
import { compare } from '../../src/core/verdict.ts';
import { attention } from '../../src/ops/attention.ts';
import { neuron } from '../../src/ops/neuron.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { GIVEN, type Problem } from '../../src/ops/types.ts';
import { isWhole } from '../setup/whole.ts';
import { ALGORITHMS, attendBy, softmaxBy } from './algorithms.ts';
import { f32, ORDERS, sumOfProducts } from './arithmetic.ts';
import { SCORES, TERMS, VALUES } from './hard-sums.ts';

/** Rounding to the nearest makes half of the error that WGSL allows a rounding. */
const MOST = 0.5;
const COUNTS = [1, 2, 3, 75, 1000, 2 ** 16, ...(isWhole ? [2 ** 20] : [])];

/** Profiles that are tried at more scores than these: seconds for each algorithm. */
const LONGEST = ['equal', 'sink 12', 'sink 17', 'sorted'];
const LONG = isWhole ? 2 ** 16 : 1000;

const ratio = async (judge: OutputJudge, values: ArrayLike<number>): Promise<number> =>
  Number((await compare([{ judge, values }], { budget: 1e12, seed: 1 })).ratio);

const profileOf = (profile: (i: number, count: number) => number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => profile(i, count));

/** Not one of our seeded inputs, whose rounding errors are independent. */
const given = { dtype: 'f32', seed: 1, input: GIVEN } as const;

const defaults = Object.fromEntries(attention.parameters.map((parameter) => [parameter.key, parameter.default]));

describe.each(COUNTS)('%i scores', (count) => {
  it.each(Object.keys(ALGORITHMS))(
    'softmax and attention by %s',
    async (name) => {
      const algorithm = ALGORITHMS[name];
      const numerics = { output: 'f32', keyTile: algorithm.tile ?? count } as const;
      const values = VALUES.map((profile) => profileOf(profile, count));
      const v = Float32Array.from({ length: count * values.length }, (_, at) => {
        return values[at % values.length][Math.floor(at / values.length)];
      });
      const wrong: string[] = [];
      const look = async (what: string, judge: OutputJudge, output: ArrayLike<number>): Promise<void> => {
        const found = await ratio(judge, output);
        if (!(found <= MOST)) wrong.push(`${what}: ${found}`);
      };
      for (const [kind, profile] of Object.entries(SCORES)) {
        if (count > LONG && !LONGEST.includes(kind)) continue;
        const x = profileOf(profile, count);
        const row: Problem = { op: 'softmax', shape: { rows: 1, columns: count }, ...given };
        await look(`softmax, ${kind}`, softmax.judges(row, { x }, numerics)[0], softmaxBy(algorithm, x));
        const shape = { batch: 1, heads: 1, queries: 1, keys: count, dim: 1, valueDim: values.length, scale: 1 };
        const query: Problem = { op: 'attention', shape: { ...defaults, ...shape }, ...given };
        const [judge] = attention.judges(query, { q: Float32Array.of(1), k: x, v }, numerics);
        await look(`attention, ${kind}`, judge, attendBy(algorithm, x, values));
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});

describe('sums of products', () => {
  it.each(Object.keys(TERMS))(
    '%s, in every order',
    async (name) => {
      for (const inputs of COUNTS) {
        const tensors = {
          x: new Float32Array(inputs).fill(0.285),
          w: profileOf(TERMS[name], inputs),
          b: Float32Array.of(0),
        };
        const problem: Problem = { op: 'neuron', shape: { inputs, neurons: 1, relu: 0 }, ...given };
        const [judge] = neuron.judges(problem, tensors, { output: 'f32' });
        for (const order of ORDERS) {
          for (const fused of [true, false]) {
            const sum = sumOfProducts(tensors.x, tensors.w, 0, order, f32, fused);
            expect(await ratio(judge, [sum]), `${inputs}, ${order}, fused ${fused}`).toBeLessThanOrEqual(MOST);
          }
        }
      }
    },
    60_000,
  );
});
