import type { Kernel } from '../types.ts';
import { ROWS, TILE, transposePlan } from './plan.ts';

export default {
  id: '1_naive',
  op: 'transpose',
  title: 'Each lane moves one element',
  teaches:
    'Reads run along a row of x, writes along a column of y, each in a row of its own: a request writes as many sectors as it has lanes.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [TILE, ROWS],
  plan: (problem, knobs, device) => transposePlan('1_naive', problem, knobs, device, 'ROWS'),
} satisfies Kernel;
