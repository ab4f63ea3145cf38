import { Refusal } from '../../core/errors.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import { number, tooFewLanes, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { backwardPlan } from './plan.ts';

/** Own rows of one lane, and loads of the other side in one tile. */
const ROWS = 4;
const LOADS = 2;
/** The smallest subgroup that WebGPU allows. */
const SMALLEST = 4;

export default {
  id: '2_subgroups',
  op: 'attention-backward',
  title: 'Register tiles, spread over a subgroup',
  teaches:
    'Each lane owns four queries or four keys and meets the other side a few rows at a time, each lane holding one of them and broadcasting it. Scores, gradients and sums of 4 by 4 pairs are products of 4x4 matrices.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [
    workgroupKnob(8, [4, 8, 16, 32, 64]),
    {
      key: 'LANES',
      title: 'Lanes that load',
      unit: 'lanes',
      default: 4,
      values: [4, 8],
      doc: 'Neighbouring lanes that hold different rows; twice as many are met together. At most the size of a subgroup.',
    },
  ],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    const lanes = number(knobs, 'LANES');
    const smallest = device.subgroupMinSize || SMALLEST;
    if (lanes > smallest) {
      throw new Refusal(`LANES ${lanes} needs subgroups of ${lanes} lanes; this device may run ${smallest}`, {
        rule: 'subgroup-lanes',
        parameters: { lanes, smallest },
        works: [{ LANES: SMALLEST }],
      });
    }
    if (lanes > size) throw tooFewLanes(lanes, size);
    const { dim, valueDim } = attentionShape(problem.shape);
    return backwardPlan({
      problem,
      device,
      id: '2_subgroups',
      width: 4,
      size,
      tile: ROWS * size,
      keyTile: LOADS * lanes,
      loadsK: (lane) => [lane % lanes, 0],
      constants: { DIM: dim, VALUE_DIM: valueDim, LANES: lanes },
      features: ['subgroups'],
    });
  },
} satisfies Kernel;
