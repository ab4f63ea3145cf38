/** Seeded inputs of copies, and what judges their results; `described/copy.ts` says what is computed. */
import { copy as described } from './described/copy.ts';
import { moveInputs, moveJudge } from './moves.ts';
import type { VerifiableOperation } from './types.ts';

/** What one judge's row holds: a sample of them stands for a long copy. */
const ROW = 1024;

export const copy: VerifiableOperation = {
  ...described,

  inputs: (problem) => ({ x: moveInputs(problem, problem.shape.elements) }),

  judges(problem, { x }) {
    const { elements } = problem.shape;
    const isWhole = elements % ROW === 0;
    const rowLength = isWhole ? ROW : 1;
    const rows = elements / rowLength;
    return [
      moveJudge(problem, { x, dims: [elements], rows, rowLength, at: (row, column) => row * rowLength + column }),
    ];
  },
};
