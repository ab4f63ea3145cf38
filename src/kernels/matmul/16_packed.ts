import { Refusal } from '../../core/errors.ts';
import { solution } from '../draft.ts';
import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import {
  columnFlags,
  elementType,
  groupsKnob,
  placement,
  productNumerics,
  tailFlag,
  vectorOperands,
} from './product.ts';

/** Lanes of the packing passes, as their entry points declare them. */
const PACKING = 64;

export default {
  id: '16_packed',
  op: 'matmul',
  title: 'Packed panels',
  from: [10, 11],
  teaches:
    'Two passes first copy A and B into panels: all that a workgroup reads, in the order in which it reads it. Read in place, each step down a matrix is another page, and with a pitch that is a power of two the rows push each other out of the cache. The copy pays where m and n are large.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not know `enable subgroups`' },
  knobs: [
    groupsKnob(8),
    {
      key: 'EXCHANGE',
      title: 'How lanes share rows of A',
      default: 'auto',
      values: ['auto', 'broadcast', 'quads'],
      doc: 'A broadcast serves 8 lanes where every subgroup has that many; swaps within a quad serve 4 anywhere. auto takes the broadcast where it can.',
    },
    workgroupKnob(32, [8, 16, 32, 64, 128, 256]),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const [WORKGROUP, GROUPS] = [number(knobs, 'WORKGROUP'), number(knobs, 'GROUPS')];
    const smallest = device.subgroupMinSize || 4;
    const isWide = smallest >= 8;
    if (knobs.EXCHANGE === 'broadcast' && !isWide) {
      throw new Refusal(
        `EXCHANGE broadcast needs subgroups of at least 8 lanes; on this device they may have ${smallest}`,
        { rule: 'subgroup-lanes', parameters: { lanes: 8, smallest }, works: [{ EXCHANGE: 'quads' }] },
      );
    }
    const QUADS = knobs.EXCHANGE === 'quads' || !isWide ? 1 : 0;
    const { m, n, k } = problem.shape;
    const shader = 'matmul/16_packed.wgsl';
    const { buffers } = vectorOperands(shader, problem, knobs);
    const tile = { rows: 8 * GROUPS, columns: 4 * WORKGROUP };
    const [down, across] = [Math.ceil(m / tile.rows), Math.ceil(n / tile.columns)];
    const blocks = Math.ceil(k / 4);
    const flags = columnFlags(knobs);
    const packing = (entry: string, count: number) => ({
      entry,
      workgroups: fold(Math.ceil(count / PACKING), device),
      workgroupSize: [PACKING, 1, 1] as const,
    });
    return solution({
      shader,
      constants: { GROUPS, QUADS },
      ...elementType(problem, 4, ['subgroups']),
      buffers: [
        ...buffers,
        { use: 'scratch', name: 'panelsA', bytes: down * tile.rows * blocks * 16 },
        { use: 'scratch', name: 'panelsB', bytes: across * tile.columns * blocks * 16 },
      ],
      passes: [
        {
          ...packing('packA', (down * tile.rows * blocks) / 4),
          bound: { packedA: 'panelsA' },
          overrides: { A_COLUMN: flags.A_COLUMN },
        },
        {
          ...packing('packB', across * WORKGROUP * blocks),
          bound: { packedB: 'panelsB' },
          overrides: { B_COLUMN: flags.B_COLUMN, WORKGROUP },
        },
        {
          entry: 'product',
          workgroups: [across, down, 1],
          workgroupSize: [WORKGROUP, 1, 1],
          overrides: { WORKGROUP, ...tailFlag(problem) },
        },
      ],
      tile,
      lane: (_row, column) => Math.floor((column % tile.columns) / 4),
      numerics: productNumerics(problem),
    });
  },
} satisfies Kernel;
