/** Arrays read from other people's files: values as float64, which holds every type below exactly. */
import { Float16Array } from '@petamoriken/float16';
import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';

export type ValueType =
  | 'f16'
  | 'bf16'
  | 'f32'
  | 'f64'
  | 'bool'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64';

/** Dense and row-major in `dims`; dims [] is a scalar. */
export interface FileArray {
  readonly dims: readonly number[];
  readonly type: ValueType;
  readonly values: Float64Array;
}

export const VALUE_BYTES: Readonly<Record<ValueType, number>> = {
  f16: 2,
  bf16: 2,
  f32: 4,
  f64: 8,
  bool: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
};

/** Most elements that are read from one array: a 4,096 x 4,096 matrix. */
export const MAX_ELEMENTS = 2 ** 24;
/** Largest file that is opened, in bytes. */
export const MAX_FILE_BYTES = 2 ** 30;

/** Product of the extents, or a `Refusal` where an extent is not one or the array is too large. `what` starts the sentence. */
export function elementCount(dims: readonly number[], what: string): number {
  let elements = 1;
  for (const extent of dims) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new Refusal(
        `${what} declares the shape (${dims.join(', ')}); every extent must be a whole number of 0 or more.`,
      );
    }
    elements *= extent;
  }
  if (elements > MAX_ELEMENTS) {
    throw new Refusal(
      `${what} declares the shape (${dims.join(', ')}), which is ${withCommas(elements)} values; ` +
        `at most ${withCommas(MAX_ELEMENTS)} are read.`,
    );
  }
  return elements;
}

/** `elements` values of `type` from `bytes`. Throws a `Refusal` where an integer is beyond what float64 holds. */
export function decodeValues(
  bytes: Uint8Array,
  elements: number,
  type: ValueType,
  littleEndian: boolean,
  what: string,
): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = VALUE_BYTES[type];
  const values = new Float64Array(elements);
  const read = reader(view, type, littleEndian);
  for (let i = 0; i < elements; i++) values[i] = read(i * size);
  if (type === 'i64' || type === 'u64') {
    const beyond = values.findIndex((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER);
    if (beyond >= 0) {
      throw new Refusal(
        `${what} holds ${values[beyond]} at element ${beyond}; integers beyond 2^53 cannot be read exactly.`,
      );
    }
  }
  return values;
}

const half = new Uint16Array(1);
const halfValue = new Float16Array(half.buffer);
const single = new Uint32Array(1);
const singleValue = new Float32Array(single.buffer);

/** The value of a binary16 bit pattern. */
export function fromHalfBits(bits: number): number {
  half[0] = bits;
  return halfValue[0];
}

/** The value of a bfloat16 bit pattern: the upper half of a binary32. */
export function fromBfloatBits(bits: number): number {
  single[0] = bits << 16;
  return singleValue[0];
}

function reader(view: DataView, type: ValueType, little: boolean): (position: number) => number {
  switch (type) {
    case 'f16':
      return (at) => fromHalfBits(view.getUint16(at, little));
    case 'bf16':
      return (at) => fromBfloatBits(view.getUint16(at, little));
    case 'f32':
      return (at) => view.getFloat32(at, little);
    case 'f64':
      return (at) => view.getFloat64(at, little);
    case 'bool':
      return (at) => (view.getUint8(at) === 0 ? 0 : 1);
    case 'i8':
      return (at) => view.getInt8(at);
    case 'u8':
      return (at) => view.getUint8(at);
    case 'i16':
      return (at) => view.getInt16(at, little);
    case 'u16':
      return (at) => view.getUint16(at, little);
    case 'i32':
      return (at) => view.getInt32(at, little);
    case 'u32':
      return (at) => view.getUint32(at, little);
    case 'i64':
      return (at) => Number(view.getBigInt64(at, little));
    case 'u64':
      return (at) => Number(view.getBigUint64(at, little));
    default:
      return type satisfies never;
  }
}
