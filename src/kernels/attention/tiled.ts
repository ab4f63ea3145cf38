/** Kernels 4 to 7 and 9: a workgroup computes a tile of queries, its lanes 4 queries by 4 keys each. */
import type { Problem } from '../../ops/types.ts';
import { countKnob, fold, number } from '../knobs.ts';
import type { Capabilities, Knob, Knobs, Solution } from '../types.ts';
import { keyTileKnob, placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

/** Queries and keys of one lane's register tile. */
const SIDE = 4;

/** `bytes`: of one row of elements or vectors, the least pitch. */
export function tileKnobs(pitch: number): readonly Knob[] {
  return [
    countKnob(
      'QUERY_TILE',
      'Query tile',
      'queries',
      32,
      [8, 16, 32, 64, 128],
      'Queries of one workgroup: keys and values are loaded once for all of them, but fewer workgroups share the work.',
    ),
    keyTileKnob(32, [8, 16, 32, 64, 128]),
    ...placement(pitch),
  ];
}

/** `width`: elements in one load. `eachKey`: it rescales and divides with every key instead of once for each tile. */
export function tiledPlan(
  problem: Problem,
  knobs: Knobs,
  device: Capabilities,
  options: { readonly id: string; readonly width: 1 | 4; readonly eachKey?: boolean },
): Solution {
  const { id, width } = options;
  const setting = attentionSetting(problem, knobs, width);
  const queryTile = number(knobs, 'QUERY_TILE');
  const keyTile = number(knobs, 'KEY_TILE');
  const { batch, heads, queries, dim, valueDim } = setting.shape;
  const tiles = Math.ceil(queries / queryTile) * heads * batch;
  const lanesX = keyTile / SIDE;
  const lanesY = queryTile / SIDE;
  const sizes = width === 1 ? { DIM: dim } : { DIM4: setting.dim, VALUE_DIM4: setting.valueDim };
  return attentionPlan({
    setting,
    id,
    workgroups: fold(tiles, device),
    tiles,
    workgroupSize: [lanesX, lanesY, 1],
    constants: { ...sizes, VALUE_DIM: valueDim, COLUMNS: Math.ceil(setting.valueDim / lanesX) },
    overrides: { QUERY_TILE: queryTile, KEY_TILE: keyTile },
    queryTile,
    keyTile: options.eachKey ? 1 : keyTile,
    ...(options.eachKey ? { numerics: { dividesEachKey: true } } : {}),
    lane: (query, column) => Math.floor((query % queryTile) / SIDE) * lanesX + (Math.floor(column / width) % lanesX),
  });
}
