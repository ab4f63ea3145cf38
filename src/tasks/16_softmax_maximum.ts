import { edited } from '../core/edited.ts';
import { rung } from './texts.ts';
import type { Task } from './types.ts';

const RIGHT = rung('softmax', '1_three_looks');
const LINE = '    maximum = max(maximum, f32(x[first + i]));\n';

export default {
  id: 'softmax_maximum',
  title: 'Exponentials that overflow',
  level: 'one line',
  asks: 'exp(200) is more than float32 holds, so softmax subtracts the largest score of a row first, which cancels in the quotient. This kernel leaves the maximum at the lowest number there is, and its exponentials overflow. Find the maximum in the loop that is there for it.',
  op: 'softmax',
  shape: { rows: 9, columns: 70 },
  start: edited(RIGHT, [LINE, '    // One line is missing here.\n']),
  hints: [
    'The loop visits every element of the row.',
    '`max(a, b)` is the larger of two.',
    '`maximum = max(maximum, f32(x[first + i]));`',
  ],
  solution: RIGHT,
  wrong: { source: edited(RIGHT, [LINE, '    maximum = f32(x[first + i]);\n']), misses: 'correct' },
  goals: [],
} satisfies Task;
