/** The sum of each row of a matrix: y_i = sum_j x_ij. x (rows, columns) row-major, y (rows). */
import { item, operationCount, traffic } from '../quantities.ts';
import { checkElements } from '../reference-size.ts';
import type { Operation } from '../types.ts';

export const rowSum: Operation = {
  id: 'row-sum',
  title: 'Row sum',
  summary:
    'Adds up each row of a matrix: the smallest reduction. Every element is read once, so the question is which lane reads which, and how partial sums meet.',
  formula: 'y_i = sum_j x_ij',
  parameters: [
    {
      key: 'rows',
      title: 'Rows',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'Independent sums: the work that can run in parallel.',
    },
    {
      key: 'columns',
      title: 'Columns',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'Terms of each sum: the length of the reduction.',
    },
  ],
  inputCases: [
    { id: 'normal', title: 'Normal', exposes: 'wrong indices, dropped terms, a running sum in low precision' },
    {
      id: 'integers',
      title: 'Exact integers',
      exposes: 'any term dropped or doubled, bit for bit; a running sum in f16',
    },
    {
      id: 'single',
      title: 'One element in a row',
      exposes: 'operands or result in a shorter format, bit for bit; clamps, thresholds, a constant added',
    },
    {
      id: 'cancelling',
      title: 'Cancelling',
      exposes: 'low precision that a large result would hide: the terms of each half take those of the other away',
    },
  ],
  presets: [
    { title: '1,024 rows of 1,024', shape: { rows: 1024, columns: 1024 } },
    { title: 'One long row, 1,048,576', shape: { rows: 1, columns: 2 ** 20 } },
    { title: 'Odd sizes, 127 x 509', shape: { rows: 127, columns: 509 } },
  ],
  quick: { rows: 128, columns: 1024 },
  scales: ['rows', 'columns'],

  check: ({ rows, columns }) => checkElements(rows, columns),

  tensors: ({ rows, columns }) => [
    { name: 'x', dims: [rows, columns], role: 'input', type: 'storage' },
    { name: 'y', dims: [rows], role: 'output', type: 'storage' },
  ],

  quantities(shape, dtype) {
    const additions = shape.rows * (shape.columns - 1);
    // One column has nothing to add, and a headline must count something.
    return [
      operationCount(Math.max(1, additions)),
      item('Additions', additions),
      ...traffic(rowSum.tensors(shape), dtype),
    ];
  },

  gates: (problem) =>
    [
      { name: 'exact integers', problem: { ...problem, input: 'integers' } },
      { name: 'one element in a row', problem: { ...problem, input: 'single' }, isOther: true as const },
    ].filter((gate) => gate.problem.input !== problem.input),
};
