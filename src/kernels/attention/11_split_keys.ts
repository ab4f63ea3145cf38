import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionSetting } from './plan.ts';
import { SPLIT_KNOBS, splitPlan } from './split.ts';

export default {
  id: '11_split_keys',
  op: 'attention',
  title: 'Decoding: keys split, parts merged',
  from: [7],
  teaches:
    'With one query for each head there are too few rows to fill a device. Each workgroup takes a part of the keys, and a second pass merges the parts by their log-sum-exp. Query heads that share a key head are rows of one matrix, so one load of a key serves several of them.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [...SPLIT_KNOBS, ...placement(16)],
  plan: (problem, knobs, device) => splitPlan(attentionSetting(problem, knobs, 4), knobs, device, '11_split_keys'),
} satisfies Kernel;
