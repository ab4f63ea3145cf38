/** The parameters of attention with their defaults resolved, and which keys a query sees. */
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import type { Parameter, Shape } from './types.ts';

const size = (key: string, title: string, initial: number, max: number, doc: string, min = 1): Parameter => ({
  key,
  title,
  kind: 'size',
  default: initial,
  min,
  max,
  doc,
});
const flag = (key: string, title: string, doc: string): Parameter => ({
  key,
  title,
  kind: 'flag',
  default: 0,
  min: 0,
  max: 1,
  doc,
});

/** What a first look at attention can do without. */
const ADVANCED = new Set([
  'kvHeads',
  'valueDim',
  'shift',
  'window',
  'softcap',
  'scale',
  'mask',
  'maskBatch',
  'maskHeads',
  'maskRow',
  'ragged',
  'context',
]);

export type MaskKind = 'none' | 'boolean' | 'additive';

/** By the value of `mask`. */
const MASKS: readonly MaskKind[] = ['none', 'boolean', 'additive'];

const parameters: readonly Parameter[] = [
  size('batch', 'Batch', 1, 1024, 'Independent sequences.'),
  size('heads', 'Query heads', 4, 1024, 'Heads that attend in parallel; each has its own queries and its own output.'),
  size(
    'kvHeads',
    'Key heads',
    0,
    1024,
    'Heads of keys and values, shared by equal groups of query heads: fewer bytes to read and to cache. 0: one for each query head.',
    0,
  ),
  size('queries', 'Queries', 256, 2 ** 20, 'Tokens that ask: rows of the output.'),
  size(
    'keys',
    'Keys',
    0,
    2 ** 20,
    'Tokens that are looked at, past ones included: the length of each softmax. 0: as many as queries.',
    0,
  ),
  size('dim', 'Head size', 64, 1024, 'Elements of one query and of one key: terms of each score.'),
  size(
    'valueDim',
    'Value size',
    0,
    1024,
    'Elements of one value and of one output row. 0: the same as the head size.',
    0,
  ),
  flag('causal', 'Causal', 'Whether a query sees only keys up to its own place: about half of the work is saved.'),
  {
    key: 'shift',
    title: 'Causal shift',
    kind: 'size',
    default: 0,
    min: -(2 ** 20),
    max: 2 ** 20,
    doc: 'How many keys more, or fewer, each query sees than with the last query at the last key. Queries - keys aligns the first ones instead.',
  },
  size('window', 'Sliding window', 0, 2 ** 20, 'How many keys back a query sees, its own place included. 0: all.', 0),
  {
    key: 'softcap',
    title: 'Softcap',
    kind: 'real',
    default: 0,
    min: 0,
    max: 65_504,
    doc: 'Bends scores smoothly so that none passes this size: softcap * tanh(score / softcap). 0: scores stay as they are.',
  },
  {
    key: 'scale',
    title: 'Scale',
    kind: 'real',
    default: 0,
    min: 0,
    max: 65_504,
    doc: 'Factor on each dot product before the softmax. 0: 1 / sqrt(head size).',
  },
  {
    key: 'mask',
    title: 'Mask',
    kind: 'choice',
    choices: MASKS,
    default: 0,
    min: 0,
    max: MASKS.length - 1,
    doc: 'Boolean: 1 attends and 0 hides a key. Additive: numbers that are added to the scores, where only minus infinity hides a key.',
  },
  flag('maskBatch', 'A mask for each sequence', 'Whether each sequence has a mask of its own, or all share one.'),
  flag('maskHeads', 'A mask for each head', 'Whether each query head has a mask of its own, or all share one.'),
  flag(
    'maskRow',
    'One mask row for all queries',
    'Whether all queries share one row of the mask, as padding masks do, or each has its own.',
  ),
  flag('ragged', 'Different lengths', 'Whether each sequence ends at a length of its own; keys beyond it are padding.'),
  size(
    'context',
    'Context limit',
    0,
    2 ** 20,
    'Tokens that a sequence may have at most, as a model or the cache of its keys sets it: one more is refused. 0: no limit.',
    0,
  ),
];

export const ATTENTION_PARAMETERS: readonly Parameter[] = parameters.map((parameter) =>
  ADVANCED.has(parameter.key) ? { ...parameter, advanced: true } : parameter,
);

export interface AttentionShape {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly dim: number;
  readonly valueDim: number;
  readonly causal: boolean;
  /** Key j is visible to query i where j <= i + offset (if causal) and j > i + offset - window (if windowed). */
  readonly offset: number;
  /** 0: none. */
  readonly window: number;
  /** 0: none. */
  readonly softcap: number;
  readonly scale: number;
  readonly mask: MaskKind;
  /** (batch or 1, heads or 1, queries or 1, keys). */
  readonly maskDims: readonly [number, number, number, number];
  readonly ragged: boolean;
}

/** What the parameters mean, their "0: the same as" filled in. */
export function attentionShape(shape: Shape): AttentionShape {
  const { batch, heads, queries, dim } = shape;
  const keys = shape.keys || queries;
  return {
    batch,
    heads,
    kvHeads: shape.kvHeads || heads,
    queries,
    keys,
    dim,
    valueDim: shape.valueDim || dim,
    causal: shape.causal === 1,
    offset: keys - queries + shape.shift,
    window: shape.window,
    softcap: shape.softcap,
    scale: shape.scale || 1 / Math.sqrt(dim),
    mask: MASKS[shape.mask],
    maskDims: [shape.maskBatch ? batch : 1, shape.maskHeads ? heads : 1, shape.maskRow ? 1 : queries, keys],
    ragged: shape.ragged === 1,
  };
}

/** Elements of one tensor on the CPU: 2^28 float32 values are 1 GiB. */
const MOST_ELEMENTS = 2 ** 28;

/** Throws a `Refusal` where the parameters do not fit together. */
export function checkAttention(shape: Shape): void {
  const s = attentionShape(shape);
  if (s.heads % s.kvHeads !== 0) {
    const fitting = Array.from({ length: s.heads }, (_, i) => i + 1).filter((count) => s.heads % count === 0);
    throw new Refusal(`${s.heads} query heads cannot share ${s.kvHeads} key heads in equal groups`, {
      rule: 'head-groups',
      parameters: { heads: s.heads, kvHeads: s.kvHeads },
      works: [],
      remedy: `use ${fitting.join(', ')} key heads`,
    });
  }
  if (shape.context > 0 && s.keys > shape.context) {
    const [context, next] = [shape.context, shape.context + 1].map(withCommas);
    throw new Refusal(`Token ${next} is past the context of ${context} tokens`, {
      rule: 'context',
      parameters: { keys: s.keys, context: shape.context },
      works: [],
      remedy: `use ${context} keys or fewer`,
    });
  }
  for (const [name, dims] of [
    ['Queries', [s.batch, s.heads, s.queries, s.dim]],
    ['Keys', [s.batch, s.kvHeads, s.keys, s.dim]],
    ['Values', [s.batch, s.kvHeads, s.keys, s.valueDim]],
    ['The output', [s.batch, s.heads, s.queries, s.valueDim]],
    ['The mask', s.mask === 'none' ? [] : s.maskDims],
  ] as const) {
    const elements = dims.reduce((product: number, extent) => product * extent, 1);
    if (elements > MOST_ELEMENTS) {
      throw new Refusal(
        `${name} of ${dims.join(' x ')} would have ${withCommas(elements)} elements; the reference holds at most ${withCommas(MOST_ELEMENTS)}`,
        {
          rule: 'reference-size',
          parameters: { tensor: name, elements, most: MOST_ELEMENTS },
          works: [],
          remedy: 'use fewer sequences, heads or tokens',
        },
      );
    }
  }
}

/** Keys [first, end) that causality, the window and the sequence's length leave visible to a query; may be empty. */
export function visibleSpan(
  { causal, window, offset, keys }: AttentionShape,
  query: number,
  length = keys,
): readonly [first: number, end: number] {
  const last = query + offset;
  const first = window > 0 ? Math.max(0, last - window + 1) : 0;
  const end = Math.min(length, causal ? last + 1 : keys);
  return [first, Math.max(first, end)];
}

/**
 * Keys at the end that no query sees where hidden keys are to hold NaN. An odd number is left, so that a tile which holds the last
 * of them holds some of the others.
 */
export function paddedKeys(keys: number): number {
  const least = Math.ceil(keys / 8);
  return least + ((keys - least) % 2 === 0 && least < keys ? 1 : 0);
}

/** Query-key pairs of one head that neither causality nor the window hides. */
export function visiblePairs(shape: AttentionShape): number {
  let pairs = 0;
  for (let query = 0; query < shape.queries; query++) {
    const [first, end] = visibleSpan(shape, query);
    pairs += end - first;
  }
  return pairs;
}
