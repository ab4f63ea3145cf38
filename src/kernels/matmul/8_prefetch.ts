import type { Kernel } from '../types.ts';
import { productPlan } from './product.ts';
import { oneBlockEach, staged, stagedKnobs } from './staged.ts';

export default {
  id: '8_prefetch',
  op: 'matmul',
  title: 'Prefetch of the next tile',
  from: [6],
  teaches:
    'Each lane asks for its block of the next tile before it computes with this one, so that the loads are under way meanwhile. Two sets of tiles take turns: one barrier per step, for twice the workgroup memory and 16 registers.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: stagedKnobs,
  plan: (problem, knobs) => productPlan({ ...oneBlockEach(staged(problem, knobs)), id: '8_prefetch' }),
} satisfies Kernel;
