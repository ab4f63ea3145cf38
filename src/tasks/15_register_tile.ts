import { accesses, bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/matmul_tiles.wgsl?raw';
import solution from './wgsl/register_tile_solution.wgsl?raw';

export default {
  id: 'register_tile',
  title: 'More work for each read',
  level: 'a kernel',
  asks: 'For each multiply-add this kernel reads two words of workgroup memory, and on a GPU those reads are what it mostly waits for. Let a lane compute 2 x 2 elements of C and keep what it reads in registers: then four reads serve four multiply-adds. Make at most one read for each multiply-add, which is 262,144 at 64 cubed, beside those that bring the tiles in: 300,000 in all. Do not go back to memory for what you save: fetch at most 400,000 bytes.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 64 },
  start,
  hints: [
    'Keep tiles of 16 x 16 and take 8 x 8 lanes: each lane loads four elements of each tile and has four sums.',
    'For each i, read two elements of a column of tileA and two of a row of tileB; every one of them is used twice.',
    'Sums in two vec2f, one for each row: top = fma(vec2f(upper), row, top);',
  ],
  solution,
  wrong: { source: start, misses: 'accesses reads of storage and workgroup memory' },
  goals: [accesses(300_000, { access: 'read' }, 'reads of storage and workgroup memory'), bytesFetched(400_000)],
} satisfies Task;
