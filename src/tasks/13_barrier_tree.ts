import { edited } from '../core/edited.ts';
import { barriers, longestLane } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/row_sum_tree.wgsl?raw';

const BARRIER =
  '    // Closes read after write: the half below reads what the half above wrote in the round before.\n    workgroupBarrier();\n';

export default {
  id: 'barrier_tree',
  title: 'Halves that do not wait',
  level: 'one line',
  asks: 'The tree adds halves to halves, and nothing makes a lane wait for the sums that it reads. Put a barrier where every round needs it, and nowhere else: a workgroup of 64 has six rounds.',
  op: 'row-sum',
  shape: { rows: 5, columns: 300 },
  exact: 'integers',
  start: edited(solution, [BARRIER, '']),
  hints: [
    'What the lower half reads was written in the round before, by other lanes.',
    'All lanes must come to the barrier, so it cannot be inside the `if`.',
    '`workgroupBarrier();` is the first statement of the loop.',
  ],
  solution,
  wrong: {
    source: edited(solution, [BARRIER, ''], ['  for (var half', '  workgroupBarrier();\n  for (var half']),
    misses: 'clean',
  },
  goals: [barriers(30, 'six for each row'), longestLane(40)],
} satisfies Task;
