/**
 * The error that a right kernel may make. docs/VERDICTS.md derives each formula.
 *
 * u = 2^-24 is the unit roundoff of binary32; sums are f32 unless a kernel says otherwise.
 */
import { type DType, FORMATS, U32 } from './format.ts';
import { round } from './half.ts';

/** Smallest normal binary32 number: below it WGSL lets an implementation flush to zero. */
export const TINY_F32 = FORMATS.f32.smallestNormal;

/**
 * Factor on sum|x||w| that bounds the rounding error of a sum of `terms` products in any order, fused or not.
 *
 * 2 n u is certain: WGSL names no rounding mode, so each of the at most n roundings that a term passes through is off by
 * a whole unit in the last place, 2u (Higham 2002, section 3.1, with 2u for u). 8 sqrt(n) u holds with overwhelming
 * probability where roundings are to the nearest and independent (Higham and Mary 2019, theorem 2.4). Equal terms round
 * alike, and so do small terms on top of a large one: `independent` is for seeded random terms of both signs only.
 */
export function sumError(terms: number, independent: boolean, unit = U32): number {
  return (independent ? Math.min(8 * Math.sqrt(terms), 2 * terms) : 2 * terms) * unit;
}

/**
 * The same for the few products of a sum that are not 0: an addition of 0 rounds nothing, and neither does a product that
 * binary32 holds exactly; all products' roundings together are one rounding of sum|x||w|.
 */
export function termsError(terms: number, areRounded: boolean): number {
  return 2 * U32 * (Math.max(0, terms - 1) + (areRounded ? 1 : 0));
}

/** Relative error of scaling a dot product, or beforehand each of its factors: none by a power of two. */
export function scalingError(scale: number): number {
  return Number.isInteger(Math.log2(scale)) ? 0 : 4 * U32;
}

/** What flushing f32 denormals can cost a sum of products: every operand, every product and every sum may be one. */
export function flushError(magnitudes: number, terms: number): number {
  return TINY_F32 * (magnitudes + terms);
}

/** WGSL lets an implementation flush shorter denormals too; 0 turns the question off for f32, where `flushError` answers. */
export function flushedBelow(dtype: DType): number {
  return dtype === 'f32' ? 0 : FORMATS[dtype].smallestNormal;
}

/**
 * What storing an f32 result costs: nothing in f32, else a whole unit in the last place, for a conversion may round either
 * way; `relative` to a normal number, `absolute` for a denormal one.
 */
export function storingError(output: DType): { readonly relative: number; readonly absolute: number } {
  const { unit, smallest } = FORMATS[output];
  return output === 'f32' ? { relative: 0, absolute: 0 } : { relative: 2 * unit, absolute: smallest };
}

/**
 * Puts one element's reference and allowed error in place, with what storing it costs.
 *
 * f16 storage adds 2^-10 |value| + 2^-24 (`storingError`). Where a right result may round to infinity, the bound is Infinity, which `compare` reads as "`expected` or anything beyond
 * it with the same sign": the largest number and infinity are both right there.
 */
export function allow(
  expected: Float64Array,
  bound: Float64Array,
  at: number,
  value: number,
  error: number,
  output: DType,
): void {
  // A value that the format holds exactly is converted exactly.
  const isStored = error === 0 && round(value, output) === value;
  const { relative, absolute } = storingError(output);
  const total = isStored ? error : error + relative * Math.abs(value) + absolute;
  const { largest, overflow } = FORMATS[output];
  if (Math.abs(value) + error >= overflow) {
    // Where the error alone may overflow, nothing can be said: 0 with such a bound allows any number.
    expected[at] = Math.sign(value) * Math.max(0, Math.min(largest, Math.abs(value) - total));
    bound[at] = Number.POSITIVE_INFINITY;
  } else {
    expected[at] = value;
    bound[at] = total;
  }
}
