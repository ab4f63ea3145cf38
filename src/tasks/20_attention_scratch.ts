import { edited } from '../core/edited.ts';
import { keeps, scratchBytes } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/attention_online.wgsl?raw';
import start from './wgsl/attention_scores.wgsl?raw';

export default {
  id: 'attention_scratch',
  title: 'Attention whose scratch does not grow',
  level: 'a kernel',
  asks: 'All scores of all queries pass through memory here: four bytes for each pair of a query and a key, so twice the tokens need four times the scratch. Compute the same without any, for any number of keys: one pass over the keys that carries a running maximum, a sum, and the weighted values. The comments at the top say which entry points run, on how many workgroups, and how much scratch there is: take out what you no longer need.',
  op: 'attention',
  shape: { batch: 1, heads: 2, kvHeads: 2, queries: 20, keys: 37, dim: 16, valueDim: 16 },
  // So many scores are more than workgroup memory holds.
  also: [{ heads: 1, kvHeads: 1, queries: 1, keys: 20_000 }],
  start,
  hints: [
    'It is an online softmax (lesson 9) that carries a weighted sum of `v` along. The entry point `weigh` can do all of it, if it computes the scores itself.',
    'Where the maximum rises, the sum of weights and the sum of weighted values shrink by the same factor.',
    'For a lane of one output element: `total = total * shrink + weight; sum = sum * shrink + weight * v[...];` and in the end `sum / total`.',
  ],
  solution,
  wrong: { source: edited(solution, ['sum * shrink + weight * v', 'sum + weight * v']), misses: 'correct' },
  goals: [scratchBytes(0), keeps(64)],
} satisfies Task;
