import { fold, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';
import { KEY_TILE, LANES_X, lanesAlong, MOST_COLUMNS, QUERY_TILE_KNOB, tileConstants } from './register-tiles.ts';

export default {
  id: '13_prefetch',
  op: 'attention',
  title: 'The next tile asked for in advance',
  from: [7],
  teaches:
    'While scores are computed the values are already on their way to the registers, and the next keys while values are weighed: no lane waits for memory with nothing to do. Each lane owns eight queries instead of four, so that values and their weights are loaded less often, and what it sums has names instead of indices, so that it stays in registers.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [QUERY_TILE_KNOB, ...placement(16)],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 4, MOST_COLUMNS);
    const queryTile = number(knobs, 'QUERY_TILE');
    const { batch, heads, queries } = setting.shape;
    const tiles = Math.ceil(queries / queryTile) * heads * batch;
    const lanesY = lanesAlong(queryTile);
    return attentionPlan({
      setting,
      id: '13_prefetch',
      workgroups: fold(tiles, device),
      tiles,
      workgroupSize: [LANES_X, lanesY, 1],
      constants: tileConstants(setting, queryTile),
      overrides: { QUERY_TILE: queryTile },
      queryTile,
      keyTile: KEY_TILE,
      lane: (query, column) =>
        (Math.floor((query % queryTile) / 4) % lanesY) * LANES_X + (Math.floor(column / 4) % LANES_X),
    });
  },
} satisfies Kernel;
