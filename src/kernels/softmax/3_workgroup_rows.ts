import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '3_workgroup_rows',
  op: 'softmax',
  title: 'A workgroup for each row',
  from: [2],
  teaches:
    'Neighbouring lanes read neighbouring elements, and one long row keeps a whole workgroup busy. Maxima and sums of two lanes merge as two tiles would, halves with halves.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return softmaxPlan({
      problem,
      id: '3_workgroup_rows',
      // Each lane rescales with every element of its own.
      keyTile: 1,
      passes: [
        {
          entry: 'softmax',
          workgroups: fold(problem.shape.rows, device),
          workgroupSize: [size, 1, 1],
          overrides: { WORKGROUP: size },
        },
      ],
      lane: (_row, column) => column % size,
    });
  },
} satisfies Kernel;
