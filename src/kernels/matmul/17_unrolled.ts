import type { Kernel } from '../types.ts';
import { columnFlags, placement, productPlan } from './product.ts';

/** Rows and columns of a tile, and lanes along each side of it. */
const SIDE = 128;
const LANES = 16;

export default {
  id: '17_unrolled',
  op: 'matmul',
  title: 'The loop over a tile written out',
  from: [13],
  teaches:
    'The eight terms of a tile are written out, so that every place in workgroup memory is the lane plus a constant: no counting, no computing of addresses, no checks of bounds. A compiler may unroll a loop by itself; here it does not have to.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: placement(16),
  plan(problem, knobs) {
    const { m, n } = problem.shape;
    return productPlan({
      problem,
      knobs,
      id: '17_unrolled',
      width: 4,
      pass: {
        workgroups: [Math.ceil(n / SIDE), Math.ceil(m / SIDE), 1],
        workgroupSize: [LANES * LANES, 1, 1],
        overrides: columnFlags(knobs),
      },
      tile: { rows: SIDE, columns: SIDE },
      lane(row, column) {
        const [x, y] = [Math.floor(column / 4) % LANES, Math.floor(row / 4) % LANES];
        return 64 * Math.floor(y / 4) + 32 * Math.floor(x / 8) + 8 * (y % 4) + (x % 8);
      },
    });
  },
} satisfies Kernel;
