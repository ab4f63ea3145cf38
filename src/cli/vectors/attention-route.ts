/** An attention problem with given tensors as problems of our `attention`. */
import { Unsupported } from '../formats/unsupported.ts';
import type { Route, Task } from './case.ts';

/** An additive mask with extents that are 1 where it is the same for all; -Infinity hides a key. */
export interface Mask {
  readonly dims: readonly [batch: number, heads: number, queries: number, keys: number];
  readonly values: Float32Array;
  /** Nothing but 0 and -Infinity. */
  readonly boolean: boolean;
}

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

/** One problem; one for each batch where batches have lengths, and with them causal offsets, of their own. */
export function attentionRoute(problem: AttentionProblem): Route {
  const { batch, scale, lengths } = problem;
  if (!(scale > 0)) throw new Unsupported(`a scale of ${scale}; it must be above 0`);
  if (!lengths) return { op: 'attention', tasks: [task(problem, 0, batch, problem.offset, undefined)] };
  const tasks = lengths.map((length, b) => task(problem, b, 1, length - problem.queries, length));
  return { op: 'attention', tasks };
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
  const own = mask && spread(mask, first, batch, keys);
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

/** The mask of some batches, its last dimension written out: the operation shares batches, heads and rows only. */
function spread(mask: Mask, first: number, batch: number, keys: number): Mask {
  const [batches, heads, rows, columns] = mask.dims;
  const kept = batches === 1 ? 1 : batch;
  const start = (batches === 1 ? 0 : first) * heads * rows;
  const values = new Float32Array(kept * heads * rows * keys);
  for (let row = 0; row < kept * heads * rows; row++) {
    const from = (start + row) * columns;
    for (let j = 0; j < keys; j++) values[row * keys + j] = mask.values[from + (columns === 1 ? 0 : j)];
  }
  return { dims: [kept, heads, rows, keys], values, boolean: mask.boolean };
}
