import { solutionOfBest } from '../auto.ts';
import type { Kernel } from '../types.ts';
import coalesced from './2_coalesced.ts';
import registerTile from './5_register_tile.ts';
import vectorLoads from './6_vector_loads.ts';
import fromCache from './7_from_cache.ts';
import prefetch from './8_prefetch.ts';
import splitK from './9_split_k.ts';
import subgroupBroadcast from './10_subgroup_broadcast.ts';
import quadExchange from './11_quad_exchange.ts';
import matrixVector from './12_matrix_vector.ts';
import swizzled from './13_swizzled.ts';
import packed from './16_packed.ts';
import unrolled from './17_unrolled.ts';
import matricesStaged from './18_matrices_staged.ts';
import { choose } from './choice.ts';
import { placement } from './product.ts';

/** All that may win: right for every shape, with sums in f32, and run by the tests. */
const CANDIDATES: readonly Kernel[] = [
  coalesced,
  registerTile,
  vectorLoads,
  fromCache,
  prefetch,
  splitK,
  subgroupBroadcast,
  quadExchange,
  matrixVector,
  swizzled,
  packed,
  unrolled,
  matricesStaged,
];

export default {
  id: '0_auto',
  op: 'matmul',
  title: 'The best of the others',
  teaches:
    'It has no WGSL of its own: it takes the kernel and the knobs that were measured fastest near this shape on this adapter, or else what the rules for its kind of adapter and shape say. No kernel of the ladder is the fastest everywhere.',
  dtypes: ['f32', 'f16'],
  features: [],
  shader: 'matmul/7_from_cache.wgsl',
  knobs: placement(16),
  plan: (problem, knobs, device) => solutionOfBest(CANDIDATES, problem, knobs, device, choose),
} satisfies Kernel;
