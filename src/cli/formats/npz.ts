/**
 * NumPy's `.npz`: a zip archive with one `.npy` file for each array.
 *
 * The zip directory is read here, so that sizes are checked before anything is inflated and every entry's CRC after:
 * a flipped bit must not look like a wrong kernel. fflate inflates. The format of `.npy` is NEP 1 with its versions 2
 * and 3: magic, version, header length, a Python dict literal with `descr`, `fortran_order` and `shape`, then the data.
 */
import { crc32 } from 'node:zlib';
import { inflateSync } from 'fflate';
import { Refusal, sentence } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { decodeValues, elementCount, type FileArray, VALUE_BYTES, type ValueType } from './array.ts';

/** Most bytes that all arrays of one file may declare, inflated. */
const MAX_INFLATED_BYTES = 2 ** 30;
const MAX_ENTRIES = 1000;
const MAX_HEADER_BYTES = 2 ** 16;

export interface NpzTypes {
  /**
   * Whether elements of two bytes without a type are bfloat16. NumPy has no bfloat16 of its own and writes that of
   * ml_dtypes as it would any two bytes: as "<V2", or "|V2" once a file has been loaded without ml_dtypes.
   */
  readonly bf16?: boolean;
}

/** All arrays of an `.npz` by name, without the `.npy`. Throws a `Refusal` for a file that is damaged or hostile. */
export function readNpz(bytes: Uint8Array, types: NpzTypes = {}): Map<string, FileArray> {
  const arrays = new Map<string, FileArray>();
  for (const entry of readDirectory(bytes)) {
    if (!entry.name.endsWith('.npy')) continue;
    const name = entry.name.slice(0, -'.npy'.length);
    if (arrays.has(name)) throw new Refusal(`It holds two arrays named "${name}"; names must differ.`);
    arrays.set(name, readNpy(inflateEntry(bytes, entry), name, types));
  }
  if (arrays.size === 0) throw new Refusal('It is a zip archive without a single .npy array in it.');
  return arrays;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly headerAt: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/** The zip directory (APPNOTE.TXT 4.3.12 and 4.3.16), with every size checked. */
function readDirectory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0, true) !== 0x4b50) {
    throw new Refusal(
      `It is not an .npz file: a zip archive starts with "PK"${isNpy(bytes) ? ', and this is a bare .npy' : ''}.`,
    );
  }
  let end = bytes.length - 22;
  const earliest = Math.max(0, end - 0xffff);
  while (end >= earliest && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < earliest)
    throw new Refusal('The zip archive is cut off: its directory, which stands at the end, is missing.');
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw new Refusal(`The zip archive has ${count} entries; at most ${MAX_ENTRIES} are read.`);
  const damaged = new Refusal('The zip archive is damaged: its directory points outside the file.');
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw damaged;
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged;
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const entry: Entry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      headerAt: view.getUint32(at + 42, true),
    };
    if (view.getUint16(at + 8, true) & 1)
      throw new Refusal(`Its entry "${name}" is encrypted; only plain archives are read.`);
    total += entry.size;
    if (total > MAX_INFLATED_BYTES) {
      throw new Refusal(
        `Its entries declare ${withCommas(total)} bytes or more once inflated; ` +
          `at most ${withCommas(MAX_INFLATED_BYTES)} are read.`,
      );
    }
    entries.push(entry);
    at = next;
  }
  return entries;
}

function inflateEntry(bytes: Uint8Array, entry: Entry): Uint8Array {
  const { name, method, packed, size, headerAt } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (headerAt + 30 > bytes.length || view.getUint32(headerAt, true) !== LOCAL_HEADER) {
    throw new Refusal(`The zip archive is damaged: entry "${name}" is not where its directory says.`);
  }
  const start = headerAt + 30 + view.getUint16(headerAt + 26, true) + view.getUint16(headerAt + 28, true);
  if (start + packed > bytes.length) throw new Refusal(`The zip archive is cut off within its entry "${name}".`);
  const data = bytes.subarray(start, start + packed);
  if (method !== 0 && method !== 8) {
    throw new Refusal(`Its entry "${name}" is compressed by method ${method}; stored and deflated entries are read.`);
  }
  let inflated: Uint8Array;
  try {
    inflated = method === 0 ? data : inflateSync(data, { out: new Uint8Array(size) });
  } catch (error) {
    throw new Refusal(`Its entry "${name}" does not inflate: ${sentence(error)}.`);
  }
  if (inflated.length !== size || crc32(inflated) !== entry.crc) {
    throw new Refusal(`Its entry "${name}" is damaged: its checksum or its length does not match.`);
  }
  return inflated;
}

function isNpy(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[0] === 0x93 && new TextDecoder().decode(bytes.subarray(1, 6)) === 'NUMPY';
}

/** One `.npy` array, C or Fortran order, as dense row-major values. Throws a `Refusal`; `name` is for its sentence. */
export function readNpy(bytes: Uint8Array, name: string, types: NpzTypes = {}): FileArray {
  const what = `The array "${name}"`;
  if (!isNpy(bytes)) throw new Refusal(`${what} is not .npy data: it does not start with "\\x93NUMPY".`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3) throw new Refusal(`${what} has .npy version ${version}; versions 1 to 3 are read.`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? Infinity : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES || start + length > bytes.length) {
    throw new Refusal(`${what} is cut off within its header, or declares a header that is too long.`);
  }
  const encoding = version === 3 ? 'utf-8' : 'latin1';
  const header = readHeader(new TextDecoder(encoding).decode(bytes.subarray(start, start + length)), what);
  const { type, littleEndian } = elementType(header.descr, what, types);
  const elements = elementCount(header.shape, what);
  const data = bytes.subarray(start + length);
  const needed = elements * VALUE_BYTES[type];
  if (data.length !== needed) {
    throw new Refusal(
      `${what} of shape (${header.shape.join(', ')}) needs ${withCommas(needed)} bytes of data ` +
        `and has ${withCommas(data.length)}.`,
    );
  }
  const values = decodeValues(data, elements, type, littleEndian, what);
  return { dims: header.shape, type, values: header.fortran ? fromFortran(values, header.shape) : values };
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The Python dict literal, exactly as far as NumPy writes it. */
function readHeader(text: string, what: string): Header {
  const descr = /'descr'\s*:\s*('([^']*)'|\[)/.exec(text);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (descr?.[1] === '[') throw new Refusal(`${what} has records with named fields; arrays of plain numbers are read.`);
  if (!descr || !fortran || !shape) {
    throw new Refusal(`${what} has a header that cannot be read: "${text.trim().slice(0, 60)}".`);
  }
  const extents = shape[1].split(',').map((extent) => extent.trim().replace(/L$/, ''));
  if (extents.at(-1) === '') extents.pop();
  if (extents.some((extent) => !/^\d+$/.test(extent))) {
    throw new Refusal(`${what} has a header with the shape "(${shape[1]})", which is not a shape.`);
  }
  return { descr: descr[2], fortran: fortran[1] === 'True', shape: extents.map(Number) };
}

const NUMPY_TYPES: Readonly<Record<string, ValueType>> = {
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
  b1: 'bool',
  i1: 'i8',
  i2: 'i16',
  i4: 'i32',
  i8: 'i64',
  u1: 'u8',
  u2: 'u16',
  u4: 'u32',
  u8: 'u64',
};

function elementType(
  descr: string,
  what: string,
  { bf16 = false }: NpzTypes,
): { type: ValueType; littleEndian: boolean } {
  const order = /^[<>|=]/.test(descr) ? descr[0] : '=';
  const code = descr.replace(/^[<>|=]/, '');
  if (code === 'V2' && !bf16) {
    throw new Refusal(
      `${what} has the type "${descr}", which is how NumPy writes bfloat16 and any other two bytes: pass --dtype bf16 ` +
        'where it is bfloat16.',
    );
  }
  const type = code === 'V2' ? 'bf16' : NUMPY_TYPES[code];
  if (type) return { type, littleEndian: order !== '>' };
  const held =
    code[0] === 'O'
      ? 'Python objects, which would have to be unpickled and could run code'
      : code[0] === 'U' || code[0] === 'S'
        ? 'text'
        : code[0] === 'c'
          ? 'complex numbers'
          : `elements of type "${descr.slice(0, 20)}"`;
  throw new Refusal(`${what} holds ${held}; floats of 2, 4 or 8 bytes, integers and booleans are read.`);
}

/** Column-major values as row-major ones. */
function fromFortran(values: Float64Array, dims: readonly number[]): Float64Array {
  const dense = new Float64Array(values.length);
  const at = new Array<number>(dims.length).fill(0);
  const steps = dims.map((_, axis) => dims.slice(0, axis).reduce((product, extent) => product * extent, 1));
  for (let index = 0; index < values.length; index++) {
    let position = 0;
    for (let axis = 0; axis < dims.length; axis++) position += at[axis] * steps[axis];
    dense[index] = values[position];
    for (let axis = dims.length - 1; axis >= 0 && ++at[axis] === dims[axis]; axis--) at[axis] = 0;
  }
  return dense;
}
