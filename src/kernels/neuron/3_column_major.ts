import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '3_column_major',
  op: 'neuron',
  title: 'Column-major, one invocation per neuron',
  from: [2],
  teaches:
    'Only the layout of the weights changes: those of one input lie side by side, so neighbouring lanes read neighbours. The same instructions and bytes, and 32 lanes share one line of memory where they touched 32.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(4)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '3_column_major',
      order: 'column',
      width: 1,
      workgroups: fold(Math.ceil(problem.shape.neurons / size), device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: (neuron) => neuron % size,
    });
  },
} satisfies Kernel;
