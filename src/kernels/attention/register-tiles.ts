/** Kernels 13 and 15: tiles of queries in registers, and the next tile of keys on its way. */
import { countKnob } from '../knobs.ts';
import type { Knob } from '../types.ts';
import type { Setting } from './plan.ts';

/** Queries of one lane, lanes across, and keys of a tile, as the files have them. */
const QUERIES = 8;
export const LANES_X = 8;
export const KEY_TILE = 16;
/** Head and value size at most: a lane has four columns of the output, by name. */
export const MOST_COLUMNS = 128;

export const QUERY_TILE_KNOB: Knob = countKnob(
  'QUERY_TILE',
  'Query tile',
  'queries',
  64,
  [8, 16, 32, 64, 128, 256],
  'Queries of one workgroup: keys and values are loaded once for all of them, but fewer workgroups share the work.',
);

/** Lanes along y, each with 8 queries. */
export function lanesAlong(queryTile: number): number {
  return queryTile / QUERIES;
}

/** What the files declare of sizes: vectors of a row, and how many of a tile each lane carries. */
export function tileConstants({ dim, valueDim, shape }: Setting, queryTile: number): Readonly<Record<string, number>> {
  const each = (vectors: number): number => Math.ceil((KEY_TILE * vectors) / (LANES_X * lanesAlong(queryTile)));
  return {
    DIM4: dim,
    VALUE_DIM4: valueDim,
    VALUE_DIM: shape.valueDim,
    COLUMNS: Math.ceil(valueDim / LANES_X),
    KEYS_EACH: each(dim),
    VALUES_EACH: each(valueDim),
  };
}
