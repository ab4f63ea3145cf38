import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/matmul.wgsl?raw';
import solution from './wgsl/matmul_tiles.wgsl?raw';

/** A sixteenth of what a trace of matmul's kernel 1 with its defaults counts at 64 cubed: 4,521,984 bytes. */
const MOST = 282_624;

export default {
  id: 'tiles',
  title: 'A sixteenth of the bytes',
  level: 'a kernel',
  asks: 'At 64 cubed, small enough to log every access of every workgroup, kernel 1 of matmul fetches 4,521,984 bytes. This kernel, whose neighbouring lanes compute neighbours in a row of C, fetches a quarter of that: each lane still reads a row of A and a column of B by itself. Fetch at most a sixteenth of kernel 1’s bytes, here and at any other size, by letting all lanes of a workgroup use what it has loaded once.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 64 },
  also: [{ m: 70, n: 33, k: 50 }],
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
