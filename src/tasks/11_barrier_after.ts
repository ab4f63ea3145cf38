import { edited } from '../core/edited.ts';
import { barriers, bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/matmul_tiles.wgsl?raw';

const AFTER =
  '    // Closes write after read: the next step overwrites what slower lanes may still be reading.\n    workgroupBarrier();\n';

export default {
  id: 'barrier_after',
  title: 'The missing barrier',
  level: 'one line',
  asks: 'A barrier is missing from this tiled product. Its output may be right all the same, on one adapter or at one time, and wrong on another. The sanitizer names two lines that race: put a barrier where it keeps the later access from overtaking the earlier one.',
  op: 'matmul',
  shape: { m: 32, n: 32, k: 48 },
  start: edited(solution, [AFTER, '']),
  hints: [
    'Which lines does the finding name: who writes, and who reads what is written?',
    'A fast lane starts the next step and overwrites the tile, while a slow one still adds up the last.',
    'The barrier, `workgroupBarrier();`, belongs at the end of the loop over `start`.',
  ],
  solution,
  wrong: {
    source: edited(
      solution,
      [AFTER, ''],
      [
        '  if (row < p.m && column < p.n) {\n    c[',
        '  workgroupBarrier();\n  if (row < p.m && column < p.n) {\n    c[',
      ],
    ),
    misses: 'clean',
  },
  // The tiles stay: without them there would be nothing to wait for.
  goals: [barriers(24, 'two for each step of a workgroup'), bytesFetched(28_672)],
} satisfies Task;
