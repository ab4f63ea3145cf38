/**
 * Softmax along rows: y_j = exp(x_j - m) / sum_i exp(x_i - m), with m the largest of the row.
 *
 * x (rows, columns), y (rows, columns), row-major.
 */
import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { item, operationCount, traffic } from '../quantities.ts';
import type { Operation } from '../types.ts';

/** Elements on the CPU: 2^28 float32 values are 1 GiB. */
const MOST_ELEMENTS = 2 ** 28;
/** Rows of every kind: as many as the problem has, and more where it has few and they are cheap. */
const MIXED_ROWS = [16, 512] as const;
const MIXED_ELEMENTS = 2 ** 21;
/** Of fewer rows of every kind, those with a tail say nothing: rows of tails alone, eight each of all three or of one. */
const MIXED_TAILS = 128;
const TAIL_ROWS = [24, 8] as const;

export const softmax: Operation = {
  id: 'softmax',
  title: 'Softmax',
  summary:
    'Turns a row of scores into probabilities: exponentials divided by their sum. Every element needs the maximum and the sum of its whole row first.',
  formula: 'y = exp(x - max x) / sum exp(x - max x)',
  parameters: [
    {
      key: 'rows',
      title: 'Rows',
      kind: 'size',
      default: 256,
      min: 1,
      max: 2 ** 20,
      doc: 'Independent rows: the work that can run in parallel.',
    },
    {
      key: 'columns',
      title: 'Columns',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'Scores in a row: the length of two reductions, and what should stay in fast memory between passes over the row.',
    },
  ],
  inputCases: [
    { id: 'normal', title: 'Normal', exposes: 'wrong indices, dropped elements, a wrong divisor' },
    {
      id: 'rising',
      title: 'Rising by 60, each row from a level of its own',
      exposes:
        'a sum not rescaled when the running maximum rises; the last element dropped; the maximum of another row',
    },
    {
      id: 'falling',
      title: 'Falling by 60, each row from a level of its own',
      exposes: 'a stale tile; the first element dropped',
    },
    {
      id: 'low',
      title: 'Around -200, and every fourth row around -1,600',
      exposes: 'padding counted as a score of 0; a maximum that starts at 0',
    },
    {
      id: 'high',
      title: 'Around +200, one at +320',
      exposes: 'no maximum subtracted, or one that missed an element: exp overflows',
    },
    { id: 'uniform', title: 'All equal', exposes: 'a lane whose partial sum is lost at a barrier' },
    {
      id: 'mixed',
      title: 'Rows of every kind',
      exposes:
        'faults of some rows or elements only; low precision, which long sums hide and rows of one to three scores do not',
    },
    {
      id: 'tails',
      title: 'One score far above the others',
      exposes: 'terms left out that count only together',
    },
  ],
  presets: [
    { title: '256 rows of 1,024', shape: { rows: 256, columns: 1024 } },
    { title: 'Scores of one head, 4,096 x 4,096', shape: { rows: 4096, columns: 4096 } },
    { title: 'A vocabulary, 1 x 128,000', shape: { rows: 1, columns: 128_000 } },
    { title: 'Odd sizes, 127 x 509', shape: { rows: 127, columns: 509 } },
  ],
  quick: { rows: 64, columns: 1024 },
  scales: ['rows', 'columns'],

  check({ rows, columns }) {
    if (rows * columns > MOST_ELEMENTS) {
      throw new Refusal(
        `${withCommas(rows)} rows of ${withCommas(columns)} are ` +
          `${withCommas(rows * columns)} elements; the reference holds at most ` +
          `${withCommas(MOST_ELEMENTS)}`,
        {
          rule: 'reference-size',
          parameters: { rows, columns, most: MOST_ELEMENTS },
          works: [],
          remedy: `use at most ${withCommas(Math.floor(MOST_ELEMENTS / columns))} rows`,
        },
      );
    }
  },

  tensors: ({ rows, columns }) => [
    { name: 'x', dims: [rows, columns], role: 'input', type: 'storage' },
    { name: 'y', dims: [rows, columns], role: 'output', type: 'storage' },
  ],

  quantities(shape, dtype) {
    const count = shape.rows * shape.columns;
    return [
      // Maximum, subtraction, exponential, sum, division.
      operationCount(5 * count),
      item('Exponentials', count),
      item('Comparisons', count),
      item('Additions and subtractions', 2 * count),
      item('Divisions', count),
      ...traffic(softmax.tensors(shape), dtype),
    ];
  },

  gates(problem) {
    const { rows, columns } = problem.shape;
    const [least, most] = MIXED_ROWS;
    const affordable = Math.max(least, Math.min(most, Math.floor(MIXED_ELEMENTS / columns)));
    const shape = { ...problem.shape, rows: Math.max(rows, affordable) };
    const [three, one] = TAIL_ROWS;
    const tails = { ...problem.shape, rows: three * columns <= MIXED_ELEMENTS ? three : one };
    return [
      ...(problem.input === 'mixed'
        ? []
        : [{ name: 'rows of every kind', problem: { ...problem, shape, input: 'mixed' } }]),
      ...(problem.input === 'tails' || (problem.input === 'mixed' ? rows : shape.rows) >= MIXED_TAILS
        ? []
        : [{ name: 'small terms', problem: { ...problem, shape: tails, input: 'tails' } }]),
    ];
  },
};
