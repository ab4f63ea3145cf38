import { attentionShape } from '../../ops/attention-shape.ts';
import { loadingLanes, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { backwardPlan } from './plan.ts';

/** Own rows of one lane, and loads of the other side in one tile. */
const ROWS = 4;
const LOADS = 2;

export default {
  id: '2_subgroups',
  op: 'attention-backward',
  title: 'Register tiles, spread over a subgroup',
  from: [1],
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
    const lanes = loadingLanes(knobs, device);
    const { dim, valueDim } = attentionShape(problem.shape);
    return backwardPlan({
      problem,
      device,
      id: '2_subgroups',
      width: 4,
      size,
      tile: ROWS * size,
      keyTile: LOADS * lanes,
      constants: { DIM: dim, VALUE_DIM: valueDim, LANES: lanes },
      features: ['subgroups'],
    });
  },
} satisfies Kernel;
