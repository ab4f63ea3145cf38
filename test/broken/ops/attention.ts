/** What tries the checker on attention. */

import { attentionFaults } from '../attention.ts';
import { attentionKeyLanesFaults } from '../attention-key-lanes.ts';
import { attentionPrefetchFaults } from '../attention-prefetch.ts';
import { attentionSplitTilesFaults } from '../attention-split-tiles.ts';
import type { Broken } from '../broken.ts';

export default {
  faults: [...attentionFaults, ...attentionPrefetchFaults, ...attentionKeyLanesFaults, ...attentionSplitTilesFaults],
  kinds: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'no barrier after the tile is used',
    'wrong stride',
    'causality or window off by one',
    'stale tile',
    'f16 accumulation',
    'accumulator not rescaled',
    'denominator not rescaled',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'mask ignored on the last tile',
    'hidden key weighed by 0',
    'term or factor left out',
    'wrong page',
    'write out of range',
    'element never written',
    'in a part only',
    'short format',
    'threshold or clamp',
    'factor or constant added',
    'value of the wrong lane',
  ],
  honest: {
    kernels: ['1_three_passes', '2_online', '12_paged'],
    shape: { batch: 3, heads: 2, queries: 19, keys: 67, dim: 20, ragged: 1 },
  },
  cases: [
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24 },
      knobs: { WORKGROUP: 8, SPLIT: 64, PAGE: 8 },
    },
    // Four heads share one, and each starts with another row of a group of four.
    {
      shape: {
        batch: 2,
        heads: 4,
        kvHeads: 1,
        queries: 37,
        keys: 83,
        dim: 40,
        valueDim: 24,
        causal: 1,
        window: 30,
        softcap: 5,
      },
      knobs: { layout: 'tokens', QUERY_TILE: 16, KEY_TILE: 16, WORKGROUP: 16, SPLIT: 64, PAGE: 16 },
    },
    // One query more than fills whole tiles.
    {
      shape: { heads: 2, queries: 65, keys: 67, dim: 32, valueDim: 32, causal: 1, shift: -3 },
      knobs: { QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 16 },
    },
    {
      shape: { batch: 2, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 1, maskBatch: 1, maskHeads: 1 },
      knobs: { QUERY_TILE: 8, KEY_TILE: 16, SPLIT: 16, PARTS: 8 },
    },
    {
      shape: { batch: 3, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 2, maskRow: 1, ragged: 1 },
      knobs: { QUERY_TILE: 8, KEY_TILE: 8, SPLIT: 32, PARTS: 2 },
    },
    // Queries that see no key, and more queries than keys.
    { shape: { heads: 2, queries: 70, keys: 33, dim: 16, valueDim: 12, mask: 2 } },
    { shape: { heads: 2, queries: 64, keys: 64, dim: 64, valueDim: 64 } },
    { shape: { heads: 1, queries: 1, keys: 130, dim: 8, valueDim: 8, scale: 0.5 } },
    {
      shape: { heads: 2, queries: 33, keys: 70, dim: 32, valueDim: 32, causal: 1, mask: 1 },
      dtype: 'f16',
      knobs: { QUERY_TILE: 16, KEY_TILE: 16 },
    },
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24, window: 30, softcap: 5 },
      dtype: 'f16',
      knobs: { layout: 'tokens', QUERY_TILE: 16, KEY_TILE: 8 },
    },
    {
      shape: { batch: 3, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 2, maskRow: 1, ragged: 1 },
      dtype: 'f16',
      knobs: { QUERY_TILE: 8, KEY_TILE: 8 },
    },
    // More tiles of queries than one dimension of the grid has workgroups.
    {
      shape: { batch: 69, heads: 1021, queries: 8, keys: 2, dim: 1, valueDim: 1 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, WORKGROUP: 8, QUERY_TILE: 8, KEY_TILE: 8, SPLIT: 16, PARTS: 1 },
    },
    // One score far above the others for each of many heads: a maximum that misses any lane's keys misses some of them.
    {
      shape: { batch: 2, heads: 16, queries: 5, keys: 83, dim: 16, valueDim: 16 },
      input: 'high',
      knobs: { QUERY_TILE: 8, KEY_TILE: 16, WORKGROUP: 8, SPLIT: 64 },
    },
    // A window that starts before the first key.
    {
      shape: { heads: 2, queries: 65, keys: 67, dim: 8, valueDim: 8, causal: 1, window: 20, shift: -3 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 8, SPLIT: 16, PAGE: 4 },
    },
    // Every query of a lane that has several meets a mask row of its own.
    {
      shape: { batch: 2, heads: 2, queries: 17, keys: 40, dim: 8, valueDim: 8, mask: 2 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 4, SPLIT: 16, PAGE: 4 },
    },
    // More columns than 64: kernels that keep each lane’s columns by name have code for these alone. Half a vector at the end.
    {
      shape: { heads: 2, queries: 19, keys: 67, dim: 8, valueDim: 118 },
      knobs: { QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 32, SPLIT: 16, PAGE: 4 },
    },
    // Rows of a tile without padding, which a store past its end would hit.
    {
      shape: { heads: 2, queries: 16, keys: 48, dim: 20, valueDim: 20 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 32, KEY_TILE: 8, WORKGROUP: 8, SPLIT: 16, PAGE: 4 },
    },
  ],
} satisfies Broken;
