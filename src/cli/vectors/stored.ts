/** A file's arrays as inputs of ours: what float32 or f16 can hold of them, and what has to be said of the rest. */

import { Refusal } from '../../core/errors.ts';
import { type DType, FORMATS } from '../../core/format.ts';
import type { FileArray, ValueType } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';

/** Above this a float32 no longer holds every integer. */
const EXACT_INTEGERS = 2 ** 24;

/**
 * Float32 storage of an input. Throws `Unsupported` where no error bound could be honest: NaN, Infinity, beyond
 * float32, integers that it cannot hold.
 */
export function stored(array: FileArray, name: string): Float32Array {
  const { values, type } = array;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size < Number.POSITIVE_INFINITY)) {
      throw new Unsupported(`${name} holds ${values[i]} at element ${i}; error bounds exist for finite inputs only`);
    }
    if (size > FORMATS.f32.largest)
      throw new Unsupported(`${name} holds ${values[i]} at element ${i}, which is beyond float32`);
    if (isInteger(type) && size > EXACT_INTEGERS) {
      throw new Unsupported(
        `${name} holds the integer ${values[i]} at element ${i}; float32 holds them exactly up to 2^24 only`,
      );
    }
  }
  return Float32Array.from(values);
}

export function isInteger(type: ValueType): boolean {
  return !isFloat(type);
}

export function isFloat(type: ValueType): boolean {
  return type === 'f16' || type === 'bf16' || type === 'f32' || type === 'f64';
}

/** f16 kernels for f16 files, f32 ones for everything else. */
export function storageOf(arrays: readonly FileArray[]): DType {
  return arrays.every(({ type }) => type === 'f16') ? 'f16' : 'f32';
}

/** What was done to values that no storage type holds as they are. */
export function storageNotes(arrays: readonly FileArray[]): string[] {
  const notes: string[] = [];
  if (arrays.some(({ type, values }) => type === 'f64' && values.some((value) => Math.fround(value) !== value))) {
    notes.push('float64 inputs were rounded to float32');
  }
  if (arrays.some(({ type }) => type === 'bf16'))
    notes.push('bfloat16 inputs were stored as float32, which holds them exactly');
  return notes;
}

/** Throws `Unsupported` for a tensor without elements: there is nothing to compute, and no operation takes size 0. */
export function refuseEmpty(array: FileArray, name: string): void {
  if (array.values.length === 0) throw new Unsupported(`${name} of shape (${array.dims.join(', ')}) is empty`);
}

/** Throws a `Refusal` where the file's own output does not have the shape that its inputs give. */
export function expectDims(array: FileArray, dims: readonly number[], name: string, why: string): void {
  if (array.dims.length !== dims.length || array.dims.some((extent, axis) => extent !== dims[axis])) {
    throw new Refusal(`${name} has the shape (${array.dims.join(', ')}), and ${why} give (${dims.join(', ')})`);
  }
}
