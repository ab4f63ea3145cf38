import { countKnob, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, groupsKnob, placement, productPlan } from './product.ts';

export default {
  id: '11_quad_exchange',
  op: 'matmul',
  title: 'Rows shared by swaps within a quad',
  from: [10],
  teaches:
    'Four neighbouring lanes load one row of A each and swap them by shuffles of a fixed pattern, the cheapest exchange there is. Each lane sees the rows in an order of its own, and its sums are put right only when they are stored. It fits every subgroup size.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not know `enable subgroups`' },
  knobs: [
    groupsKnob(4),
    countKnob(
      'COLUMNS',
      'Register tile, columns',
      'columns',
      8,
      [4, 8],
      'Columns of C for each lane: more of them reuse each row of A that it gets, and need more registers and more code.',
    ),
    workgroupKnob(32, [4, 8, 16, 32, 64, 128, 256]),
    ...placement(16),
  ],
  plan(problem, knobs) {
    const [size, groups, columns] = ['WORKGROUP', 'GROUPS', 'COLUMNS'].map((key) => number(knobs, key));
    const { m, n } = problem.shape;
    const tile = { rows: 4 * groups, columns: columns * size };
    return productPlan({
      problem,
      knobs,
      id: '11_quad_exchange',
      width: 4,
      features: ['subgroups'],
      constants: { GROUPS: groups, COLUMNS: columns },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [size, 1, 1],
        overrides: { WORKGROUP: size, ...columnFlags(knobs) },
      },
      tile,
      lane: (_row, column) => Math.floor(column / 4) % size,
    });
  },
} satisfies Kernel;
