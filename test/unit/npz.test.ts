import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readNpy, readNpz } from '../../src/cli/formats/npz.ts';
import { float32, float64, npy, npz, zipped } from './vector-files.ts';

const plain = { dims: [2, 2], values: [1, 2, 3, 4] };

describe('arrays', () => {
  test('of an archive, by name, stored and deflated', () => {
    const arrays = readNpz(npz({ x: plain, w: { dims: [], values: [7] } }));
    expect([...arrays.keys()]).toEqual(['x', 'w']);
    expect(arrays.get('x')).toEqual({ dims: [2, 2], type: 'f32', values: Float64Array.of(1, 2, 3, 4) });
    expect(arrays.get('w')?.dims).toEqual([]);
    const stored = zipSync(
      { 'x.npy': npy('<f4', [2, 2], float32(plain.values)), 'notes.txt': Uint8Array.of(1) },
      { level: 0 },
    );
    expect([...readNpz(stored).keys()]).toEqual(['x']);
  });

  test.each([1, 2, 3] as const)('version %i of the header', (version) => {
    expect(readNpy(npy('<f4', [3], float32([1, 2, 3]), { version }), 'x').values).toEqual(Float64Array.of(1, 2, 3));
  });

  test('in Fortran order come out row-major', () => {
    const columns = npy('<f4', [2, 3], float32([1, 4, 2, 5, 3, 6]), { fortran: true });
    expect(readNpy(columns, 'x').values).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    // Element (i, j, k) of shape (2, 3, 4) lies at i + 2 j + 6 k.
    const cube = readNpy(
      npy('<f8', [2, 3, 4], float64(Array.from({ length: 24 }, (_, at) => at)), { fortran: true }),
      'x',
    ).values;
    expect(cube[1 * 12 + 2 * 4 + 3]).toBe(1 + 2 * 2 + 6 * 3);
  });

  test.each([
    ['<f2', [0x00, 0x3c, 0x00, 0xc0], [1, -2]],
    ['>f2', [0x3c, 0x00, 0xc0, 0x00], [1, -2]],
    ['<f4', [0, 0, 0xc0, 0x3f], [1.5]],
    ['>f4', [0x3f, 0xc0, 0, 0], [1.5]],
    ['<f8', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['>f8', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], [1.5]],
    ['|i1', [0xff, 0x7f], [-1, 127]],
    ['|u1', [0xff, 0x7f], [255, 127]],
    ['<i2', [0xfe, 0xff], [-2]],
    ['>u2', [0x01, 0x02], [258]],
    ['<i4', [0xfe, 0xff, 0xff, 0xff], [-2]],
    ['<u4', [0xfe, 0xff, 0xff, 0xff], [4294967294]],
    ['<i8', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-1]],
    ['>i8', [0, 0, 0, 0, 0, 0, 1, 0], [256]],
    ['<u8', [0, 1, 0, 0, 0, 0, 0, 0], [256]],
    ['|b1', [1, 0], [1, 0]],
  ])('of type %s', (descr, bytes, values) => {
    expect([...readNpy(npy(descr, [values.length], Uint8Array.from(bytes)), 'x').values]).toEqual(values);
  });

  // 1.5, -2, infinity, the smallest positive number.
  test.each([
    ['|V2', [0xc0, 0x3f, 0x00, 0xc0, 0x80, 0x7f, 0x01, 0x00]],
    ['<V2', [0xc0, 0x3f, 0x00, 0xc0, 0x80, 0x7f, 0x01, 0x00]],
    ['>V2', [0x3f, 0xc0, 0xc0, 0x00, 0x7f, 0x80, 0x00, 0x01]],
  ])('of type %s, where it is said to be bfloat16', (descr, bytes) => {
    const file = npy(descr, [4], Uint8Array.from(bytes));
    const expected = { dims: [4], type: 'bf16', values: Float64Array.of(1.5, -2, Infinity, 2 ** -133) };
    expect(readNpy(file, 'x', { bf16: true })).toEqual(expected);
    expect(readNpz(zipped({ x: file }), { bf16: true }).get('x')).toEqual(expected);
    expect(readNpz(npz({ x: plain }), { bf16: true }).get('x')?.type).toBe('f32');
  });
});

describe('a file that is damaged or hostile is refused in one sentence', () => {
  const good = npz({ x: plain });
  const flipped = good.slice();
  flipped[60] ^= 0x10;
  const withSize = (size: number): Uint8Array => {
    const bytes = npz({ x: plain });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const directory = view.getUint32(bytes.length - 22 + 16, true);
    view.setUint32(directory + 24, size, true);
    return bytes;
  };

  test.each([
    ['nothing', new Uint8Array(), /starts with "PK"/],
    ['no archive', new TextEncoder().encode('hello, world'), /starts with "PK"/],
    ['a bare .npy', npy('<f4', [1], float32([1])), /bare \.npy/],
    ['cut off at the end', good.subarray(0, good.length - 5), /cut off: its directory/],
    ['cut off in the middle', good.subarray(0, 40), /cut off: its directory/],
    ['a flipped bit', flipped, /does not inflate|damaged/],
    ['a size that is too small', withSize(8), /checksum or its length/],
    ['a size of 4 GiB', withSize(0xffffffff), /declare 4,294,967,295 bytes or more.*at most 1,073,741,824/],
    ['no arrays', zipSync({ 'a.txt': Uint8Array.of(1) }), /without a single \.npy/],
  ])('%s', (_, bytes, message) => {
    expect(() => readNpz(bytes)).toThrow(message);
  });

  test('a directory that points outside the file', () => {
    const bytes = npz({ x: plain });
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setUint32(bytes.length - 22 + 16, 0x7fffffff, true);
    expect(() => readNpz(bytes)).toThrow(/directory points outside the file/);
  });

  test.each([
    ['not .npy', Uint8Array.of(1, 2, 3), /not \.npy data/],
    ['an unknown version', npy('<f4', [1], float32([1])).map((byte, at) => (at === 6 ? 9 : byte)), /version 9/],
    ['Python objects', npy('|O', [1], new Uint8Array(8)), /Python objects, which would have to be unpickled/],
    ['text', npy('<U4', [1], new Uint8Array(16)), /holds text/],
    ['complex numbers', npy('<c8', [1], new Uint8Array(8)), /complex numbers/],
    ['an unknown type', npy('|V3', [1], new Uint8Array(3)), /type "\|V3"/],
    [
      'two bytes without a type',
      npy('|V2', [1], new Uint8Array(2)),
      /^The array "x" has the type "\|V2", which is how NumPy writes bfloat16 .*: pass --dtype bf16 where it is bfloat16\.$/,
    ],
    [
      'records',
      npy('', [], new Uint8Array(8), { header: "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }" }),
      /named fields/,
    ],
    ['a header of code', npy('', [], new Uint8Array(), { header: '__import__("os")' }), /header that cannot be read/],
    [
      'a shape of text',
      npy('', [], new Uint8Array(4), { header: "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }" }),
      /which is not a shape/,
    ],
    ['too little data', npy('<f4', [3], float32([1, 2])), /needs 12 bytes of data and has 8/],
    ['too much data', npy('<f4', [1], float32([1, 2])), /needs 4 bytes of data and has 8/],
    ['a huge shape', npy('<f4', [65536, 65536, 65536], float32([1])), /281,474,976,710,656 values; at most 16,777,216/],
    [
      'a shape beyond counting',
      npy('', [], new Uint8Array(), {
        header: "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      }),
      /every extent must be a whole number/,
    ],
    ['an integer beyond 2^53', npy('<u8', [1], new Uint8Array(8).fill(255)), /beyond 2\^53/],
    ['a header that is cut off', npy('<f4', [1], float32([1])).subarray(0, 20), /cut off within its header/],
    [
      'a header of 4 GiB',
      npy('<f4', [1], float32([1]), { version: 2 }).map((byte, at) => (at >= 8 && at < 12 ? 255 : byte)),
      /declares a header that is too long/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'x')).toThrow(message);
    expect(() => readNpz(zipped({ x: bytes }))).toThrow(message);
  });

  test('two arrays of one name', () => {
    const entry = npy('<f4', [1], float32([1]));
    const bytes = zipSync({ 'x.npy': entry, 'y.npy': entry });
    const text = new TextDecoder('latin1').decode(bytes);
    for (let at = text.indexOf('y.npy'); at >= 0; at = text.indexOf('y.npy', at + 1)) bytes[at] = 'x'.charCodeAt(0);
    expect(() => readNpz(bytes)).toThrow(/two arrays named "x"/);
  });
});
