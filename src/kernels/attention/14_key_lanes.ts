import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionSetting } from './plan.ts';
import { SPLIT_KNOBS, splitPlan } from './split.ts';

export default {
  id: '14_key_lanes',
  op: 'attention',
  title: 'Decoding: lanes side by side on a key',
  from: [11],
  teaches:
    'Eight lanes share a key, so that a request reads whole lines instead of one place in each of many. What they have summed meets in workgroup memory, and the merge, too, is shared among the lanes of a workgroup for each row.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [...SPLIT_KNOBS, ...placement(16)],
  plan: (problem, knobs, device) =>
    splitPlan(attentionSetting(problem, knobs, 4), knobs, device, '14_key_lanes', { byRow: true }),
} satisfies Kernel;
