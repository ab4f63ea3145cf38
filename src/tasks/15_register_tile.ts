import { edited } from '../core/edited.ts';
import { accesses, bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/register_tile.wgsl?raw';

export default {
  id: 'register_tile',
  title: 'More work for each read',
  level: 'a few lines',
  asks: 'Each lane computes 2 × 2 elements of C, but it reads two words of workgroup memory for each multiply-add, and the arithmetic units wait for those reads. Keep what is read in variables, which lie in registers, and use it twice: then four reads serve four multiply-adds. The goal is one read for each of the 262,144 multiply-adds that matrices of 64 × 64 take, beside those that bring in the tiles: at most 300,000 in all. Do not go back to memory for what you save: fetch at most 400,000 bytes.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 64 },
  start,
  at: 'sum00 = fma(',
  hints: [
    'In one step of the loop over i, how many different elements of `tileA` does a lane read, and how many of `tileB`?',
    'Two of each. Read the four with `let` before the multiply-adds; each of them serves two.',
    '`let upper = tileA[2u * lane.y * TILE + i]; let left = tileB[i * TILE + 2u * lane.x]; sum00 = fma(upper, left, sum00);`',
  ],
  solution: edited(start, [
    `      sum00 = fma(tileA[2u * lane.y * TILE + i], tileB[i * TILE + 2u * lane.x], sum00);
      sum01 = fma(tileA[2u * lane.y * TILE + i], tileB[i * TILE + 2u * lane.x + 1u], sum01);
      sum10 = fma(tileA[(2u * lane.y + 1u) * TILE + i], tileB[i * TILE + 2u * lane.x], sum10);
      sum11 = fma(tileA[(2u * lane.y + 1u) * TILE + i], tileB[i * TILE + 2u * lane.x + 1u], sum11);
`,
    `      let upper = tileA[2u * lane.y * TILE + i];
      let lower = tileA[(2u * lane.y + 1u) * TILE + i];
      let left = tileB[i * TILE + 2u * lane.x];
      let right = tileB[i * TILE + 2u * lane.x + 1u];
      sum00 = fma(upper, left, sum00);
      sum01 = fma(upper, right, sum01);
      sum10 = fma(lower, left, sum10);
      sum11 = fma(lower, right, sum11);
`,
  ]),
  wrong: { source: start, misses: 'accesses reads of storage and workgroup memory' },
  goals: [accesses(300_000, { access: 'read' }, 'reads of storage and workgroup memory'), bytesFetched(400_000)],
} satisfies Task;
