import { countKnob, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, placement, productPlan, workgroupSides } from './product.ts';

export default {
  id: '5_register_tile',
  op: 'matmul',
  title: 'A register tile for each invocation',
  from: [4],
  teaches:
    'A lane computes TM x TN elements: for each term it reads TM + TN words of workgroup memory and does TM * TN multiply-adds with them. Its sums are an array in loops of constant length, which the compiler must unroll to keep them in registers.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'TM',
      'Register tile, rows',
      'rows',
      4,
      [1, 2, 4, 8],
      'Rows of C for each lane: reads of B per multiply-add fall by it, registers grow with it.',
    ),
    countKnob(
      'TN',
      'Register tile, columns',
      'columns',
      4,
      [1, 2, 4, 8],
      'Columns of C for each lane: reads of A per multiply-add fall by it, registers grow with it.',
    ),
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
      'words',
      1,
      [0, 1, 2, 4],
      'Unused words at the end of each tile row, which spread a column over all banks.',
    ),
    ...placement(),
  ],
  plan(problem, knobs) {
    const [tm, tn, wx, wy] = [number(knobs, 'TM'), number(knobs, 'TN'), number(knobs, 'WX'), number(knobs, 'WY')];
    const [depth, pad] = [number(knobs, 'TILE_K'), number(knobs, 'PAD')];
    const { m, n } = problem.shape;
    const [rows, columns] = [wy * tm, wx * tn];
    const flags = columnFlags(knobs);
    return productPlan({
      problem,
      knobs,
      id: '5_register_tile',
      width: 1,
      constants: { TM: tm, TN: tn },
      pass: {
        workgroups: [Math.ceil(n / columns), Math.ceil(m / rows), 1],
        workgroupSize: [wx, wy, 1],
        overrides: { WX: wx, WY: wy, TILE_K: depth, PAD: pad, ...flags },
      },
      tile: { rows, columns },
      lane: (row, column) => Math.floor(row / tm) * wx + (column % wx),
    });
  },
} satisfies Kernel;
