import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { decodeModel, decodeTensor } from '../../src/cli/formats/onnx.ts';
import { Unsupported } from '../../src/cli/formats/unsupported.ts';
import { float32, float64, tensorBytes } from './vector-files.ts';

const { onnx } = onnxProto;
const values = (tensor: Parameters<typeof tensorBytes>[0]): number[] => [
  ...decodeTensor(tensorBytes(tensor), 'x').values,
];

describe('tensors', () => {
  test.each([
    ['FLOAT raw', { dataType: 1, rawData: float32([1.5, -2]) }, [1.5, -2]],
    ['FLOAT typed', { dataType: 1, floatData: [1.5, -2] }, [1.5, -2]],
    ['DOUBLE raw', { dataType: 11, rawData: float64([1.5, -2]) }, [1.5, -2]],
    ['DOUBLE typed', { dataType: 11, doubleData: [1.5, -2] }, [1.5, -2]],
    ['FLOAT16 raw', { dataType: 10, rawData: Uint8Array.of(0x00, 0x3c, 0x00, 0xc0) }, [1, -2]],
    ['FLOAT16 in int32_data', { dataType: 10, int32Data: [0x3c00, 0xc000] }, [1, -2]],
    ['BFLOAT16 raw', { dataType: 16, rawData: Uint8Array.of(0x80, 0x3f, 0x00, 0xc0) }, [1, -2]],
    ['BFLOAT16 in int32_data', { dataType: 16, int32Data: [0x3f80, 0xc000] }, [1, -2]],
    ['INT8 raw', { dataType: 3, rawData: Uint8Array.of(0xff, 0x7f) }, [-1, 127]],
    ['INT8 in int32_data', { dataType: 3, int32Data: [-1, 127] }, [-1, 127]],
    ['UINT8 raw', { dataType: 2, rawData: Uint8Array.of(0xff, 0x7f) }, [255, 127]],
    ['INT16 raw', { dataType: 5, rawData: Uint8Array.of(0xfe, 0xff, 1, 0) }, [-2, 1]],
    ['UINT16 raw', { dataType: 4, rawData: Uint8Array.of(0xfe, 0xff, 1, 0) }, [65534, 1]],
    ['INT32 in int32_data', { dataType: 6, int32Data: [-3, 3] }, [-3, 3]],
    ['INT64 in int64_data', { dataType: 7, int64Data: [-3, 3] }, [-3, 3]],
    ['INT64 raw', { dataType: 7, rawData: new Uint8Array(BigInt64Array.of(-3n, 3n).buffer) }, [-3, 3]],
    ['UINT32 in uint64_data', { dataType: 12, uint64Data: [4294967295, 3] }, [4294967295, 3]],
    ['UINT64 in uint64_data', { dataType: 13, uint64Data: [5, 3] }, [5, 3]],
    ['BOOL raw', { dataType: 9, rawData: Uint8Array.of(1, 0) }, [1, 0]],
    ['BOOL in int32_data', { dataType: 9, int32Data: [1, 0] }, [1, 0]],
  ])('%s', (_, tensor, expected) => {
    expect(values({ dims: [2], ...tensor })).toEqual(expected);
  });

  test('a scalar, and one without elements', () => {
    expect(decodeTensor(tensorBytes({ dataType: 1, rawData: float32([4]) }), 'x')).toMatchObject({ dims: [] });
    expect(values({ dims: [0, 3], dataType: 1 })).toEqual([]);
  });

  test('raw data that starts at an odd byte', () => {
    // The decoder hands out views into the file; a name of odd length moves them off their alignment.
    for (const name of ['a', 'ab', 'abc', 'abcd']) {
      expect(values({ dims: [2], dataType: 1, name, rawData: float32([1.5, -2]) })).toEqual([1.5, -2]);
    }
  });

  test.each([
    ['nothing', new Uint8Array(), /names no data type/],
    [
      'text',
      new TextEncoder().encode('hello, this is not a tensor at all'),
      /does not decode as a tensor|names no data type/,
    ],
    [
      'cut off',
      tensorBytes({ dims: [4], dataType: 1, rawData: float32([1, 2, 3, 4]) }).subarray(0, 12),
      /does not decode as a tensor/,
    ],
    ['too little data', tensorBytes({ dims: [3], dataType: 1, rawData: float32([1]) }), /needs 12 bytes and has 4/],
    ['too few values', tensorBytes({ dims: [3], dataType: 1, floatData: [1] }), /needs 3 values and has 1/],
    ['a negative extent', tensorBytes({ dims: [-1], dataType: 1, rawData: float32([1]) }), /every extent must be/],
    [
      'a huge shape',
      tensorBytes({ dims: [1e6, 1e6], dataType: 1, rawData: float32([1]) }),
      /1,000,000,000,000 values; at most/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => decodeTensor(bytes, 'The input x')).toThrow(message);
  });

  test('what no operator here takes is unsupported, not damaged', () => {
    const external = {
      dims: [2],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: '../../etc/passwd' }],
    };
    expect(() => decodeTensor(tensorBytes(external), 'The input x')).toThrow(Unsupported);
    expect(() => decodeTensor(tensorBytes(external), 'The input x')).toThrow(/external data/);
    for (const [dataType, name] of [
      [8, 'STRING'],
      [14, 'COMPLEX64'],
      [17, 'FLOAT8E4M3FN'],
      [22, 'INT4'],
      [99, '99'],
    ] as const) {
      expect(() => decodeTensor(tensorBytes({ dims: [2], dataType, int32Data: [1] }), 'The input x')).toThrow(
        new Unsupported(`The input x is of type ${name}`),
      );
    }
  });
});

describe('models', () => {
  test('nodes, attributes, operator set, initializers', () => {
    const bytes = onnx.ModelProto.encode(
      onnx.ModelProto.fromObject({
        opsetImport: [
          { domain: 'other', version: 1 },
          { domain: '', version: 24 },
        ],
        graph: {
          node: [
            {
              opType: 'Gemm',
              input: ['a', '', 'c'],
              output: ['y'],
              attribute: [
                { name: 'alpha', type: 1, f: 0.5 },
                { name: 'transA', type: 2, i: 1 },
              ],
            },
          ],
          input: [{ name: 'a' }],
          output: [{ name: 'y' }],
          initializer: [{ name: 'c', dims: [1], dataType: 1, floatData: [3] }],
        },
      }),
    ).finish();
    const model = decodeModel(bytes);
    expect(model.opset).toBe(24);
    expect(model.nodes[0]).toMatchObject({ operator: 'Gemm', inputs: ['a', '', 'c'], outputs: ['y'] });
    expect([...model.nodes[0].attributes]).toEqual([
      ['alpha', 0.5],
      ['transA', 1],
    ]);
    expect(model.initializer('c')?.values).toEqual(Float64Array.of(3));
    expect(model.initializer('a')).toBeUndefined();
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('not a model')],
    ['a graph without nodes', onnx.ModelProto.encode(onnx.ModelProto.create({ graph: {} })).finish()],
    ['a field that says it is 4 GiB long', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(/not an ONNX model|does not decode as an ONNX model/);
  });
});
