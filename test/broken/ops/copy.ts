/** What tries the checker on copies. */
import type { Broken } from '../broken.ts';
import { copyFaults } from '../moves.ts';

export default {
  faults: copyFaults,
  kinds: [
    'tile off by one at an edge',
    'wrong stride',
    'short format',
    'threshold or clamp',
    'factor or constant added',
    'write out of range',
    'element never written',
    'value of the wrong lane',
  ],
  honest: { kernels: ['1_scalar', '2_vector_loads'], shape: { elements: 1003 } },
  cases: [
    { shape: { elements: 1003 } },
    { shape: { elements: 64 }, knobs: { WORKGROUP: 8 } },
    { shape: { elements: 1 } },
    // More workgroups than one dimension of the grid has.
    { shape: { elements: 300_001 }, knobs: { WORKGROUP: 1 } },
    { shape: { elements: 1002 }, dtype: 'f16' },
  ],
} satisfies Broken;
