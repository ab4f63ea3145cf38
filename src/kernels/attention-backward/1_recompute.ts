import { attentionShape } from '../../ops/attention-shape.ts';
import { number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { backwardPlan } from './plan.ts';

export default {
  id: '1_recompute',
  op: 'attention-backward',
  title: 'Probabilities computed again',
  teaches:
    'Two numbers for each row, its maximum and its sum, are enough to make each score a probability again; nothing of size queries x keys is kept. One invocation sums the gradients of one key, another those of one query: the pairs are computed three times over, but no two invocations add to the same number.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(32, [1, 2, 4, 8, 16, 32, 64, 128, 256])],
  plan(problem, knobs, device) {
    const { dim, valueDim } = attentionShape(problem.shape);
    const size = number(knobs, 'WORKGROUP');
    return backwardPlan({
      problem,
      device,
      id: '1_recompute',
      width: 1,
      size,
      tile: size,
      // It rescales with every key.
      keyTile: 1,
      constants: { DIM: dim, VALUE_DIM: valueDim },
    });
  },
} satisfies Kernel;
