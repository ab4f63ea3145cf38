import { edited } from '../core/edited.ts';
import { bytesFetched } from './goals.ts';
import type { Task } from './types.ts';
import solution from './wgsl/decode_solution.wgsl?raw';

const LOAD = `    for (var j = 0u; j < held; j++) {
      tile[j * PITCH + lane] = k[(first + start + j) * DIM + lane];
    }
`;
const start = edited(
  solution,
  [LOAD, ''],
  ['tile[lane * PITCH + i]', 'k[(first + start + lane) * DIM + i]'],
  ['each lane reads the key that all others have loaded, and the query.', 'each lane reads the whole query.'],
  ['the next tile overwrites this one.', 'the next scores overwrite these.'],
);

export default {
  id: 'decode',
  title: 'One query, all keys',
  level: 'a few lines',
  asks: 'When a model writes one token at a time, one query meets all keys, and every kernel has to read K and V once. Here each lane reads a key of its own, so that a request touches a sector for each of 32 keys. There is workgroup memory for a tile of 32 keys, which nothing uses yet. Fetch K and V about once: at most 300,000 bytes, of which 262,144 are K and V.',
  op: 'attention',
  shape: { batch: 1, heads: 4, kvHeads: 4, queries: 1, keys: 256, dim: 32, valueDim: 32 },
  start,
  hints: [
    'Which elements of K do neighbouring lanes read in one step, and how far apart do they lie (lesson 2)?',
    'Let all lanes fetch one key into the tile together, a lane for each of its elements, and then the next key. The barrier that waits for the query waits for them too.',
    '`for (var j = 0u; j < held; j++) { tile[j * PITCH + lane] = k[(first + start + j) * DIM + lane]; }` Then each lane reads `tile[lane * PITCH + i]`.',
  ],
  solution,
  wrong: { source: start, misses: 'bytes fetched' },
  goals: [bytesFetched(300_000)],
} satisfies Task;
