import { edited } from '../core/edited.ts';
import { withCommas } from '../core/words.ts';
import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/matmul_tiles.wgsl?raw';

/**
 * Bytes that matmul's kernel 1 with its defaults fetches at n cubed, where 16 divides n: each of its groups of 32 lanes touches 17
 * sectors in each step, 16 of A and one of B, and 16 as it stores.
 */
const fetchedByFirst = (n: number): number => 32 * (17 * n + 16) * (n ** 2 / 32);
const [SMALL, LARGE] = [64, 256];

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
  asks: `With matrices of ${LARGE} × ${LARGE}, kernel 1 of matmul fetches ${withCommas(fetchedByFirst(LARGE))} bytes. In this kernel a workgroup loads A tile by tile, and its lanes share each tile; but each lane still fetches its column of B by itself. Let B go through a tile as well, and fetch at most a sixteenth of kernel 1’s bytes. Every access is counted with matrices of ${SMALL} × ${SMALL}; of those of ${LARGE} × ${LARGE}, too many for a log, those of some workgroups, chosen at random, which stand for all: all must do about as much.`,
  op: 'matmul',
  shape: { m: SMALL, n: SMALL, k: SMALL },
  also: [
    { m: 70, n: 33, k: 50 },
    { m: LARGE, n: LARGE, k: LARGE },
  ],
  start,
  hints: [
    '`tileB` needs what `tileA` has: a declaration, and in each step one element from every lane, stored before the first barrier.',
    'The lane at (x, y) of the workgroup loads the element of B in row `start + lane.y` and in its own column. Past an edge it stores 0.',
    'In the inner loop, `tileB[i * TILE + lane.x]` then takes the place of `b`, and no test is needed.',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(fetchedByFirst(SMALL) / 16)],
  larger: {
    shape: { m: LARGE, n: LARGE, k: LARGE },
    words: `With matrices of ${LARGE} × ${LARGE}`,
    goals: [bytesFetched(fetchedByFirst(LARGE) / 16)],
  },
} satisfies Task;
