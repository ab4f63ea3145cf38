/**
 * Random cycles through the lines of a set: as a list, or computed place by place, for sets of which a list would take long to
 * shuffle and much memory. `shuffled` and `lineAt` do as shuffled and line_at in shaders/probes/staircase-large.wgsl.
 */
import type { Random } from '../../core/random.ts';
import { hashed, KIB } from './shared.ts';

/** Bytes within which the first kind of chase stays for as long as there are lines it has not seen. */
export const PAGE_BYTES = 4 * KIB;

export type Order = 'within pages' | 'at random';

/** Line numbers in the order of a random cycle: a page after another, or all of them at random. */
export function cycle(lines: number, perPage: number, order: Order, random: Random): Uint32Array<ArrayBuffer> {
  const sequence = new Uint32Array(lines);
  if (order === 'at random') {
    for (let i = 0; i < lines; i++) sequence[i] = i;
    shuffle(sequence, 0, lines, random);
    return sequence;
  }
  const pages = new Uint32Array(lines / perPage).map((_, i) => i);
  shuffle(pages, 0, pages.length, random);
  for (const [at, page] of pages.entries()) {
    for (let i = 0; i < perPage; i++) sequence[at * perPage + i] = page * perPage + i;
    shuffle(sequence, at * perPage, (at + 1) * perPage, random);
  }
  return sequence;
}

/** Fisher and Yates. */
function shuffle(values: Uint32Array, from: number, to: number, random: Random): void {
  for (let i = to - 1; i > from; i--) {
    const j = from + Math.floor((random.bits() / 2 ** 32) * (i - from + 1));
    const value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}

/** A cycle: its lines, how many of them are a page (1 where any line may follow any other), and which one it is. */
export interface Cycle {
  readonly lines: number;
  readonly page: number;
  readonly key: number;
}

/** The line at a place of the cycle: pages in a random order, and the lines of each in one of its own. */
export function lineAt(place: number, { lines, page, key }: Cycle): number {
  const at = shuffled(Math.floor(place / page), lines / page, key);
  return at * page + shuffled(place % page, page, hashed(key ^ at));
}

/** Rounds after which neighbours are as far apart as in a shuffled list. */
const ROUNDS = 4;

/**
 * Where `index` goes in a permutation of 0 to `count` - 1, another one for each `key`. Each step of a round has an inverse
 * among the numbers below a power of two, and what ends beyond `count` goes on until it does not (cycle walking: Black and
 * Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 */
function shuffled(index: number, count: number, key: number): number {
  const bits = 32 - Math.clz32(count - 1);
  const mask = 2 ** bits - 1;
  const half = (bits + 1) >> 1;
  let at = index;
  do {
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = hashed(key + round);
      at = (Math.imul(at, mixed | 1) + (mixed >>> 16)) & mask;
      at ^= at >>> half;
    }
  } while (at >= count);
  return at;
}
