/**
 * How far the values of a file may lie from the reference, and the tolerance of ONNX's own tests beside it.
 *
 * A file's values are a floating-point computation of somebody else, in the file's type T. They are given the bound
 * that a kernel in that arithmetic would get: our float32 bound with T's unit roundoff in place of 2^-24, and one
 * rounding to T. A float64 file is computed finely enough, but its inputs were rounded to float32 for us, which moves a
 * sum of products by at most 2u sum|x||w|, within the float32 bound.
 */
import { TINY_F32 } from '../../core/bounds.ts';
import { FORMATS, U32 } from '../../core/format.ts';
import type { OutputJudge } from '../../core/judge.ts';
import type { ValueType } from '../formats/array.ts';

/**
 * `judge`, which has float32's bounds, with the bounds of a file of type `type`. `inputError` is what rounding the
 * file's inputs for us moved a row by, relative to its values.
 */
export function fileJudge(judge: OutputJudge, type: ValueType, inputError?: (row: number) => number): OutputJudge {
  const { unit, smallest } = FORMATS[type === 'f16' || type === 'bf16' ? type : 'f32'];
  const isCoarse = unit > U32;
  const scale = unit / U32;
  // A check of the whole output knows only float32's bounds.
  const { whole: _, ...rows } = judge;
  return {
    ...rows,
    row(row, expected, bound) {
      judge.row(row, expected, bound);
      const moved = inputError?.(row) ?? 0;
      for (let i = 0; i < bound.length; i++) {
        const own = isCoarse ? unit * Math.abs(expected[i]) + smallest : 0;
        bound[i] = bound[i] * scale + own + moved * Math.abs(expected[i]);
      }
    },
  };
}

/**
 * `judge` for an operation that rounds nothing: the value itself, or 0 in place of a denormal. A float64 file's own
 * values are rounded once where its inputs were.
 */
export function exactJudge(judge: OutputJudge, type: ValueType): OutputJudge {
  const unit = type === 'f64' ? U32 : 0;
  return {
    ...judge,
    row(row, expected, bound) {
      judge.row(row, expected, bound);
      for (let i = 0; i < bound.length; i++) {
        const size = Math.abs(expected[i]);
        bound[i] = size < TINY_F32 ? TINY_F32 : unit * size;
      }
    },
  };
}

/** The tolerance of ONNX's backend tests (onnx/backend/test/case/test_case.py), whatever the type. */
export const ONNX_TOLERANCE = { rtol: 1e-3, atol: 1e-7 } as const;

export interface OnnxVerdict {
  readonly rtol: number;
  readonly atol: number;
  readonly passed: boolean;
  /** Largest |actual - expected| / (atol + rtol |expected|); passes up to 1. */
  readonly ratio: number | 'Infinity';
}

/** numpy.testing.assert_allclose: |actual - expected| <= atol + rtol |expected|, NaN equal to NaN. */
export function onnxVerdict(actual: ArrayLike<number>, expected: ArrayLike<number>): OnnxVerdict {
  const { rtol, atol } = ONNX_TOLERANCE;
  let ratio = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const share = Math.abs(a - e) / (atol + rtol * Math.abs(e));
    ratio = Number.isNaN(share) ? Number.POSITIVE_INFINITY : Math.max(ratio, share);
  }
  return { rtol, atol, passed: ratio <= 1, ratio: Number.isFinite(ratio) ? ratio : 'Infinity' };
}
