/**
 * Which kernel for which shape on which device, where nothing was measured near it: the rules behind `0_auto`.
 *
 * Those for software adapters come from measurements (docs/ATTENTION.md), those for GPUs from an
 * H200 (docs/GPU.md) and from what is published.
 */
import { BYTES } from '../../core/format.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import type { Problem } from '../../ops/types.ts';
import { choiceOf } from '../tuned.ts';
import type { Capabilities, Choice, Knobs } from '../types.ts';
import prefetch from './13_prefetch.ts';
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
  const isHalf = problem.dtype === 'f16';
  // A tile of 64 that holds 32 queries or fewer would be half empty.
  const isLarge = !device.software && queries > 32 && tiles(problem, 64) >= ENOUGH_WORKGROUPS;
  const whole = isLarge && !isHalf ? prefetched(problem, given, device) : null;
  if (whole) return whole;
  const queryTile = isLarge ? 64 : 32;
  return {
    kernel: isHalf ? '9_half_tiles' : '7_skipped_tiles',
    knobs: tileFor(problem, isHalf ? 2 : 4, device, queryTile),
  };
}

/** Workgroups, if each has so many queries of one head. */
export function tiles({ shape }: Problem, queryTile: number): number {
  const { batch, heads, queries } = attentionShape(shape);
  return Math.ceil(queries / queryTile) * heads * batch;
}

/**
 * Kernel 13 with as large a tile as fits and leaves workgroups enough. On an H200 it was as fast as kernel 7 over 1,024
 * tokens, and twice as fast over 4,096. Null where it or the device refuses, or too few tiles would be left.
 */
function prefetched(problem: Problem, given: Knobs, device: Capabilities): Choice | null {
  const { queries } = attentionShape(problem.shape);
  const choices = [128, 64]
    .filter((tile) => queries > tile / 2 && tiles(problem, tile) >= ENOUGH_WORKGROUPS)
    .map((QUERY_TILE): Choice => ({ kernel: prefetch.id, knobs: { QUERY_TILE } }));
  return choices.find((one) => choiceOf([prefetch], one, problem, given, device) !== null) ?? null;
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
function split({ shape }: Problem, { software, limits }: Capabilities): Choice {
  const { batch, heads, kvHeads, queries, keys, valueDim } = attentionShape(shape);
  const units = batch * kvHeads * Math.ceil(((heads / kvHeads) * queries) / 4);
  // On an H200, 64 parts of 64 keys took 26 us for 32 heads, 8 of keys, over 4,096 keys.
  const wanted = software ? 32 : 4 * ENOUGH_WORKGROUPS;
  const most = limits.maxComputeWorkgroupStorageSize >= ROOMY_BYTES ? 1024 : 512;
  const size = 2 ** Math.round(Math.log2((units * keys) / wanted));
  const columns = 2 ** Math.ceil(Math.log2(valueDim / 4));
  return {
    kernel: software ? '11_split_keys' : '14_key_lanes',
    knobs: {
      SPLIT: Math.min(most, Math.max(64, size)),
      WORKGROUP: Math.max(software ? 32 : 64, columns),
    },
  };
}
