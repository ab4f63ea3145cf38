import { countKnob, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement, productPlan } from './product.ts';

export default {
  id: '3_tiles',
  op: 'matmul',
  title: 'Tiles in workgroup memory',
  from: [2],
  teaches:
    'The lanes of a workgroup share what they load: each element that comes from the cache is used TILE times from workgroup memory. The price is two barriers per step.',
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
    ...placement(),
  ],
  plan(problem, knobs) {
    const side = number(knobs, 'TILE');
    const { m, n } = problem.shape;
    return productPlan({
      problem,
      knobs,
      id: '3_tiles',
      width: 1,
      pass: {
        workgroups: [Math.ceil(n / side), Math.ceil(m / side), 1],
        workgroupSize: [side, side, 1],
        overrides: { TILE: side },
      },
      tile: { rows: side, columns: side },
      lane: (row, column) => row * side + column,
    });
  },
} satisfies Kernel;
