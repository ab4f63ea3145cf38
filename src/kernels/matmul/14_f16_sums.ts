import { number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, lanes, placement, productPlan } from './product.ts';

export default {
  id: '14_f16_sums',
  op: 'matmul',
  title: 'Sums in f16 (a lesson in what it costs)',
  teaches:
    'The sums are f16 as well, not only the storage: half the registers, and on some GPUs twice the rate. It comes out wrong: from 2,048 on every second integer is skipped, and past 65,504 a sum is infinite. The exact-integer probe catches it at once.',
  dtypes: ['f16'],
  features: [],
  knobs: [...lanes(8, 8, [1, 2, 4, 8, 16, 32]), ...placement(16)],
  plan(problem, knobs) {
    const [wx, wy] = [number(knobs, 'WX'), number(knobs, 'WY')];
    const { m, n } = problem.shape;
    const tile = { rows: 4 * wy, columns: 4 * wx };
    return {
      ...productPlan({
        problem,
        knobs,
        id: '14_f16_sums',
        width: 4,
        pass: {
          workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
          workgroupSize: [wx, wy, 1],
          overrides: { WX: wx, WY: wy, ...columnFlags(knobs) },
        },
        tile,
        loadsB: (lane) => [0, 4 * (lane % wx)],
        lane: (row, column) => Math.floor(row / 4) * wx + Math.floor(column / 4),
      }),
      // Written for f16 alone: the file enables it and names it itself.
      aliases: {},
      enables: [],
    };
  },
  numerics: (problem) => ({ output: problem.dtype, accumulator: 'f16' }),
} satisfies Kernel;
