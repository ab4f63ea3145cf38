import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '5_realigned_loads',
  op: 'neuron',
  title: 'Vector loads, realigned',
  from: [4],
  teaches:
    'The weights may start at any element: each vector is put together from the two aligned ones that hold it. Against the kernel before, at the same shape, you see what a misaligned base costs.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(16)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '5_realigned_loads',
      order: 'row',
      width: 4,
      anyOffset: true,
      workgroups: fold(Math.ceil(problem.shape.neurons / size), device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: (neuron) => neuron % size,
    });
  },
} satisfies Kernel;
