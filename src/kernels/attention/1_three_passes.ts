import { solution } from '../draft.ts';
import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionBuffers, attentionNumerics, attentionOverrides, attentionSetting, attentionTypes } from './plan.ts';

export default {
  id: '1_three_passes',
  op: 'attention',
  title: 'Three passes, scores in memory',
  teaches:
    'The formula as it reads: all scores, then softmax of each row, then the weighted sum of the values. Simple and parallel, but the scores of every query with every key lie in memory between the passes: twice the tokens, four times the scratch.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [workgroupKnob(64, [8, 16, 32, 64, 128, 256]), ...placement()],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 1, Number.POSITIVE_INFINITY);
    const { batch, heads, queries, keys, dim, valueDim } = setting.shape;
    const size = number(knobs, 'WORKGROUP');
    const rows = batch * heads * queries;
    const options = attentionOverrides(setting);
    const pass = (invocations: number) => ({
      workgroups: fold(Math.ceil(invocations / size), device),
      workgroupSize: [size, 1, 1] as const,
    });
    const shader = 'attention/1_three_passes.wgsl';
    return solution({
      shader,
      constants: {},
      ...attentionTypes(setting),
      buffers: [...attentionBuffers(shader, setting, rows), { use: 'scratch', name: 'scores', bytes: rows * keys * 4 }],
      passes: [
        {
          ...pass(rows * keys),
          entry: 'compare',
          overrides: { ...options, WORKGROUP: size, DIM: dim },
        },
        { ...pass(rows), entry: 'normalise', overrides: { WORKGROUP: size } },
        {
          ...pass(rows * valueDim),
          entry: 'weigh',
          overrides: { WORKGROUP: size, VALUE_DIM: valueDim },
        },
      ],
      lane: (row, column) => (row * valueDim + column) % size,
      // The whole row is one tile.
      numerics: attentionNumerics(problem, keys),
    });
  },
} satisfies Kernel;
