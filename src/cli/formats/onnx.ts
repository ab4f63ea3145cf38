/**
 * ONNX backend test cases: a folder with `model.onnx` and `test_data_set_*` folders of `input_N.pb`, `output_N.pb`.
 *
 * The protobuf messages are decoded by `onnx-proto`; which field holds the values of which type is TensorProto's own
 * rule (onnx.proto): `raw_data` in little-endian order, or the typed field that the data type names.
 */
import onnxProto, { type onnx as proto } from 'onnx-proto';
import { Refusal, sentence } from '../../core/errors.ts';
import {
  decodeValues,
  elementCount,
  type FileArray,
  fromBfloatBits,
  fromHalfBits,
  VALUE_BYTES,
  type ValueType,
} from './array.ts';
import { Unsupported } from './unsupported.ts';

const { onnx } = onnxProto;

/** TensorProto.DataType, with the types that came after the package's own schema. */
const TYPE_NAMES = [
  'UNDEFINED', 'FLOAT', 'UINT8', 'INT8', 'UINT16', 'INT16', 'INT32', 'INT64', 'STRING', 'BOOL', 'FLOAT16', 'DOUBLE', 'UINT32', 'UINT64',
  'COMPLEX64', 'COMPLEX128', 'BFLOAT16', 'FLOAT8E4M3FN', 'FLOAT8E4M3FNUZ', 'FLOAT8E5M2', 'FLOAT8E5M2FNUZ', 'UINT4', 'INT4',
  'FLOAT4E2M1', 'FLOAT8E8M0', 'UINT2', 'INT2',
]; // biome-ignore format: a table of numbered names

const VALUE_TYPES: Readonly<Record<string, ValueType>> = {
  FLOAT: 'f32',
  UINT8: 'u8',
  INT8: 'i8',
  UINT16: 'u16',
  INT16: 'i16',
  INT32: 'i32',
  INT64: 'i64',
  BOOL: 'bool',
  FLOAT16: 'f16',
  DOUBLE: 'f64',
  UINT32: 'u32',
  UINT64: 'u64',
  BFLOAT16: 'bf16',
};

/** An attribute's value, as far as operators here use them. */
export type Attribute = number | string | readonly number[] | null;

export interface Node {
  readonly operator: string;
  readonly domain: string;
  /** Names of tensors; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Model {
  readonly nodes: readonly Node[];
  /** Version of the default operator set. */
  readonly opset: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Decoded when asked for: a type that cannot be read must not hide which operator it was for. */
  initializer(name: string): FileArray | undefined;
}

/** `model.onnx`. Throws a `Refusal` for bytes that are no model. */
export function decodeModel(bytes: Uint8Array): Model {
  const model = decode(() => onnx.ModelProto.decode(bytes), 'an ONNX model');
  const graph = model.graph;
  if (!graph?.node?.length)
    throw new Refusal('It holds no graph with a node: it is not an ONNX model, or it is cut off.');
  const initializers = graph.initializer ?? [];
  return {
    nodes: graph.node.map((node) => ({
      operator: node.opType ?? '',
      domain: node.domain ?? '',
      inputs: node.input ?? [],
      outputs: node.output ?? [],
      attributes: new Map((node.attribute ?? []).map((attribute) => [attribute.name ?? '', attributeValue(attribute)])),
    })),
    opset: toNumber(model.opsetImport?.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0),
    inputs: (graph.input ?? []).map(({ name }) => name ?? ''),
    outputs: (graph.output ?? []).map(({ name }) => name ?? ''),
    initializer: (name) => {
      const tensor = initializers.find((candidate) => candidate.name === name);
      return tensor ? fromTensor(tensor, `The initializer "${name}"`) : undefined;
    },
  };
}

/** One `input_N.pb` or `output_N.pb`. Throws a `Refusal`, or `Unsupported` for types that no operator here takes. */
export function decodeTensor(bytes: Uint8Array, what: string): FileArray {
  return fromTensor(
    decode(() => onnx.TensorProto.decode(bytes), 'a tensor'),
    what,
  );
}

function decode<T>(read: () => T, kind: string): T {
  try {
    return read();
  } catch (error) {
    throw new Refusal(`It does not decode as ${kind} (${sentence(error)}): the file is cut off or is something else.`);
  }
}

function fromTensor(tensor: proto.ITensorProto, what: string): FileArray {
  const name = TYPE_NAMES[tensor.dataType ?? 0];
  if (!tensor.dataType) throw new Refusal(`${what} names no data type: it is not a tensor, or it is cut off.`);
  if (tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL || tensor.externalData?.length) {
    throw new Unsupported(`${what} keeps its values in a file of its own (external data), which is not read`);
  }
  const type = VALUE_TYPES[name];
  if (!type) throw new Unsupported(`${what} is of type ${name ?? tensor.dataType}`);
  const dims = (tensor.dims ?? []).map(toNumber);
  const elements = elementCount(dims, what);
  const raw = tensor.rawData;
  if (raw?.length) {
    const needed = elements * VALUE_BYTES[type];
    if (raw.length !== needed) {
      throw new Refusal(
        `${what} of shape (${dims.join(', ')}) and type ${name} needs ${needed} bytes and has ${raw.length}.`,
      );
    }
    return { dims, type, values: decodeValues(raw, elements, type, true, what) };
  }
  const values = typedValues(tensor, type);
  if (values.length !== elements) {
    throw new Refusal(`${what} of shape (${dims.join(', ')}) needs ${elements} values and has ${values.length}.`);
  }
  return { dims, type, values };
}

/** The field that holds values of this type when `raw_data` does not. */
function typedValues(tensor: proto.ITensorProto, type: ValueType): Float64Array {
  switch (type) {
    case 'f32':
      return Float64Array.from(tensor.floatData ?? []);
    case 'f64':
      return Float64Array.from(tensor.doubleData ?? []);
    case 'i64':
      return Float64Array.from(tensor.int64Data ?? [], toNumber);
    case 'u32':
    case 'u64':
      return Float64Array.from(tensor.uint64Data ?? [], toNumber);
    case 'f16':
      return Float64Array.from(tensor.int32Data ?? [], fromHalfBits);
    case 'bf16':
      return Float64Array.from(tensor.int32Data ?? [], fromBfloatBits);
    default:
      return Float64Array.from(tensor.int32Data ?? []);
  }
}

function attributeValue(attribute: proto.IAttributeProto): Attribute {
  const { FLOAT, INT, STRING, INTS, FLOATS } = onnx.AttributeProto.AttributeType;
  switch (attribute.type) {
    case FLOAT:
      return attribute.f ?? 0;
    case INT:
      return toNumber(attribute.i ?? 0);
    case STRING:
      return new TextDecoder().decode(attribute.s ?? new Uint8Array());
    case INTS:
      return (attribute.ints ?? []).map(toNumber);
    case FLOATS:
      return attribute.floats ?? [];
    default:
      return null;
  }
}

/** A number, or a 64-bit integer of the protobuf runtime. */
function toNumber(value: number | { toNumber(): number }): number {
  return typeof value === 'number' ? value : value.toNumber();
}
