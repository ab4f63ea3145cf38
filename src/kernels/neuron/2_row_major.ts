import { fold, number, OFFSET, pitchKnob, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

export default {
  id: '2_row_major',
  op: 'neuron',
  title: 'Row-major, one invocation per neuron',
  from: [1],
  start: true,
  teaches:
    'The loop over neurons becomes the grid, so every lane works. But in one step neighbouring lanes load addresses a whole row apart: 32 lanes touch 32 lines of memory and use 4 bytes of each.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64), OFFSET, pitchKnob(4)],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    return layerPlan({
      problem,
      knobs,
      id: '2_row_major',
      order: 'row',
      width: 1,
      workgroups: fold(Math.ceil(problem.shape.neurons / size), device),
      workgroupSize: [size, 1, 1],
      overrides: { WORKGROUP: size },
      lane: (neuron) => neuron % size,
    });
  },
} satisfies Kernel;
