/**
 * Softmax along rows: y_j = exp(x_j - m) / sum_i exp(x_i - m), with m the largest of the row.
 *
 * x (rows, columns), y (rows, columns), row-major.
 */
import { allow, TINY_F32 } from '../core/bounds.ts';
import { Refusal } from '../core/errors.ts';
import { U32 } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { Random } from '../core/random.ts';
import { withCommas } from '../core/words.ts';
import { normals, rounded, trend } from './inputs.ts';
import { Climb, expError, placeError, Weights } from './online.ts';
import { item, operationCount, traffic } from './quantities.ts';
import { losesTails, mixedRows } from './softmax-rows.ts';
import type { Numerics, Operation, Problem, Tensors } from './types.ts';

/** Elements on the CPU: 2^28 float32 values are 1 GiB. */
const MOST_ELEMENTS = 2 ** 28;
/** Rows that rise or fall start this far above or below 0, each elsewhere: the maximum of another row is of no use. */
const LEVEL = 150;
/** How far one element of each row of high scores lies above the others: a maximum that misses it overflows exp. */
const SPIKE = 120;
/** Rows of every kind: as many as the problem has, and more where it has few and they are cheap. */
const MIXED_ROWS = [16, 512] as const;
const MIXED_ELEMENTS = 2 ** 21;
/** How many times lower than the others every fourth row's low scores are: no "lowest" score is low enough. */
const DEPTH = 8;

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

  inputs({ shape, dtype, seed, input }) {
    const { rows, columns } = shape;
    if (input === 'mixed') return { x: rounded(mixedRows(new Random(seed, 'mixed'), rows, columns, dtype), dtype) };
    const x = normals(new Random(seed, 'x'), rows * columns, dtype, input === 'normal' ? 2 : 1);
    if (input !== 'normal') {
      const random = new Random(seed, 'levels');
      const levelled = input === 'rising' || input === 'falling';
      for (let row = 0; row < rows; row++) {
        const level = levelled ? random.uniform(-LEVEL, LEVEL) : 0;
        const depth = input === 'low' && row % 4 === 3 ? DEPTH : 1;
        const spike = input === 'high' ? random.integer(0, columns - 1) : -1;
        const start = row * columns;
        for (let j = 0; j < columns; j++) {
          // A row's equal scores still differ from those of other rows.
          x[start + j] = input === 'uniform' ? x[start] : x[start + j] + level + depth * trend(input, j, columns);
        }
        if (spike >= 0) x[start + spike] += SPIKE;
      }
    }
    return { x: rounded(x, dtype) };
  },

  gates(problem) {
    const { rows, columns } = problem.shape;
    const [least, most] = MIXED_ROWS;
    const affordable = Math.max(least, Math.min(most, Math.floor(MIXED_ELEMENTS / columns)));
    const shape = { ...problem.shape, rows: Math.max(rows, affordable) };
    return problem.input === 'mixed'
      ? []
      : [{ name: 'rows of every kind', problem: { ...problem, shape, input: 'mixed' } }];
  },

  judges: (problem, inputs, numerics) => [softmaxJudge(problem, inputs, numerics)],
};

/**
 * With x_j the distance to the maximum m, D_j = 2u (3 + 3 x_j) + 2u (|s_j| + |m|) what an exponential may err by and A what
 * adding them up may: B_j = y_j (D'_j + sum_i y_i D_i + A + 2u (3 n_r + 3 R) + 6u) + 2^-125, a flushed denormal and as much again.
 * D'_j is D_j with lse = log sum exp s in place of m, where it is the larger: y_j may be computed as exp(s_j - lse).
 */
function softmaxJudge(problem: Problem, tensors: Tensors, numerics: Numerics): OutputJudge {
  const { rows, columns } = problem.shape;
  const { x } = tensors;
  const tile = numerics.keyTile ?? columns;
  return {
    tensor: 'y',
    dims: [rows, columns],
    rows,
    rowLength: columns,
    costPerRow: 16 * columns,
    ...(problem.input === 'mixed' && numerics.output === 'f32'
      ? { together: { fault: 'leaves small terms out of its sums', isWrong: (y) => losesTails(x, y, columns) } }
      : {}),
    row(row, expected, bound) {
      const start = row * columns;
      const climb = new Climb();
      for (let first = 0; first < columns; first += tile) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let j = first; j < Math.min(first + tile, columns); j++) largest = Math.max(largest, x[start + j]);
        climb.tile(largest);
      }
      const { maximum } = climb;
      const weights = new Weights();
      for (let j = 0; j < columns; j++) {
        const distance = maximum - x[start + j];
        expected[j] = Math.exp(-distance);
        weights.add(expected[j], expError(distance) + placeError(x[start + j], maximum));
      }
      for (let j = 0; j < columns; j++) if (weights.isSmall(expected[j])) weights.leave(expected[j]);
      const { sum } = weights;
      const shared = weights.meanError + weights.additionError + climb.error + 6 * U32;
      const lse = maximum + Math.log(sum);
      for (let j = 0; j < columns; j++) {
        const y = expected[j] / sum;
        const own = expError(lse - x[start + j]) + placeError(x[start + j], Math.max(Math.abs(lse), Math.abs(maximum)));
        allow(expected, bound, j, y, y * (own + shared) + 2 * TINY_F32, numerics.output);
      }
    },
  };
}
