import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { keyTileKnob, placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

export default {
  id: '3_kv_tiles',
  op: 'attention',
  title: 'Keys and values in workgroup memory',
  from: [2],
  teaches:
    'The queries of a workgroup all need the same keys and values, so its lanes load them together and read them from workgroup memory: each one comes from global memory once for all of them. The price is two barriers per tile.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(32, [4, 8, 16, 32, 64, 128, 256]), keyTileKnob(16, [1, 2, 4, 8, 16, 32, 64]), ...placement()],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 1);
    const size = number(knobs, 'WORKGROUP');
    const keyTile = number(knobs, 'KEY_TILE');
    const { batch, heads, queries, dim, valueDim } = setting.shape;
    const tiles = Math.ceil(queries / size) * heads * batch;
    return attentionPlan({
      setting,
      id: '3_kv_tiles',
      workgroups: fold(tiles, device),
      tiles,
      workgroupSize: [size, 1, 1],
      constants: { DIM: dim, VALUE_DIM: valueDim },
      overrides: { WORKGROUP: size, KEY_TILE: keyTile },
      queryTile: size,
      // It rescales with every key.
      keyTile: 1,
      numerics: { dividesEachKey: true },
      lane: (query) => query % size,
    });
  },
} satisfies Kernel;
