/** Faults planted in the attention kernel that splits both queries and keys, kernel 15: what kernel 13 has not. */
import type { Fault } from './fault.ts';

const op = 'attention';
const kernel = '15_split_tiles';
/** Not one size is a multiple of a tile's. */
const odd = { heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24 };
/** Three parts, of two tiles each. */
const parts = { PARTS: 4 };

export const attentionSplitTilesFaults: readonly Fault[] = [
  {
    id: 'split-tiles-overlap',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'a part goes on for one tile into the next one, whose keys count twice',
    edits: [['var end = min(first + SPLIT, length);', 'var end = min(first + SPLIT + KEY_TILE, length);']],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-gap',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'a part ends one tile before the next one begins',
    edits: [['var end = min(first + SPLIT, length);', 'var end = min(first + SPLIT - KEY_TILE, length);']],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-window-start',
    kind: 'causality or window off by one',
    op,
    kernel,
    planted: 'the window moves the start of every part, not of the first one alone, so that keys count twice',
    edits: [
      [
        'first = max(first, u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / KEY_TILE * KEY_TILE);',
        'first = u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / KEY_TILE * KEY_TILE;',
      ],
    ],
    shape: { ...odd, window: 20 },
    knobs: { ...parts, QUERY_TILE: 8 },
  },
  {
    id: 'split-tiles-merge-not-shrunk',
    kind: 'accumulator not rescaled',
    op,
    kernel,
    planted: 'what was merged does not shrink when a later part has a larger maximum',
    edits: [['sums = sums * shrink + partial', 'sums = sums + partial']],
    shape: odd,
    knobs: parts,
    input: 'rising',
  },
  {
    id: 'split-tiles-merge-not-grown',
    kind: 'denominator not rescaled',
    op,
    kernel,
    planted: 'a part adds its sum of weights without the weight that its output gets',
    edits: [['sum = sum * shrink + whole.y * grow;', 'sum = sum * shrink + whole.y;']],
    shape: odd,
    knobs: parts,
    input: 'rising',
  },
  {
    id: 'split-tiles-last-part',
    kind: 'last element dropped',
    op,
    kernel,
    planted: 'the last part is not merged',
    edits: [['part < SPLITS; part++', 'part + 1u < SPLITS; part++']],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-record-stride',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'the third query of a block writes where the second part of the first one lies',
    edits: [['partial[record + 2u * SPLITS * RECORD + c]', 'partial[record + 2u * RECORD + c]']],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-shared-record',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'heads that share keys write over each other’s records',
    edits: [
      [
        '(sequence * p.heads + head) * p.queries + query) * SPLITS',
        '(sequence * p.heads + head / p.group) * p.queries + query) * SPLITS',
      ],
    ],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-other-maximum',
    kind: 'factor or constant added',
    op,
    kernel,
    planted: 'the lower queries are merged by the maximum of the upper ones',
    edits: [['queryL, maximumL, totalL);', 'queryL, maximumU, totalL);']],
    shape: odd,
    knobs: parts,
    input: 'rising',
  },
  {
    id: 'split-tiles-own-sum',
    kind: 'value of the wrong lane',
    op,
    kernel,
    planted: 'the first lane of a row reports its own sum of weights, not that of all lanes',
    edits: [['queryU, maximumU, totalU);', 'queryU, maximumU, sumU);']],
    shape: odd,
    knobs: parts,
  },
  {
    id: 'split-tiles-keys-barrier',
    kind: 'no barrier before the tile is used',
    op,
    kernel,
    planted: 'scores are computed without waiting for those who store the keys',
    edits: [['    workgroupBarrier();\n    for (var i = 0u; i < VALUES_EACH', '    for (var i = 0u; i < VALUES_EACH']],
    shape: odd,
    knobs: parts,
    input: 'uniform',
  },
];
