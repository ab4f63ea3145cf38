import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '5_subgroups',
  op: 'softmax',
  title: 'Subgroups merge in registers',
  from: [4],
  teaches:
    'The lanes of a subgroup agree on a maximum and add their sums without workgroup memory; a single barrier is left. How many lanes a subgroup has is up to the device, so the kernel never counts on it.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [workgroupKnob(64)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return softmaxPlan({
      problem,
      id: '5_subgroups',
      // Each lane rescales with every vector of its own.
      keyTile: 4,
      width: 4,
      features: ['subgroups'],
      passes: [
        {
          entry: 'softmax',
          workgroups: fold(problem.shape.rows, device),
          workgroupSize: [size, 1, 1],
          overrides: { WORKGROUP: size },
        },
      ],
      lane: (_row, column) => Math.floor(column / 4) % size,
    });
  },
} satisfies Kernel;
