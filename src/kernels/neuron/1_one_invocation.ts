import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { OFFSET, pitchKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { layerPlan } from './layer.ts';

/** A real GPU's lane takes tens of nanoseconds a step; past this the driver may think that it hangs. */
const MOST_STEPS = 2 ** 25;

export default {
  id: '1_one_invocation',
  op: 'neuron',
  title: 'One invocation does it all',
  teaches:
    'One lane walks over every weight: a load, a multiply-add, the next load. Nothing overlaps, so you see the bare latency of memory. It is where every other kernel starts.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    {
      key: 'layout',
      title: 'Weight layout',
      default: 'row',
      values: ['row', 'column'],
      fixed: true,
      doc: 'Which weights lie side by side in memory: those of one neuron (row-major) or those of one input (column-major).',
    },
    OFFSET,
    pitchKnob(4),
  ],
  plan(problem, knobs) {
    const steps = problem.shape.inputs * problem.shape.neurons;
    if (steps > MOST_STEPS) {
      throw new Refusal(
        `One invocation would take ${withCommas(steps)} steps and a driver may reset the GPU meanwhile`,
        {
          rule: 'steps',
          parameters: { steps, most: MOST_STEPS },
          works: [],
          remedy: `use at most ${withCommas(MOST_STEPS)} weights, or another kernel`,
        },
      );
    }
    const column = knobs.layout === 'column';
    return layerPlan({
      problem,
      knobs,
      id: '1_one_invocation',
      order: column ? 'column' : 'row',
      width: 1,
      workgroups: [1, 1, 1],
      workgroupSize: [1, 1, 1],
      lane: () => 0,
    });
  },
} satisfies Kernel;
