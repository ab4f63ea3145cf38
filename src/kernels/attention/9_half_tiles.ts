import type { Kernel } from '../types.ts';
import { tiledPlan, tileKnobs } from './tiled.ts';

export default {
  id: '9_half_tiles',
  op: 'attention',
  title: 'Tiles in f16, sums in f32',
  from: [7],
  teaches:
    'Keys and values stored as f16 stay so in workgroup memory and become f32 only in the register that multiplies them: half the bytes and room for twice the tile, while products and sums keep the precision and the range of f32.',
  dtypes: ['f16'],
  features: [],
  knobs: tileKnobs(8),
  plan: (problem, knobs, device) => tiledPlan(problem, knobs, device, { id: '9_half_tiles', width: 4 }),
} satisfies Kernel;
