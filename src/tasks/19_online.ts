import { edited } from '../core/edited.ts';
import { accesses } from './goals.ts';
import { rung } from './texts.ts';
import type { Task } from './types.ts';

export default {
  id: 'online',
  title: 'Two looks at a row',
  level: 'a few lines',
  asks: 'This softmax reads each row three times: for the maximum, for the sum, for the result. Find maximum and sum in one pass, so that x is read twice.',
  op: 'softmax',
  shape: { rows: 9, columns: 70 },
  start: rung('softmax', '1_three_looks'),
  hints: [
    'Keep a maximum and a sum, and let both be right for what has been read so far.',
    'Where the maximum rises, the sum shrinks by exp(maximum - raised).',
    'One loop: raised = max(maximum, score); sum = sum * exp(maximum - raised) + exp(score - raised); maximum = raised;',
  ],
  solution: edited(rung('softmax', '2_online'), ['// as: 2_online', '// as: 1_three_looks']),
  wrong: {
    source: edited(
      rung('softmax', '2_online'),
      ['// as: 2_online', '// as: 1_three_looks'],
      ['sum * exp(maximum - raised)', 'sum'],
    ),
    misses: 'correct',
  },
  goals: [accesses(1260, { buffer: 'x', access: 'read' }, 'reads of x')],
} satisfies Task;
