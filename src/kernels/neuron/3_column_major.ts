import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '3_column_major',
  op: 'neuron',
  title: 'Column-major, one invocation per neuron',
  from: [2],
  teaches:
    'Only the layout of the weights changes: those of one input lie side by side, so neighbouring lanes read neighbours. The same instructions and bytes, in a few full lines of memory instead of one for each lane.',
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
