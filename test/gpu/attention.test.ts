/** What attention's kernels must do beyond what every kernel meets: options, head sizes, tokens, caches, long runs. */
import { describe, expect, test } from 'vitest';
import type { ProcessHost } from '../../src/cli/hosts/index.ts';
import { kernels } from '../../src/kernels/index.ts';
import type { Kernel, Knobs } from '../../src/kernels/types.ts';
import { type Budget, QUICK, type Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { attention } from '../../src/ops/attention.ts';
import type { Problem, Shape, Tensors } from '../../src/ops/types.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

const VERDICTS: Budget = { ...QUICK, samples: 0, referenceCost: 3e6, limitMs: 60_000 };
const RUNS = isWhole ? 1000 : 100;
const forward = kernels.filter(({ op }) => op === 'attention');
const both = kernels.filter(({ op }) => op.startsWith('attention'));

/** All requests in one call. Nothing may hang or stay allocated. */
async function run(on: ProcessHost, requests: readonly Request[]): Promise<readonly Result[]> {
  const reply = await on.call('bench', { requests, budget: VERDICTS });
  expect(reply.restart).toBe(false);
  expect(reply.liveBytes).toBe(0);
  return reply.results as readonly Result[];
}

/** What is not correct, in words; only for want of a feature may a kernel refuse. */
function complaints(results: readonly Result[]): string[] {
  return results
    .filter(({ status, refusal }) => status !== 'correct' && refusal?.rule !== 'feature')
    .map(({ op, kernel, dtype, shape, status, reason }) =>
      [op, kernel, dtype, JSON.stringify(shape), status, reason].join(' '),
    );
}

function request({ op, id, dtypes }: Kernel, shape: Shape, more: Partial<Request> = {}): Request {
  return { op, kernel: id, shape, dtype: dtypes[0], ...more };
}

const SMALL = { batch: 2, heads: 4, kvHeads: 2, queries: 19, keys: 43, dim: 12, valueDim: 8 };
/** A boolean mask for each head, and causality aligned at the first query and the first key, as ONNX has it. */
const BOOLEAN: Shape = { mask: 1, maskBatch: 1, maskHeads: 1, causal: 1, shift: 19 - 43 };
/** Lengths: a part of the keys, all of them, none, one. */
const EVERYTHING: Shape = { batch: 4, ragged: 1, mask: 2, causal: 1, window: 30, softcap: 5 };

test.runIf(isWhole)('options of the problem together: Chrome', async () => {
  const requests = both.flatMap((kernel) =>
    [BOOLEAN, EVERYTHING].map((options) => request(kernel, { ...SMALL, ...options })),
  );
  expect(complaints(await run(await host('chrome'), requests))).toEqual([]);
});

// lavapipe compiles a register tile with all options for 5 to 20 s, so one of each family is enough there.
test('options of the problem together: Dawn', async () => {
  const families = ['1_three_passes', '2_online', '3_kv_tiles', '7_skipped_tiles', '11_split_keys', '1_recompute'];
  const requests = both
    .filter(({ id }) => families.includes(id))
    .map((kernel) => request(kernel, { ...SMALL, ...EVERYTHING }));
  expect(complaints(await run(await host('dawn'), requests))).toEqual([]);
});

test.runIf(isWhole).each([
  [3, 255],
  [256, 65],
])('head size %i, value size %i: Dawn', async (dim, valueDim) => {
  // Long rows leave room for short tiles only.
  const short = ({ knobs }: Kernel): Knobs =>
    Object.fromEntries(knobs.flatMap(({ key }) => (key === 'KEY_TILE' ? [[key, 8]] : [])));
  const requests = both.map((kernel) =>
    request(kernel, { heads: 1, queries: 5, keys: 9, dim, valueDim }, { knobs: short(kernel) }),
  );
  const results = await run(await host('dawn', 'swiftshader'), requests);
  // Their columns have names, of which there are enough for 128.
  const isNarrow = ({ kernel }: Result): boolean => /^(13|15)_/.test(kernel);
  expect(results.filter(isNarrow).map(({ refusal }) => refusal?.rule)).toEqual(['registers', 'registers']);
  expect(complaints(results.filter((result) => !isNarrow(result)))).toEqual([]);
});

// Each side of the tiles, of the parts and of a context; the shape is one that every-kernel.ts has compiled already,
// with 1, 31, 127 and 4,097 tokens. The last two kernels are for decoding: one query, so many keys. A context is shorter
// where not all is tried: its square is what the reference costs.
const [BEFORE, CONTEXT] = isWhole ? [4095, 4096] : [511, 512];
const walked = isWhole ? forward : forward.filter(({ id }) => /^(3|7|11|15)_/.test(id));
test.each(walked)(`from 2 to ${CONTEXT} tokens: $id on Dawn`, async (kernel) => {
  const isDecoding = kernel.knobs.some(({ key }) => key === 'SPLIT');
  const tokens = isDecoding ? [2, 255, 256, 4095, 4096] : [2, 15, 16, 17, 32, 33, 128, BEFORE, CONTEXT];
  const requests = tokens.map((keys) => request(kernel, { heads: 1, queries: isDecoding ? 1 : keys, keys, dim: 11 }));
  expect(complaints(await run(await host('dawn'), requests))).toEqual([]);
});

describe('keys appended to a cache', () => {
  const TOKENS = 21;
  /** The second sequence is this many tokens behind the first. */
  const BEHIND = 5;
  const heads = { batch: 2, heads: 4, kvHeads: 2, dim: 8, valueDim: 8 };
  const defaults = Object.fromEntries(attention.parameters.map(({ key, default: value }) => [key, value]));
  const prefill: Problem = {
    op: 'attention',
    shape: { ...defaults, ...heads, queries: TOKENS, keys: TOKENS, causal: 1 },
    dtype: 'f32',
    seed: 4,
    input: 'normal',
  };
  const whole = attention.inputs(prefill);
  const knobs: Readonly<Record<string, Knobs>> = {
    '11_split_keys': { SPLIT: 16 },
    '12_paged': { SPLIT: 16, PAGE: 4 },
  };
  const readers = ['0_auto', '7_skipped_tiles', '11_split_keys', '12_paged'];

  /** Row `token` of each sequence and head of the prefill's q. */
  function queriesAt(tokens: readonly number[]): number[] {
    return tokens.flatMap((token, sequence) =>
      Array.from({ length: heads.heads }, (_, head) => {
        const start = ((sequence * heads.heads + head) * TOKENS + token) * heads.dim;
        return [...whole.q.subarray(start, start + heads.dim)];
      }).flat(),
    );
  }

  /** k or v as a cache that holds `lengths` tokens: NaN beyond. */
  function cache(values: Tensors[string], lengths: readonly number[]): Float32Array {
    return Float32Array.from(values, (value, at) => {
      const token = Math.floor(at / heads.dim) % TOKENS;
      const sequence = Math.floor(at / (heads.dim * TOKENS * heads.kvHeads));
      return token < lengths[sequence] ? value : Number.NaN;
    });
  }

  test.each(readers)('token by token, each step is a row of the causal prefill: %s', async (id) => {
    const on = await host('dawn', 'swiftshader');
    const [judge] = attention.judges(prefill, whole, { output: 'f32', keyTile: 1 });
    const [expected, bound] = [new Float64Array(heads.dim), new Float64Array(heads.dim)];
    for (let length = 1; length <= TOKENS; length++) {
      const lengths = [length, Math.max(0, length - BEHIND)];
      const { result, outputs } = await on.call('solve', {
        request: {
          op: 'attention',
          kernel: id,
          shape: { ...heads, queries: 1, keys: TOKENS, ragged: 1 },
          knobs: knobs[id] ?? {},
        },
        tensors: {
          q: Float32Array.from(queriesAt(lengths.map((count) => Math.max(0, count - 1)))),
          k: cache(whole.k, lengths),
          v: cache(whole.v, lengths),
          lengths: Uint32Array.from(lengths),
        },
        limitMs: 60_000,
      });
      expect(result.reason).toBeNull();
      for (let row = 0; row < heads.batch * heads.heads; row++) {
        const count = lengths[Math.floor(row / heads.heads)];
        const step = [...outputs.o.subarray(row * heads.dim, (row + 1) * heads.dim)];
        if (count === 0) {
          expect(step).toEqual(new Array(heads.dim).fill(0));
          continue;
        }
        judge.row(row * TOKENS + count - 1, expected, bound);
        for (const [c, value] of step.entries()) {
          expect(Math.abs(value - expected[c]), `length ${count}, row ${row}, column ${c}`).toBeLessThanOrEqual(
            bound[c],
          );
        }
      }
    }
  });

  test('several at once onto what is there: causality is aligned at the last key', async () => {
    const past = 16;
    const rows = (values: Tensors[string]): number[] =>
      Array.from({ length: heads.batch * heads.heads }, (_, row) => [
        ...values.subarray((row * TOKENS + past) * heads.dim, (row + 1) * TOKENS * heads.dim),
      ]).flat();
    const [judge] = attention.judges(prefill, whole, { output: 'f32', keyTile: 1 });
    const [expected, bound] = [new Float64Array(heads.dim), new Float64Array(heads.dim)];
    for (const id of readers) {
      const { result, outputs } = await (await host('dawn', 'swiftshader')).call('solve', {
        request: {
          op: 'attention',
          kernel: id,
          shape: { ...heads, queries: TOKENS - past, keys: TOKENS, causal: 1 },
          knobs: knobs[id] ?? {},
        },
        tensors: { q: Float32Array.from(rows(whole.q)), k: whole.k, v: whole.v },
        limitMs: 60_000,
      });
      expect(result.reason).toBeNull();
      for (const [at, value] of outputs.o.entries()) {
        const [row, c] = [Math.floor(at / heads.dim), at % heads.dim];
        const news = TOKENS - past;
        judge.row(Math.floor(row / news) * TOKENS + past + (row % news), expected, bound);
        expect(Math.abs(Number(value) - expected[c]), `${id}, row ${row}`).toBeLessThanOrEqual(bound[c]);
      }
    }
  });
});

describe('additive masks', () => {
  const KEYS = 41;
  const heads = { heads: 1, dim: 4, valueDim: 3, mask: 2 };
  const LOWEST = -(2 - 2 ** -23) * 2 ** 127;
  const HALF = -65_504;
  const HIDES = Number.NEGATIVE_INFINITY;
  const all = Array.from({ length: KEYS }, (_, key) => key);
  /** A row of the mask, and the keys whose values it leaves to be averaged. */
  type Row = readonly [mask: (key: number) => number, seen: readonly number[]];

  /** Rows in which every visible score is the same number, or is too far from the largest to count. */
  const rows: Readonly<Record<'f32' | 'f16', Readonly<Record<string, Row>>>> = {
    f32: {
      'all at the lowest number': [() => LOWEST, all],
      'all hidden': [() => HIDES, []],
      'hidden ones among the lowest': [(key) => (key % 3 === 1 ? LOWEST : HIDES), all.filter((key) => key % 3 === 1)],
      'one at 0 after the lowest': [(key) => (key === 38 ? 0 : LOWEST), [38]],
      'one at 0 before hidden ones and the lowest': [(key) => (key === 2 ? 0 : key < 20 ? HIDES : LOWEST), [2]],
      'the last at the lowest, the others hidden': [(key) => (key === KEYS - 1 ? LOWEST : HIDES), [KEYS - 1]],
      'the lowest and the number above it': [
        (key) => (key % 20 === 7 ? -(2 - 2 ** -22) * 2 ** 127 : LOWEST),
        all.filter((key) => key % 20 === 7),
      ],
      'from the lowest to the highest number': [(key) => (key === 25 ? -LOWEST : LOWEST), [25]],
      'all at -1e9': [() => -1e9, all],
      'all at the former end of what hides': [() => -(2 ** 100), all],
    },
    f16: {
      'all hidden': [() => HIDES, []],
      'one at 0 after the lowest': [(key) => (key === 38 ? 0 : HALF), [38]],
      'the last at the lowest, the others hidden': [(key) => (key === KEYS - 1 ? HALF : HIDES), [KEYS - 1]],
    },
  };
  /** Neighbouring keys differ by far more than the bound; queries and keys are small, the last query enormous. */
  const wave = (length: number, scale: number): number[] =>
    Array.from({ length }, (_, at) => scale * Math.fround(Math.sin(1.7 * at + 0.3)));
  const tensorsOf = (dtype: 'f32' | 'f16') => {
    const masks = Object.values(rows[dtype]).map(([mask]) => mask);
    // One more query whose scores are so large that sums with the mask overflow.
    const deep = dtype === 'f32' ? [() => LOWEST] : [() => HALF];
    const mask = [...masks, ...deep].flatMap((row) => all.map(row));
    const queries = masks.length + 1;
    const q = [...wave(masks.length * heads.dim, 1), ...wave(heads.dim, dtype === 'f32' ? 3e32 : 200)];
    const tensors = { q, k: wave(KEYS * heads.dim, 1), v: wave(KEYS * heads.valueDim, 1), mask };
    return { queries, tensors: { ...tensors, g: wave(queries * heads.valueDim, 1) } };
  };

  async function solve(on: ProcessHost, { op, id }: Kernel, dtype: 'f32' | 'f16') {
    const { queries, tensors } = tensorsOf(dtype);
    const shape = { ...heads, queries, keys: KEYS };
    const request = { op, kernel: id, shape, dtype, knobs: id === '11_split_keys' ? { SPLIT: 16 } : {} };
    const given = Object.fromEntries(
      Object.entries(tensors).map(([name, values]) => [name, Float32Array.from(values)]),
    );
    return on.call('solve', { request, tensors: given, limitMs: 60_000 });
  }

  function expectRows(outputs: ArrayLike<number>, dtype: 'f32' | 'f16', id: string): void {
    const { v } = tensorsOf(dtype).tensors;
    for (const [row, [name, [, seen]]] of Object.entries(rows[dtype]).entries()) {
      for (let c = 0; c < heads.valueDim; c++) {
        const mean = seen.reduce((sum, key) => sum + v[key * heads.valueDim + c], 0) / Math.max(1, seen.length);
        const message = `${id}, ${name}, column ${c}`;
        if (seen.length === 0) expect(outputs[row * heads.valueDim + c], message).toBe(0);
        else expect(outputs[row * heads.valueDim + c], message).toBeCloseTo(mean, dtype === 'f32' ? 6 : 2);
      }
    }
  }

  test.each(both.filter(({ dtypes }) => dtypes.includes('f32')))(
    'only minus infinity hides: $op $id',
    async (kernel) => {
      const { result, outputs } = await solve(await host('dawn'), kernel, 'f32');
      expect(result.reason).toBeNull();
      expect(result.status).toBe('correct');
      if (kernel.op === 'attention') expectRows(outputs.o, 'f32', kernel.id);
    },
  );

  // Both readers of the mask, by one and by four elements; SwiftShader has no f16.
  test.each(both.filter(({ id }) => /^(1|9|11)_/.test(id)))('in f16 too: $op $id', async (kernel) => {
    const on = await host('dawn');
    if (!(await on.call('device', {})).features.includes('shader-f16')) return;
    const { result, outputs } = await solve(on, kernel, 'f16');
    expect(result.reason).toBeNull();
    expect(result.status).toBe('correct');
    if (kernel.op === 'attention') expectRows(outputs.o, 'f16', kernel.id);
  });
});

test(`after ${RUNS} runs nothing is live, and the peaks have not moved`, async () => {
  const shape = { heads: 1, queries: 3, keys: 5, dim: 4 };
  const ids = ['1_three_passes', '7_skipped_tiles', '11_split_keys', '12_paged'];
  const requests = Array.from({ length: RUNS }, (_, run): Request => {
    return { op: 'attention', kernel: ids[run % ids.length], shape };
  });
  const results = await run(await host('dawn'), requests);
  expect(complaints(results)).toEqual([]);
  for (const id of ids) {
    const own = results.filter(({ kernel }) => kernel === id);
    expect(new Set(own.map(({ work }) => work?.peakBytes)).size).toBe(1);
    expect(own[0].work?.peakBytes).toBeGreaterThan(0);
  }
});
