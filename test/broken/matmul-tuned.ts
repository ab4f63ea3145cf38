/** Faults planted in the kernels of the matrix product that keep no tile in workgroup memory: 7, 9 to 12 and 16. */
import type { Fault } from './fault.ts';

const op = 'matmul';
/** Not one size is a multiple of a tile's side or of 4. */
const odd = { m: 37, n: 45, k: 83, bias: 1 };
const row = { ...odd, m: 1 };

// As small as still leaves several workgroups: what is small compiles fast.
const cache = { ROWS: 4, COLUMNS: 4, WX: 4, WY: 4 };
const split = { ...cache, SPLITS: 4 };
const quads = { GROUPS: 1, COLUMNS: 4 };
const vector = { COLUMNS: 4, WX: 4, WY: 4 };
const panels = { GROUPS: 1, WORKGROUP: 8 };

const CACHE = '7_from_cache';
const SPLIT = '9_split_k';
const BROADCAST = '10_subgroup_broadcast';
const QUADS = '11_quad_exchange';
const VECTOR = '12_matrix_vector';
const PACKED = '16_packed';

export const matmulTunedFaults: readonly Fault[] = [
  {
    id: 'k-in-whole-vectors',
    kind: 'tile off by one at an edge',
    op,
    kernel: CACHE,
    planted: 'the number of vec4s along k is rounded down',
    edits: [['(p.k + 3u) / 4u', 'p.k / 4u']],
    shape: odd,
    knobs: cache,
  },
  {
    id: 'one-block-more',
    kind: 'read past the end',
    op,
    kernel: CACHE,
    planted: 'one block too many is added where k is a multiple of 4: of the next row of A and the next column of B',
    edits: [['(p.k + 3u) / 4u', 'p.k / 4u + 1u']],
    shape: { ...odd, k: 84 },
    knobs: { ...cache, layoutB: 'column' },
  },
  {
    id: 'one-block-more-in-the-gap',
    kind: 'read past the end',
    op,
    kernel: CACHE,
    planted: 'one block too many is added where k is a multiple of 4, all of it from the gap that the pitch leaves',
    edits: [['(p.k + 3u) / 4u', 'p.k / 4u + 1u']],
    shape: { ...odd, k: 84 },
    knobs: { ...cache, pitch: 64, layoutB: 'column' },
  },
  {
    id: 'last-block-and-one-more',
    kind: 'read past the end',
    op,
    kernel: CACHE,
    planted: 'the loop over blocks of k takes in its end, which lies in the gap that the pitch leaves',
    edits: [['i < blocks', 'i <= blocks']],
    shape: odd,
    knobs: { ...cache, pitch: 64, layoutB: 'column' },
  },
  {
    id: 'bias-in-f16',
    kind: 'f16 accumulation',
    op,
    kernel: CACHE,
    planted: 'the sum is rounded to f16 before the bias is added, not after',
    edits: [['store(first, columnBlock, s[0] + bias0);', 'store(first, columnBlock, quantizeToF16(s[0]) + bias0);']],
    // Few terms: with many, what f32 sums may lose in any order is more than this.
    shape: { ...odd, k: 3 },
    knobs: cache,
    dtype: 'f16',
  },
  {
    id: 'last-range-dropped',
    kind: 'last element dropped',
    op,
    kernel: SPLIT,
    planted: 'the second pass leaves out the last range',
    edits: [['range < SPLITS;', 'range < SPLITS - 1u;']],
    shape: odd,
    knobs: split,
  },
  {
    id: 'first-range-twice',
    kind: 'term counted twice',
    op,
    kernel: SPLIT,
    planted: 'the second pass starts from the first range and adds it again',
    edits: [['var s = vec4f();', 'var s = scratch[number];']],
    shape: odd,
    knobs: split,
  },
  {
    id: 'partial-stride',
    kind: 'wrong stride',
    op,
    kernel: SPLIT,
    planted: 'the second pass takes rows of partial sums to be as long as the whole vec4s of n',
    edits: [['range * p.m * across + number', 'range * p.m * (p.n / 4u) + number']],
    shape: odd,
    knobs: split,
  },
  {
    id: 'partial-in-f16',
    kind: 'f16 accumulation',
    op,
    kernel: SPLIT,
    planted: 'partial sums are rounded to f16 on their way through memory, inputs and output f32',
    edits: [['across + j] = s;', 'across + j] = quantizeToF16(s);']],
    shape: odd,
    knobs: split,
  },
  {
    id: '32-lanes-assumed',
    kind: 'subgroup size assumed',
    op,
    kernel: BROADCAST,
    planted: 'of every 32 lanes only the first load rows of A, as if these 32 made one subgroup',
    edits: [
      [
        'let low0 = rowOfA(first + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA);',
        'let low0 = select(vec4f(), rowOfA(first + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA), index % 32u < LANES);',
      ],
    ],
    shape: odd,
    knobs: { GROUPS: 1, WORKGROUP: 32 },
  },
  {
    id: 'wrong-source',
    kind: 'value of the wrong lane',
    op,
    kernel: BROADCAST,
    planted: 'one row of the second group of 8 takes its terms from the first',
    edits: [['subgroupBroadcast(low1, 1u)', 'subgroupBroadcast(low0, 1u)']],
    shape: odd,
    knobs: { GROUPS: 2, WORKGROUP: 32 },
  },
  {
    id: 'swap-across-for-diagonal',
    kind: 'value of the wrong lane',
    op,
    kernel: QUADS,
    planted: 'the terms of the lane diagonally across are taken from the neighbour',
    edits: [['let x0d = quadSwapDiagonal(x0);', 'let x0d = quadSwapX(x0);']],
    shape: odd,
    knobs: quads,
  },
  {
    id: 'order-not-put-right',
    kind: 'element never written',
    op,
    kernel: QUADS,
    planted: "sums of the row two further are stored where the neighbour's belong",
    edits: [
      ['store(first + ((lane & 3u) ^ 2u), columnBlock, s[4]', 'store(first + ((lane & 3u) ^ 1u), columnBlock, s[4]'],
    ],
    shape: odd,
    knobs: quads,
    sign: 'never written',
  },
  {
    id: 'last-share-dropped',
    kind: 'last element dropped',
    op,
    kernel: VECTOR,
    planted: "each lane's share of the terms is rounded down, so that the last of them are nobody's",
    edits: [['(blocks + SPLITS * WY - 1u) / (SPLITS * WY)', 'blocks / (SPLITS * WY)']],
    shape: row,
    knobs: vector,
  },
  {
    id: 'across-no-barrier',
    kind: 'no barrier before the tile is used',
    op,
    kernel: VECTOR,
    planted: "the lanes' sums are added without a barrier, where rows of the matrix lie together",
    edits: [['workgroupBarrier();\n  if (lane.y', 'if (lane.y']],
    shape: row,
    knobs: vector,
  },
  {
    id: 'along-no-barrier',
    kind: 'no barrier before the tile is used',
    op,
    kernel: VECTOR,
    planted: "the lanes' sums are added without a barrier, where its columns lie together",
    edits: [['workgroupBarrier();\n  if (lane.x', 'if (lane.x']],
    shape: row,
    knobs: { WX: 16, WY: 2, layoutB: 'column' },
  },
  {
    id: 'along-steps-by-one',
    kind: 'term counted twice',
    op,
    kernel: VECTOR,
    planted: 'each lane goes on to the block of terms beside its own, which its neighbour has added too',
    edits: [['i += WX', 'i++']],
    shape: row,
    knobs: { ...vector, layoutB: 'column' },
  },
  {
    id: 'bias-of-each-row',
    kind: 'read past the end',
    op,
    kernel: VECTOR,
    planted: 'a single column has one bias for all of its rows, and each row takes the one of its number',
    edits: [['select(0u, column, p.bias == 1u)', 'column']],
    shape: { ...row, m: 45, n: 1 },
    knobs: vector,
  },
  {
    id: 'packed-rows-dropped',
    kind: 'tile off by one at an edge',
    op,
    kernel: PACKED,
    planted: 'only whole blocks of 4 rows are packed, and zeros for what is left at the edge',
    edits: [['if (4u * r < p.m) {', 'if (4u * r + 4u <= p.m) {']],
    shape: odd,
    knobs: panels,
  },
  {
    id: 'panel-length',
    kind: 'wrong stride',
    op,
    kernel: PACKED,
    planted: 'panels are packed for k rounded up to whole vec4s, and read as if it were rounded down',
    edits: [['let blocks = (p.k + 3u) / 4u;\n  // A lane', 'let blocks = p.k / 4u;\n  // A lane']],
    shape: odd,
    knobs: panels,
  },
  {
    id: 'packed-in-f16',
    kind: 'f16 accumulation',
    op,
    kernel: PACKED,
    planted: 'A is rounded to f16 on its way into the panels, inputs and output f32',
    edits: [['packedA[at] = block[0];', 'packedA[at] = quantizeToF16(block[0]);']],
    shape: odd,
    knobs: panels,
  },
];
