/**
 * Scaled dot-product attention (Vaswani et al. 2017): o_i = sum_j p_ij v_j with p_i = softmax_j(scale q_i . k_j).
 *
 * q (batch, heads, queries, dim), k (batch, kvHeads, keys, dim), v (batch, kvHeads, keys, valueDim),
 * mask (1 or batch, 1 or heads, 1 or queries, keys), lengths (batch), o (batch, heads, queries, valueDim); row-major.
 * Query head h reads key head floor(h kvHeads / heads). In this order: scale, softcap, then what hides keys: mask,
 * length, causality, window. A hidden key changes nothing, whatever it holds; a query that sees no key gets zeros.
 *
 * A cache to which keys are appended is k and v with the new ones at their end: keys = past + new, queries = new, causal
 * with its default shift, so that the last query stands at the last key. A cache with room for more than it holds says
 * in `lengths` how many tokens it has: what lies beyond is never read into a sum, and one query for each sequence
 * (decoding) sees all that is there; several new queries then need causality with shift = length - keys.
 */
import { BYTES } from '../core/dtype.ts';
import { attentionInputs } from './attention-inputs.ts';
import { attentionJudge } from './attention-reference.ts';
import { ATTENTION_PARAMETERS, attentionShape, checkAttention, visiblePairs } from './attention-shape.ts';
import type { Operation, Problem, Shape, TensorSpec } from './types.ts';

const defaults: Shape = Object.fromEntries(ATTENTION_PARAMETERS.map((parameter) => [parameter.key, parameter.default]));

/** Inputs without which a fault can go unseen, and the number of queries that suffices to see it. */
const GATES = ['rising', 'falling', 'low', 'high'] as const;
const GATE_QUERIES = 64;
/** Key heads of the gate with high scores, and how many elements their keys may have together. */
const HIGH_HEADS = 8;
const HIGH_ELEMENTS = 2 ** 19;
/** Rows of scores in it: at least, where the problem has fewer, and at most. */
const HIGH_ROWS = [128, 256] as const;
/** More rows than the problem has are asked for up to so many scores: a decoding step stays a small one. */
const HIGH_SCORES = 2 ** 20;

export const attention: Operation = {
  id: 'attention',
  title: 'Attention',
  summary:
    'Each query is compared with every key; the softmax of the scores says how much of each value goes into its output. Work grows with the square of the tokens, and so does scratch memory, unless the softmax is computed on the way.',
  formula: 'O = softmax(Q K^T / sqrt(d)) V',
  parameters: ATTENTION_PARAMETERS,
  inputCases: [
    { id: 'normal', title: 'Normal', exposes: 'wrong indices, dropped keys, a wrong head, a wrong mask' },
    {
      id: 'rising',
      title: 'Scores rising 0 to 60',
      exposes: 'what was summed so far not rescaled when the running maximum rises; the last key dropped',
    },
    { id: 'falling', title: 'Scores falling 60 to 0', exposes: 'a stale tile; the first key dropped' },
    {
      id: 'low',
      title: 'Scores around -200, and of every fourth query around -1,600',
      exposes: 'padding counted as a key of score 0; a maximum that starts at 0',
    },
    {
      id: 'high',
      title: 'Scores around +200, one of each query at +320',
      exposes: 'no maximum subtracted, or one that missed a key: exp overflows',
    },
    { id: 'uniform', title: 'Equal scores', exposes: 'a missing barrier: every key and value counts the same' },
    { id: 'peaked', title: 'One key takes all', exposes: 'dot products that overflow f16 before they are scaled' },
    {
      id: 'padding',
      title: 'Hidden keys hold NaN',
      exposes: 'a hidden key or value multiplied by 0 instead of left out',
    },
  ],
  presets: [
    { title: '256 tokens, 4 heads', shape: { ...defaults } },
    { title: '128 tokens: all that the old tests used', shape: { ...defaults, queries: 128, heads: 8 } },
    { title: 'The edge: 4,096 tokens, 8 heads, causal', shape: { ...defaults, queries: 4096, heads: 8, causal: 1 } },
    { title: 'One token over: 4,097', shape: { ...defaults, queries: 4097, heads: 8, causal: 1 } },
    { title: 'Grouped heads: 8 queries share 2 keys', shape: { ...defaults, heads: 8, kvHeads: 2, causal: 1 } },
    { title: 'Decoding: 1 query, 4,096 keys', shape: { ...defaults, queries: 1, keys: 4096, heads: 8, causal: 1 } },
    {
      title: 'Odd sizes: 127 queries, 509 keys, 40 wide',
      shape: { ...defaults, queries: 127, keys: 509, dim: 40, valueDim: 24 },
    },
  ],
  quick: { ...defaults, heads: 2, queries: 128 },

  check: checkAttention,

  tensors(shape) {
    const s = attentionShape(shape);
    const specs: TensorSpec[] = [
      { name: 'q', dims: [s.batch, s.heads, s.queries, s.dim], role: 'input', type: 'storage' },
      { name: 'k', dims: [s.batch, s.kvHeads, s.keys, s.dim], role: 'input', type: 'storage' },
      { name: 'v', dims: [s.batch, s.kvHeads, s.keys, s.valueDim], role: 'input', type: 'storage' },
    ];
    if (s.mask !== 'none') {
      specs.push({ name: 'mask', dims: s.maskDims, role: 'input', type: s.mask === 'boolean' ? 'u32' : 'storage' });
    }
    if (s.ragged) specs.push({ name: 'lengths', dims: [s.batch], role: 'input', type: 'u32' });
    specs.push({ name: 'o', dims: [s.batch, s.heads, s.queries, s.valueDim], role: 'output', type: 'storage' });
    return specs;
  },

  /**
   * Two flops for each multiply-add of the two products, over the query-key pairs that causality and the window leave;
   * the softmax is itemised but not in the rate, as in the papers on attention kernels.
   */
  work(shape, dtype) {
    const s = attentionShape(shape);
    const pairs = s.batch * s.heads * visiblePairs(s);
    let bytesRead = 0;
    let bytesWritten = 0;
    for (const { dims, role, type } of attention.tensors(shape)) {
      const bytes = dims.reduce((product, extent) => product * extent, 1) * BYTES[type === 'storage' ? dtype : type];
      if (role === 'input') bytesRead += bytes;
      else bytesWritten += bytes;
    }
    return {
      flops: 2 * pairs * (s.dim + s.valueDim),
      bytesRead,
      bytesWritten,
      items: [
        ['fused multiply-adds for scores', pairs * s.dim],
        ['fused multiply-adds for the output', pairs * s.valueDim],
        ['exponentials', pairs],
      ],
    };
  },

  inputs: attentionInputs,

  gates(problem) {
    const { mask, ragged, causal, window } = problem.shape;
    const hides = mask > 0 || ragged > 0 || causal > 0 || window > 0;
    return [...GATES, ...(hides ? ['padding'] : [])]
      .filter((input) => input !== problem.input)
      .map((input) => ({
        name: input === 'padding' ? 'NaN in hidden keys' : `${input} scores`,
        problem: { ...problem, input, shape: gateShape(problem, input) },
      }));
  },

  judge: (problem, inputs, numerics) => [attentionJudge(problem, inputs, numerics)],
};

/**
 * The same rows of scores, fewer of them: one group of heads, and queries that stand where the last ones stood. For high
 * scores a few groups, and queries enough where there are few, since each has another key that its maximum must not miss.
 */
function gateShape({ shape }: Problem, input: string): Shape {
  const s = attentionShape(shape);
  const group = s.heads / s.kvHeads;
  const fitting = Math.floor(HIGH_ELEMENTS / (s.keys * Math.max(s.dim, s.valueDim)));
  const kvHeads = input === 'high' ? Math.max(1, Math.min(HIGH_HEADS, fitting)) : 1;
  const heads = kvHeads * group;
  const most = kvHeads === 1 ? GATE_QUERIES : Math.max(1, Math.floor(HIGH_ROWS[1] / heads));
  const affordable = Math.floor(HIGH_SCORES / (heads * s.keys));
  const least = input === 'high' ? Math.min(most, affordable, Math.ceil(HIGH_ROWS[0] / heads)) : 1;
  return {
    ...shape,
    batch: s.ragged ? Math.min(s.batch, 4) : 1,
    heads,
    kvHeads,
    queries: Math.max(least, Math.min(s.queries, most)),
    keys: s.keys,
  };
}
