/** What tries the checker on softmax. */
import type { Broken } from '../broken.ts';
import { softmaxFaults } from '../softmax.ts';

export default {
  faults: softmaxFaults,
  kinds: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'denominator not rescaled',
    'subgroup size assumed',
    'wrong stride',
    'f16 accumulation',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'write out of range',
    'element never written',
    'in a part only',
    'threshold or clamp',
  ],
  honest: { kernels: ['1_three_looks', '5_subgroups', '6_split_rows'], shape: { rows: 19, columns: 203 } },
  cases: [
    { shape: { rows: 5, columns: 203 } },
    { shape: { rows: 67, columns: 64 }, knobs: { WORKGROUP: 8 } },
    // More parts of a row than a workgroup has lanes.
    { shape: { rows: 3, columns: 1025 }, knobs: { WORKGROUP: 8, SPLIT: 16 } },
    { shape: { rows: 1, columns: 1 } },
    { shape: { rows: 70_001, columns: 2 }, knobs: { WORKGROUP: 1 } },
    { shape: { rows: 9, columns: 130 }, dtype: 'f16' },
  ],
} satisfies Broken;
