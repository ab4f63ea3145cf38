import type { Kernel } from '../types.ts';
import { ROWS, TILE, transposePlan } from './plan.ts';

export default {
  id: '2_tiles',
  op: 'transpose',
  title: 'Tiles turned in workgroup memory',
  from: [1],
  teaches:
    'A tile is read along rows of x and written along rows of y, and both sides touch whole sectors. Lanes that read a column of the tile wait for one bank.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [TILE, ROWS],
  plan: (problem, knobs, device) => transposePlan('2_tiles', problem, knobs, device, 'TILE'),
} satisfies Kernel;
