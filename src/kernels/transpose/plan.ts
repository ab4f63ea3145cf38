/** What the transposes have in common: buffers, parameters, knobs, and the tiles that workgroups take. */
import { NEEDS } from '../../core/format.ts';
import { dense } from '../../core/layout.ts';
import type { Problem } from '../../ops/types.ts';
import { params, solution } from '../draft.ts';
import { countKnob, fold, number } from '../knobs.ts';
import type { Capabilities, Knob, Knobs, Solution } from '../types.ts';

export const TILE: Knob = countKnob(
  'TILE',
  'Tile',
  'elements',
  32,
  [4, 8, 16, 32, 64],
  'Edge of what a workgroup moves along a row: the longer, the more of each sector and line one request uses.',
);

export const ROWS: Knob = countKnob(
  'ROWS',
  'Rows of lanes',
  'lanes',
  8,
  [1, 2, 4, 8, 16],
  'Lanes of a workgroup along a column: fewer leave each lane more elements to move.',
);

/** The plan of a kernel whose workgroups move `tileRows` x TILE elements of x each. */
export function transposePlan(
  id: string,
  problem: Problem,
  knobs: Knobs,
  device: Capabilities,
  tileRows: 'TILE' | 'ROWS',
): Solution {
  const { rows, columns } = problem.shape;
  const type = problem.dtype;
  const [tile, laneRows] = [number(knobs, 'TILE'), number(knobs, 'ROWS')];
  const isTurned = tileRows === 'TILE';
  const tiles = Math.ceil(columns / tile) * Math.ceil(rows / number(knobs, tileRows));
  const shader = `transpose/${id}.wgsl`;
  return solution({
    shader,
    constants: {},
    aliases: { Elem: type },
    enables: NEEDS[type].enables,
    features: NEEDS[type].features,
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: dense([rows, columns]) },
      { use: 'output', name: 'y', tensor: 'y', type, layout: dense([columns, rows]) },
      params(shader, { rows, columns }),
    ],
    passes: [
      {
        entry: 'turn',
        workgroups: fold(tiles, device),
        workgroupSize: [tile, laneRows, 1],
        overrides: { TILE: tile, ROWS: laneRows },
      },
    ],
    // A row of y is a column of x.
    tile: { rows: tile, columns: isTurned ? tile : laneRows },
    lane: (row, column) =>
      isTurned ? ((row % tile) % laneRows) * tile + (column % tile) : (column % laneRows) * tile + (row % tile),
    numerics: { output: type },
  });
}
