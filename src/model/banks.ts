/**
 * Passes over the banks of workgroup memory. In one pass each bank gives one word of 4 bytes, which any number of lanes
 * may share. What is wider than a word is served in parts, as reported for NVIDIA's GPUs (CUDA C Programming Guide, shared
 * memory of compute capability 2.x: 64-bit requests by halves of a warp, 128-bit ones by quarters): as many lanes at a
 * time as can take a word from every bank.
 */
import type { Machine } from './machines.ts';

export interface Passes {
  readonly passes: number;
  readonly ideal: number;
}

const WORD = 4;
/** The widest load of one lane; what is larger takes several. */
const WIDEST = 16;

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
  for (let from = 0; from < bytes; from += WIDEST) {
    const width = Math.min(WIDEST, bytes - from);
    const together = Math.max(1, Math.floor((banks * WORD) / Math.max(WORD, width)));
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
