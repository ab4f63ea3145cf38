/** What several probes need: sizes that fit a device, words that tell their place, sums of them. */

import type { Measure } from '../../core/quantity.ts';
import { Random } from '../../core/random.ts';
import type { Check, Row, Setting } from '../types.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** Lanes of a workgroup, wherever a probe wants many: what every device allows. */
export const LANES = 256;

/**
 * Workgroups that keep a device busy: 16 for each of the 132 cores of the largest GPUs today. Software adapters run on some
 * processors, and every workgroup costs them.
 */
export function manyWorkgroups({ capabilities }: Setting): number {
  return capabilities.software ? 32 : 132 * 16;
}

/** The size of a cache line, as far as anything is known before it is measured: 128 bytes on GPUs, 64 on processors. */
export function lineBytes({ capabilities }: Setting): number {
  return capabilities.software ? 64 : 128;
}

/** The largest power of two up to `bytes` and `most`, but `least` at the smallest. */
export function powerOfTwo(bytes: number, most: number, least = 4 * KIB): number {
  return Math.max(least, 2 ** Math.floor(Math.log2(Math.min(bytes, most))));
}

/** The word at `index` of a filled buffer: `hashed` in the shaders. */
export function hashed(index: number): number {
  const mixed = (Math.imul(index, 747796405) + 2891336453) >>> 0;
  return Math.imul(mixed ^ (mixed >>> 15), 277803737) >>> 0;
}

const SAMPLED = 1024;

/** Some of `count` indices, the first and the last among them, ascending. */
export function sampled(count: number, seed: number): readonly number[] {
  if (count <= SAMPLED) return Array.from({ length: count }, (_, i) => i);
  const random = new Random(seed, 'sampled');
  const some = new Set([0, count - 1]);
  while (some.size < SAMPLED) some.add(random.integer(0, count - 1));
  return [...some].sort((a, b) => a - b);
}

/** A check of some of the `count` words of `buffer` from word `first` on, against `expected` by index. */
export function checkWords(
  buffer: string,
  count: number,
  seed: number,
  expected: (index: number) => number,
  first = 0,
): Check {
  const some = sampled(count, seed);
  return {
    buffer,
    from: 4 * first,
    bytes: 4 * count,
    checked: some.length,
    total: count,
    fault: (words) => {
      for (const at of some) {
        const wanted = expected(first + at) >>> 0;
        if (words[at] !== wanted) return `word ${first + at} of ${buffer} is ${words[at]}, and should be ${wanted}`;
      }
      return null;
    },
  };
}

/** 0, 1, 2 and so on. In a loop, since `map` takes several times as long: half a second for 64 MiB. */
export function indices(count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = i;
  return words;
}

/** A measure of a row by its key; null where the row has no time. */
export function measure(row: Row | undefined, key: string): Measure | null {
  return row?.measures.find((one) => one.key === key) ?? null;
}
