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
import {
  ATTENTION_PARAMETERS,
  type AttentionShape,
  attentionShape,
  checkAttention,
  paddedKeys,
  visiblePairs,
} from '../attention-shape.ts';
import { item, operationCount, traffic } from '../quantities.ts';
import type { Operation, Shape, TensorSpec } from '../types.ts';

const defaults: Shape = Object.fromEntries(ATTENTION_PARAMETERS.map((parameter) => [parameter.key, parameter.default]));

/** Queries that suffice to see whether hidden keys count. */
const GATE_QUERIES = 64;
/** Sequences that meet lengths of all kinds. */
const GATE_SEQUENCES = 16;
/** Where the problem has fewer rows than this, so many stand for all kinds and places: more queries of a few heads. */
const MIXED_ROWS = 256;
/** Key heads of it, and how many elements their keys may have together. */
const MIXED_HEADS = 8;
const MIXED_ELEMENTS = 2 ** 19;
/** More rows than the problem has are asked for up to so many scores: a decoding step stays a small one. */
const MIXED_SCORES = 2 ** 20;
/** Powers of two between which the scale of rows of every kind lies. */
const SCALES = [-8, 8] as const;

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
    {
      id: 'masked',
      title: 'Mask rows that hide all, or lie far below 0',
      exposes: 'a query that sees no key; a row of low but finite numbers taken for hidden',
    },
    {
      id: 'mixed',
      title: 'Rows of every kind',
      exposes:
        'faults of some heads, queries or keys only; low precision, which long sums hide and rows of one to three keys do not',
    },
  ],
  presets: [
    { title: '256 tokens, 4 heads', shape: { ...defaults } },
    { title: '128 tokens', shape: { ...defaults, queries: 128, heads: 8 } },
    { title: '4,096 tokens, 8 heads, causal', shape: { ...defaults, queries: 4096, heads: 8, causal: 1 } },
    {
      title: '4,097 tokens, one past a multiple of every tile',
      shape: { ...defaults, queries: 4097, heads: 8, causal: 1 },
    },
    { title: 'Grouped heads: 8 queries share 2 keys', shape: { ...defaults, heads: 8, kvHeads: 2, causal: 1 } },
    { title: 'Decoding: 1 query, 4,096 keys', shape: { ...defaults, queries: 1, keys: 4096, heads: 8, causal: 1 } },
    {
      title: 'Odd sizes: 127 queries, 509 keys, 40 wide',
      shape: { ...defaults, queries: 127, keys: 509, dim: 40, valueDim: 24 },
    },
  ],
  quick: { ...defaults, heads: 2, queries: 128 },
  scales: ['batch', 'queries', 'keys'],

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
   * Two operations for each multiply-add of the two products, over the query-key pairs that causality and the window
   * leave; the softmax is itemised but not counted among them, as in the papers on attention kernels.
   */
  quantities(shape, dtype) {
    const s = attentionShape(shape);
    const pairs = s.batch * s.heads * visiblePairs(s);
    return [
      operationCount(2 * pairs * (s.dim + s.valueDim)),
      item('Fused multiply-adds for scores', pairs * s.dim),
      item('Fused multiply-adds for the output', pairs * s.valueDim),
      item('Exponentials', pairs),
      ...traffic(attention.tensors(shape), dtype),
    ];
  },

  gates(problem) {
    const { shape, input } = problem;
    const { mask } = shape;
    const s = attentionShape(shape);
    const [low, high] = SCALES;
    // A power of two, so that scaling rounds nothing.
    const scale = 2 ** Math.max(low, Math.min(high, Math.round(Math.log2(s.scale))));
    const gate = (name: string, id: string, changed: Shape) => ({
      name,
      problem: { ...problem, input: id, shape: changed },
    });
    const more = moreRows(shape);
    return [
      ...(input === 'mixed' ? [] : [gate('rows of every kind', 'mixed', { ...shape, scale })]),
      ...(more ? [gate('more rows of every kind', 'mixed', { ...more, scale })] : []),
      // Few mask rows are all of the usual kind: those of one kind each need a seed of their own.
      ...(mask > 0 && fewMaskRows(s)
        ? [0, 1, 2].slice(0, mask === 1 ? 1 : 3).map((kind) => ({
            name: 'mask rows of one kind',
            problem: {
              ...problem,
              input: 'masked',
              shape: fewerRows(shape),
              seed: 3 * Math.floor(problem.seed / 3) + kind,
            },
          }))
        : []),
      ...(s.scale === scale || input === 'mixed'
        ? []
        : [gate('rows of every kind, scaled as asked', 'mixed', fewerRows(shape))]),
      ...(input === 'padding' && !s.causal && s.window === 0 ? [] : hiding(shape)).map((hides) =>
        gate('NaN in what is hidden', 'padding', hides),
      ),
    ];
  },
};

/**
 * Problems in which some keys are hidden from every query, and some queries see no key: keys that only some queries see must
 * hold numbers. Causality alone hides none from the last query, and leaves the first one its own.
 */
function hiding(shape: Shape): readonly Shape[] {
  const fewer = fewerRows(shape);
  const { keys, queries, causal, window, mask, ragged } = attentionShape(fewer);
  if (!causal && window === 0) return mask !== 'none' || ragged ? [fewer] : [];
  const shift = causal ? Math.min(fewer.shift, -paddedKeys(keys)) : fewer.shift;
  // The window of the first query must not begin before the second key.
  const past = window > 0 ? Math.max(1, Math.min(queries, keys + shift - window)) : queries;
  const last = { ...fewer, shift, queries: past };
  return causal && queries > 1 ? [last, { ...fewer, shift: Math.min(shift, ((queries >> 1) | 1) - keys) }] : [last];
}

/** Whether the mask has too few rows for those that hide every key, or lie at the lowest number. */
function fewMaskRows({ maskDims: [batch, heads, queries] }: AttentionShape): boolean {
  return batch * heads * queries < 4;
}

/** The same rows of scores, fewer of them: one group of heads, and queries that stand where the last ones stood. */
function fewerRows(shape: Shape): Shape {
  const s = attentionShape(shape);
  const fitting = Math.floor(MIXED_ELEMENTS / (s.keys * Math.max(s.dim, s.valueDim)));
  return {
    ...shape,
    batch: s.ragged ? Math.max(1, Math.min(GATE_SEQUENCES, fitting)) : 1,
    heads: s.heads / s.kvHeads,
    kvHeads: 1,
    queries: Math.min(s.queries, s.ragged ? GATE_QUERIES / 4 : GATE_QUERIES),
    keys: s.keys,
  };
}

/** More queries of a few heads, where the problem has fewer rows than there are kinds and places; null where it has enough. */
function moreRows(shape: Shape): Shape | null {
  const s = attentionShape(shape);
  if (s.batch * s.heads * s.queries >= MIXED_ROWS) return null;
  const fitting = Math.floor(MIXED_ELEMENTS / (s.keys * Math.max(s.dim, s.valueDim)));
  const kvHeads = Math.max(1, Math.min(s.kvHeads, MIXED_HEADS, fitting));
  const heads = kvHeads * (s.heads / s.kvHeads);
  const affordable = Math.floor(MIXED_SCORES / (heads * s.keys));
  const queries = Math.min(affordable, Math.ceil(MIXED_ROWS / heads));
  if (queries <= s.queries) return null;
  return { ...shape, batch: s.ragged ? Math.min(s.batch, 4) : 1, heads, kvHeads, queries, keys: s.keys };
}
