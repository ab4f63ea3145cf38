import type { Kernel } from '../types.ts';
import { ROWS, TILE, transposePlan } from './plan.ts';

export default {
  id: '3_padded',
  op: 'transpose',
  title: 'Tiles with a padded pitch',
  from: [2],
  teaches:
    'One element more in each row of the tile moves the neighbours of a column into neighbouring banks: no lane waits for another.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [TILE, ROWS],
  plan: (problem, knobs, device) => transposePlan('3_padded', problem, knobs, device, 'TILE'),
} satisfies Kernel;
