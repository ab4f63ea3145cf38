/** Seeded inputs of the transpose, and what judges its results; `described/transpose.ts` says what is computed. */
import { transpose as described } from './described/transpose.ts';
import { moveInputs, moveJudge } from './moves.ts';
import type { VerifiableOperation } from './types.ts';

export const transpose: VerifiableOperation = {
  ...described,

  inputs: (problem) => ({ x: moveInputs(problem, problem.shape.rows * problem.shape.columns) }),

  judges(problem, { x }) {
    const { rows, columns } = problem.shape;
    const at = (row: number, column: number): number => column * columns + row;
    return [moveJudge(problem, { x, dims: [columns, rows], rows: columns, rowLength: rows, at })];
  },
};
