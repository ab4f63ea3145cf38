import { edited } from '../core/edited.ts';
import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/decode_solution.wgsl?raw';

const TOGETHER = `    for (var j = 0u; j < held; j++) {
      tile[j * PITCH + lane] = k[(first + start + j) * DIM + lane];
    }
`;
const ALONE = `    if (lane < held) {
      for (var i = 0u; i < DIM; i++) {
        tile[lane * PITCH + i] = k[(first + start + lane) * DIM + i];
      }
    }
`;
const start = edited(solution, [TOGETHER, ALONE]);

export default {
  id: 'decode',
  title: 'One query, all keys',
  level: 'a few lines',
  asks: 'When a model writes one token at a time, one query meets all keys, and every kernel has to read K and V once. Here each lane fetches a key of its own into the tile, so that a request touches a sector for each of 32 keys. Fetch K and V about once: at most 300,000 bytes, of which 262,144 are K and V.',
  op: 'attention',
  shape: { batch: 1, heads: 4, kvHeads: 4, queries: 1, keys: 256, dim: 32, valueDim: 32 },
  start,
  hints: [
    'Which elements of K do neighbouring lanes read in one step, and how far apart do they lie (lesson 2)?',
    'Let all lanes fetch one key together, a lane for each of its elements, and then the next key.',
    'The loop goes over the keys that are held: tile[j * PITCH + lane] = k[(first + start + j) * DIM + lane];',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(300_000)],
} satisfies Task;
