/** What ONNX Runtime is given, in the browser and in Node alike: models with their inputs. */
import type { Problem, Tensors } from '../../../src/ops/types.ts';
import type { Model } from '../../onnx-model.ts';
import { causalMask, exchangeMiddle, parts, repeatHeads, transposeMatrices, unitsPerCall } from './layout.ts';

interface Feed {
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

export interface OnnxProgram {
  readonly title: string;
  readonly model: Model;
  /** The inputs of each call that one run takes; a feed that calls share is the same object. */
  readonly calls: readonly Readonly<Record<string, Feed>>[];
  /** Outputs that are written over an input: the cache that a token is appended to. */
  readonly inPlace: Readonly<Record<string, string>>;
  /** Name of the result, and the way of all calls' results, one after the other, into the operation's own order. */
  readonly output: string;
  restore(values: Float32Array): Float32Array;
}

const same = (values: Float32Array): Float32Array => values;

export function matmulProgram({ shape: { m, n, k } }: Problem, inputs: Tensors): OnnxProgram {
  return {
    title: 'MatMul',
    model: {
      nodes: [{ operator: 'MatMul', inputs: ['a', 'b'], outputs: ['c'] }],
      inputs: { a: [m, k], b: [k, n] },
      outputs: { c: [m, n] },
    },
    calls: [
      {
        a: { values: inputs.a as Float32Array, dims: [m, k] },
        b: { values: inputs.b as Float32Array, dims: [k, n] },
      },
    ],
    inPlace: {},
    output: 'c',
    restore: same,
  };
}

/**
 * The fused operator of Microsoft's set. GroupQueryAttention is always causal; where heads are shared and the problem
 * is not, MultiHeadAttention gets keys and values that were repeated beforehand, outside the time.
 */
export function fusedAttentionProgram(problem: Problem, inputs: Tensors): OnnxProgram {
  const { batch, heads, queries, dim, causal } = problem.shape;
  const [kvHeads, keys] = [problem.shape.kvHeads || heads, problem.shape.keys || queries];
  const [q, k, v] = [inputs.q, inputs.k, inputs.v] as Float32Array[];
  const packed = (values: Float32Array, count: number, tokens: number) => ({
    values: exchangeMiddle(values, [batch, count, tokens, dim]),
    dims: [batch, tokens, count * dim],
  });
  const restore = (values: Float32Array): Float32Array => exchangeMiddle(values, [batch, queries, heads, dim]);
  if (kvHeads !== heads && (causal || queries === 1)) return groupedProgram(problem, inputs, packed, restore);
  if (causal && keys !== queries) throw new Error('MultiHeadAttention aligns causality at the top left only');
  const times = heads / kvHeads;
  const full = (values: Float32Array) => packed(repeatHeads(values, batch * kvHeads, times), heads, keys);
  return {
    title: `MultiHeadAttention${causal ? ' (unidirectional)' : ''}${times > 1 ? ', keys repeated beforehand' : ''}`,
    model: {
      nodes: [
        {
          operator: 'MultiHeadAttention',
          domain: 'com.microsoft',
          inputs: ['q', 'k', 'v'],
          outputs: ['o'],
          ints: { num_heads: heads, unidirectional: causal },
        },
      ],
      inputs: { q: [batch, queries, heads * dim], k: [batch, keys, heads * dim], v: [batch, keys, heads * dim] },
      outputs: { o: [batch, queries, heads * dim] },
    },
    calls: [{ q: packed(q, heads, queries), k: full(k), v: full(v) }],
    inPlace: {},
    output: 'o',
    restore,
  };
}

/** GroupQueryAttention; where keys outnumber queries, the first ones lie in a cache that the last ones are added to. */
function groupedProgram(
  problem: Problem,
  inputs: Tensors,
  packed: (values: Float32Array, count: number, tokens: number) => { values: Float32Array; dims: number[] },
  restore: (values: Float32Array) => Float32Array,
): OnnxProgram {
  const { batch, heads, queries, dim } = problem.shape;
  const [kvHeads, keys] = [problem.shape.kvHeads || heads, problem.shape.keys || queries];
  const [q, k, v] = [inputs.q, inputs.k, inputs.v] as Float32Array[];
  const hasPast = keys > queries;
  const last = (values: Float32Array): Float32Array => {
    const result = new Float32Array(batch * kvHeads * queries * dim);
    for (let head = 0; head < batch * kvHeads; head++) {
      const end = (head + 1) * keys * dim;
      result.set(values.subarray(end - queries * dim, end), head * queries * dim);
    }
    return result;
  };
  const cache = (values: Float32Array) => ({ values, dims: [batch, kvHeads, keys, dim] });
  return {
    title: `GroupQueryAttention${hasPast ? ', cache in place' : ''}`,
    model: {
      nodes: [
        {
          operator: 'GroupQueryAttention',
          domain: 'com.microsoft',
          inputs: ['q', 'k', 'v', ...(hasPast ? ['pastK', 'pastV'] : ['', '']), 'lengths', 'total'],
          outputs: ['o', 'presentK', 'presentV'],
          ints: { num_heads: heads, kv_num_heads: kvHeads },
        },
      ],
      inputs: {
        q: ['batch', 'tokens', heads * dim],
        k: ['batch', 'tokens', kvHeads * dim],
        v: ['batch', 'tokens', kvHeads * dim],
        ...(hasPast ? { pastK: ['batch', kvHeads, 'past', dim], pastV: ['batch', kvHeads, 'past', dim] } : {}),
      },
      outputs: {
        o: ['batch', 'tokens', heads * dim],
        presentK: ['batch', kvHeads, 'present', dim],
        presentV: ['batch', kvHeads, 'present', dim],
      },
      // The operator counts the tokens before the last of each sequence.
      int32s: { lengths: new Array<number>(batch).fill(keys - 1), total: [keys] },
    },
    calls: [
      {
        q: packed(q, heads, queries),
        k: packed(last(k), kvHeads, queries),
        v: packed(last(v), kvHeads, queries),
        ...(hasPast ? { pastK: cache(k), pastV: cache(v) } : {}),
      },
    ],
    inPlace: hasPast ? { presentK: 'pastK', presentV: 'pastV' } : {},
    output: 'o',
    restore,
  };
}

/** MatMul, Mul, Softmax, MatMul; keys are transposed beforehand, outside the time. */
export function unfusedAttentionProgram(problem: Problem, inputs: Tensors, bindingBytes: number): OnnxProgram {
  const { batch, heads, queries, dim, causal } = problem.shape;
  const [kvHeads, keys] = [problem.shape.kvHeads || heads, problem.shape.keys || queries];
  const groups = heads / kvHeads;
  const rows = groups * queries;
  const hasMask = causal === 1 && queries > 1;
  const units = batch * kvHeads;
  const share = unitsPerCall(units, rows * keys, bindingBytes);
  const count = units / share;
  const q = parts(inputs.q as Float32Array, count);
  const k = parts(transposeMatrices(inputs.k, [units, keys, dim]), count);
  const v = parts(inputs.v as Float32Array, count);
  const mask = hasMask ? { mask: { values: causalMask(queries, keys, groups, -1e30), dims: [1, rows, keys] } } : {};
  return {
    title: `MatMul, Mul,${hasMask ? ' Add,' : ''} Softmax, MatMul${count > 1 ? `, in ${count} calls` : ''}`,
    model: {
      nodes: [
        { operator: 'MatMul', inputs: ['q', 'k'], outputs: ['dots'] },
        { operator: 'Mul', inputs: ['dots', 'scale'], outputs: ['scores'] },
        ...(hasMask ? [{ operator: 'Add', inputs: ['scores', 'mask'], outputs: ['masked'] }] : []),
        { operator: 'Softmax', inputs: [hasMask ? 'masked' : 'scores'], outputs: ['p'], ints: { axis: -1 } },
        { operator: 'MatMul', inputs: ['p', 'v'], outputs: ['o'] },
      ],
      inputs: {
        q: [share, rows, dim],
        k: [share, dim, keys],
        v: [share, keys, dim],
        ...(hasMask ? { mask: [1, rows, keys] } : {}),
      },
      outputs: { o: [share, rows, dim] },
      scalars: { scale: 1 / Math.sqrt(dim) },
    },
    calls: q.map((values, call) => ({
      q: { values, dims: [share, rows, dim] },
      k: { values: k[call], dims: [share, dim, keys] },
      v: { values: v[call], dims: [share, keys, dim] },
      ...mask,
    })),
    inPlace: {},
    output: 'o',
    restore: same,
  };
}

type MakeProgram = (problem: Problem, inputs: Tensors, bindingBytes: number) => OnnxProgram;

/** The programs to measure for an operation; what it cannot express throws when it is made. */
export function programs(op: string): readonly { id: string; title: string; make: MakeProgram }[] {
  if (op === 'matmul') return [{ id: '', title: '', make: matmulProgram }];
  return [
    { id: ':fused', title: ', fused', make: fusedAttentionProgram },
    { id: ':unfused', title: ', unfused', make: unfusedAttentionProgram },
  ];
}
