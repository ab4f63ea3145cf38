/**
 * Passes over the banks of workgroup memory. In one pass each bank gives one word of 4 bytes, which any number of lanes
 * may share. What is wider than a word is served in parts: as many lanes at a time as can take a word from every bank, which
 * is 8 bytes by halves of a group of 32 and 16 bytes by quarters. Halves and quarters: microbenchmarks, and the CUDA C
 * Programming Guide for compute capability 2.x; NVIDIA documents none for 8.x and 9.0. Other widths are taken as loads of
 * 16, 8 and 4 bytes, one after the other.
 */
import type { Machine } from './machines.ts';

export interface Passes {
  readonly passes: number;
  readonly ideal: number;
}

const WORD = 4;
/** Bytes that one load of a lane can have, the widest first; what is less than a word is in one. */
const WIDTHS = [16, 8, WORD];

/** One load of each lane: `width` bytes at `from` of its access, by as many lanes `together` as one part serves. */
interface Load {
  readonly from: number;
  readonly width: number;
  readonly together: number;
}

function loads(bytes: number, banks: number): readonly Load[] {
  const found: Load[] = [];
  for (let from = 0; from < bytes; from += found[found.length - 1].width) {
    const left = bytes - from;
    const width = WIDTHS.find((one) => one <= left) ?? left;
    found.push({ from, width, together: Math.max(1, Math.floor((banks * WORD) / Math.max(WORD, width))) });
  }
  return found;
}

/**
 * `addresses[i]` is that of `lanes[i]`, in bytes from the start of a variable; each lane accesses `bytes` bytes. Lanes are
 * in ascending order.
 */
export function bankPasses(
  addresses: ArrayLike<number>,
  lanes: ArrayLike<number>,
  bytes: number,
  { banks }: Pick<Machine, 'banks'>,
): Passes {
  let passes = 0;
  let ideal = 0;
  for (const { from, width, together } of loads(bytes, banks)) {
    let words: number[] = [];
    const serve = (): void => {
      if (words.length === 0) return;
      const part = passesOf(words, banks);
      passes += part.passes;
      ideal += part.ideal;
      words = [];
    };
    for (let i = 0; i < addresses.length; i++) {
      if (i > 0 && Math.floor(lanes[i] / together) !== Math.floor(lanes[i - 1] / together)) serve();
      const last = Math.floor((addresses[i] + from + width - 1) / WORD);
      for (let word = Math.floor((addresses[i] + from) / WORD); word <= last; word++) words.push(word);
    }
    serve();
  }
  return { passes, ideal };
}

/** Of lanes that are served together. Sorts `words`. */
function passesOf(words: number[], banks: number): Passes {
  words.sort((a, b) => a - b);
  const inBank = new Uint8Array(banks);
  let different = 0;
  let passes = 0;
  for (let i = 0; i < words.length; i++) {
    if (i > 0 && words[i] === words[i - 1]) continue;
    different++;
    const bank = words[i] % banks;
    passes = Math.max(passes, ++inBank[bank]);
  }
  return { passes, ideal: Math.max(1, Math.ceil(different / banks)) };
}

/** A word that lanes take out of a bank. */
export interface BankWord {
  /** Number of the word from the variable's start. */
  readonly word: number;
  readonly bank: number;
  /** In which of the request's passes, from 0, it is served. */
  readonly pass: number;
  /** Those that share it, ascending. */
  readonly lanes: readonly number[];
}

/** The same request word by word, in the order in which it is served. */
export function bankWords(
  addresses: ArrayLike<number>,
  lanes: ArrayLike<number>,
  bytes: number,
  { banks }: Pick<Machine, 'banks'>,
): readonly BankWord[] {
  const found: BankWord[] = [];
  let before = 0;
  for (const { from, width, together } of loads(bytes, banks)) {
    const parts = new Map<number, Map<number, number[]>>();
    for (let i = 0; i < addresses.length; i++) {
      const part = Math.floor(lanes[i] / together);
      const words = parts.get(part) ?? new Map<number, number[]>();
      parts.set(part, words);
      const last = Math.floor((addresses[i] + from + width - 1) / WORD);
      for (let word = Math.floor((addresses[i] + from) / WORD); word <= last; word++)
        words.set(word, [...(words.get(word) ?? []), lanes[i]]);
    }
    for (const words of parts.values()) {
      const taken = new Uint8Array(banks);
      for (const [word, sharing] of [...words].sort(([a], [b]) => a - b)) {
        const bank = word % banks;
        found.push({ word, bank, pass: before + taken[bank]++, lanes: sharing });
      }
      before += Math.max(0, ...taken);
    }
  }
  return found;
}
