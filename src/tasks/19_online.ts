import { edited } from '../core/edited.ts';
import { keeps, looks, readsElsewhere } from './goals.ts';
import { rung } from './texts.ts';
import type { Task } from './types.ts';

export default {
  id: 'online',
  title: 'Two looks at a row',
  level: 'a few lines',
  asks: 'This softmax reads each row three times: for the maximum, for the sum, for the result. Rows may be longer than any fast memory. Find maximum and sum in one pass, so that x is read twice and no copy of it is kept.',
  op: 'softmax',
  shape: { rows: 3, columns: 2050 },
  also: [{ rows: 2, columns: 20_000 }],
  start: rung('softmax', '1_three_looks'),
  hints: [
    'Keep a maximum and a sum, and let both be right for what has been read so far.',
    'Where the maximum rises, the sum shrinks by `exp(maximum - raised)`.',
    'One loop: `let raised = max(maximum, score); sum = sum * exp(maximum - raised) + exp(score - raised); maximum = raised;`',
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
  // The first would be met by a copy too: in scratch, in workgroup memory, or in an array of each lane's own.
  goals: [looks(2, 'x', 6150), readsElsewhere(3000, 'x'), keeps(16)],
} satisfies Task;
