/** Attention of ONNX in all of its variants, and of an `.npz` with its flags. */
import { describe, expect, test } from 'vitest';
import { attentionByTheBook, type BookOptions } from '../attention-book.ts';
import { boolTensor, floatTensor, type Tensor, writeCase } from '../vector-files.ts';
import { expectRight, place, random, verify, writeNpz } from './run.ts';

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

test('of an .npz: causal is aligned at the bottom right, and the flags are heard', async () => {
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
