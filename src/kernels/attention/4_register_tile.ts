import type { Kernel } from '../types.ts';
import { tiledPlan, tileKnobs } from './tiled.ts';

export default {
  id: '4_register_tile',
  op: 'attention',
  title: 'Four queries by four keys in registers',
  from: [3],
  teaches:
    'Each lane computes a tile of 4 queries by 4 keys, so that 8 loads feed 16 multiply-adds. The scores meet in workgroup memory; the softmax still goes key by key, and every lane of a row repeats it.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: tileKnobs(4),
  plan: (problem, knobs, device) => {
    // Scores meet in tiles, but it rescales with every key.
    return tiledPlan(problem, knobs, device, { id: '4_register_tile', width: 1, eachKey: true });
  },
} satisfies Kernel;
