import { edited } from '../core/edited.ts';
import { bytesFetched, keeps, scratchBytes } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/flash_attention.wgsl?raw';
import solution from './wgsl/flash_attention_solution.wgsl?raw';

export default {
  id: 'flash_attention',
  title: 'FlashAttention from an empty file',
  level: 'a kernel',
  asks: 'A workgroup has 32 queries, a lane for each. Walk over the keys in tiles that all lanes share through workgroup memory; carry the maximum, the sum of weights and the weighted values of each query in registers; write o at the end. No scratch, and at most 170,000 bytes fetched: too few for lanes that each read all keys by themselves, or that go over the keys twice.',
  op: 'attention',
  shape: { batch: 1, heads: 2, kvHeads: 2, queries: 64, keys: 64, dim: 16, valueDim: 16 },
  also: [{ heads: 1, kvHeads: 1, queries: 40, keys: 5000 }],
  start,
  hints: [
    '`var<workgroup> tileK: array<f32, 256>;` holds 16 keys of 16 elements. A lane keeps its query and its sums in arrays: `var own: array<f32, 16>;`',
    'For each tile: load K and V, barrier, for each key of the tile one score and one step of the online softmax, barrier.',
    'Lanes past the last query must load and reach the barriers too; leave out only their reads of `q` and their writes of `o`.',
    'The last tile may hold fewer keys: `let held = min(16u, p.keys - start);`',
  ],
  solution,
  wrong: { source: edited(solution, ['sums[i] * shrink', 'sums[i]']), misses: 'correct' },
  goals: [scratchBytes(0), bytesFetched(170_000), keeps(64)],
} satisfies Task;
