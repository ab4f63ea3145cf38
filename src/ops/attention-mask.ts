/**
 * The additive mask of attention: minus infinity hides a key, every finite number is added to its score.
 *
 * Adding a mask m to a score x that a kernel may have computed as anything from x - e to x + e:
 *   both below 2^16   x + m, off by e + 2u |x + m|.
 *   else           The sum in f32 has a unit in the last place of 2^-7 and more. That is 64 at -1e9, and at the lowest
 *                  number 2^104, where each sum is the mask itself and a row of them weighs all its values alike. What
 *                  x + m is without rounding would say nothing of that. So both ends of the interval are rounded to
 *                  the nearest f32: mostly they are the same number, which is the score, and exact. Where a rounding
 *                  boundary lies between them, the score is halfway, and its weight off by a factor of up to
 *                  exp(w / 2), w being the distance of the two; with the sum of the weights off by as much, the
 *                  relative error is at most exp(w) - 1.
 * A sum beyond the largest finite numbers counts as the lowest, or the highest.
 *
 * WGSL names no rounding mode. That from 2^16 on sums are rounded to the nearest is what every known device does, and
 * what IEEE 754 and so ONNX's definition of attention ask for.
 */
import { FORMATS, U32 } from '../core/format.ts';

/** What hides a key in an additive mask, and nothing else does. */
export const HIDDEN = Number.NEGATIVE_INFINITY;

/** From this magnitude on, what is added to a score may be far more than what it is added to. */
const COARSE = 2 ** 16;
const HIGHEST = FORMATS.f32.largest;
/** Stands for a factor that float64 cannot hold. */
const ANY_FACTOR = 1e300;

export interface Sum {
  value: number;
  error: number;
}

/** Adds a finite `mask` to a score in place. */
export function addMask(score: Sum, mask: number): void {
  if (Math.max(Math.abs(score.value), Math.abs(mask)) < COARSE) {
    score.value += mask;
    score.error += 2 * U32 * Math.abs(score.value);
    return;
  }
  const low = nearest(score.value - score.error + mask);
  const high = nearest(score.value + score.error + mask);
  score.value = low + (high - low) / 2;
  score.error = Math.min(ANY_FACTOR, Math.expm1(high - low));
}

function nearest(sum: number): number {
  return Math.max(-HIGHEST, Math.min(HIGHEST, Math.fround(sum)));
}
