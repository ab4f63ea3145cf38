/** What tries the checker on transposes. */
import type { Broken } from '../broken.ts';
import { transposeFaults } from '../moves.ts';

export default {
  faults: transposeFaults,
  kinds: [
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'wrong stride',
    'short format',
    'write out of range',
    'element never written',
    'value of the wrong lane',
  ],
  honest: { kernels: ['1_naive', '3_padded'], shape: { rows: 77, columns: 45 } },
  cases: [
    { shape: { rows: 77, columns: 45 } },
    { shape: { rows: 64, columns: 64 }, knobs: { TILE: 8, ROWS: 4 } },
    { shape: { rows: 1, columns: 1 } },
    { shape: { rows: 1, columns: 130 } },
    // More tiles than one dimension of the grid has workgroups.
    { shape: { rows: 1200, columns: 901 }, knobs: { TILE: 4, ROWS: 2 } },
    { shape: { rows: 9, columns: 130 }, dtype: 'f16' },
  ],
} satisfies Broken;
