/** An attention problem with given tensors, as problems of our `attention`. */
import { Refusal } from '../../../core/errors.ts';
import { Unsupported } from '../../formats/unsupported.ts';
import type { Route, Task } from '../case.ts';
import type { Heads } from './heads.ts';
import { type Mask, maskOf } from './mask.ts';

/** Dense tensors, heads first, and what hides a key. */
export interface AttentionProblem {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly dim: number;
  readonly valueDim: number;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly mask: Mask | undefined;
  /** Keys of each batch that count; then the causal offset of batch b is lengths[b] - queries, and `offset` is unused. */
  readonly lengths: readonly number[] | undefined;
  readonly causal: boolean;
  readonly offset: number;
  /** 0 where there is none. */
  readonly window: number;
  /** 0 where there is none. */
  readonly softcap: number;
  readonly scale: number;
}

type Options = 'mask' | 'lengths' | 'causal' | 'offset' | 'window' | 'softcap' | 'scale';

export interface Parts extends Pick<AttentionProblem, Options> {
  readonly query: Heads;
  readonly key: Heads;
  readonly value: Heads;
}

/** Throws a `Refusal` where the tensors do not fit together. */
export function problemOf({ query, key, value, ...rest }: Parts): AttentionProblem {
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

/** One problem; one for each batch where batches have lengths, and with them causal offsets, of their own. */
export function attentionRoute(problem: AttentionProblem): Route {
  const { batch, scale, lengths } = problem;
  if (!(scale > 0)) throw new Unsupported(`a scale of ${scale}; it must be above 0`);
  const route = { op: 'attention', writes: ['o'] };
  if (!lengths) return { ...route, tasks: [task(problem, 0, batch, problem.offset, undefined)] };
  return { ...route, tasks: lengths.map((length, b) => task(problem, b, 1, length - problem.queries, length)) };
}

/** Batches `first` to `first + batch` of a problem. */
function task(
  problem: AttentionProblem,
  first: number,
  batch: number,
  offset: number,
  length: number | undefined,
): Task {
  const { heads, kvHeads, queries, keys, dim, valueDim, causal, window, softcap, scale, mask } = problem;
  const slice = (values: Float32Array, size: number): Float32Array =>
    values.subarray(first * size, (first + batch) * size);
  const place = (index: number): number => first * heads * queries * valueDim + index;
  const own = mask && maskOf(mask, first, batch, keys);
  const shape = {
    batch,
    heads,
    kvHeads,
    queries,
    keys,
    dim,
    valueDim,
    causal: causal ? 1 : 0,
    shift: offset - (keys - queries),
    window,
    softcap,
    scale,
    mask: own ? (own.boolean ? 1 : 2) : 0,
    maskBatch: own && own.dims[0] > 1 ? 1 : 0,
    maskHeads: own && own.dims[1] > 1 ? 1 : 0,
    maskRow: own && own.dims[2] === 1 ? 1 : 0,
    ragged: length === undefined ? 0 : 1,
  };
  const tensors = {
    q: slice(problem.q, heads * queries * dim),
    k: slice(problem.k, kvHeads * keys * dim),
    v: slice(problem.v, kvHeads * keys * valueDim),
    ...(own ? { mask: own.boolean ? own.values.map((value) => (value === 0 ? 1 : 0)) : own.values } : {}),
    ...(length === undefined ? {} : { lengths: Float32Array.of(length) }),
  };
  return { shape, tensors, place };
}
