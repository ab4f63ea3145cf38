import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/matmul.wgsl?raw';
import solution from './wgsl/matmul_tiles.wgsl?raw';

/** A sixteenth of what a trace of matmul's kernel 1 with its defaults counts at 256 cubed: 286,261,248 bytes. */
const MOST = 17_891_328;

export default {
  id: 'tiles',
  title: 'A sixteenth of the bytes',
  level: 'a kernel',
  asks: 'At 256 cubed, kernel 1 of matmul fetches 286,261,248 bytes. This one, whose neighbouring lanes compute neighbours in a row of C, fetches 67 million: each lane still reads a row of A and a column of B by itself. Fetch at most a sixteenth of kernel 1’s bytes. What a workgroup has loaded once, all of its lanes can use.',
  op: 'matmul',
  shape: { m: 256, n: 256, k: 256 },
  workgroups: 'sample',
  start,
  hints: [
    'Let the lanes of a workgroup walk along k together, 16 terms at a time, with a tile of A and a tile of B in workgroup memory.',
    'In each step every lane loads one element of each tile. A barrier comes before the tiles are read, and another one before they are overwritten.',
    'Past an edge a tile must hold zeros, and every lane must reach the barriers: no early return.',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(MOST)],
} satisfies Task;
