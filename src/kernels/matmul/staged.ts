/** Kernels that stage vec4 tiles of A and B in workgroup memory: their knobs and their pass. */
import { Refusal } from '../../core/errors.ts';
import type { Problem } from '../../ops/types.ts';
import { countKnob, number } from '../knobs.ts';
import type { Knob, Knobs } from '../types.ts';
import { columnFlags, type ProductPlan, placement, registerTile, workgroupSides } from './product.ts';

export const stagedKnobs: readonly Knob[] = [
  ...registerTile(4, 4),
  ...workgroupSides(16, 16, [4, 8, 16, 32]),
  countKnob(
    'TILE_K',
    'Tile depth',
    'terms',
    16,
    [4, 8, 16, 32],
    'Terms between two barriers: more of them make barriers rarer and take more workgroup memory.',
  ),
  countKnob(
    'PAD',
    'Padding',
    'vec4s',
    1,
    [0, 1, 2],
    'Unused vec4s at the end of each tile row, which spread a column over all banks.',
  ),
  ...placement(16),
];

export interface Staged
  extends Pick<ProductPlan, 'problem' | 'knobs' | 'width' | 'constants' | 'pass' | 'tile' | 'lane'> {
  /** Blocks of 4 x 4 that a workgroup loads in one step. */
  readonly blocks: number;
}

/** What such a kernel's plan has in common. */
export function staged(problem: Problem, knobs: Knobs): Staged {
  const { m, n } = problem.shape;
  const [wx, wy, depth, pad] = ['WX', 'WY', 'TILE_K', 'PAD'].map((key) => number(knobs, key));
  const [rows, columns] = [number(knobs, 'ROWS'), number(knobs, 'COLUMNS')];
  const tile = { rows: wy * rows, columns: wx * columns };
  const flags = columnFlags(knobs);
  const [deep, across] = [depth / 4, tile.columns / 4];
  return {
    problem,
    knobs,
    width: 4,
    constants: { ROWS: rows, COLUMNS: columns },
    pass: {
      workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
      workgroupSize: [wx, wy, 1],
      overrides: { WX: wx, WY: wy, TILE_K: depth, PAD: pad, ...flags },
    },
    blocks: deep * (tile.rows / 4 + across),
    tile,
    lane: (row, column) => (Math.floor(row / 4) % wy) * wx + (Math.floor(column / 4) % wx),
  };
}

/** Throws a `Refusal` where a lane would have to hold more than one block of the next tile. */
export function oneBlockEach(plan: Staged): Staged {
  const [x, y] = plan.pass.workgroupSize;
  if (plan.blocks > x * y) {
    throw new Refusal(
      `The next tile has ${plan.blocks} blocks of 4 x 4 and each of the ${x * y} lanes can hold one of them`,
      { rule: 'one-block-each', parameters: { blocks: plan.blocks, lanes: x * y } },
    );
  }
  return plan;
}
