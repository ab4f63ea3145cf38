/** Faults planted in the matrix x vector product with a cache line for each lane, kernel 19. */
import type { Fault } from './fault.ts';

const op = 'matmul';
const kernel = '19_line_per_lane';
/** A line that is not whole at the end of each row, and an odd number of terms. */
const odd = { m: 2, n: 133, k: 21, bias: 1 };

export const matmulLineFaults: readonly Fault[] = [
  {
    id: 'line-last-term',
    kind: 'last element dropped',
    op,
    kernel,
    planted: 'the loop ends before the last row of the matrix',
    edits: [['i < terms;', 'i + 1u < terms;']],
    shape: odd,
  },
  {
    id: 'line-row-twice',
    kind: 'term counted twice',
    op,
    kernel,
    planted: 'the second row of each step meets the term of the first',
    edits: [['x[fromX + i + 1u]', 'x[fromX + i]']],
    shape: odd,
    knobs: { ROWS: 2 },
  },
  {
    id: 'line-step',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'each step goes on by one row, though it has worked on two',
    edits: [['at += ROWS * step', 'at += step']],
    shape: odd,
    knobs: { ROWS: 2 },
  },
  {
    id: 'line-wrong-block',
    kind: 'value of the wrong lane',
    op,
    kernel,
    planted: 'the second block of a line is loaded from the place of the third',
    edits: [
      [
        'm[at + 1u]), s1);\n    }\n    if (BLOCKS > 2u) {\n      s2 = fma(t',
        'm[at + 2u]), s1);\n    }\n    if (BLOCKS > 2u) {\n      s2 = fma(t',
      ],
    ],
    shape: odd,
  },
  {
    id: 'line-unstored',
    kind: 'element never written',
    op,
    kernel,
    planted: 'the first block of a line is not stored',
    edits: [['if (begin >= first)', 'if (begin > first)']],
    shape: odd,
    sign: 'never written',
  },
  {
    id: 'line-next',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'each lane takes the line of its neighbour, so that the first is left to nobody',
    edits: [['(group.x * WORKGROUP + lane) * BLOCKS', '(group.x * WORKGROUP + lane + 1u) * BLOCKS']],
    shape: odd,
    sign: 'never written',
  },
  {
    id: 'line-edge',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'the last block of a row, which is not whole, is not counted',
    edits: [['(p.n + 3u) / 4u - BLOCKS', 'p.n / 4u - BLOCKS']],
    shape: odd,
    sign: 'never written',
  },
  {
    id: 'line-vector-pitch',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'rows of the vectors are taken to lie without padding between them',
    edits: [['r * p.xPitch', 'r * p.k']],
    shape: odd,
  },
  {
    id: 'line-unchecked',
    kind: 'write out of range',
    op,
    kernel,
    planted: 'elements past the end of the last row are stored too',
    edits: [['if (column < p.n) {', 'if (true) {']],
    shape: odd,
    sign: 'out of range',
  },
];
