import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/decode.wgsl?raw';
import solution from './wgsl/decode_solution.wgsl?raw';

export default {
  id: 'decode',
  title: 'One query, all keys',
  level: 'a kernel',
  asks: 'When a model writes one token at a time, one query meets all keys, and no kernel can do with less than reading K and V once. Here each lane computes every score by itself, and the workgroup fetches a sector for every element of K. Fetch K and V about once: at most 300,000 bytes, of which 262,144 are K and V.',
  op: 'attention',
  shape: { batch: 1, heads: 4, kvHeads: 4, queries: 1, keys: 256, dim: 32, valueDim: 32 },
  start,
  hints: [
    'Read 32 keys at a time into workgroup memory, with neighbouring lanes on neighbouring elements of a key.',
    'Then each lane computes the score of one key of the 32, and stores it for the others. V is read as before: a lane for each column.',
    'Two barriers a step: after the keys are loaded, and after the scores are stored.',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(300_000)],
} satisfies Task;
