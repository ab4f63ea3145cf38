/** What tries the checker on row sums. */
import type { Broken } from '../broken.ts';
import { rowSumFaults } from '../row-sum.ts';

export default {
  faults: rowSumFaults,
  kinds: [
    'last element dropped',
    'term counted twice',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'wrong stride',
    'f16 accumulation',
    'short format',
    'threshold or clamp',
    'factor or constant added',
    'write out of range',
    'element never written',
    'subgroup size assumed',
  ],
  honest: { kernels: ['1_lane_a_row', '2_workgroup_tree'], shape: { rows: 77, columns: 203 } },
  cases: [
    { shape: { rows: 5, columns: 203 } },
    { shape: { rows: 67, columns: 64 }, knobs: { WORKGROUP: 8 } },
    { shape: { rows: 1, columns: 1 } },
    { shape: { rows: 70_001, columns: 2 }, knobs: { WORKGROUP: 1 } },
    { shape: { rows: 9, columns: 130 }, dtype: 'f16' },
  ],
} satisfies Broken;
