/**
 * Attention as ONNX defines it (opset 23 to 25) and as `.npz` files give it, in terms of our `attention`.
 *
 * ONNX (onnx/defs/nn/defs.cc, onnx/reference/ops/op_attention.py): scores = scale Q K^T, softcap, then the bias of mask,
 * causality, window and padding, then the softmax; a row with nothing visible gives zeros. Causal: key j is visible to
 * query i where j <= i + offset, the offset being the length of the past, or nonpad_kv_seqlen[b] - queries for a cache
 * kept outside, or 0. Heads share keys in consecutive groups.
 */
import { Refusal } from '../../core/errors.ts';
import type { FileArray, ValueType } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';
import { type AttentionProblem, attentionRoute, type Mask } from './attention-route.ts';
import { scoresOutput } from './attention-scores.ts';
import { type Route, refuseEmpty, stored } from './case.ts';
import type { Bound, Built } from './onnx-case.ts';

/** Flags of the command line for `.npz`. */
export interface AttentionFlags {
  readonly causal?: true;
  readonly offset?: number;
  readonly window?: number;
  readonly softcap?: number;
  readonly scale?: number;
}

/** Values as (batch, heads, tokens, width), dense. */
interface Heads {
  readonly dims: readonly [batch: number, heads: number, tokens: number, width: number];
  readonly values: Float32Array;
}

const HIDDEN = Number.NEGATIVE_INFINITY;
/** TensorProto.DataType of a softmax that is coarser than float32. */
const COARSE_SOFTMAX: Readonly<Record<number, ValueType>> = { 10: 'f16', 16: 'bf16' };

export function onnxAttention(bound: Bound): Built {
  const [q, k, v] = [bound.required(0, 'Q'), bound.required(1, 'K'), bound.required(2, 'V')];
  const rank = q.dims.length;
  if (rank !== k.dims.length || rank !== v.dims.length || (rank !== 3 && rank !== 4)) {
    throw new Refusal(
      `Q, K and V must all have 3 or all have 4 dimensions, and have ${rank}, ${k.dims.length} and ${v.dims.length}`,
    );
  }
  const queryHeads = bound.number('q_num_heads', 0);
  const keyHeads = bound.number('kv_num_heads', 0);
  const query = heads(q, 'Q', queryHeads);
  const newKey = heads(k, 'K', keyHeads);
  const newValue = heads(v, 'V', keyHeads);
  const [pastKey, pastValue] = [bound.input(4), bound.input(5)];
  if (!pastKey !== !pastValue) throw new Refusal('past_key and past_value must both be there or both be missing');
  const key = pastKey ? append(heads(pastKey, 'past_key', 0), newKey, 'past_key', 'K') : newKey;
  const value = pastValue ? append(heads(pastValue, 'past_value', 0), newValue, 'past_value', 'V') : newValue;
  const [batch, , queries] = query.dims;
  const keys = key.dims[2];
  const valid = validLengths(bound.input(6), batch, keys);
  if (valid && pastKey) throw new Refusal('nonpad_kv_seqlen and past_key exclude each other');
  const past = pastKey ? pastKey.dims[2] : 0;
  const window = bound.number('local_window_size', -1);
  if (window !== -1 && window <= 0) throw new Refusal(`local_window_size must be -1 or above 0, and is ${window}`);
  const causal = bound.number('is_causal', 0) !== 0 || window > 0;
  const mask = onnxMask(bound.input(3), query.dims, keys, valid !== undefined);
  const problem = problemOf({
    query,
    key,
    value,
    mask,
    lengths: valid,
    causal,
    offset: past,
    window: Math.max(0, window),
    softcap: bound.number('softcap', 0),
    scale: bound.number('scale', 1 / Math.sqrt(query.dims[3])),
  });
  const [, heads_, , width] = [batch, query.dims[1], queries, value.dims[3]];
  const built = attentionRoute(problem);
  const coarse = COARSE_SOFTMAX[bound.number('softmax_precision', 1)];
  return {
    dims: rank === 4 ? [batch, heads_, queries, width] : [batch, queries, heads_ * width],
    routes: [rank === 4 ? built : tokensFirst(built, heads_, queries, width)],
    further: {
      3: scoresOutput(problem, {
        mode: bound.number('qk_matmul_output_mode', 0),
        isLatest: bound.node.attributes.has('local_window_size'),
        softmax: coarse,
      }),
    },
    ...(coarse ? { arithmetic: coarse, notes: [`the file's softmax is in ${coarse}`] } : {}),
  };
}

export function npzAttention(
  q: FileArray,
  k: FileArray,
  v: FileArray,
  mask: FileArray | undefined,
  flags: AttentionFlags,
): Built {
  for (const [array, name] of [
    [q, 'q'],
    [k, 'k'],
    [v, 'v'],
  ] as const) {
    if (array.dims.length !== 4) {
      throw new Refusal(
        `"${name}" must have the shape (batch, heads, tokens, dim), and has (${array.dims.join(', ')})`,
      );
    }
  }
  const [query, key, value] = [heads(q, 'q', 0), heads(k, 'k', 0), heads(v, 'v', 0)];
  const [batch, count, queries, dim] = query.dims;
  const problem = problemOf({
    query,
    key,
    value,
    mask: mask && spread(mask, 'mask', [batch, count, queries, key.dims[2]]),
    lengths: undefined,
    causal: flags.causal ?? false,
    offset: flags.offset ?? key.dims[2] - queries,
    window: flags.window ?? 0,
    softcap: flags.softcap ?? 0,
    scale: flags.scale ?? 1 / Math.sqrt(dim),
  });
  return { dims: [batch, count, queries, value.dims[3]], routes: [attentionRoute(problem)] };
}

type Options = 'mask' | 'lengths' | 'causal' | 'offset' | 'window' | 'softcap' | 'scale';

interface Parts extends Pick<AttentionProblem, Options> {
  readonly query: Heads;
  readonly key: Heads;
  readonly value: Heads;
}

function problemOf({ query, key, value, ...rest }: Parts): AttentionProblem {
  const [batch, count, queries, dim] = query.dims;
  const [keyBatch, keyHeads, keys, keyDim] = key.dims;
  const [valueBatch, valueHeads, valueTokens, valueDim] = value.dims;
  if (keyBatch !== batch || valueBatch !== batch) {
    throw new Refusal(`Q, K and V have ${batch}, ${keyBatch} and ${valueBatch} batches; they must be the same`);
  }
  if (keyDim !== dim) throw new Refusal(`Q has head dimension ${dim} and K ${keyDim}; they must be the same`);
  if (valueHeads !== keyHeads || valueTokens !== keys) {
    throw new Refusal(
      `K has ${keyHeads} heads of ${keys} tokens and V ${valueHeads} of ${valueTokens}; they must be the same`,
    );
  }
  if (count % keyHeads !== 0) throw new Refusal(`${count} query heads cannot share ${keyHeads} key heads evenly`);
  if (rest.softcap < 0) throw new Refusal(`softcap must be 0 (none) or above, and is ${rest.softcap}`);
  const sizes = { batch, heads: count, kvHeads: keyHeads, queries, keys, dim, valueDim };
  return { ...sizes, q: query.values, k: key.values, v: value.values, ...rest };
}

/** attn_mask: the last dimension may be short, which hides the keys beyond it. */
function onnxMask(
  mask: FileArray | undefined,
  query: Heads['dims'],
  keys: number,
  isPadded: boolean,
): Mask | undefined {
  if (!mask) return undefined;
  const { dims } = mask;
  const short = dims.at(-1) ?? 0;
  if (dims.length < 2 || dims.length > 4 || short > keys) {
    throw new Refusal(
      `attn_mask of shape (${dims.join(', ')}) cannot be broadcast to (${[...query.slice(0, 3), keys].join(', ')})`,
    );
  }
  // A mask of rank 3 is (heads, queries, keys) by the broadcasting rule; with padded keys the reference reads a batch.
  const isBatch = dims.length === 3 && dims[0] === query[0] && (isPadded || dims[0] !== query[1]) && dims[0] !== 1;
  const shape = isBatch ? [dims[0], 1, dims[1], dims[2]] : dims;
  const rows = mask.values.length / short;
  const padded = new Float64Array(rows * keys).fill(mask.type === 'bool' ? 0 : HIDDEN);
  for (let row = 0; row < rows; row++) padded.set(mask.values.subarray(row * short, (row + 1) * short), row * keys);
  return spread({ ...mask, dims: [...shape.slice(0, -1), keys], values: padded }, 'attn_mask', [
    query[0],
    query[1],
    query[2],
    keys,
  ]);
}

/** A boolean (true = attend) or additive mask as an additive one, checked to be broadcastable to `target`. */
function spread(mask: FileArray, name: string, target: Mask['dims']): Mask {
  const { values, type, dims } = mask;
  const full = [...new Array<number>(Math.max(0, 4 - dims.length)).fill(1), ...dims] as unknown as Mask['dims'];
  if (full.length !== 4 || full.some((extent, axis) => extent !== 1 && extent !== target[axis])) {
    throw new Refusal(`"${name}" of shape (${dims.join(', ')}) cannot be broadcast to (${target.join(', ')})`);
  }
  refuseEmpty(mask, `"${name}"`);
  if (type === 'bool')
    return { dims: full, values: Float32Array.from(values, (value) => (value ? 0 : HIDDEN)), boolean: true };
  const bad = values.findIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  if (bad >= 0)
    throw new Unsupported(`"${name}" holds ${values[bad]} at element ${bad}; an additive mask is finite or -Infinity`);
  return {
    dims: full,
    values: Float32Array.from(values),
    boolean: values.every((value) => value === 0 || value === HIDDEN),
  };
}

/** (batch, heads, tokens, width) as it is, or (batch, tokens, heads * width) taken apart. */
function heads(array: FileArray, name: string, count: number): Heads {
  refuseEmpty(array, name);
  const values = stored(array, name);
  if (array.dims.length === 4) return { dims: array.dims as unknown as Heads['dims'], values };
  const [batch, tokens, hidden] = array.dims;
  if (count < 1) throw new Refusal(`${name} has 3 dimensions, so q_num_heads and kv_num_heads must be given`);
  if (array.dims.length !== 3 || hidden % count !== 0) {
    throw new Refusal(`${name} of shape (${array.dims.join(', ')}) cannot be taken apart into ${count} heads`);
  }
  const width = hidden / count;
  const result = new Float32Array(values.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < tokens; t++) {
      for (let h = 0; h < count; h++) {
        const from = ((b * tokens + t) * count + h) * width;
        result.set(values.subarray(from, from + width), ((b * count + h) * tokens + t) * width);
      }
    }
  }
  return { dims: [batch, count, tokens, width], values: result };
}

/** The past's tokens, then the new ones. */
function append(past: Heads, next: Heads, pastName: string, name: string): Heads {
  const [batch, count, before, width] = past.dims;
  const after = next.dims[2];
  if (batch !== next.dims[0] || count !== next.dims[1] || width !== next.dims[3]) {
    throw new Refusal(
      `${pastName} (${past.dims.join(', ')}) and ${name} (${next.dims.join(', ')}) differ beyond their tokens`,
    );
  }
  const values = new Float32Array(past.values.length + next.values.length);
  for (let head = 0; head < batch * count; head++) {
    const start = head * (before + after) * width;
    values.set(past.values.subarray(head * before * width, (head + 1) * before * width), start);
    values.set(next.values.subarray(head * after * width, (head + 1) * after * width), start + before * width);
  }
  return { dims: [batch, count, before + after, width], values };
}

/** nonpad_kv_seqlen: how many keys of each batch count. */
function validLengths(array: FileArray | undefined, batch: number, keys: number): readonly number[] | undefined {
  if (!array) return undefined;
  const lengths = [...array.values];
  if (lengths.length !== batch) throw new Refusal(`nonpad_kv_seqlen has ${lengths.length} values for ${batch} batches`);
  const bad = lengths.find((length) => !Number.isInteger(length) || length < 0 || length > keys);
  if (bad !== undefined) throw new Refusal(`nonpad_kv_seqlen holds ${bad}, and there are ${keys} keys`);
  return lengths;
}

/** The output's place where heads lie side by side: (batch, queries, heads * width). */
function tokensFirst(route: Route, count: number, queries: number, width: number): Route {
  return {
    ...route,
    tasks: route.tasks.map((task) => ({
      ...task,
      place(index) {
        const at = task.place(index);
        const column = at % width;
        const i = Math.floor(at / width) % queries;
        const h = Math.floor(at / (width * queries)) % count;
        const b = Math.floor(at / (width * queries * count));
        return ((b * queries + i) * count + h) * width + column;
      },
    })),
  };
}
