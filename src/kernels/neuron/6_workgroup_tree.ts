import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '6_workgroup_tree',
  op: 'neuron',
  title: 'Tree reduction, a workgroup per neuron',
  from: [2],
  teaches:
    'The lanes of a workgroup share one row, so neighbours read neighbours and a single long neuron keeps many lanes busy. Their sums meet in workgroup memory, halves added to halves, with a barrier each time.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(4)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '6_workgroup_tree',
      order: 'row',
      width: 1,
      workgroups: fold(problem.shape.neurons, device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: () => 0,
    });
  },
} satisfies Kernel;
