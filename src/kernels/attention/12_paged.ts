import type { Layout } from '../../core/layout.ts';
import { Random } from '../../core/random.ts';
import { countKnob, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';

import { attentionSetting } from './plan.ts';
import { SPLIT_KNOBS, splitPlan } from './split.ts';

export default {
  id: '12_paged',
  op: 'attention',
  title: 'Decoding over pages',
  from: [11],
  teaches:
    'The keys of a growing cache lie in pages anywhere in memory, and a table says where. No sequence needs room for the longest it may become; the price is one more load for each key, and neighbours only within a page.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    ...SPLIT_KNOBS,
    {
      ...countKnob(
        'PAGE',
        'Page size',
        'keys',
        16,
        [1, 2, 4, 8, 16, 32, 64, 128, 256],
        'Keys that lie side by side: small pages waste less at the end of a sequence, large ones keep more neighbours together.',
      ),
      fixed: true,
    },
  ],
  plan(problem, knobs, device) {
    const page = number(knobs, 'PAGE');
    const setting = attentionSetting(problem, knobs, 4);
    const { batch, kvHeads, keys } = setting.shape;
    const pages = Math.ceil(keys / page);
    const table = shuffled(batch * pages, problem.seed);
    const paged = (layout: Layout): Layout => inPages(layout, table, page, kvHeads, keys);
    const k = paged(setting.k);
    const v = paged(setting.v);
    return splitPlan({ ...setting, k, v }, knobs, device, '12_paged', {
      constants: { PAGE: page, PAGES: pages },
      buffers: [{ use: 'data', name: 'table', data: table.buffer }],
    });
  },
} satisfies Kernel;

/** Numbers 0 to count - 1 in a seeded order (Fisher and Yates): pages as a long-running cache leaves them. */
function shuffled(count: number, seed: number): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const random = new Random(seed, 'pages');
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * (batch, kvHeads, keys, size) laid out as (pages, kvHeads, page, size): `table` gives the page in memory of each page
 * of each sequence. The strides are those of a page: (page, head, token, element).
 */
function inPages(layout: Layout, table: Uint32Array, page: number, kvHeads: number, keys: number): Layout {
  const [batch] = layout.dims;
  const token = layout.strides[2];
  const head = page * token;
  const whole = kvHeads * head;
  const pages = table.length / batch;
  const starts = new Uint32Array(batch * kvHeads * keys);
  for (let row = 0; row < starts.length; row++) {
    const key = row % keys;
    const keyHead = Math.floor(row / keys) % kvHeads;
    const sequence = Math.floor(row / keys / kvHeads);
    starts[row] = table[sequence * pages + Math.floor(key / page)] * whole + keyHead * head + (key % page) * token;
  }
  return { ...layout, strides: [whole, head, token, 1], length: table.length * whole, starts };
}
