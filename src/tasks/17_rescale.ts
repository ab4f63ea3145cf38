import { edited } from '../core/edited.ts';
import { looks, readsElsewhere } from './goals.ts';
import { rung } from './texts.ts';
import type { Task } from './types.ts';

const RIGHT = rung('softmax', '2_online');

export default {
  id: 'rescale',
  title: 'The sum that must shrink',
  level: 'one line',
  asks: 'An online softmax finds maximum and sum in one pass. Whenever the maximum rises, the sum so far turns out to be relative to a maximum that was too low. This kernel does not correct the sum; a row whose first score is the largest would not show that.',
  op: 'softmax',
  shape: { rows: 9, columns: 70 },
  start: edited(RIGHT, ['sum * exp(maximum - raised)', 'sum']),
  hints: [
    'The sum holds `exp(x - maximum)` for the old maximum, and should hold `exp(x - raised)`.',
    '`exp(x - raised)` is `exp(x - maximum) * exp(maximum - raised)`.',
    '`sum = sum * exp(maximum - raised) + exp(score - raised);`',
  ],
  solution: RIGHT,
  wrong: { source: edited(RIGHT, ['sum * exp(maximum - raised)', 'sum * exp(raised - maximum)']), misses: 'correct' },
  // One pass for both, and one for the result.
  goals: [looks(2, 'x', 630), readsElsewhere(300, 'x')],
} satisfies Task;
