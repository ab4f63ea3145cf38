import { Float16Array, f16round } from '@petamoriken/float16';

/** How an operation's tensors are stored. Sums are always f32 unless a kernel says otherwise. */
export type DType = 'f32' | 'f16';
/** What an element of a GPU buffer may be. */
export type ElementType = DType | 'u32' | 'i32';

export const BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2, u32: 4, i32: 4 };

/** Unit roundoff of binary32, u = 2^-24. */
export const U32 = 2 ** -24;

/** Rounds a float64 to the nearest value of the storage type, ties to even. */
export function round(value: number, dtype: DType): number {
  return dtype === 'f16' ? f16round(value) : Math.fround(value);
}

export type ElementArray = Float32Array | Float16Array | Uint32Array | Int32Array;

/** A typed view of `buffer` for an element type; f16 through a well-tested polyfill where the engine has none. */
export function view(buffer: ArrayBuffer, type: ElementType): ElementArray {
  switch (type) {
    case 'f32':
      return new Float32Array(buffer);
    case 'f16':
      return new Float16Array(buffer);
    case 'u32':
      return new Uint32Array(buffer);
    case 'i32':
      return new Int32Array(buffer);
    default:
      return type satisfies never;
  }
}
