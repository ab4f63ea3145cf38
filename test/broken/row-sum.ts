/** Faults planted in the row sums. */
import type { Fault } from './fault.ts';

const plain = { op: 'row-sum', kernel: '1_lane_a_row', shape: { rows: 77, columns: 203 } } as const;
const tree = { ...plain, kernel: '2_workgroup_tree' } as const;
const subgroups = { ...plain, kernel: '3_subgroups' } as const;

export const rowSumFaults: readonly Fault[] = [
  {
    ...plain,
    id: 'last-term-dropped',
    kind: 'last element dropped',
    planted: 'the last column is left out',
    edits: [['i < p.columns; i++', 'i < p.columns - 1u; i++']],
  },
  {
    ...plain,
    id: 'first-term-twice',
    kind: 'term counted twice',
    planted: 'the sum starts with the first column',
    edits: [['var sum = 0.0;', 'var sum = f32(x[row * p.columns]);']],
  },
  {
    ...plain,
    id: 'row-stride',
    kind: 'wrong stride',
    planted: 'rows are taken to be one element longer than they are',
    edits: [['row * p.columns + i', 'row * (p.columns + 1u) + i']],
  },
  {
    ...plain,
    id: 'sum-rounded-to-f16',
    kind: 'f16 accumulation',
    planted: 'the running sum is rounded to f16 at each step',
    edits: [['sum += f32(x[row * p.columns + i]);', 'sum = quantizeToF16(sum + f32(x[row * p.columns + i]));']],
  },
  {
    ...plain,
    id: 'constant-added',
    kind: 'factor or constant added',
    planted: '1e-12 is added to each sum',
    edits: [['var sum = 0.0;', 'var sum = 1e-12;']],
  },
  {
    ...plain,
    id: 'small-terms-dropped',
    kind: 'threshold or clamp',
    planted: 'terms below 1e-12 are left out',
    edits: [
      [
        'sum += f32(x[row * p.columns + i]);',
        'sum += select(0.0, f32(x[row * p.columns + i]), abs(f32(x[row * p.columns + i])) > 1e-12);',
      ],
    ],
  },
  {
    ...plain,
    id: 'terms-through-f16',
    kind: 'short format',
    planted: 'each term is rounded to f16',
    edits: [['sum += f32(x[row * p.columns + i]);', 'sum += quantizeToF16(f32(x[row * p.columns + i]));']],
  },
  {
    ...plain,
    id: 'no-bounds-check',
    kind: 'write out of range',
    planted: 'lanes past the last row go on and write',
    edits: [['row >= p.rows', 'false']],
    sign: 'out of range',
  },
  {
    ...plain,
    id: 'last-row-unwritten',
    kind: 'element never written',
    planted: 'the last row is left out',
    edits: [['row >= p.rows', 'row + 1u >= p.rows']],
    sign: 'never written',
  },
  {
    ...tree,
    id: 'tree-without-barrier',
    kind: 'no barrier before the tile is used',
    planted: 'the barrier of the tree is gone',
    edits: [['    workgroupBarrier();\n', '']],
  },
  {
    ...tree,
    id: 'last-round-dropped',
    kind: 'tile off by one at an edge',
    planted: 'the tree ends one round early',
    edits: [['half > 0u', 'half > 1u']],
  },
  {
    ...tree,
    id: 'lanes-stride',
    kind: 'wrong stride',
    planted: 'each lane goes on by one column more than there are lanes',
    edits: [['i += WORKGROUP', 'i += WORKGROUP + 1u']],
  },
  {
    ...subgroups,
    id: 'slots-without-barrier',
    kind: 'no barrier before the tile is used',
    planted: 'the first lane adds up the slots without waiting for the other subgroups',
    edits: [['  workgroupBarrier();\n', '']],
  },
  {
    ...subgroups,
    id: 'last-slot-dropped',
    kind: 'last element dropped',
    planted: 'the slot that is filled last is left out',
    edits: [['slot < slots', 'slot + 1u < slots']],
  },
  {
    ...subgroups,
    id: 'subgroups-of-32',
    kind: 'subgroup size assumed',
    planted: 'slots are counted as if 32 lanes made a subgroup',
    edits: [
      ['partial[atomicAdd(&filled, 1u)]', 'partial[lane / 32u]'],
      ['slot < slots', 'slot < WORKGROUP / 32u'],
    ],
  },
];
