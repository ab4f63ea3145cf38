import { workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { copyPlan } from './plan.ts';

export default {
  id: '2_vector_loads',
  op: 'copy',
  title: 'Four elements as one vector',
  from: [1],
  teaches:
    'A quarter of the instructions and of the requests move the same bytes. It gains where instructions were the limit, and nothing where memory is.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan: (problem, knobs, device) => copyPlan('2_vector_loads', problem, knobs, device, 4),
} satisfies Kernel;
