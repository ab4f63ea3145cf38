import { choosing } from '../auto.ts';
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
import linePerLane from './19_line_per_lane.ts';
import { choose } from './choice.ts';
import { placement } from './product.ts';
import { classOf, raced, rivals } from './rivals.ts';

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
  linePerLane,
];

export default {
  id: '0_auto',
  op: 'matmul',
  title: 'The best of the others',
  teaches:
    'It has no WGSL of its own: it lets the likeliest kernels race on your own device, once for each kind of shape, and takes the fastest; without a race it takes what the rules for this kind of adapter and shape say. No kernel of the ladder is the fastest everywhere.',
  dtypes: ['f32', 'f16'],
  features: [],
  shader: 'matmul/7_from_cache.wgsl',
  knobs: placement(16),
  ...choosing({ candidates: CANDIDATES, rules: choose, classOf, rivals, raced }),
} satisfies Kernel;
