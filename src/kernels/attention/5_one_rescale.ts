import type { Kernel } from '../types.ts';
import { tiledPlan, tileKnobs } from './tiled.ts';

export default {
  id: '5_one_rescale',
  op: 'attention',
  title: 'One rescaling per tile, division at the end',
  from: [4],
  teaches:
    'The lanes of a row agree on the maximum of a whole tile first: one exponential for each score, one rescaling of the output for each tile, and a single division after the last key.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: tileKnobs(4),
  plan: (problem, knobs, device) => tiledPlan(problem, knobs, device, { id: '5_one_rescale', width: 1 }),
} satisfies Kernel;
