import { workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { copyPlan } from './plan.ts';

export default {
  id: '1_scalar',
  op: 'copy',
  title: 'One element for each invocation',
  teaches:
    'A load and a store, neighbours beside neighbours. No request touches a sector that it does not use, and memory is all that a copy waits for.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan: (problem, knobs, device) => copyPlan('1_scalar', problem, knobs, device, 1),
} satisfies Kernel;
