import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '1_three_looks',
  op: 'softmax',
  title: 'Three passes over each row',
  teaches:
    'One invocation for each row: find the maximum, add up the exponentials, divide. The row is read three times, every exponential is computed twice, and neighbouring lanes read addresses a whole row apart.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return softmaxPlan({
      problem,
      id: '1_three_looks',
      keyTile: problem.shape.columns,
      passes: [
        {
          entry: 'softmax',
          workgroups: fold(Math.ceil(problem.shape.rows / size), device),
          workgroupSize: [size, 1, 1],
          overrides: { WORKGROUP: size },
        },
      ],
      lane: (row) => row % size,
    });
  },
} satisfies Kernel;
