import { workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { rowSumPlan } from './plan.ts';

export default {
  id: '1_lane_a_row',
  op: 'row-sum',
  title: 'One lane for each row',
  teaches:
    'A loop adds up one row. Neighbouring lanes read a whole row apart, and few rows leave most of the device idle.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan: (problem, knobs, device) =>
    rowSumPlan(
      { id: '1_lane_a_row', rowsOf: (workgroup) => workgroup, lane: (row, workgroup) => row % workgroup },
      problem,
      knobs,
      device,
    ),
} satisfies Kernel;
