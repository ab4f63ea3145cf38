import { edited } from '../core/edited.ts';
import type { Task } from './types.ts';
import start from './wgsl/multiply_add.wgsl?raw';

const LINE = '    // One line is missing here.\n';

export default {
  id: 'multiply_add',
  title: 'One neuron, one line',
  level: 'one line',
  asks: 'Each lane computes one neuron: the sum of its weights times the inputs, and a bias. The loop is there and adds nothing yet. Write the line that multiplies weight i by input i and adds the product to the sum.',
  op: 'neuron',
  shape: { inputs: 37, neurons: 70 },
  start,
  at: LINE.trim(),
  hints: [
    'The weights of a neuron lie side by side from index `row` on, so weight i is `w[row + i]`.',
    'WGSL has `fma(a, b, c)`, which is `a * b + c` in one step.',
    '`sum = fma(w[row + i], x[i], sum);`',
  ],
  solution: edited(start, [LINE, '    sum = fma(w[row + i], x[i], sum);\n']),
  wrong: { source: edited(start, [LINE, '    sum = w[row + i] * x[i];\n']), misses: 'correct' },
  goals: [],
} satisfies Task;
