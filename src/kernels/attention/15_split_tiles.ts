import { solution } from '../draft.ts';
import { countKnob, fold, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionBuffers, attentionNumerics, attentionOverrides, attentionSetting, attentionTypes } from './plan.ts';
import { KEY_TILE, LANES_X, lanesAlong, MOST_COLUMNS, QUERY_TILE_KNOB, tileConstants } from './register-tiles.ts';

/** Invocations of a workgroup of the second pass, as the file has them, and bytes of a vector in a record. */
const MERGERS = 64;
const VECTOR_BYTES = 16;

export default {
  id: '15_split_tiles',
  op: 'attention',
  title: 'Few tiles of queries: keys split as well',
  from: [13, 11],
  teaches:
    'A thousand tokens of eight heads are 128 tiles of queries, fewer workgroups than a large GPU has multiprocessors, each with too few subgroups to hide what they wait for. Here the keys are split as well: every part of them is another workgroup’s, and a second pass merges the parts by their log-sum-exp. More of the device is busy, at the price of writing and reading the parts.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    QUERY_TILE_KNOB,
    countKnob(
      'PARTS',
      'Parts of the keys',
      'parts',
      4,
      [1, 2, 4, 8, 16, 32],
      'Each is another workgroup’s: more of them keep more of the device busy, and have to be merged. A part is a whole tile of keys at least.',
    ),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 4, MOST_COLUMNS);
    const queryTile = number(knobs, 'QUERY_TILE');
    const { batch, heads, queries, keys } = setting.shape;
    const split = Math.max(1, Math.ceil(keys / number(knobs, 'PARTS') / KEY_TILE)) * KEY_TILE;
    const parts = Math.ceil(keys / split);
    const rows = batch * heads * queries;
    const tiles = parts * Math.ceil(queries / queryTile) * heads * batch;
    const sizes = { SPLITS: parts };
    const shader = 'attention/15_split_tiles.wgsl';
    return solution({
      shader,
      constants: tileConstants(setting, queryTile),
      ...attentionTypes(setting),
      buffers: [
        ...attentionBuffers(shader, setting, tiles),
        { use: 'scratch', name: 'partial', bytes: rows * parts * (setting.valueDim + 1) * VECTOR_BYTES },
      ],
      passes: [
        {
          entry: 'attend',
          workgroups: fold(tiles, device),
          workgroupSize: [LANES_X, lanesAlong(queryTile), 1],
          overrides: { ...attentionOverrides(setting), ...sizes, QUERY_TILE: queryTile, SPLIT: split },
        },
        {
          entry: 'merge',
          workgroups: fold(Math.ceil((rows * setting.valueDim) / MERGERS), device),
          workgroupSize: [MERGERS, 1, 1],
          overrides: { ...sizes, ROWS: rows },
        },
      ],
      lane: (row, column) => (row * setting.valueDim + Math.floor(column / setting.width)) % MERGERS,
      numerics: attentionNumerics(setting.problem, KEY_TILE),
    });
  },
} satisfies Kernel;
