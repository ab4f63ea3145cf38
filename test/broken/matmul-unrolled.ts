/** Faults planted in the matrix product whose tile is written out, kernel 17. */
import type { Fault } from './fault.ts';

const op = 'matmul';
const kernel = '17_unrolled';
/** More than one tile each way, none of them whole; three tiles of terms, so that the odd side is used and the even one again. */
const odd = { m: 131, n: 133, k: 21, bias: 1 };

export const matmulUnrolledFaults: readonly Fault[] = [
  {
    id: 'unrolled-stale-term',
    kind: 'stale tile',
    op,
    kernel,
    planted: 'one term of the odd tile is read from the even one',
    edits: [['oddA[5][y], oddA[5]', 'evenA[5][y], oddA[5]']],
    shape: odd,
  },
  {
    id: 'unrolled-term-twice',
    kind: 'term counted twice',
    op,
    kernel,
    planted: 'the seventh term of a tile stands where the eighth should',
    edits: [
      [
        'evenA[7][y], evenA[7][y + LANES], evenB[7][x], evenB[7][x + LANES]',
        'evenA[6][y], evenA[6][y + LANES], evenB[6][x], evenB[6][x + LANES]',
      ],
    ],
    shape: odd,
  },
  {
    id: 'unrolled-last-tile',
    kind: 'last element dropped',
    op,
    kernel,
    planted: 'the number of tiles is rounded down, so that the last two terms are lost',
    edits: [['(p.k + TILE_K - 1u) / TILE_K', 'p.k / TILE_K']],
    // Two tiles and a part of a third one.
    shape: { ...odd, k: 18 },
  },
  {
    id: 'unrolled-first-barrier',
    kind: 'no barrier before the tile is used',
    op,
    kernel,
    planted: 'the first tile is used without waiting for those who store it',
    edits: [
      [
        '  // Closes read after write: all lanes read what each has stored of the first tile.\n  workgroupBarrier();\n',
        '',
      ],
    ],
    shape: odd,
  },
  {
    id: 'unrolled-odd-barrier',
    kind: 'no barrier after the tile is used',
    op,
    kernel,
    planted: 'the even tile is overwritten, and the odd one read, without waiting for the other lanes',
    edits: [['    workgroupBarrier();\n    next = carry(tile + 2u', '    next = carry(tile + 2u']],
    shape: odd,
  },
  {
    id: 'unrolled-row-in-block',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'the third term of a block goes to the block below',
    edits: [['evenA[term + 2u][block]', 'evenA[term + 2u][(block + 1u) % BLOCKS]']],
    shape: odd,
  },
  {
    id: 'unrolled-edge',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'past the last block of rows the one before it is read, and by the last block too',
    edits: [['min(r, (p.m - 1u) / 4u)', 'min(r, (p.m - 1u) / 4u - 1u)']],
    shape: odd,
  },
  {
    id: 'unrolled-bias',
    kind: 'value of the wrong lane',
    op,
    kernel,
    planted: 'both blocks of columns get the bias of the left one',
    edits: [['biasOf(column + LANES)', 'biasOf(column)']],
    shape: odd,
  },
  {
    id: 'unrolled-lanes',
    kind: 'element never written',
    op,
    kernel,
    planted: 'half of the lanes repeat what the others do, and their columns are left to nobody',
    edits: [['index / 32u % 2u * 8u', 'index / 32u % 2u * 0u']],
    shape: odd,
    sign: 'never written',
  },
];
