import { choosing } from '../auto.ts';
import type { Kernel } from '../types.ts';
import threePasses from './1_three_passes.ts';
import oneRescale from './5_one_rescale.ts';
import vectorLoads from './6_vector_loads.ts';
import skippedTiles from './7_skipped_tiles.ts';
import subgroups from './8_subgroups.ts';
import halfTiles from './9_half_tiles.ts';
import splitKeys from './11_split_keys.ts';
import prefetch from './13_prefetch.ts';
import keyLanes from './14_key_lanes.ts';
import splitTiles from './15_split_tiles.ts';
import { choose } from './choice.ts';
import { placement } from './knobs.ts';
import { classOf, raced, rivals } from './rivals.ts';

/** All that may win: right for every shape, and run by the tests. */
const CANDIDATES: readonly Kernel[] = [
  threePasses,
  oneRescale,
  vectorLoads,
  skippedTiles,
  subgroups,
  halfTiles,
  splitKeys,
  prefetch,
  keyLanes,
  splitTiles,
];

export default {
  id: '0_auto',
  op: 'attention',
  title: 'The best of the others',
  teaches:
    'It has no WGSL of its own: it lets the likeliest kernels race on your own device, once for each kind of shape, and takes the fastest; without a race it takes what the rules for this kind of adapter and shape say. Prefill and decoding seldom have the same fastest kernel.',
  dtypes: ['f32', 'f16'],
  features: [],
  shader: 'attention/7_skipped_tiles.wgsl',
  knobs: placement(16),
  ...choosing({ candidates: CANDIDATES, rules: choose, classOf, rivals, raced }),
} satisfies Kernel;
