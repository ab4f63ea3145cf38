import { countKnob, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, placement, productPlan } from './product.ts';

export default {
  id: '4_padded',
  op: 'matmul',
  title: 'Tiles with padded rows',
  from: [3],
  teaches:
    'Lanes load from where neighbours lie side by side, whatever the layout, and store the tile transposed. Written TILE words apart, its stores meet in a few banks of workgroup memory: with a TILE of 16, 8 words wait for one bank; with one word of padding per row, 2.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'TILE',
      'Tile side',
      'elements',
      16,
      [2, 4, 8, 16, 32],
      'Side of the square tiles of A, B and C: traffic from the caches falls by it, workgroup memory grows with its square.',
    ),
    countKnob(
      'PAD',
      'Padding',
      'words',
      1,
      [0, 1, 2, 4],
      'Unused words at the end of each tile row: an odd number shifts each row to other banks, so that a column is not stored to one bank.',
    ),
    ...placement(),
  ],
  plan(problem, knobs) {
    const [side, pad] = [number(knobs, 'TILE'), number(knobs, 'PAD')];
    const { m, n } = problem.shape;
    const flags = columnFlags(knobs);
    return productPlan({
      problem,
      knobs,
      id: '4_padded',
      width: 1,
      pass: {
        workgroups: [Math.ceil(n / side), Math.ceil(m / side), 1],
        workgroupSize: [side, side, 1],
        overrides: { TILE: side, PAD: pad, ...flags },
      },
      tile: { rows: side, columns: side },
      lane: (row, column) => row * side + column,
    });
  },
} satisfies Kernel;
