import { edited } from '../core/edited.ts';
import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/matmul_tiles.wgsl?raw';

/** A sixteenth of what a trace of matmul's kernel 1 with its defaults counts at 64 cubed: 4,521,984 bytes. */
const MOST = 282_624;

/** With a tile of A alone. */
const start = edited(
  solution,
  ['var<workgroup> tileB: array<f32, TILE * TILE>;\n', ''],
  ['    var fromB = 0.0;\n', ''],
  ['    if (column < p.n && start + lane.y < p.k) {\n      fromB = b[(start + lane.y) * p.n + column];\n    }\n', ''],
  ['    tileB[slot] = fromB;\n', ''],
  [
    '      sum = fma(tileA[lane.y * TILE + i], tileB[i * TILE + lane.x], sum);\n',
    '      // Each lane fetches its element of B by itself.\n      if (column < p.n && start + i < p.k) {\n        sum = fma(tileA[lane.y * TILE + i], b[(start + i) * p.n + column], sum);\n      }\n',
  ],
);

export default {
  id: 'tiles',
  title: 'A sixteenth of the bytes',
  level: 'a few lines',
  asks: 'With matrices of 64 × 64, small enough to log every access, kernel 1 of matmul fetches 4,521,984 bytes. In this kernel a workgroup loads A tile by tile, and its lanes share each tile; but each lane still fetches its column of B by itself. Let B go through a tile as well, and fetch at most a sixteenth of kernel 1’s bytes, here and at any other size.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 64 },
  also: [{ m: 70, n: 33, k: 50 }],
  start,
  hints: [
    'tileB needs what tileA has: a declaration, and in each step one element from every lane, stored before the first barrier.',
    'The lane at (x, y) of the workgroup loads the element of B in row start + lane.y and in its own column. Past an edge it stores 0.',
    'In the inner loop, tileB[i * TILE + lane.x] then takes the place of b, and no test is needed.',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(MOST)],
} satisfies Task;
