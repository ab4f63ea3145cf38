import { edited } from '../core/edited.ts';
import { activeLanes, bytesFetched, sectorsPerRequest } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/transpose_tile.wgsl?raw';
import solution from './wgsl/transpose_tile_solution.wgsl?raw';

export default {
  id: 'transpose_tile',
  title: 'Turn a tile',
  level: 'a kernel',
  asks: 'Rows of x become columns of y, so either the reads or the writes of a group of lanes are scattered: here each write touches 32 sectors for 32 elements. Let a workgroup bring a tile of 32 × 32 into workgroup memory along the rows of x, and write it along the rows of y. A request may touch four sectors on either side, and every element moves once: 49,152 bytes in all.',
  op: 'transpose',
  shape: { rows: 96, columns: 64 },
  start,
  hints: [
    'A tile is declared outside the function: `var<workgroup> tile: array<f32, 1024>;`',
    'With 32 x 8 lanes each lane moves four elements of the tile, eight rows apart; the dispatch becomes `ceil(columns / 32), ceil(rows / 32)`.',
    'Between the loads and the stores all lanes must meet: `workgroupBarrier();`. Neighbouring lanes then write neighbours of a row of y, which is a column of the tile.',
  ],
  solution,
  wrong: {
    source: edited(solution, [
      '  // Closes read after write: lanes read along a column of the tile what others have stored along its rows.\n  workgroupBarrier();\n',
      '',
    ]),
    misses: 'clean',
  },
  goals: [
    sectorsPerRequest(4, { buffer: 'x', access: 'read' }),
    sectorsPerRequest(4, { buffer: 'y', access: 'write' }),
    activeLanes(0.5, 32),
    // x once and y once.
    bytesFetched(49_152),
  ],
} satisfies Task;
