import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '2_online',
  op: 'softmax',
  title: 'Online: two passes',
  from: [1],
  teaches:
    'Maximum and sum come from one pass over the row: whenever the running maximum rises, the sum so far shrinks. One read is saved for a second exponential in each step.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return softmaxPlan({
      problem,
      id: '2_online',
      // It rescales with every element.
      keyTile: 1,
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
