import { countKnob, fold, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

/** Queries of one lane, lanes across, and keys of a tile, as the file has them. */
const QUERIES = 8;
const LANES_X = 8;
const KEY_TILE = 16;
/** Head and value size at most: a lane has four columns of the output, by name. */
const MOST_DIM = 128;

export default {
  id: '13_prefetch',
  op: 'attention',
  title: 'The next tile asked for in advance',
  from: [7],
  teaches:
    'While scores are computed the values are already on their way to the registers, and the next keys while values are weighed: no lane waits for memory with nothing to do. Each lane owns eight queries instead of four, so that values and their weights are loaded less often, and what it sums has names instead of indices, so that it stays in registers.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'QUERY_TILE',
      'Query tile',
      'queries',
      64,
      [8, 16, 32, 64, 128, 256],
      'Queries of one workgroup: keys and values are loaded once for all of them, but fewer workgroups share the work.',
    ),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 4, MOST_DIM);
    const queryTile = number(knobs, 'QUERY_TILE');
    const { batch, heads, queries, valueDim } = setting.shape;
    const tiles = Math.ceil(queries / queryTile) * heads * batch;
    const lanesY = queryTile / QUERIES;
    const each = (vectors: number): number => Math.ceil((KEY_TILE * vectors) / (LANES_X * lanesY));
    return attentionPlan({
      setting,
      id: '13_prefetch',
      workgroups: fold(tiles, device),
      tiles,
      workgroupSize: [LANES_X, lanesY, 1],
      constants: {
        DIM4: setting.dim,
        VALUE_DIM4: setting.valueDim,
        VALUE_DIM: valueDim,
        COLUMNS: Math.ceil(setting.valueDim / LANES_X),
        KEYS_EACH: each(setting.dim),
        VALUES_EACH: each(setting.valueDim),
      },
      overrides: { QUERY_TILE: queryTile },
      queryTile,
      keyTile: KEY_TILE,
      lane: (query, column) =>
        (Math.floor((query % queryTile) / 4) % lanesY) * LANES_X + (Math.floor(column / 4) % LANES_X),
    });
  },
} satisfies Kernel;
