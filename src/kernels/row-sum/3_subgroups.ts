import { workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { rowSumPlan } from './plan.ts';

export default {
  id: '3_subgroups',
  op: 'row-sum',
  title: 'Subgroups add in registers',
  from: [2],
  teaches:
    'One instruction adds up a subgroup, whatever its size, and a single barrier is left for the sums of the subgroups.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [workgroupKnob(64)],
  plan: (problem, knobs, device) =>
    rowSumPlan({ id: '3_subgroups', rowsOf: () => 1, features: ['subgroups'], lane: () => 0 }, problem, knobs, device),
} satisfies Kernel;
