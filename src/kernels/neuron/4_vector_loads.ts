import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '4_vector_loads',
  op: 'neuron',
  title: 'Vector loads',
  from: [2],
  teaches:
    'Four weights come with one instruction, and four sums run side by side without waiting for one another. An index steps by a whole vector, so base and pitch must be multiples of it.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(16)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '4_vector_loads',
      order: 'row',
      width: 4,
      workgroups: fold(Math.ceil(problem.shape.neurons / size), device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: (neuron) => neuron % size,
    });
  },
} satisfies Kernel;
