/**
 * What a softmax costs in accuracy, whether computed over a whole row or online, tile by tile, with a running maximum
 * (Milakov and Gimelshein 2018) that rescales what was summed before each time it rises.
 */
import { U32 } from '../core/format.ts';

/** Beyond this distance below the maximum exp is under 2^-150: 0 in binary32, even as a denormal. */
const FARTHEST = 104;
/** From here on f32 keeps too little of a score: whoever does not subtract the maximum first is wrong. */
const FAR = 2 ** 17;

/**
 * Relative error of exp(s - m) for a score that lies `distance` below the maximum: 2u (3 + 3 x). WGSL grants exp an
 * error of 3 + 2|x| units in the last place, each at most 2u; the subtraction is off by one more, which is 2u x.
 */
export function expError(distance: number): number {
  // exp(0) is 1 on all implementations tried.
  if (distance === 0) return 0;
  return 2 * U32 * (3 + 3 * Math.min(distance, FARTHEST));
}

/**
 * What computing exp(s - m) by way of s and m alone adds, 2u (|s| + |m|): exp2(s log2 e - m log2 e) rounds both products
 * where fma is not fused, and exp(s - lse) rounds lse. One that subtracts first stays far below it. Nothing is added from 2^17
 * on, where such kernels lose the sum altogether.
 */
export function placeError(score: number, maximum: number): number {
  const size = Math.abs(score) + Math.abs(maximum);
  return size < FAR ? 2 * U32 * size : 0;
}

/**
 * A sum of weights exp(s - m), each from 0 to 1, and what adding them up in any order may err by, relative to the sum S.
 *
 * Of n weights, those below u S are small: adding a partial sum of small ones to a larger one errs by no more than it adds
 * itself, since rounding to the nearest never does worse than leaving it away. So all roundings together come to at most
 * 2u for each weight that is not small, and twice the small ones' share. Weights of exactly 1 (exp(0) is 1 on all
 * implementations tried) add up to whole numbers, which do not round.
 */
export class Weights {
  /** Sum of all weights. */
  sum = 0;
  private errors = 0;
  private count = 0;
  private ones = 0;
  private small = 0;
  private left = 0;

  /** A weight and its relative error. */
  add(weight: number, error: number): void {
    this.sum += weight;
    this.errors += weight * error;
    this.count++;
    if (weight === 1) this.ones++;
  }

  /** Whether a weight is small; holds once all have been added. */
  isSmall(weight: number): boolean {
    return weight < U32 * this.sum;
  }

  /** Takes a small weight out of those that round. */
  leave(weight: number): void {
    this.small++;
    this.left += weight;
  }

  /** Weights that are not small. */
  get large(): number {
    return this.count - this.small;
  }

  /**
   * Relative error of the sum by its additions: none where all weights are 1, or only one is not small. Ones beside others do
   * not count as exact: a kernel may subtract less than the maximum, if it rescales only for large rises.
   */
  get additionError(): number {
    const isExact = this.large === 1 || this.ones === this.count;
    return (isExact ? 0 : 2 * U32 * this.large) + (2 * this.left) / (this.sum - this.left);
  }

  /** Relative error of the sum by its weights. */
  get meanError(): number {
    return this.errors / this.sum;
  }
}

/** How the running maximum of one row climbs. */
export class Climb {
  private first = Number.NEGATIVE_INFINITY;
  /** Tiles after the first that raised the maximum. */
  rises = 0;
  /** Tiles that held a visible score. */
  tiles = 0;
  /** The largest score so far. */
  maximum = Number.NEGATIVE_INFINITY;

  /** Takes the largest score of the next tile; -Infinity where the tile holds none that is visible. */
  tile(largest: number): void {
    if (largest === Number.NEGATIVE_INFINITY) return;
    if (this.tiles++ === 0) this.first = largest;
    else if (largest > this.maximum) this.rises++;
    this.maximum = Math.max(this.maximum, largest);
  }

  /** Relative error of all rescalings, 2u (3 n + 3 R): one exp for each of n rises, which add up to a rise of R. */
  get error(): number {
    const rise = this.tiles === 0 ? 0 : Math.min(FARTHEST, this.maximum - this.first);
    return 2 * U32 * (3 * this.rises + 3 * rise);
  }
}
