import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

export default {
  id: '2_online',
  op: 'attention',
  title: 'Online softmax, one invocation per query',
  from: [1],
  teaches:
    'A running maximum and sum make each score useful at once: what was summed so far shrinks whenever the maximum rises. No score is ever stored, so the scratch is gone; each key costs two exponentials and a pass over the output row.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(32, [1, 2, 4, 8, 16, 32, 64, 128, 256]), ...placement()],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 1);
    const size = number(knobs, 'WORKGROUP');
    const { batch, heads, queries, dim, valueDim } = setting.shape;
    const rows = batch * heads * queries;
    return attentionPlan({
      setting,
      id: '2_online',
      workgroups: fold(Math.ceil(rows / size), device),
      tiles: rows,
      workgroupSize: [size, 1, 1],
      constants: { DIM: dim, VALUE_DIM: valueDim },
      overrides: { WORKGROUP: size },
      queryTile: rows === queries || queries % size === 0 ? size : null,
      // It rescales with every key.
      keyTile: 1,
      numerics: { dividesEachKey: true },
      lane: (_query, _column, row) => row % size,
    });
  },
} satisfies Kernel;
