import type { Kernel } from '../types.ts';
import { tiledPlan, tileKnobs } from './tiled.ts';

export default {
  id: '6_vector_loads',
  op: 'attention',
  title: 'Vector loads',
  from: [5],
  teaches:
    'Keys, values and queries are loaded and kept as vectors of four, and 4 queries by 4 keys by 4 elements are one product of 4x4 matrices: a quarter of the loads for the same bytes.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: tileKnobs(16),
  plan: (problem, knobs, device) => tiledPlan(problem, knobs, device, { id: '6_vector_loads', width: 4 }),
} satisfies Kernel;
