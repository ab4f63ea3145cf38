import { solution } from '../draft.ts';
import { countKnob, fold, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import {
  columnFlags,
  elementType,
  placement,
  productNumerics,
  registerTile,
  tailFlag,
  vectorOperands,
  workgroupSides,
} from './product.ts';

/** Lanes of the second pass, as its entry point declares them. */
const TOTAL = 64;

export default {
  id: '9_split_k',
  op: 'matmul',
  title: 'Split-K',
  from: [7],
  teaches:
    'Where C has few tiles and k is long, a device idles while a few lanes walk all of k. Here several workgroups share each tile, one range of the terms each, and a second pass adds their sums: more lanes at work, for sums written and read once more.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'SPLITS',
      'Ranges of k',
      'ranges',
      8,
      [1, 2, 4, 8, 16, 32, 64],
      'How many workgroups share each tile: enough of them to fill the device, and no more, since each adds a copy of C to write and read.',
    ),
    ...registerTile(4, 4),
    ...workgroupSides(8, 8, [1, 2, 4, 8, 16, 32]),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const [wx, wy, rows, columns] = ['WX', 'WY', 'ROWS', 'COLUMNS'].map((key) => number(knobs, key));
    const SPLITS = number(knobs, 'SPLITS');
    const { m, n } = problem.shape;
    const across = Math.ceil(n / 4);
    const shader = 'matmul/9_split_k.wgsl';
    const { buffers } = vectorOperands(shader, problem, knobs);
    return solution({
      shader,
      constants: { ROWS: rows, COLUMNS: columns },
      ...elementType(problem, 4),
      buffers: [...buffers, { use: 'scratch', name: 'scratch', bytes: SPLITS * m * across * 16 }],
      passes: [
        {
          entry: 'partial',
          workgroups: [Math.ceil(n / (wx * columns)), Math.ceil(m / (wy * rows)), SPLITS],
          workgroupSize: [wx, wy, 1],
          overrides: { WX: wx, WY: wy, SPLITS, ...columnFlags(knobs) },
        },
        {
          entry: 'total',
          workgroups: fold(Math.ceil((m * across) / TOTAL), device),
          workgroupSize: [TOTAL, 1, 1],
          overrides: { SPLITS, ...tailFlag(problem) },
        },
      ],
      tile: { rows: wy * rows, columns: wx * columns },
      numerics: productNumerics(problem),
    });
  },
} satisfies Kernel;
