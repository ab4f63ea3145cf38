/** What tries the checker on attention's gradients. */

import { attentionBackwardFaults } from '../attention-backward.ts';
import type { Broken } from '../broken.ts';

export default {
  faults: attentionBackwardFaults,
  // No kernel of it has a tile in workgroup memory, and so none has a barrier.
  kinds: [
    'last element dropped',
    'tile off by one at an edge',
    'wrong stride',
    'f16 accumulation',
    'accumulator not rescaled',
    'denominator not rescaled',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'mask ignored on the last tile',
    'hidden key weighed by 0',
    'probabilities not normalised',
    'term or factor left out',
    'causality or window off by one',
    'write out of range',
    'element never written',
    'short format',
  ],
  honest: { kernels: ['1_recompute'], shape: { heads: 2, queries: 19, keys: 43, dim: 20 } },
  cases: [
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 19, keys: 43, dim: 20, valueDim: 12 },
      knobs: { WORKGROUP: 8 },
    },
    {
      shape: { heads: 2, queries: 35, keys: 35, dim: 16, valueDim: 16, causal: 1, window: 20, shift: -3, softcap: 5 },
      knobs: { WORKGROUP: 8 },
    },
    { shape: { batch: 3, heads: 2, queries: 40, keys: 17, dim: 8, valueDim: 8, ragged: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { batch: 2, heads: 2, queries: 9, keys: 41, dim: 16, valueDim: 8, mask: 1, maskBatch: 1, maskHeads: 1 } },
    { shape: { batch: 2, heads: 2, queries: 9, keys: 41, dim: 8, valueDim: 16, mask: 2, maskRow: 1 } },
    { shape: { heads: 2, queries: 32, keys: 64, dim: 32, valueDim: 32 } },
    { shape: { heads: 2, queries: 33, keys: 40, dim: 16, valueDim: 16, causal: 1 }, dtype: 'f16' },
    // More tiles than one dimension of the grid has workgroups.
    { shape: { batch: 69, heads: 1021, queries: 4, keys: 4, dim: 1, valueDim: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { batch: 3, heads: 1, queries: 1, keys: 17, dim: 8, valueDim: 8, ragged: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { heads: 2, queries: 32, keys: 64, dim: 8, valueDim: 8, causal: 1, mask: 1 }, knobs: { WORKGROUP: 8 } },
    { shape: { heads: 2, queries: 40, keys: 17, dim: 8, valueDim: 8, causal: 1, mask: 2 }, knobs: { WORKGROUP: 4 } },
    { shape: { heads: 2, queries: 9, keys: 20, dim: 8, valueDim: 8, mask: 2 }, knobs: { WORKGROUP: 4 } },
    // Where a device's subgroups have eight lanes, eight of them load.
    { shape: { heads: 2, queries: 37, keys: 43, dim: 12, valueDim: 20 }, knobs: { WORKGROUP: 16, LANES: 8 } },
  ],
} satisfies Broken;
