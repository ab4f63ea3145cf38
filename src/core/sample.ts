/** Which rows of an output are compared where comparing all of them would cost more than the run deserves. */
import type { OutputJudge } from './judge.ts';
import { Random } from './random.ts';

/** Fewer rows than this are never taken, whatever the budget. */
const FEWEST = 8;

/** Rows of one matrix of the output: tiles start again with each batch and head. */
export function matrixRows({ dims, rows, rowLength }: OutputJudge): number {
  const rank = dims.length;
  return rank >= 3 && dims[rank - 1] === rowLength ? dims[rank - 2] : rows;
}

/**
 * About `wanted` rows in ascending order, at least 8 where there are so many: the first, the last, for up to half of
 * them both sides of tile edges (ends of matrices among them) spread over the output, the rest one at random from each
 * of equal strata.
 */
export function sampleRows(judge: OutputJudge, seed: number, wanted: number, tileRows?: number): number[] {
  const { rows } = judge;
  const size = Math.min(rows, Math.max(FEWEST, wanted));
  if (size === rows) return Array.from({ length: rows }, (_, row) => row);
  const random = new Random(seed, `rows of ${judge.tensor}`);
  const chosen = new Set([0, rows - 1]);

  const height = matrixRows(judge);
  const tile = Math.min(tileRows ?? height, height);
  const perMatrix = Math.ceil(height / tile);
  // The end of the last matrix is no edge.
  const edges = (rows / height) * perMatrix - 1;
  const taken = Math.min(edges, (size - 2) >> 2);
  for (let i = 0; i < taken; i++) {
    const [low, high] = [Math.floor((i * edges) / taken), Math.floor(((i + 1) * edges) / taken) - 1];
    const edge = i === 0 ? 0 : i === taken - 1 ? edges - 1 : random.integer(low, high);
    const matrix = Math.floor(edge / perMatrix);
    const after = matrix * height + Math.min(((edge % perMatrix) + 1) * tile, height);
    chosen.add(after - 1).add(after);
  }

  const strata = size - chosen.size;
  for (let i = 0; i < strata; i++) {
    let row = random.integer(Math.floor((i * rows) / strata), Math.floor(((i + 1) * rows) / strata) - 1);
    while (chosen.has(row)) row = (row + 1) % rows;
    chosen.add(row);
  }
  return [...chosen].sort((a, b) => a - b);
}
