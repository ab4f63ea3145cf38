import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '4_vector_loads',
  op: 'softmax',
  title: 'Vector loads',
  from: [3],
  teaches:
    'Four elements are read and merged at once: one maximum, one rescaling, and four exponentials that do not wait for one another.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return softmaxPlan({
      problem,
      id: '4_vector_loads',
      // Each lane rescales with every vector of its own.
      keyTile: 4,
      width: 4,
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
