/**
 * Faults planted in the attention kernel that asks for the next tile in advance, kernel 13. What its lanes tell each other of
 * scores stays among 8 of them, which lavapipe runs in lockstep: without those barriers its results are right, and only the
 * sanitizer sees the race.
 */
import type { Fault } from './fault.ts';

const op = 'attention';
const kernel = '13_prefetch';
/** Not one size is a multiple of a tile's; six tiles of keys, so that what was asked for in advance is used often. */
const odd = { heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24 };

export const attentionPrefetchFaults: readonly Fault[] = [
  {
    id: 'prefetch-same-keys',
    kind: 'stale tile',
    op,
    kernel,
    planted: 'the keys of the tile at hand are asked for again instead of the next ones',
    edits: [['loadKey(kStart, tileStart + KEY_TILE,', 'loadKey(kStart, tileStart,']],
    shape: odd,
    input: 'rising',
  },
  {
    id: 'prefetch-next-values',
    kind: 'stale tile',
    op,
    kernel,
    planted: 'the values of the next tile are weighed with the weights of this one',
    edits: [['loadValue(vStart, tileStart,', 'loadValue(vStart, tileStart + KEY_TILE,']],
    shape: odd,
    input: 'uniform',
  },
  {
    id: 'prefetch-no-rescale',
    kind: 'accumulator not rescaled',
    op,
    kernel,
    planted: 'what the lower four queries have summed does not shrink when their maximum rises',
    edits: [['outputL0 = shrunk(outputL0, shrinkL);', '']],
    shape: odd,
    input: 'rising',
  },
  {
    id: 'prefetch-sum-not-shrunk',
    kind: 'denominator not rescaled',
    op,
    kernel,
    planted: 'the sum of weights does not shrink with the output',
    edits: [['sumU = sumU * shrinkU +', 'sumU = sumU +']],
    shape: odd,
    input: 'rising',
  },
  {
    id: 'prefetch-maximum-of-other-block',
    kind: 'factor or constant added',
    op,
    kernel,
    planted: 'the lower queries go by the maximum of the upper ones',
    edits: [['let wL0 = weight(c, maximumL);', 'let wL0 = weight(c, maximumU);']],
    shape: odd,
    input: 'rising',
  },
  {
    id: 'prefetch-keys-barrier',
    kind: 'no barrier before the tile is used',
    op,
    kernel,
    planted: 'scores are computed without waiting for those who store the keys',
    edits: [['    workgroupBarrier();\n    for (var i = 0u; i < VALUES_EACH', '    for (var i = 0u; i < VALUES_EACH']],
    shape: odd,
    input: 'uniform',
  },
  {
    id: 'prefetch-key-stride',
    kind: 'wrong stride',
    op,
    kernel,
    planted: 'keys are taken to lie side by side, although other heads lie between them',
    edits: [['key * p.k.token', 'key * DIM4']],
    shape: odd,
    knobs: { layout: 'tokens' },
  },
  {
    id: 'prefetch-last-keys',
    kind: 'tile off by one at an edge',
    op,
    kernel,
    planted: 'the last lanes of a tile carry nothing of it',
    edits: [['slot < KEY_TILE * DIM4 && key < length', 'slot < (KEY_TILE - 1u) * DIM4 && key < length']],
    shape: odd,
    input: 'uniform',
  },
  {
    id: 'prefetch-hidden-value-weighed',
    kind: 'hidden key weighed by 0',
    op,
    kernel,
    planted: 'the value of a hidden key is weighed by 0 instead of left out, for one query in four',
    edits: [['fma(vec4f(w.z), value, o[2]), w.z > 0.0)', 'fma(vec4f(w.z), value, o[2]), true)']],
    shape: { ...odd, mask: 1 },
    input: 'padding',
  },
];
