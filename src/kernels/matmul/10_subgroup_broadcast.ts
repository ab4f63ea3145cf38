import { Refusal } from '../../core/errors.ts';
import { number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { columnFlags, groupsKnob, placement, productPlan } from './product.ts';

export default {
  id: '10_subgroup_broadcast',
  op: 'matmul',
  title: 'Rows shared by subgroup broadcast',
  from: [7],
  teaches:
    'Each lane of a subgroup loads 4 terms of one row of A and hands them to all others by broadcast: registers only, no workgroup memory, no barrier. The more rows a tile has, the fewer loads each multiply-add needs. No subgroup size is assumed.',
  dtypes: ['f32', 'f16'],
  features: ['subgroups'],
  naga: { supported: false, reason: 'naga does not know `enable subgroups`' },
  knobs: [
    groupsKnob(8),
    {
      key: 'LANES',
      title: 'Lanes that load A',
      unit: 'lanes',
      default: 'auto',
      values: ['auto', 4, 8],
      doc: 'Every subgroup has 4 lanes; with 8 of them loading one row each, A is loaded half as often. auto takes 8 where no subgroup of this device has fewer.',
    },
    workgroupKnob(32, [8, 16, 32, 64, 128, 256]),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    const groups = number(knobs, 'GROUPS');
    const smallest = device.subgroupMinSize || 4;
    const widest = smallest >= 8 ? 8 : 4;
    const loading = knobs.LANES === 'auto' ? widest : number(knobs, 'LANES');
    if (loading > widest) {
      throw new Refusal(
        `LANES ${loading} needs subgroups of at least ${loading} lanes; on this device they may have ${smallest}`,
        { rule: 'subgroup-lanes', parameters: { lanes: loading, smallest }, works: [{ LANES: 4 }] },
      );
    }
    const { m, n } = problem.shape;
    const tile = { rows: 8 * groups, columns: 4 * size };
    return productPlan({
      problem,
      knobs,
      id: '10_subgroup_broadcast',
      width: 4,
      features: ['subgroups'],
      constants: { GROUPS: groups, LANES: loading },
      pass: {
        workgroups: [Math.ceil(n / tile.columns), Math.ceil(m / tile.rows), 1],
        workgroupSize: [size, 1, 1],
        overrides: { WORKGROUP: size, ...columnFlags(knobs) },
      },
      tile,
      lane: (_row, column) => Math.floor(column / 4),
    });
  },
} satisfies Kernel;
