import { number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, f16Sums, placement, productPlan, workgroupSides } from './product.ts';

/**
 * From this many terms on no sum of the exact-integer probe survives f16: the first 16 products have one sign and are
 * 64 x 64 or more each, which adds up to 65,536 in the order of k, and f16 ends at 65,504. A product above 64 x 64 is
 * at least 64 larger and rounding takes at most 16 of that away. Shorter sums come out right on some seeds.
 */
const SURELY_INFINITE = 32;

export default {
  id: '14_f16_sums',
  op: 'matmul',
  title: 'Sums in f16 (a lesson in what it costs)',
  from: [7],
  teaches:
    'The sums are f16 as well, not only the storage: half the registers, and on some GPUs twice the rate. It comes out wrong: from 2,048 on every second integer is skipped, and past 65,504 a sum is infinite. The exact-integer probe catches it at once.',
  dtypes: ['f16'],
  features: [],
  knobs: [...workgroupSides(8, 8, [1, 2, 4, 8, 16, 32]), ...placement(16)],
  plan(problem, knobs) {
    const [wx, wy] = [number(knobs, 'WX'), number(knobs, 'WY')];
    const { m, n } = problem.shape;
    const tile = { rows: 4 * wy, columns: 4 * wx };
    return productPlan({
      problem,
      knobs,
      id: '14_f16_sums',
      width: 4,
      // Written for f16 alone: the file enables it and names it itself.
      types: { aliases: {}, enables: [] },
      numerics: { accumulator: 'f16' },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [wx, wy, 1],
        overrides: { WX: wx, WY: wy, ...columnFlags(knobs) },
      },
      tile,
      lane: (row, column) => Math.floor(row / 4) * wx + Math.floor(column / 4),
    });
  },
  wrongByDesign: ({ shape }) => f16Sums(shape.k >= SURELY_INFINITE),
} satisfies Kernel;
