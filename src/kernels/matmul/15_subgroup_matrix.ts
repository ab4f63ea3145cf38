import { checkUnit, SUBGROUP_MATRICES } from '../matrices.ts';
import type { Kernel, Knob, Knobs } from '../types.ts';
import { f16Sums, placement, productPlan } from './product.ts';

/** Which block one instruction multiplies: rows, columns and terms. */
export const unitKnob: Knob = {
  key: 'UNIT',
  title: 'Block of one instruction',
  default: '16x16x16',
  values: ['8x8x8', '8x16x16', '16x16x16'],
  doc: 'Rows, columns and terms that one instruction multiplies: a device has one or two shapes, and compiling fails with any other.',
};

export const sumsKnob: Knob = {
  key: 'SUMS',
  title: 'Type of the sums',
  default: 'f32',
  values: ['f32', 'f16'],
  doc: 'f16 only where the device has no instruction with f32 sums: such sums skip integers from 2,048 on and end at 65,504.',
};

/** Rows, columns and terms of one instruction, as the knob says. */
export function units(knobs: Knobs): { readonly UNIT_M: number; readonly UNIT_N: number; readonly UNIT_K: number } {
  const [UNIT_M, UNIT_N, UNIT_K] = String(knobs.UNIT).split('x').map(Number);
  return { UNIT_M, UNIT_N, UNIT_K };
}

export default {
  id: '15_subgroup_matrix',
  op: 'matmul',
  title: 'Subgroup matrices',
  from: [8],
  teaches:
    'The multiply-adds of a whole block are one instruction of a whole subgroup, on the units that GPUs have for it. Which lane holds which element of a block is up to the device: the lanes load, multiply and store it together.',
  dtypes: ['f16'],
  features: SUBGROUP_MATRICES,
  naga: { supported: false, reason: 'naga does not know subgroup matrices' },
  knobs: [unitKnob, sumsKnob, ...placement()],
  plan(problem, knobs, device) {
    const { UNIT_M, UNIT_N, UNIT_K } = units(knobs);
    const { m, n } = problem.shape;
    checkUnit(`f16:${knobs.SUMS}:${knobs.UNIT}`, device);
    const tile = { rows: 4 * UNIT_M, columns: 4 * UNIT_N };
    const LANES = device.subgroupMaxSize || 32;
    return productPlan({
      problem,
      knobs,
      id: '15_subgroup_matrix',
      width: 1,
      features: SUBGROUP_MATRICES,
      // The file enables f16 and names it itself.
      types: { aliases: { Sum: String(knobs.SUMS) }, enables: [] },
      ...(knobs.SUMS === 'f16' ? { numerics: { accumulator: 'f16' } } : {}),
      constants: { UNIT_M, UNIT_N, UNIT_K },
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
