import { countKnob, fold, loadingLanes, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

/** Queries of one lane, and loads of keys in one tile. */
const QUERIES = 4;
const LOADS = 4;

export default {
  id: '8_subgroups',
  op: 'attention',
  title: 'Keys spread over a subgroup',
  from: [7],
  teaches:
    'Each lane owns four queries and loads one key of every few; broadcasts within the subgroup hand it to the other lanes in registers. No workgroup memory, no barrier, and each load fills all lanes with different data.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not accept "enable subgroups"' },
  knobs: [
    workgroupKnob(8, [4, 8, 16, 32, 64, 128]),
    countKnob(
      'LANES',
      'Lanes that load',
      'lanes',
      4,
      [4, 8],
      'Neighbouring lanes that hold different keys; the key tile is four times as many. At most the size of a subgroup.',
    ),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 4);
    const size = number(knobs, 'WORKGROUP');
    const lanes = loadingLanes(knobs, device);
    const { batch, heads, queries, valueDim } = setting.shape;
    const tiles = Math.ceil(queries / (QUERIES * size)) * heads * batch;
    return attentionPlan({
      setting,
      id: '8_subgroups',
      workgroups: fold(tiles, device),
      tiles,
      workgroupSize: [size, 1, 1],
      constants: { DIM4: setting.dim, VALUE_DIM4: setting.valueDim, VALUE_DIM: valueDim, LANES: lanes },
      overrides: { WORKGROUP: size },
      features: ['subgroups'],
      queryTile: QUERIES * size,
      keyTile: LOADS * lanes,
      lane: (query) => query % size,
    });
  },
} satisfies Kernel;
