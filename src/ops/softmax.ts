/** Seeded inputs of softmax, and what judges its results; `described/softmax.ts` says what is computed. */
import { allow, TINY_F32 } from '../core/bounds.ts';
import { U32 } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { Random } from '../core/random.ts';
import { softmax as described } from './described/softmax.ts';
import { normals, rounded, trend } from './inputs.ts';
import { Climb, expError, placeError, Weights } from './online.ts';
import { losesTails, mixedRows, tailRows } from './softmax-rows.ts';
import type { Numerics, Problem, Tensors, VerifiableOperation } from './types.ts';

/** Rows that rise or fall start this far above or below 0, each elsewhere: the maximum of another row is of no use. */
const LEVEL = 150;
/** How far one element of each row of high scores lies above the others: a maximum that misses it overflows exp. */
const SPIKE = 120;
/** How many times lower than the others every fourth row's low scores are: no "lowest" score is low enough. */
const DEPTH = 8;

export const softmax: VerifiableOperation = {
  ...described,

  inputs({ shape, dtype, seed, input }) {
    const { rows, columns } = shape;
    if (input === 'mixed') return { x: rounded(mixedRows(new Random(seed, 'mixed'), rows, columns, dtype), dtype) };
    if (input === 'tails') return { x: rounded(tailRows(new Random(seed, 'tails'), rows, columns), dtype) };
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
    ...(['mixed', 'tails'].includes(problem.input) && numerics.output === 'f32'
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
