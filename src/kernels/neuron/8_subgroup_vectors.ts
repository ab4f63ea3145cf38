import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '8_subgroup_vectors',
  op: 'neuron',
  title: 'Vector loads, a workgroup per neuron',
  from: [7],
  teaches:
    'Every weight is used once, so the layer is as fast as memory, if enough bytes are under way at any time. Vector loads ask for four times as many with each instruction, and neighbouring lanes load neighbouring vectors.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [workgroupKnob(256), OFFSET, pitchKnob(16)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '8_subgroup_vectors',
      order: 'row',
      width: 4,
      features: ['subgroups'],
      workgroups: fold(problem.shape.neurons, device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: () => 0,
    });
  },
} satisfies Kernel;
