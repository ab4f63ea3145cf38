/** Faults planted in the softmax kernels. */
import type { Fault } from './fault.ts';

const op = 'softmax';
const odd = { rows: 77, columns: 203 };
const PLAIN = '1_three_looks';

export const softmaxFaults: readonly Fault[] = [
  {
    id: 'last-score-dropped',
    kind: 'last element dropped',
    op,
    kernel: PLAIN,
    planted: 'the sum leaves out the last element of the row',
    edits: [['i < p.columns; i++) {\n    sum +=', 'i < p.columns - 1u; i++) {\n    sum +=']],
    shape: odd,
    input: 'rising',
  },
  {
    id: 'row-stride',
    kind: 'wrong stride',
    op,
    kernel: PLAIN,
    planted: 'rows are taken to be one element longer than they are',
    edits: [['row * p.columns', 'row * (p.columns + 1u)']],
    shape: odd,
    sign: 'out of range',
  },
  {
    id: 'sum-rounded-to-f16',
    kind: 'f16 accumulation',
    op,
    kernel: PLAIN,
    planted: 'the running sum is rounded to f16 at each step, inputs and output f32',
    edits: [
      ['sum += exp(f32(x[first + i]) - maximum);', 'sum = quantizeToF16(sum + exp(f32(x[first + i]) - maximum));'],
    ],
    shape: odd,
  },
  {
    id: 'no-maximum',
    kind: 'no maximum subtracted',
    op,
    kernel: PLAIN,
    planted: 'exponentials are taken of the scores as they are',
    edits: [['maximum = max(maximum, f32(x[first + i]));', 'maximum = 0.0;']],
    shape: odd,
    input: 'high',
  },
  {
    id: 'maximum-from-0',
    kind: 'maximum started at 0',
    op,
    kernel: PLAIN,
    planted: 'the running maximum starts at 0',
    edits: [['var maximum = LOWEST;', 'var maximum = 0.0;']],
    shape: odd,
    input: 'low',
  },
  {
    id: 'score-of-0-counted',
    kind: 'padding counted as a key',
    op,
    kernel: PLAIN,
    planted: 'the row is taken to go on with one score of 0',
    edits: [
      ['var maximum = LOWEST;', 'var maximum = 0.0;'],
      ['var sum = 0.0;', 'var sum = exp(-maximum);'],
    ],
    shape: odd,
    input: 'low',
  },
  {
    id: 'no-bounds-check',
    kind: 'write out of range',
    op,
    kernel: PLAIN,
    planted: 'lanes past the last row go on and write',
    edits: [['row >= p.rows', 'false']],
    shape: odd,
    sign: 'out of range',
  },
  {
    id: 'last-column-unwritten',
    kind: 'element never written',
    op,
    kernel: PLAIN,
    planted: 'the last element of each row is not stored',
    edits: [['i < p.columns; i++) {\n    y[', 'i < p.columns - 1u; i++) {\n    y[']],
    shape: odd,
    sign: 'never written',
  },
];
