import { workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { rowSumPlan } from './plan.ts';

export default {
  id: '2_workgroup_tree',
  op: 'row-sum',
  title: 'A workgroup for each row',
  from: [1],
  teaches:
    'Neighbours read neighbours, and one row keeps a workgroup busy. Partial sums meet in a tree with a barrier at each of its levels.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan: (problem, knobs, device) =>
    rowSumPlan({ id: '2_workgroup_tree', rowsOf: () => 1, lane: () => 0 }, problem, knobs, device),
} satisfies Kernel;
