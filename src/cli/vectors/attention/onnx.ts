/**
 * Attention as ONNX defines it (opset 23 to 25), in terms of our `attention`.
 *
 * ONNX (onnx/defs/nn/defs.cc, onnx/reference/ops/op_attention.py): scores = scale Q K^T, softcap, then the bias of mask,
 * causality, window and padding, then the softmax; a row with nothing visible gives zeros. Causal: key j is visible to
 * query i where j <= i + offset, the offset being the length of the past, or nonpad_kv_seqlen[b] - queries for a cache
 * kept outside, or 0. Heads share keys in consecutive groups.
 */
import { Refusal } from '../../../core/errors.ts';
import type { FileArray, ValueType } from '../../formats/array.ts';
import type { Route } from '../case.ts';
import type { Bound, Built, Operator } from '../form.ts';
import { append, type Heads, heads } from './heads.ts';
import { additiveMask, type Mask } from './mask.ts';
import { attentionRoute, problemOf } from './problem.ts';
import { scoresOutput } from './scores.ts';

/** TensorProto.DataType of a softmax that is coarser than float32. */
const COARSE_SOFTMAX: Readonly<Record<number, ValueType>> = { 10: 'f16', 16: 'bf16' };

export const onnxAttention: Operator = {
  attributes: [
    'is_causal',
    'kv_num_heads',
    'local_window_size',
    'q_num_heads',
    'qk_matmul_output_mode',
    'scale',
    'softcap',
    'softmax_precision',
  ],
  build,
};

function build(bound: Bound): Built {
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
  const [heads_, width] = [query.dims[1], value.dims[3]];
  const built = attentionRoute(problem);
  const coarse = COARSE_SOFTMAX[bound.number('softmax_precision', 1)];
  return {
    outputs: [rank === 4 ? [batch, heads_, queries, width] : [batch, queries, heads_ * width]],
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
  const padded = new Float64Array(rows * keys).fill(mask.type === 'bool' ? 0 : Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) padded.set(mask.values.subarray(row * short, (row + 1) * short), row * keys);
  return additiveMask({ ...mask, dims: [...shape.slice(0, -1), keys], values: padded }, 'attn_mask', [
    query[0],
    query[1],
    query[2],
    keys,
  ]);
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
