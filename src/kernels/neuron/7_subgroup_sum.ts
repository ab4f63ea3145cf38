import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '7_subgroup_sum',
  op: 'neuron',
  title: 'Subgroup reduction, a workgroup per neuron',
  from: [6],
  teaches:
    'Lanes of a subgroup add their sums in registers with one instruction, and a single barrier is left. How many lanes a subgroup has is up to the device, so the kernel never counts on it.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(4)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '7_subgroup_sum',
      order: 'row',
      width: 1,
      features: ['subgroups'],
      workgroups: fold(problem.shape.neurons, device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: () => 0,
    });
  },
} satisfies Kernel;
