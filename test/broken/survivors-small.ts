/** Why some mutants of the small operations' kernels survive: copies, transposes, row sums. */
import type { Explanation } from './survivors.ts';

const COPY = 'copy/2_vector_loads.wgsl';
const TILES = ['transpose/2_tiles.wgsl', 'transpose/3_padded.wgsl'];
const NOT_STORED = 'Same result: what the tile holds of elements past the last row or column is never stored.';

export const SMALL: readonly Explanation[] = [
  {
    kernels: [COPY],
    edits: [/^if \(i >= p\.vectors\) \{ => if \((false|i > p\.vectors|i >= p\.elements)\) \{$/, 'return; =>'],
    why: 'Same result: a lane past the last vector finds no element that is there, and stores nothing. What it loads is past the buffer, which WebGPU allows for.',
  },
  {
    kernels: [COPY],
    edits: [/^if \(4u \* i \+ 4u <= p\.elements\) \{ => if \(4u \* i \+ (5u <=|4u <) p\.elements\) \{$/],
    why: 'Same result: a whole vector is stored element by element where it is the last one.',
  },
  {
    kernels: TILES,
    edits: [
      /^if \(firstRow \+ i < p\.rows && column < p\.columns\) \{ => if \((true|.* <= p\.rows && column < p\.columns|.* < p\.rows && column <= p\.columns)\) \{$/,
    ],
    why: NOT_STORED,
  },
  {
    kernels: [TILES[0]],
    edits: [/^for \(var i = lane\.y; i < TILE; i \+= ROWS\) \{ => for \(var i = lane\.y; i <= TILE; /],
    next: /^if \(firstRow/,
    why: 'Race: Dawn moves the index past the end of the tile to its last element, which another lane stores too. Where lower lanes run first, as on both software adapters, the one that it belongs to comes last. A trace names the index.',
  },
];
