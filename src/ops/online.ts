/**
 * What a softmax costs in accuracy, whether computed over a whole row or online, tile by tile, with a running maximum
 * (Milakov and Gimelshein 2018) that rescales what was summed before each time it rises.
 */
import { U32 } from '../core/dtype.ts';

/** Beyond this distance below the maximum exp is under 2^-150: 0 in binary32, even as a denormal. */
const FARTHEST = 104;

/**
 * Relative error of exp(s - m) for a score that lies `distance` below the maximum: 2u (3 + 3 x). WGSL grants exp an
 * error of 3 + 2|x| units in the last place, each at most 2u; the subtraction is off by one more, which is 2u x.
 */
export function expError(distance: number): number {
  return 2 * U32 * (3 + 3 * Math.min(distance, FARTHEST));
}

/** How the running maximum of one row climbs. */
export class Climb {
  private first = Number.NEGATIVE_INFINITY;
  private rises = 0;
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
