/** `verify` from end to end on files made here; the host is a fake whose kernels are the reference. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Float16Array } from '@petamoriken/float16';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/cli/vectors/check.ts';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { attentionByTheBook, type BookOptions } from './attention-book.ts';
import { type Behaviour, runCommand } from './fake-host.ts';
import {
  boolTensor,
  float32,
  float64,
  floatTensor,
  npy,
  npz,
  type Tensor,
  temporaryFolder,
  writeCase,
  zipped,
} from './vector-files.ts';

const folder = temporaryFolder();
let made = 0;
const place = (): string => join(folder, `case${made++}`);

function random(dims: readonly number[], seed = 1): Tensor {
  const source = new Random(seed, dims.join());
  const length = dims.reduce((product, extent) => product * extent, 1);
  return { dims, values: Array.from({ length }, () => Math.fround(source.normal())) };
}

/** c[i, j] = sum_k a[i, k] b[k, j], in float64 and rounded. */
function times(a: readonly number[], b: readonly number[], m: number, k: number, n: number): number[] {
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let t = 0; t < k; t++) sum += a[Math.floor(at / n) * k + t] * b[t * n + (at % n)];
    return Math.fround(sum);
  });
}

async function verify(
  paths: readonly string[],
  behaviour: Behaviour = {},
): Promise<{ status: number; rows: Row[]; stderr: string; opened: number; text: string }> {
  const file = join(folder, `out${made++}.json`);
  const { status, stdout, stderr, opened } = await runCommand(['verify', ...paths, '--json', file], behaviour);
  return { status, rows: JSON.parse(readFileSync(file, 'utf8')).results, stderr, opened, text: stdout };
}

/** The main output is right: by every kernel that takes it, or by the reference where there is none yet. */
function expectRight(rows: readonly Row[], output = 'out0'): void {
  const main = rows.filter((row) => row.output === output);
  expect(main.length).toBeGreaterThan(0);
  for (const row of main)
    expect([row.kernel, row.status, row.status === 'correct' ? row.reason : null]).toEqual([
      row.kernel,
      row.kernel === 'reference' ? 'reference-only' : 'correct',
      null,
    ]);
}

function writeNpz(arrays: Parameters<typeof npz>[0]): string {
  const path = `${place()}.npz`;
  writeFileSync(path, npz(arrays));
  return path;
}

describe('MatMul', () => {
  test.each([
    [
      [3, 4],
      [4, 5],
      [3, 5],
    ],
    [[4], [4], []],
    [[4], [4, 5], [5]],
    [[3, 4], [4], [3]],
    [
      [2, 3, 4],
      [2, 4, 5],
      [2, 3, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
      [2, 3, 5],
    ],
    [
      [3, 4],
      [2, 4, 5],
      [2, 3, 5],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 5],
      [2, 3, 3, 5],
    ],
    [[2, 3, 4], [4], [2, 3]],
  ])('%j x %j = %j', async (left, right, result) => {
    const [a, b] = [random(left, 1), random(right, 2)];
    const k = left.at(-1) as number;
    const m = left.length > 1 ? (left.at(-2) as number) : 1;
    const n = right.length > 1 ? (right.at(-1) as number) : 1;
    const batch = result.slice(0, result.length - (left.length > 1 ? 1 : 0) - (right.length > 1 ? 1 : 0));
    const slices = batch.reduce((product, extent) => product * extent, 1);
    // The slice of an operand that belongs to slice number `at` of the result, by numpy's rule.
    const slice = (operand: Tensor, at: number, size: number): number[] => {
      const own = operand.dims.length > 2 ? operand.dims.slice(0, -2) : [];
      let [rest, position, step] = [at, 0, 1];
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        const extent = own[axis - batch.length + own.length] ?? 1;
        position += extent > 1 ? (rest % batch[axis]) * step : 0;
        step *= extent;
        rest = Math.floor(rest / batch[axis]);
      }
      return operand.values.slice(position * size, (position + 1) * size);
    };
    const values = Array.from({ length: slices }, (_, at) =>
      times(slice(a, at, m * k), slice(b, at, k * n), m, k, n),
    ).flat();
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(a), floatTensor(b)],
      outputs: [floatTensor({ dims: result, values })],
    });
    const { rows, status } = await verify([path]);
    expectRight(rows);
    expect(rows.some(({ op, status: state }) => op === 'matmul' && state === 'correct')).toBe(true);
    expect(status).toBe(0);
  });

  test('shapes that do not fit', async () => {
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(random([3, 4])), floatTensor(random([5, 3]))],
      outputs: [floatTensor(random([3, 3]))],
    });
    const { rows, status } = await verify([path]);
    expect(rows).toMatchObject([
      { status: 'failed', reason: 'a and b have the shapes (3, 4) and (5, 3): the inner extents 4 and 5 differ' },
    ]);
    expect(status).toBe(2);
  });

  test('a batch of thousands of products', async () => {
    const [a, b] = [random([2000, 1, 2], 1), random([2000, 2, 1], 2)];
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(a), floatTensor(b)],
      outputs: [floatTensor(random([2000, 1, 1]))],
    });
    expect((await verify([path])).rows).toMatchObject([
      { status: 'unsupported', reason: 'the batch has 2000 products; at most 1024 are run' },
    ]);
  });

  test('integers are taken while float32 adds them exactly', async () => {
    const ints = (dims: number[], values: number[]): object => ({ dims, dataType: 7, int64Data: values });
    const small = writeCase(place(), {
      operator: 'MatMul',
      inputs: [ints([1, 2], [3, -4]), ints([2, 1], [5, 6])],
      outputs: [ints([1, 1], [-9])],
    });
    expectRight((await verify([small])).rows);
    const large = writeCase(place(), {
      operator: 'MatMul',
      inputs: [ints([1, 2], [30000, -4]), ints([2, 1], [5000, 6])],
      outputs: [ints([1, 1], [149999976])],
    });
    expect((await verify([large])).rows).toMatchObject([
      { status: 'unsupported', reason: 'i64 x i64 sums may pass 2^24, beyond which float32 kernels are not exact' },
    ]);
  });
});

describe('Gemm', () => {
  const [m, k, n] = [3, 4, 5];
  const [a, b] = [random([m, k], 3), random([k, n], 4)];
  const transposed = ({ dims: [rows, columns], values }: Tensor): Tensor => ({
    dims: [columns, rows],
    values: Array.from({ length: rows * columns }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]),
  });

  test.each([
    ['no bias', undefined, {}],
    ['a row', [n], {}],
    ['one row', [1, n], { beta: 0.35 }],
    ['a column', [m, 1], { beta: 2 }],
    ['a matrix', [m, n], {}],
    ['a scalar', [], {}],
    ['one value', [1], { alpha: 0.25 }],
    ['everything', [1, n], { alpha: 0.25, beta: 0.35, transA: 1, transB: 1 }],
  ] as const)('with %s', async (_, biasDims, attributes: Record<string, number>) => {
    const c = biasDims ? random(biasDims, 5) : undefined;
    const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes;
    const product = times(a.values, b.values, m, k, n);
    const [height, width] = [1, 1, ...(biasDims ?? [])].slice(-2);
    const values = product.map((value, at) => {
      const row = height === 1 ? 0 : Math.floor(at / n);
      const bias = c ? c.values[row * width + (width === 1 ? 0 : at % n)] : 0;
      return Math.fround(Math.fround(alpha) * value + Math.fround(beta) * bias);
    });
    const inputs = [
      floatTensor(transA ? transposed(a) : a),
      floatTensor(transB ? transposed(b) : b),
      ...(c ? [floatTensor(c)] : []),
    ];
    const path = writeCase(place(), {
      operator: 'Gemm',
      opset: 13,
      attributes,
      inputs,
      outputs: [floatTensor({ dims: [m, n], values })],
    });
    const { rows } = await verify([path]);
    expectRight(rows);
    expect([...new Set(rows.map(({ op }) => op))].sort()).toEqual(['matmul', 'neuron']);
  });

  test('a bias that does not broadcast', async () => {
    const path = writeCase(place(), {
      operator: 'Gemm',
      inputs: [floatTensor(a), floatTensor(b), floatTensor(random([4]))],
      outputs: [floatTensor(random([m, n]))],
    });
    expect((await verify([path])).rows[0].reason).toBe('C of shape (4) cannot be broadcast to (3, 5)');
  });
});

test('Relu is exact: a kernel that is off by one unit in the last place is wrong', async () => {
  const x = random([3, 4, 5]);
  const y = { dims: x.dims, values: x.values.map((value) => Math.max(0, value)) };
  const path = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(x)], outputs: [floatTensor(y)] });
  expectRight((await verify([path])).rows);
  const nudge = (values: number[]): void => {
    const at = values.findIndex((value) => value > 0);
    values[at] *= 1 + 2 ** -23;
  };
  const { rows, status } = await verify([path], { tamper: nudge });
  expect(status).toBe(1);
  expect(rows[0]).toMatchObject({ status: 'wrong', onnx: { passed: true } });
  expect(rows[0].reason).toMatch(/^out0\[\d, \d, \d\]: .*not a bit of difference allowed/);
});

test.each([
  [[3, 4, 5], 13, { axis: 1 }],
  [[3, 4, 5], 13, { axis: -1 }],
  [[3, 4, 5], 13, { axis: 0 }],
  [[3, 4, 5], 13, {}],
  [[3, 4, 5], 11, {}],
  [[3, 4, 5], 11, { axis: 2 }],
  [[6], 13, {}],
] as const)('Softmax of %j in opset %i with %j', async (dims, opset, attributes: Record<string, number>) => {
  const x = random(dims);
  const rank = dims.length;
  const axis = ((attributes.axis ?? (opset < 13 ? 1 : -1)) + rank) % rank;
  // Which group an element is normalised in: all but its index along the axis, or (before 13) the leading ones.
  const key = (at: number): string => {
    const index: number[] = [];
    for (let d = rank - 1, rest = at; d >= 0; d--) {
      index.unshift(rest % dims[d]);
      rest = Math.floor(rest / dims[d]);
    }
    return (opset < 13 ? index.slice(0, axis) : index.filter((_, d) => d !== axis)).join();
  };
  const sums = new Map<string, number>();
  for (const [at, value] of x.values.entries()) sums.set(key(at), (sums.get(key(at)) ?? 0) + Math.exp(value));
  const values = x.values.map((value, at) => Math.fround(Math.exp(value) / (sums.get(key(at)) as number)));
  const path = writeCase(place(), {
    operator: 'Softmax',
    opset,
    attributes,
    inputs: [floatTensor(x)],
    outputs: [floatTensor({ dims, values })],
  });
  expectRight((await verify([path])).rows);
});

describe('Attention', () => {
  interface Example extends BookOptions {
    readonly rank?: 3;
    readonly q: readonly number[];
    readonly k: readonly number[];
    readonly v?: readonly number[];
    readonly maskDims?: readonly number[];
    readonly maskType?: 'bool';
    readonly past?: number;
    readonly lengths?: readonly number[];
    readonly attributes?: Record<string, number>;
  }
  const Q = [2, 3, 4, 8];
  const K = [2, 3, 6, 8];

  test.each([
    ['plain', { q: Q, k: K }],
    ['grouped heads', { q: [2, 9, 4, 8], k: K }],
    ['another value size', { q: Q, k: K, v: [2, 3, 6, 10] }],
    ['a scale', { q: Q, k: K, scale: Math.fround(0.01), attributes: { scale: 0.01 } }],
    ['causal, aligned at the top left', { q: Q, k: K, causal: true, attributes: { is_causal: 1 } }],
    [
      'causal with more queries than keys',
      { q: [1, 2, 5, 4], k: [1, 2, 3, 4], causal: true, attributes: { is_causal: 1 } },
    ],
    ['causal with a past', { q: Q, k: K, past: 5, causal: true, offset: 5, attributes: { is_causal: 1 } }],
    [
      'softcap before the mask',
      { q: Q, k: K, softcap: 0.5, maskDims: [4, 6], hide: 0.3, attributes: { softcap: 0.5 } },
    ],
    ['an additive mask (queries, keys)', { q: Q, k: K, maskDims: [4, 6] }],
    ['an additive mask (batch, 1, queries, keys)', { q: Q, k: K, maskDims: [2, 1, 4, 6] }],
    ['an additive mask (batch, heads, queries, keys)', { q: Q, k: K, maskDims: [2, 3, 4, 6] }],
    ['a mask (heads, queries, keys)', { q: Q, k: K, maskDims: [3, 4, 6] }],
    ['a mask (1, keys)', { q: Q, k: K, maskDims: [1, 6] }],
    ['a boolean mask', { q: Q, k: K, maskDims: [4, 6], maskType: 'bool' }],
    ['a boolean mask that hides whole rows', { q: Q, k: K, maskDims: [4, 6], maskType: 'bool', hide: 1 }],
    ['a mask that is too short', { q: Q, k: K, maskDims: [4, 4] }],
    ['a boolean mask that is too short', { q: Q, k: K, maskDims: [4, 4], maskType: 'bool' }],
    ['a past and a mask', { q: Q, k: K, past: 12, maskDims: [4, 18] }],
    ['lengths', { q: Q, k: K, lengths: [3, 0] }],
    ['lengths and a mask of each head', { q: Q, k: K, lengths: [3, 4], maskDims: [2, 3, 4, 4] }],
    ['lengths and causal', { q: [2, 3, 2, 8], k: K, lengths: [6, 5], causal: true, attributes: { is_causal: 1 } }],
    [
      'lengths below the queries and causal',
      { q: Q, k: K, lengths: [2, 6], causal: true, attributes: { is_causal: 1 } },
    ],
    ['a window', { q: Q, k: K, window: 3, causal: true, attributes: { local_window_size: 3 } }],
    [
      'a window with a past',
      { q: Q, k: [2, 3, 2, 8], past: 8, window: 3, causal: true, offset: 8, attributes: { local_window_size: 3 } },
    ],
    [
      'a window with lengths and a mask for each batch',
      {
        q: Q,
        k: [2, 3, 8, 8],
        lengths: [6, 7],
        window: 3,
        causal: true,
        maskDims: [2, 4, 8],
        attributes: { local_window_size: 3 },
      },
    ],
    ['three dimensions', { rank: 3, q: Q, k: K }],
    ['three dimensions, grouped, another value size', { rank: 3, q: [2, 6, 4, 8], k: K, v: [2, 3, 6, 10] }],
  ] as readonly (readonly [string, Example])[])('%s', async (_, example) => {
    const {
      q: qDims,
      k: kDims,
      v: vDims = kDims,
      past = 0,
      lengths,
      maskDims,
      maskType,
      hide = 0,
      attributes = {},
    } = example;
    const withPast = (dims: readonly number[]): number[] => [dims[0], dims[1], dims[2] + past, dims[3]];
    const [q, k, v] = [random(qDims, 1), random(withPast(kDims), 2), random(withPast(vDims), 3)];
    const noise = maskDims && random(maskDims, 4);
    const mask = noise && {
      dims: maskDims,
      values: noise.values.map((value, at) => {
        const hidden = at < hide * noise.values.length;
        if (maskType === 'bool') return hidden || value < 0 ? 0 : 1;
        return hidden ? Number.NEGATIVE_INFINITY : value;
      }),
    };
    const values = attentionByTheBook(q, k, v, { ...example, ...(mask ? { mask } : {}) }).map(Math.fround);
    const [batch, heads, queries] = qDims;
    const outDims = [batch, heads, queries, vDims[3]];
    const split = (tensor: Tensor, from: number, to: number): Tensor => {
      const [b, h, tokens, width] = tensor.dims;
      const parts = Array.from({ length: b * h }, (_, head) =>
        tensor.values.slice((head * tokens + from) * width, (head * tokens + to) * width),
      );
      return { dims: [b, h, to - from, width], values: parts.flat() };
    };
    const shaped = (tensor: Tensor): Tensor => (example.rank === 3 ? tokensFirst(tensor) : tensor);
    const fresh = (tensor: Tensor): Tensor => shaped(split(tensor, past, tensor.dims[2]));
    const inputs = [
      floatTensor(shaped(q)),
      floatTensor(fresh(k)),
      floatTensor(fresh(v)),
      mask ? (maskType === 'bool' ? boolTensor(mask) : floatTensor(mask)) : null,
      past ? floatTensor(split(k, 0, past)) : null,
      past ? floatTensor(split(v, 0, past)) : null,
      lengths ? { dims: [lengths.length], dataType: 7, int64Data: [...lengths] } : null,
    ];
    const counts = example.rank === 3 ? { q_num_heads: heads, kv_num_heads: kDims[1] } : {};
    const path = writeCase(place(), {
      operator: 'Attention',
      attributes: { ...attributes, ...counts },
      inputs,
      outputs: [floatTensor(shaped({ dims: outDims, values }))],
    });
    const { rows } = await verify([path]);
    expectRight(rows);
  });

  test('-Infinity in an additive mask travels as a string, the finite values as numbers', async () => {
    const q = random([1, 1, 2, 4]);
    const mask = { dims: [2, 2], values: [0, Number.NEGATIVE_INFINITY, -65_504, 0.5] };
    const values = attentionByTheBook(q, q, q, { mask }).map(Math.fround);
    const path = writeCase(place(), {
      operator: 'Attention',
      inputs: [q, q, q, mask].map(floatTensor),
      outputs: [floatTensor({ dims: q.dims, values })],
    });
    const masks: unknown[] = [];
    const { rows } = await verify([path], {
      solveError: (_, tensors) => {
        masks.push(tensors.mask);
        return undefined;
      },
    });
    expectRight(rows);
    expect(masks.length).toBeGreaterThan(0);
    for (const values of masks) expect(values).toEqual(Float32Array.of(0, Number.NEGATIVE_INFINITY, -65_504, 0.5));
  });

  test('outputs that nothing computes are unsupported, each by its name', async () => {
    const q = random([1, 1, 2, 4]);
    const values = attentionByTheBook(q, q, q, {}).map(Math.fround);
    const path = writeCase(place(), {
      operator: 'Attention',
      inputs: [floatTensor(q), floatTensor(q), floatTensor(q)],
      outputs: [floatTensor({ dims: q.dims, values }), floatTensor(q), floatTensor(q)],
    });
    const { rows, status } = await verify([path]);
    expectRight(rows);
    for (const output of ['out1', 'out2']) {
      expect(rows.find((row) => row.output === output)).toMatchObject({
        kernel: null,
        status: 'unsupported',
        reason: `no kernel writes ${output}; only out0 is checked`,
      });
    }
    expect(status).toBe(0);
  });

  test.each([
    [
      'heads that cannot be shared',
      [
        [1, 4, 2, 4],
        [1, 3, 2, 4],
        [1, 3, 2, 4],
      ],
      {},
      /4 query heads cannot share 3 key heads/,
    ],
    [
      'head sizes that differ',
      [
        [1, 1, 2, 4],
        [1, 1, 2, 5],
        [1, 1, 2, 5],
      ],
      {},
      /head dimension 4 and K 5/,
    ],
    [
      'tokens that differ',
      [
        [1, 1, 2, 4],
        [1, 1, 2, 4],
        [1, 1, 3, 4],
      ],
      {},
      /1 heads of 2 tokens and V 1 of 3/,
    ],
    [
      'three dimensions without head counts',
      [
        [1, 2, 4],
        [1, 2, 4],
        [1, 2, 4],
      ],
      {},
      /q_num_heads and kv_num_heads must be given/,
    ],
    [
      'two dimensions',
      [
        [2, 4],
        [2, 4],
        [2, 4],
      ],
      {},
      /all have 3 or all have 4 dimensions/,
    ],
    [
      'a negative softcap',
      [
        [1, 1, 2, 4],
        [1, 1, 2, 4],
        [1, 1, 2, 4],
      ],
      { softcap: -1 },
      /softcap must be 0/,
    ],
  ] as const)('%s', async (_, dims, attributes, message) => {
    const path = writeCase(place(), {
      operator: 'Attention',
      attributes,
      inputs: dims.map((extents) => floatTensor(random(extents))),
      outputs: [floatTensor(random(dims[0]))],
    });
    const { rows } = await verify([path]);
    expect(rows[0].status).toBe('failed');
    expect(rows[0].reason).toMatch(message);
  });
});

/** (batch, heads, tokens, width) as (batch, tokens, heads * width). */
function tokensFirst({ dims: [batch, heads, tokens, width], values }: Tensor): Tensor {
  const result = new Array<number>(values.length);
  values.forEach((value, at) => {
    const c = at % width;
    const t = Math.floor(at / width) % tokens;
    const h = Math.floor(at / (width * tokens)) % heads;
    const b = Math.floor(at / (width * tokens * heads));
    result[((b * tokens + t) * heads + h) * width + c] = value;
  });
  return { dims: [batch, tokens, heads * width], values: result };
}

describe('what is not supported says so and never passes', () => {
  const x = floatTensor(random([2, 2]));
  test.each([
    [
      'another operator',
      { operator: 'QuantizeLinear' },
      /no operation here is the operator QuantizeLinear; there are MatMul, Gemm/,
    ],
    ['another domain', { operator: 'MatMul', domain: 'com.microsoft' }, /the operator com\.microsoft\.MatMul/],
    ['several nodes', { operator: 'Relu', nodes: 3 }, /the graph has 3 nodes \(Relu\); graphs of one operator are run/],
    [
      'an attribute from the future',
      { operator: 'Attention', attributes: { rotary: 1 } },
      /Attention has the attribute rotary/,
    ],
  ] as const)('%s', async (_, files, message) => {
    const path = writeCase(place(), { inputs: [x], outputs: [x], ...files });
    const { rows, status, opened } = await verify([path]);
    expect(rows).toMatchObject([{ kernel: null, status: 'unsupported', verdict: null }]);
    expect(rows[0].reason).toMatch(message);
    // Nothing was checked, so there is nothing to be content with; and no host was needed to find that out.
    expect([status, opened]).toEqual([2, 0]);
  });

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
  ])('%s in an input', async (name, value) => {
    const bad = { dims: [2], values: [1, value] };
    const path = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(bad)], outputs: [floatTensor(bad)] });
    expect((await verify([path])).rows).toMatchObject([
      { status: 'unsupported', reason: `X holds ${name} at element 1; error bounds exist for finite inputs only` },
    ]);
  });
});

describe('files that disagree', () => {
  const [a, b] = [random([2, 3], 8), random([3, 2], 9)];
  const c = times(a.values, b.values, 2, 3, 2);
  const write = (values: number[]): string => writeNpz({ a, b, c: { dims: [2, 2], values } });

  test('a wrong expected value is told from a wrong kernel', async () => {
    const { rows, status } = await verify([write([c[0], c[1], c[2] + 1, c[3]])]);
    expect(status).toBe(1);
    expect(rows[0]).toMatchObject({ status: 'wrong', verdict: { correct: true }, onnx: { passed: false } });
    expect(rows[0].reason).toMatch(/^the file disagrees with the float64 reference: .*c\[1, 0\]/);
  });

  test('NaN among the expected values', async () => {
    const { rows } = await verify([write([c[0], Number.NaN, c[2], c[3]])]);
    expect(rows[0].status).toBe('wrong');
  });

  test('a wrong kernel is named with its worst element', async () => {
    const { rows, status, text } = await verify([write(c)], {
      tamper: (values) => {
        values[3] += 1e-3;
      },
    });
    expect(status).toBe(1);
    expect(rows[0]).toMatchObject({
      status: 'wrong',
      file: { ratio: expect.any(Number) },
      verdict: { correct: false, worst: { tensor: 'c', at: [1, 1] } },
    });
    expect(text).toMatch(/0 correct, \d+ wrong/);
  });
});

describe('.npz', () => {
  const x = random([6], 11);
  const w = random([4, 6], 12);
  const b = random([4], 13);
  const y = times(w.values, x.values, 4, 6, 1).map((value, at) => Math.max(0, Math.fround(value + b.values[at])));

  test('a neuron', async () => {
    expectRight((await verify([writeNpz({ x, w, b, y: { dims: [4], values: y } })])).rows, 'y');
  });

  test('a product with bias', async () => {
    const bias = random([4], 14);
    const [p, q] = [random([3, 6], 15), random([6, 4], 16)];
    const values = times(p.values, q.values, 3, 6, 4).map((value, at) => Math.fround(value + bias.values[at % 4]));
    expectRight((await verify([writeNpz({ a: p, b: q, bias, c: { dims: [3, 4], values } })])).rows, 'c');
  });

  test('attention: causal is aligned at the bottom right, and the flags are heard', async () => {
    const [q, k, v] = [random([1, 2, 3, 4], 1), random([1, 2, 5, 4], 2), random([1, 2, 5, 4], 3)];
    const write = (options: BookOptions): string => {
      const values = attentionByTheBook(q, k, v, options).map(Math.fround);
      return writeNpz({ q, k, v, o: { dims: q.dims, values } });
    };
    expectRight((await verify([write({ causal: true, offset: 2 }), '--causal'])).rows, 'o');
    expectRight((await verify([write({ causal: true, offset: -1 }), '--causal', '--offset', '-1'])).rows, 'o');
    const all = { causal: true, offset: 2, window: 2, softcap: 1.5, scale: 0.3 };
    const flags = ['--causal', '--window', '2', '--softcap', '1.5', '--scale', '0.3'];
    expectRight((await verify([write(all), ...flags])).rows, 'o');
    expect((await verify([write(all), '--causal'])).status).toBe(1);
  });

  test('softmax', async () => {
    const sum = x.values.reduce((total, value) => total + Math.exp(value), 0);
    const values = x.values.map((value) => Math.fround(Math.exp(value) / sum));
    expectRight((await verify([writeNpz({ x, y: { dims: [6], values } })])).rows, 'y');
  });

  test('float64 is rounded for the kernels, and that is said', async () => {
    const [p, q] = [
      [0.1, 0.2],
      [0.3, 0.4],
    ];
    const path = `${place()}.npz`;
    const arrays = {
      a: npy('<f8', [1, 2], float64(p)),
      b: npy('<f8', [2, 1], float64(q)),
      c: npy('<f8', [1, 1], float64([p[0] * q[0] + p[1] * q[1]])),
    };
    writeFileSync(path, zipped(arrays));
    const { rows, text } = await verify([path]);
    expectRight(rows, 'c');
    expect(text.replace(/\s+/g, ' ')).toContain('float64 inputs were rounded to float32');
  });

  test('float16 runs in f16, and in f32 where the device has none', async () => {
    const half = (values: number[]): Uint8Array => new Uint8Array(Float16Array.from(values).buffer);
    const path = `${place()}.npz`;
    writeFileSync(
      path,
      zipped({
        a: npy('<f2', [1, 2], half([1.5, 2])),
        b: npy('<f2', [2, 1], half([0.25, 4])),
        c: npy('<f2', [1, 1], half([8.375])),
      }),
    );
    expect((await verify([path])).rows[0]).toMatchObject({ status: 'correct', dtype: 'f16' });
    const { rows } = await verify([path], { features: [] });
    expect(rows[0]).toMatchObject({
      status: 'correct',
      dtype: 'f32',
      notes: ['run in f32: the device has no shader-f16'],
    });
  });

  describe('bfloat16, which NumPy writes as two bytes without a type', () => {
    /** To the nearest bfloat16, ties to even, as its 16 bits. */
    const bitsOf = (value: number): number => {
      const [word] = new Uint32Array(Float32Array.of(value).buffer);
      return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    };
    const bf16 = (value: number): number => new Float32Array(Uint32Array.of(bitsOf(value) << 16).buffer)[0];
    const array = ({ dims, values }: Tensor): Uint8Array =>
      npy('<V2', dims, new Uint8Array(Uint16Array.from(values, bitsOf).buffer));
    const [a, b] = [random([5, 7], 21), random([7, 3], 22)];
    const c = times(a.values.map(bf16), b.values.map(bf16), 5, 7, 3);
    const write = (values: readonly number[]): string => {
      const path = `${place()}.npz`;
      writeFileSync(path, zipped({ a: array(a), b: array(b), c: array({ dims: [5, 3], values }) }));
      return path;
    };

    test('is refused without --dtype bf16, which the sentence names', async () => {
      const { rows, status } = await verify([write(c)]);
      expect(rows).toMatchObject([{ status: 'failed', kernel: null }]);
      expect(rows[0].reason).toMatch(
        /^The array "a" has the type "<V2", .*: pass --dtype bf16 where it is bfloat16\.$/,
      );
      expect(status).toBe(2);
    });

    test('runs in f32 with it, and the file has the tolerance of its own rounding', async () => {
      const { rows, status } = await verify([write(c), '--dtype', 'bf16']);
      expectRight(rows, 'c');
      expect(status).toBe(0);
      expect(rows[0]).toMatchObject({ dtype: 'f32', onnx: { passed: false } });
      expect(rows[0].notes).toEqual(['bfloat16 inputs were stored as float32, which holds them exactly']);
      // The file's values were rounded to 8 bits: far off by f32's bound, within bfloat16's.
      expect(Number(rows[0].file?.ratio)).toBeGreaterThan(0.001);
      expect(Number(rows[0].file?.ratio)).toBeLessThanOrEqual(1);
    });

    test('a wrong value is still found', async () => {
      const { rows, status } = await verify([
        write(c.map((value, at) => value + (at === 4 ? 4 : 0))),
        '--dtype',
        'bf16',
      ]);
      expect(rows[0].reason).toMatch(/^the file disagrees with the float64 reference: .*c\[1, 1\]/);
      expect(status).toBe(1);
    });

    test('files that name their types are read as before', async () => {
      const { rows } = await verify([writeNpz({ a, b, c: { dims: [5, 3], values: c } }), '--dtype', 'bf16']);
      expect(rows[0].notes).toEqual([]);
    });

    test.each([
      ['another type', ['--dtype', 'f16'], /--dtype of verify can only be bf16, .*"f16" is no such type/],
      ['an ONNX case', ['--dtype', 'bf16'], /--dtype applies to \.npz files; an ONNX case says such things itself/],
    ])('--dtype with %s is refused', async (_, flags, message) => {
      const onnxCase = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(a)], outputs: [floatTensor(a)] });
      const { status, stderr, opened } = await verify([onnxCase, ...flags]);
      expect([status, opened]).toEqual([2, 0]);
      expect(stderr.trimEnd()).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });
  });

  test.each([
    ['a missing output', { a: x, b: x }, [], /matmul needs an array "c"; the file holds "a", "b"/],
    ['a name in capitals', { A: w, b: w, c: w }, ['--op', 'matmul'], /needs an array "a".*rename "A" to "a"/],
    [
      'names that tell nothing',
      { foo: x },
      [],
      /names of the arrays tell no operation: name them x, w, b, y for neuron/,
    ],
    ['a stray array', { a: w, b: w, c: w, bais: x }, [], /"bais" is none of matmul: did you mean bias/],
    ['weights the wrong way round', { x, w: random([6, 4]), b, y: b }, [], /so transpose it/],
    ['a bias of another size', { x, w, b: random([3]), y: b }, [], /"b" has 3 values, and "w" has 4 neurons/],
    [
      'an output of another size',
      { x, w, b, y: random([5]) },
      [],
      /"y" has the shape \(5\), and the inputs give \(4\)/,
    ],
    [
      'a matrix for a vector',
      { x: random([1, 6]), w, b, y: b },
      [],
      /"x" must have the shape \(inputs\), and has \(1, 6\)/,
    ],
    [
      'nothing in it',
      { a: { dims: [0, 3], values: [] }, b: random([3, 2]), c: { dims: [0, 2], values: [] } },
      [],
      /"a" of shape \(0, 3\) is empty/,
    ],
    [
      'attention in three dimensions',
      { q: w, k: w, v: w, o: w },
      [],
      /"q" must have the shape \(batch, heads, tokens, dim\)/,
    ],
    [
      'a flag of another operation',
      { x, w, b, y: b },
      ['--causal'],
      /--causal is a flag for attention, and this file is of neuron/,
    ],
  ] as const)('%s', async (_, arrays, flags, message) => {
    const { rows, status } = await verify([writeNpz(arrays), ...flags]);
    expect(rows).toHaveLength(1);
    expect(rows[0].reason).toMatch(message);
    expect(status).toBe(2);
  });

  test('a negative output of a neuron is pointed out', async () => {
    const { rows } = await verify([writeNpz({ x, w, b, y: { dims: [4], values: [-1, 0, 0, 0] } })]);
    expect(rows[0].notes).toContain("y[0] is negative, which no neuron's output is after its ReLU");
  });

  test('a damaged file does not stop the others', async () => {
    const bad = `${place()}.npz`;
    writeFileSync(bad, npz({ x }).subarray(0, 50));
    const { rows, status } = await verify([bad, writeNpz({ x, w, b, y: { dims: [4], values: y } })]);
    expect(rows[0]).toMatchObject({ status: 'failed', kernel: null });
    expectRight(rows.slice(1), 'y');
    expect(status).toBe(1);
  });
});

describe('paths', () => {
  test('a folder is searched, a link to a folder above ends', async () => {
    const root = place();
    mkdirSync(join(root, 'deep'), { recursive: true });
    const x = random([2]);
    const relu = {
      operator: 'Relu',
      inputs: [floatTensor(x)],
      outputs: [floatTensor({ dims: [2], values: x.values.map((value) => Math.max(0, value)) })],
    };
    writeCase(join(root, 'deep', 'relu'), relu);
    writeFileSync(join(root, 'one.npz'), npz({ a: random([1, 1]), b: random([1, 1]), c: random([1, 1]) }));
    symlinkSync(root, join(root, 'deep', 'loop'));
    const { rows } = await verify([root]);
    expect([...new Set(rows.map((row) => row.case))]).toEqual(['relu', 'one.npz']);
    expect((await verify([join(root, 'deep', 'relu', 'model.onnx')])).rows[0].case).toBe('relu');
  });

  test('a long name keeps its end, and the table its width', async () => {
    const root = join(folder, 'test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal');
    const x = floatTensor({ dims: [1], values: [2] });
    writeCase(root, { operator: 'Relu', inputs: [x], outputs: [x] });
    const { text } = await verify([root]);
    expect(text).toMatch(/^\.\.\.\S+_qk_matmul_bias_3d_mask_causal +Relu/m);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  test('several data sets are cases of their own', async () => {
    const root = place();
    const x = floatTensor({ dims: [1], values: [2] });
    writeCase(root, { operator: 'Relu', inputs: [x], outputs: [x] });
    mkdirSync(join(root, 'test_data_set_1'));
    for (const file of ['input_0.pb', 'output_0.pb'])
      writeFileSync(join(root, 'test_data_set_1', file), readFileSync(join(root, 'test_data_set_0', file)));
    const { rows } = await verify([root]);
    const name = root.split('/').at(-1);
    expect([...new Set(rows.map((row) => row.case))]).toEqual([`${name}/test_data_set_0`, `${name}/test_data_set_1`]);
  });

  test.each([
    [[], /verify needs a PATH/],
    [['/no/such/path'], /\/no\/such\/path does not exist\.$/m],
    [['--op', 'softmx', '.'], /no operation "softmx": did you mean softmax/],
    [['--window', '0', '.'], /--window takes a whole number from 1/],
    [['--softcap', 'x', '.'], /--softcap takes a number above 0; "x" is none/],
    [['--scale', '-1', '.'], /--scale takes a number above 0/],
    [['--ofset', '1', '.'], /no flag --ofset: did you mean --offset/],
  ])('verify %j', async (argv, message) => {
    const { status, stderr } = await runCommand(['verify', ...argv]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a file of another kind, an empty folder, a model without data', async () => {
    const root = place();
    mkdirSync(root);
    expect((await runCommand(['verify', root])).stderr).toMatch(
      /holds neither an \.npz file nor a folder with a model\.onnx/,
    );
    writeFileSync(join(root, 'notes.txt'), 'hello');
    expect((await runCommand(['verify', join(root, 'notes.txt')])).stderr).toMatch(
      /is neither an \.npz file nor a folder/,
    );
    writeFileSync(join(root, 'model.onnx'), 'hello');
    expect((await verify([root])).rows[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/no ONNX model|does not decode/),
    });
  });

  test('a data set that lacks a file', async () => {
    const x = floatTensor({ dims: [1], values: [2] });
    const path = writeCase(place(), { operator: 'Relu', inputs: [x], outputs: [x] });
    rmSync(join(path, 'test_data_set_0', 'output_0.pb'));
    expect((await verify([path])).rows[0].reason).toMatch(/holds no output_0\.pb for the output out0/);
    rmSync(join(path, 'test_data_set_0', 'input_0.pb'));
    writeFileSync(join(path, 'test_data_set_0', 'output_0.pb'), new Uint8Array(float32([1])));
    expect((await verify([path])).rows[0]).toMatchObject({ status: 'failed' });
  });
});

describe('hosts that fail', () => {
  const x = floatTensor({ dims: [1], values: [2] });
  const path = writeCase(place(), { operator: 'Relu', inputs: [x], outputs: [x] });

  test('no adapter: the reference still speaks, the exit status is 3', async () => {
    const { rows, status, stderr } = await verify([path], {
      openError: new Failure('no-adapter', 'There is no adapter'),
    });
    expect(rows).toMatchObject([{ kernel: 'reference', status: 'reference-only' }]);
    expect(status).toBe(3);
    expect(stderr).toContain('There is no adapter.');
  });

  test('a kernel that hangs fails alone; the host is opened anew', async () => {
    const { rows, status, opened } = await verify([path], {
      solveError: ({ kernel }) =>
        kernel.startsWith('2_') ? new Failure('timeout', 'The GPU did not answer within 20 s') : undefined,
    });
    expect(rows.find(({ kernel }) => kernel?.startsWith('2_'))).toMatchObject({
      status: 'failed',
      reason: 'The GPU did not answer within 20 s',
    });
    expect(rows.filter(({ status: state }) => state === 'correct').length).toBeGreaterThan(1);
    expect([status, opened]).toEqual([1, 2]);
  });

  test('a kernel that refuses counts as unsupported', async () => {
    const { rows, status } = await verify([path], {
      solveError: ({ kernel }) => (kernel.startsWith('2_') ? new Refusal('too large') : undefined),
    });
    expect(rows.find(({ kernel }) => kernel?.startsWith('2_'))).toMatchObject({
      status: 'unsupported',
      reason: 'too large',
    });
    expect(status).toBe(0);
  });

  test('a matrix of millions of values reaches the kernels whole', async () => {
    const [rows, columns] = [2 ** 12, 2 ** 11];
    const path = `${place()}.npz`;
    const zeros = (dims: number[]): Uint8Array => npy('<f4', dims, new Uint8Array(4 * dims[0] * dims[1]));
    writeFileSync(path, zipped({ a: zeros([rows, columns]), b: zeros([columns, 1]), c: zeros([rows, 1]) }));
    const lengths: number[] = [];
    const result = await verify([path, '--kernel', '2'], {
      solveError: (_, { a }) => {
        lengths.push(a.length);
        return new Refusal('seen');
      },
    });
    expect(lengths).toEqual([rows * columns]);
    expect(result.rows.at(-1)).toMatchObject({ kernel: 'reference', status: 'reference-only' });
  });

  test('one operation alone', async () => {
    const { rows, status } = await verify([path, '--op', 'softmax']);
    expect(rows).toMatchObject([{ status: 'unsupported', reason: 'Relu runs as neuron, and --op asks for softmax' }]);
    expect(status).toBe(2);
    expectRight((await verify([path, '--op', 'neuron'])).rows);
  });

  test('one kernel alone', async () => {
    const { rows } = await verify([path, '--kernel', '2']);
    expect(rows).toMatchObject([{ op: 'neuron', kernel: expect.stringMatching(/^2_/), status: 'correct' }]);
  });
});
