/** What tries the checker on matrix products. */
import type { Knobs } from '../../../src/kernels/types.ts';
import type { Broken } from '../broken.ts';
import { matmulFaults } from '../matmul.ts';
import { matmulLineFaults } from '../matmul-lines.ts';
import { matmulTileFaults } from '../matmul-tiles.ts';
import { matmulTunedFaults } from '../matmul-tuned.ts';
import { matmulUnrolledFaults } from '../matmul-unrolled.ts';

/** Neither at the start of the buffer nor without a gap between rows. */
const PLACED: Knobs = { offset: 16, pitch: 64 };

export default {
  faults: [...matmulFaults, ...matmulTileFaults, ...matmulTunedFaults, ...matmulUnrolledFaults, ...matmulLineFaults],
  kinds: [
    'last element dropped',
    'term counted twice',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'no barrier after the tile is used',
    'wrong stride',
    'stale tile',
    'f16 accumulation',
    'write out of range',
    'element never written',
    'read past the end',
    'subgroup size assumed',
    'value of the wrong lane',
    'short format',
    'threshold or clamp',
  ],
  honest: { kernels: ['2_coalesced', '9_split_k', '16_packed'], shape: { m: 67, n: 45, k: 83 } },
  cases: [
    // Each register of the largest register tile holds something that is stored.
    {
      shape: { m: 37, n: 45, k: 83, bias: 1 },
      knobs: {
        ...PLACED,
        layoutA: 'row',
        layoutB: 'row',
        ROWS: 8,
        COLUMNS: 8,
        WX: 4,
        WY: 4,
        TILE_K: 16,
        SPLITS: 4,
        GROUPS: 4,
        LANES: 4,
        WORKGROUP: 8,
      },
    },
    {
      shape: { m: 70, n: 66, k: 41, bias: 1 },
      knobs: {
        ...PLACED,
        layoutA: 'column',
        layoutB: 'column',
        ROWS: 8,
        COLUMNS: 4,
        WX: 8,
        WY: 4,
        TILE_K: 8,
        BAND: 2,
        GROUPS: 2,
        LANES: 8,
        WORKGROUP: 16,
      },
    },
    {
      shape: { m: 64, n: 64, k: 64, bias: 0 },
      knobs: {
        ...PLACED,
        layoutA: 'row',
        layoutB: 'column',
        BAND: 1,
        ROWS: 4,
        COLUMNS: 4,
        WX: 8,
        WY: 8,
        TILE_K: 16,
        SPLITS: 2,
        GROUPS: 3,
        WORKGROUP: 8,
      },
    },
    // Tiles of 128 x 128 that are full, so that all lanes carry something that is stored; nine of them below one another, a band and more.
    {
      shape: { m: 1030, n: 132, k: 21, bias: 1 },
      knobs: { ...PLACED, layoutA: 'row', layoutB: 'row', BAND: 1, TILE_K: 8 },
    },
    { shape: { m: 130, n: 3, k: 1, bias: 1 }, knobs: { ...PLACED, GROUPS: 1, LANES: 8 } },
    { shape: { m: 5, n: 129, k: 33, bias: 1 }, knobs: { ...PLACED, ROWS: 4, COLUMNS: 8 } },
    // Vectors, with several terms and several blocks of columns for each lane.
    {
      shape: { m: 1, n: 75, k: 203, bias: 1 },
      knobs: { ...PLACED, layoutB: 'column', COLUMNS: 4, SPLITS: 2, WX: 4, WY: 4 },
    },
    { shape: { m: 2, n: 75, k: 203, bias: 1 }, knobs: { ...PLACED, COLUMNS: 16, ROWS: 2, WORKGROUP: 4 } },
    {
      shape: { m: 75, n: 1, k: 203, bias: 1 },
      knobs: { ...PLACED, layoutA: 'column', COLUMNS: 16, SPLITS: 2, WX: 2, WY: 2 },
    },
    { shape: { m: 67, n: 70, k: 130, bias: 1 }, dtype: 'f16' },
    // The last line of four blocks begins in the middle of the one before it.
    { shape: { m: 2, n: 38, k: 33, bias: 1 }, knobs: { ...PLACED, COLUMNS: 16, ROWS: 2, WORKGROUP: 4 } },
  ],
} satisfies Broken;
