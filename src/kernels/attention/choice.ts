/**
 * Which kernel for which shape on which device, where nothing was measured near it: the rules behind `0_auto`.
 *
 * Those for software adapters come from measurements (docs/ATTENTION.md), those for GPUs from an
 * H200 (docs/GPU.md) and from what is published.
 */
import { BYTES } from '../../core/format.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import type { Problem } from '../../ops/types.ts';
import type { Capabilities, Choice, Knobs } from '../types.ts';
import { MOST_DIM } from './plan.ts';

/** Up to this many rows share each key head in decoding: fewer than a tile of queries would hold. */
const FEW_ROWS = 16;
/** Workgroups that keep a GPU of middling size busy. */
const ENOUGH_WORKGROUPS = 128;
/** Workgroup memory beyond the guaranteed 16 KiB, as most GPUs have it. */
const ROOMY_BYTES = 32_768;

/** `given` says how the data lie. */
export function choose(problem: Problem, given: Knobs, device: Capabilities): Choice {
  const { queries, heads, kvHeads, keys, dim, valueDim } = attentionShape(problem.shape);
  const isVector = takesVectors(problem, given);
  if (Math.max(dim, valueDim) > MOST_DIM) return { kernel: '1_three_passes', knobs: {} };
  if (!isVector) return { kernel: '5_one_rescale', knobs: tileFor(problem, 4, device, 32) };
  if ((queries * heads) / kvHeads <= FEW_ROWS && keys > FEW_ROWS) return split(problem, device);
  if (device.software && device.features.has('subgroups')) {
    const lanes = device.subgroupMinSize >= 8 ? 8 : 4;
    return { kernel: '8_subgroups', knobs: { LANES: lanes, WORKGROUP: 8 } };
  }
  const tiles = Math.ceil(queries / 64) * heads * problem.shape.batch;
  const queryTile = !device.software && tiles >= ENOUGH_WORKGROUPS ? 64 : 32;
  const isHalf = problem.dtype === 'f16';
  return {
    kernel: isHalf ? '9_half_tiles' : '7_skipped_tiles',
    knobs: tileFor(problem, isHalf ? 2 : 4, device, queryTile),
  };
}

/** Whether offset and pitch are whole vec4s. */
export function takesVectors({ dtype }: Problem, given: Knobs): boolean {
  const bytes = 4 * BYTES[dtype];
  return Number(given.offset) % bytes === 0 && Number(given.pitch) % bytes === 0;
}

/** The widest tile of keys whose rows fit: they are most of what kernels 4 to 9 keep in workgroup memory. */
function tileFor({ shape }: Problem, bytes: number, device: Capabilities, queryTile: number): Knobs {
  const { dim, valueDim } = attentionShape(shape);
  const memory = device.limits.maxComputeWorkgroupStorageSize;
  const row = (Math.max(dim, valueDim) + 4) * bytes;
  for (const keyTile of [32, 16, 8]) {
    for (const queries of [queryTile, 32, 16]) {
      if (queries <= queryTile && keyTile * (row + 5 * queries) <= memory) {
        return { KEY_TILE: keyTile, QUERY_TILE: queries };
      }
    }
  }
  return { KEY_TILE: 8, QUERY_TILE: 8 };
}

/** Parts so small that there are workgroups enough, and no smaller: each one more has to be merged. */
function split({ shape }: Problem, device: Capabilities): Choice {
  const { batch, heads, kvHeads, queries, keys, valueDim } = attentionShape(shape);
  const units = batch * kvHeads * Math.ceil(((heads / kvHeads) * queries) / 4);
  // On an H200, 16 parts of 256 keys took 33 us for 32 heads over 4,096 keys, 64 parts of 64 took 84: merging costs, too.
  const wanted = device.software ? 32 : ENOUGH_WORKGROUPS;
  const most = device.limits.maxComputeWorkgroupStorageSize >= ROOMY_BYTES ? 1024 : 512;
  const size = 2 ** Math.round(Math.log2((units * keys) / wanted));
  const columns = 2 ** Math.ceil(Math.log2(valueDim / 4));
  return {
    kernel: '11_split_keys',
    knobs: {
      SPLIT: Math.min(most, Math.max(64, size)),
      WORKGROUP: Math.max(device.software ? 32 : 64, columns),
    },
  };
}
