import { number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, placement, productPlan, registerTile, workgroupSides } from './product.ts';

export default {
  id: '7_from_cache',
  op: 'matmul',
  title: 'Register tiles straight from the cache',
  from: [6],
  teaches:
    'Workgroup memory and its barriers are gone: each lane loads the vec4s that its register tile needs, and the cache serves those that neighbours load too. On software adapters, where workgroup memory is a piece of the same cache and barriers are expensive, this is much the fastest.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [...registerTile(8, 8), ...workgroupSides(8, 8, [1, 2, 4, 8, 16, 32]), ...placement(16)],
  plan(problem, knobs) {
    const [wx, wy, rows, columns] = ['WX', 'WY', 'ROWS', 'COLUMNS'].map((key) => number(knobs, key));
    const { m, n } = problem.shape;
    const tile = { rows: wy * rows, columns: wx * columns };
    return productPlan({
      problem,
      knobs,
      id: '7_from_cache',
      width: 4,
      constants: { ROWS: rows, COLUMNS: columns },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [wx, wy, 1],
        overrides: { WX: wx, WY: wy, ...columnFlags(knobs) },
      },
      tile,
      lane: (row, column) => Math.floor(row / rows) * wx + (Math.floor(column / 4) % wx),
    });
  },
} satisfies Kernel;
