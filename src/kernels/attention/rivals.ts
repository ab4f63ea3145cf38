/** What races for `0_auto` of attention: which kernels with which knobs, and which problems share an outcome. */
import { attentionShape } from '../../ops/attention-shape.ts';
import type { Problem, Shape } from '../../ops/types.ts';
import type { Capabilities, Choice, Knobs } from '../types.ts';
import { takesVectors, tiles } from './choice.ts';

/** Numbers of tokens from 2^11 on are one class, and so are numbers of heads from 2^5 on. */
const MOST_TOKENS = 11;
const MOST_HEADS = 5;
/** Fewer tokens than this say nothing about many. */
const LEAST_TOKENS = 128;

/**
 * "heads3/3 queries10 keys10 dim6/6 causal, heads, vec4": sizes to the nearest power of two, and how the data lie. So many
 * tiles of queries that their keys need no splitting are a class of their own, since other kernels race there.
 */
export function classOf(problem: Problem, given: Knobs): string {
  const { batch, heads, kvHeads, queries, keys, dim, valueDim } = attentionShape(problem.shape);
  const { causal, window } = problem.shape;
  const log = (size: number, most: number): number => Math.min(most, Math.round(Math.log2(Math.max(1, size))));
  const rows = `heads${log(batch * heads, MOST_HEADS)}/${log(batch * kvHeads, MOST_HEADS)}`;
  const tokens = `queries${log(queries, MOST_TOKENS)} keys${log(keys, MOST_TOKENS)}`;
  const hidden = `${causal ? ' causal' : ''}${window ? ' window' : ''}`;
  const loads = takesVectors(problem, given) ? 'vec4' : 'single';
  const many = hasFewTiles(problem) ? '' : ' many';
  return `${rows} ${tokens}${many} dim${log(dim, 10)}/${log(valueDim, 10)}${hidden}, ${given.layout}, ${loads}`;
}

/** Fewer sequences first, then half of the longer one of queries and keys at a time. */
export function raced({ shape }: Problem, mostOperations: number): Shape {
  const { heads, dim, valueDim, causal, ...tokens } = attentionShape(shape);
  let { batch, queries, keys } = tokens;
  const operations = (): number => (2 * batch * heads * queries * keys * (dim + valueDim)) / (causal ? 2 : 1);
  while (operations() > mostOperations && Math.max(queries, keys) > LEAST_TOKENS) {
    if (batch > 1) batch = Math.ceil(batch / 2);
    else if (queries >= keys) queries = Math.ceil(queries / 2);
    else keys = Math.ceil(keys / 2);
  }
  return { ...shape, batch, queries, keys: shape.keys === 0 && keys === queries ? 0 : keys };
}

export function rivals(problem: Problem, given: Knobs, device: Capabilities): readonly Choice[] {
  const { queries, heads, kvHeads, keys } = attentionShape(problem.shape);
  if (!takesVectors(problem, given)) {
    return [
      { kernel: '5_one_rescale', knobs: { QUERY_TILE: 16, KEY_TILE: 16 } },
      { kernel: '5_one_rescale', knobs: { QUERY_TILE: 32, KEY_TILE: 32 } },
      { kernel: '1_three_passes', knobs: {} },
    ];
  }
  const isDecoding = (queries * heads) / kvHeads <= 16 && keys > 16;
  return isDecoding ? decoding(device) : prefill(problem, device);
}

/** Many small parts of the keys to few large ones. Lanes side by side read whole lines, which a processor has no use for. */
function decoding({ software }: Capabilities): readonly Choice[] {
  const own = (SPLIT: number): Choice => ({ kernel: '11_split_keys', knobs: { SPLIT, WORKGROUP: software ? 32 : 64 } });
  const shared = (SPLIT: number): Choice => ({ kernel: '14_key_lanes', knobs: { SPLIT, WORKGROUP: 64 } });
  return software
    ? [64, 256, 1024].map(own)
    : [...[64, 128, 256].map(shared), { kernel: '14_key_lanes', knobs: { SPLIT: 256, WORKGROUP: 256 } }, own(256)];
}

function prefill(problem: Problem, device: Capabilities): readonly Choice[] {
  const subgroups = [4, 8].map((LANES) => ({ kernel: '8_subgroups', knobs: { LANES, WORKGROUP: 8 } }));
  const skipped = [
    { kernel: '7_skipped_tiles', knobs: { QUERY_TILE: 32, KEY_TILE: 32 } },
    { kernel: '7_skipped_tiles', knobs: { QUERY_TILE: 64, KEY_TILE: 32 } },
    { kernel: '7_skipped_tiles', knobs: { QUERY_TILE: 16, KEY_TILE: 16 } },
  ];
  const half = problem.dtype === 'f16' ? [{ kernel: '9_half_tiles', knobs: {} }] : [];
  if (device.software) return [...subgroups, ...half, ...skipped];
  const prefetched = [64, 128, 32].map((QUERY_TILE) => ({ kernel: '13_prefetch', knobs: { QUERY_TILE } }));
  return [...splitTiles(problem), ...prefetched, ...half, ...skipped, ...subgroups];
}

/** Tiles of 64 queries with which the largest GPUs still have multiprocessors to spare. */
const FEW_TILES = 1024;

/** Where tiles of queries are few: the keys in four, two and eight parts of 64 keys at least. */
function splitTiles(problem: Problem): readonly Choice[] {
  if (!hasFewTiles(problem)) return [];
  const { keys } = attentionShape(problem.shape);
  return [4, 2, 8]
    .filter((PARTS) => keys >= 64 * PARTS)
    .map((PARTS) => ({ kernel: '15_split_tiles', knobs: { QUERY_TILE: 64, PARTS } }));
}

function hasFewTiles(problem: Problem): boolean {
  return tiles(problem, 64) < FEW_TILES;
}
