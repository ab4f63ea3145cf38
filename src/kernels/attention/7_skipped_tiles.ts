import type { Kernel } from '../types.ts';
import { tiledPlan, tileKnobs } from './tiled.ts';

export default {
  id: '7_skipped_tiles',
  op: 'attention',
  title: 'Hidden tiles skipped',
  from: [6],
  teaches:
    'Causality hides half of all tiles as a whole, a window nearly all. They are not computed and masked but never visited; only tiles on the diagonal still ask for each key.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: tileKnobs(16),
  plan: (problem, knobs, device) => tiledPlan(problem, knobs, device, { id: '7_skipped_tiles', width: 4 }),
} satisfies Kernel;
