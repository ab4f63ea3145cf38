/** What tries the checker on neurons. */
import type { Broken } from '../broken.ts';
import { neuronFaults } from '../neuron.ts';

export default {
  faults: neuronFaults,
  kinds: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'wrong stride',
    'stale tile',
    'f16 accumulation',
    'term or factor left out',
    'NaN hidden by ReLU',
    'write out of range',
    'element never written',
    'read past the end',
    'subgroup size assumed',
    'short format',
    'threshold or clamp',
    'factor or constant added',
  ],
  honest: { kernels: ['1_one_invocation', '2_row_major', '6_workgroup_tree'], shape: { inputs: 203, neurons: 77 } },
  cases: [
    { shape: { inputs: 203, neurons: 77, relu: 1 }, knobs: { offset: 16, pitch: 64, WORKGROUP: 64 } },
    { shape: { inputs: 203, neurons: 77, relu: 1 }, knobs: { offset: 4, pitch: 32, WORKGROUP: 16 } },
    { shape: { inputs: 64, neurons: 5, relu: 0 }, knobs: { offset: 20, pitch: 16, WORKGROUP: 128 } },
    { shape: { inputs: 61, neurons: 64, relu: 1 }, knobs: { offset: 12, pitch: 16 } },
    { shape: { inputs: 131, neurons: 9, relu: 1 }, knobs: { offset: 8, pitch: 128 } },
    // More neurons than one dimension of the grid has workgroups.
    { shape: { inputs: 3, neurons: 70_001, relu: 1 }, knobs: { offset: 0, pitch: 16, WORKGROUP: 1 } },
    { shape: { inputs: 1, neurons: 1, relu: 1 } },
    { shape: { inputs: 64, neurons: 256, relu: 1 }, dtype: 'f16' },
  ],
} satisfies Broken;
