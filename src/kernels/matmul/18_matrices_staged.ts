import { countKnob, number } from '../knobs.ts';
import { checkUnit, SUBGROUP_MATRICES } from '../matrices.ts';
import type { Kernel } from '../types.ts';
import { bandKnob } from './13_swizzled.ts';
import { sumsKnob, unitKnob, units } from './15_subgroup_matrix.ts';
import { columnFlags, f16Sums, placement, productPlan } from './product.ts';

export default {
  id: '18_matrices_staged',
  op: 'matmul',
  title: 'Subgroup matrices, fed in time',
  from: [15],
  teaches:
    'Units that multiply whole blocks are only as fast as their operands arrive. Lanes load vectors and ask for the next tile in advance, each subgroup multiplies 4 x 4 blocks so that one loaded block serves four products, and a gap between rows spreads a block over all banks.',
  dtypes: ['f16'],
  features: SUBGROUP_MATRICES,
  naga: { supported: false, reason: 'naga does not know subgroup matrices' },
  knobs: [
    unitKnob,
    sumsKnob,
    countKnob(
      'TILE_K',
      'Tile depth',
      'terms',
      32,
      [16, 32],
      'Terms between two barriers: more of them make barriers rarer and take more workgroup memory.',
    ),
    bandKnob,
    ...placement(8),
  ],
  plan(problem, knobs, device) {
    const { m, n } = problem.shape;
    const { UNIT_M, UNIT_N, UNIT_K } = units(knobs);
    checkUnit(`f16:${knobs.SUMS}:${knobs.UNIT}`, device);
    const tile = { rows: 8 * UNIT_M, columns: 8 * UNIT_N };
    const LANES = Math.max(32, device.subgroupMaxSize);
    return productPlan({
      problem,
      knobs,
      id: '18_matrices_staged',
      width: 4,
      features: SUBGROUP_MATRICES,
      // The file enables f16 and names it itself.
      types: { aliases: { Sum: String(knobs.SUMS) }, enables: [] },
      ...(knobs.SUMS === 'f16' ? { numerics: { accumulator: 'f16' } } : {}),
      constants: { UNIT_M, UNIT_N, UNIT_K, TILE_K: number(knobs, 'TILE_K') },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [LANES, 4, 1],
        overrides: { LANES, BAND: number(knobs, 'BAND'), ...columnFlags(knobs) },
      },
      tile,
      lane(row, column) {
        const within = (row % UNIT_M) * (UNIT_N / 4) + Math.floor((column % UNIT_N) / 4);
        const subgroup = 2 * Math.floor(row / (4 * UNIT_M)) + Math.floor(column / (4 * UNIT_N));
        return subgroup * LANES + (within % LANES);
      },
    });
  },
  // How finely a device adds within one instruction is its own affair: it may come out right.
  wrongByDesign: (_, knobs) => (knobs.SUMS === 'f16' ? f16Sums(false) : null),
} satisfies Kernel;
