/**
 * Which kernel for which shape on which device, where nothing was measured near it: the rules behind `0_auto`.
 *
 * Those for software adapters come from measurements (docs/MATMUL.md), those for GPUs from an
 * H200 (docs/GPU.md) and from what is published.
 */
import { BYTES } from '../../core/format.ts';
import type { Problem } from '../../ops/types.ts';
import { SUBGROUP_MATRICES } from '../matrices.ts';
import type { Capabilities, Choice, Knobs } from '../types.ts';

/** Workgroups that keep a GPU of middling size busy. */
const ENOUGH_WORKGROUPS = 128;

/** `given` says how the data lie. */
export function choose(problem: Problem, given: Knobs, device: Capabilities): Choice {
  const { m, n } = problem.shape;
  if (!takesVectors(problem, given)) {
    // Loops over an array of sums are slow where the driver does not unroll them.
    return { kernel: device.software ? '2_coalesced' : '5_register_tile', knobs: {} };
  }
  const isVector = m === 1 || (n === 1 && m > 1);
  if (device.software) return isVector ? softwareVector(problem, given, device) : software(problem, device);
  return isVector ? gpuVector(problem, given) : gpu(problem, device);
}

/** Whether offset and pitch are whole vec4s. */
export function takesVectors({ dtype }: Problem, given: Knobs): boolean {
  const bytes = 4 * BYTES[dtype];
  return Number(given.offset) % bytes === 0 && Number(given.pitch) % bytes === 0;
}

/** Every lane's load is dear and a barrier dearer: large tiles in registers, loads shared by exchange between lanes. */
function software(problem: Problem, device: Capabilities): Choice {
  const { m, n } = problem.shape;
  if (!device.features.has('subgroups')) {
    const WX = lanesAcross(n, 8, 8);
    return { kernel: '7_from_cache', knobs: { WX, WY: 8 / WX } };
  }
  if (packingPays(problem, device)) return { kernel: '16_packed', knobs: { WORKGROUP: 8 } };
  if (device.subgroupMinSize >= 8) {
    // f16 takes lavapipe's compiler much longer, and gains nothing from more than 16 rows.
    const most = problem.dtype === 'f16' ? 2 : 4;
    return { kernel: '10_subgroup_broadcast', knobs: { WORKGROUP: 8, GROUPS: Math.min(most, Math.ceil(m / 8)) } };
  }
  return {
    kernel: '11_quad_exchange',
    knobs: { WORKGROUP: 4, GROUPS: Math.min(4, Math.ceil(m / 4)), COLUMNS: n > 16 ? 8 : 4 },
  };
}

/**
 * The copy costs as much as some 17 multiply-adds for each element of A and B. It is won back where rows of B are so
 * far apart that reading them in place misses the caches, or where there is much reuse.
 */
function packingPays({ shape: { m, n, k } }: Problem, { limits }: Capabilities): boolean {
  const fits = 4 * (Math.max(m, n) + 32) * (k + 3) <= limits.maxStorageBufferBindingSize;
  const least = Math.min(m, n);
  return fits && k >= 256 && (least >= 768 || (least >= 64 && n >= 1536));
}

/** So many lines of 16 columns give every core of a processor some to walk down. */
const ENOUGH_LINES = 32;

/**
 * Where the columns of the matrix lie together, one subgroup along each of them. Where its rows do, a cache line of each
 * for a lane; where that leaves too few lanes, narrow stretches of each row, with k split among as many workgroups.
 */
function softwareVector({ shape: { m, n, k } }: Problem, given: Knobs, device: Capabilities): Choice {
  const byColumn = m === 1 ? given.layoutB === 'column' : given.layoutA === 'row';
  if (byColumn) return { kernel: '12_matrix_vector', knobs: { WX: 8, WY: 8 } };
  const outputs = Math.max(m, n);
  if (outputs >= 16 * ENOUGH_LINES) {
    // Two rows at once hide more of a wait, where the registers hold them.
    return { kernel: '19_line_per_lane', knobs: { ROWS: device.subgroupMinSize < 8 ? 2 : 1 } };
  }
  const WX = lanesAcross(outputs, 4, 8);
  const wanted = Math.max(1, Math.min(k / 32, ENOUGH_LINES / Math.ceil(outputs / (4 * WX))));
  return { kernel: '12_matrix_vector', knobs: { WX, WY: 1, SPLITS: 2 ** Math.floor(Math.log2(wanted)) } };
}

/**
 * Where the rows of the matrix lie together, wide stretches of them, with k split until there are workgroups enough. At
 * 4,096 x 4,096 on an H200: 8 ranges 21.5 us, 16 ranges 21.8, 32 ranges 25 to 34, the defaults without ranges 64.
 */
function gpuVector({ shape: { m, n, k } }: Problem, given: Knobs): Choice {
  const byColumn = m === 1 ? given.layoutB === 'column' : given.layoutA === 'row';
  if (byColumn) return { kernel: '12_matrix_vector', knobs: {} };
  const across = Math.ceil(Math.max(m, n) / (4 * 32));
  const wanted = Math.max(1, Math.min(k / 128, 32, (2 * ENOUGH_WORKGROUPS) / across));
  return { kernel: '12_matrix_vector', knobs: { WX: 32, WY: 8, SPLITS: 2 ** Math.floor(Math.log2(wanted)) } };
}

/** Workgroup memory is fast and lanes are many: staged tiles, as large as still leaves every compute unit one. */
function gpu({ dtype, shape: { m, n, k } }: Problem, device: Capabilities): Choice {
  const tiles = (side: number): number => Math.ceil(m / side) * Math.ceil(n / side);
  const memory = device.limits.maxComputeWorkgroupStorageSize;
  if (tiles(32) < ENOUGH_WORKGROUPS / 2 && k >= 512) {
    const wanted = Math.min(ENOUGH_WORKGROUPS / tiles(32), k / 128, 64);
    return { kernel: '9_split_k', knobs: { SPLITS: 2 ** Math.max(1, Math.floor(Math.log2(wanted))) } };
  }
  // Units that multiply whole blocks win by so much that a part of them is enough.
  if (dtype === 'f16' && tiles(128) >= ENOUGH_WORKGROUPS / 8 && multipliesBlocks(device))
    return { kernel: '18_matrices_staged', knobs: {} };
  if (tiles(128) >= ENOUGH_WORKGROUPS) return { kernel: '17_unrolled', knobs: {} };
  // 64 x 64 x 16 takes 17,408 bytes.
  return { kernel: '8_prefetch', knobs: { TILE_K: memory < 17_408 ? 8 : 16 } };
}

/** Whether kernel 18 runs with its defaults: 24,576 bytes, four rows of as many lanes as a subgroup may have. */
function multipliesBlocks({ features, limits, subgroupMatrices, subgroupMaxSize }: Capabilities): boolean {
  return (
    SUBGROUP_MATRICES.every((feature) => features.has(feature)) &&
    subgroupMatrices.includes('f16:f32:16x16x16') &&
    limits.maxComputeWorkgroupStorageSize >= 24_576 &&
    limits.maxComputeInvocationsPerWorkgroup >= 4 * subgroupMaxSize
  );
}

/** Lanes along a row, a power of two: as many as `columns` each leave work for, at most `most`. */
function lanesAcross(n: number, columns: number, most: number): number {
  return Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, n / columns))));
}
