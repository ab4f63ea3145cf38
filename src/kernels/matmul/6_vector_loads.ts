import type { Kernel } from '../types.ts';
import { productPlan } from './product.ts';
import { staged, stagedKnobs } from './staged.ts';

export default {
  id: '6_vector_loads',
  op: 'matmul',
  title: 'Vector loads and stores',
  from: [5],
  teaches:
    'Everything moves as vec4: a quarter of the instructions for the same bytes. Tiles are filled in blocks of 4 x 4, and the register tile is an outer product whose sums are indexed by constants, so that no compiler has to unroll a loop to keep them in registers.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: stagedKnobs,
  plan: (problem, knobs) => productPlan({ ...staged(problem, knobs), id: '6_vector_loads' }),
} satisfies Kernel;
