import type { Kernel } from '../types.ts';
import { f16Sums, placement, productPlan } from './product.ts';

const FEATURES = ['chromium-experimental-subgroup-matrix', 'subgroups'] as GPUFeatureName[];

export default {
  id: '15_subgroup_matrix',
  op: 'matmul',
  title: 'Subgroup matrices',
  teaches:
    "The multiply-adds of a whole block are one instruction of a whole subgroup, on the units that GPUs have for it. How lanes hold a block is the device's affair: it is loaded, multiplied and stored by all of them together.",
  dtypes: ['f16'],
  features: FEATURES,
  naga: { supported: false, reason: 'naga does not know subgroup matrices' },
  knobs: [
    {
      key: 'UNIT',
      title: 'Block of one instruction',
      default: '16x16x16',
      values: ['8x8x8', '8x16x16', '16x16x16'],
      doc: 'Rows, columns and terms that one instruction multiplies: a device has one or two shapes, and compiling fails with any other.',
    },
    {
      key: 'SUMS',
      title: 'Type of the sums',
      default: 'f32',
      values: ['f32', 'f16'],
      doc: 'f16 only where the device has no instruction with f32 sums: such sums skip integers from 2,048 on and end at 65,504.',
    },
    ...placement(),
  ],
  plan(problem, knobs, device) {
    const [unitM, unitN, unitK] = String(knobs.UNIT).split('x').map(Number);
    const { m, n } = problem.shape;
    const tile = { rows: 4 * unitM, columns: 4 * unitN };
    const LANES = device.subgroupMaxSize || 32;
    return productPlan({
      problem,
      knobs,
      id: '15_subgroup_matrix',
      width: 1,
      features: FEATURES,
      // The file enables f16 and names it itself.
      types: { aliases: { Sum: String(knobs.SUMS) }, enables: [] },
      ...(knobs.SUMS === 'f16' ? { numerics: { accumulator: 'f16' } } : {}),
      constants: { UNIT_M: unitM, UNIT_N: unitN, UNIT_K: unitK },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [LANES, 4, 1],
        overrides: { LANES },
      },
      tile,
      lane: (row, column) => (row * tile.columns + column) % (4 * LANES),
    });
  },
  // How finely a device adds within one instruction is its own affair: it may come out right.
  wrongByDesign: (_, knobs) => (knobs.SUMS === 'f16' ? f16Sums(false) : null),
} satisfies Kernel;
