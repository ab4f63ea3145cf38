/** Writes the bytes of small ONNX models: f32 tensors in and out, nodes of the standard or Microsoft's operator set. */
import onnxProto, { type onnx as proto } from 'onnx-proto';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

/** A fixed extent, or the name of one that is known only when the model runs. */
export type Dim = number | string;

export interface ModelNode {
  readonly operator: string;
  /** The standard operators by default. */
  readonly domain?: 'com.microsoft';
  /** Names of tensors; "" for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly inputs: Readonly<Record<string, readonly Dim[]>>;
  readonly outputs: Readonly<Record<string, readonly Dim[]>>;
  /** Constants: whole numbers as int32, or scalars as float. */
  readonly int32s?: Readonly<Record<string, readonly number[]>>;
  readonly scalars?: Readonly<Record<string, number>>;
}

/** `model.onnx` for operator set 17 and Microsoft's set 1. */
export function encodeModel({ nodes, inputs, outputs, int32s = {}, scalars = {} }: Model): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'graph',
      node: nodes.map(encodeNode),
      input: Object.entries(inputs).map(encodeValue),
      output: Object.entries(outputs).map(encodeValue),
      initializer: [
        ...Object.entries(int32s).map(([name, values]) => ({
          name,
          dataType: onnx.TensorProto.DataType.INT32,
          dims: [values.length],
          int32Data: [...values],
        })),
        ...Object.entries(scalars).map(([name, value]) => ({
          name,
          dataType: onnx.TensorProto.DataType.FLOAT,
          dims: [],
          floatData: [value],
        })),
      ],
    },
  }).finish();
}

function encodeNode(node: ModelNode): proto.INodeProto {
  const ints = Object.entries(node.ints ?? {}).map(([name, value]) =>
    typeof value === 'number'
      ? { name, type: AttributeType.INT, i: value }
      : { name, type: AttributeType.INTS, ints: [...value] },
  );
  const floats = Object.entries(node.floats ?? {}).map(([name, f]) => ({ name, type: AttributeType.FLOAT, f }));
  return {
    opType: node.operator,
    domain: node.domain ?? '',
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: [...ints, ...floats],
  };
}

function encodeValue([name, dims]: readonly [string, readonly Dim[]]): proto.IValueInfoProto {
  const dim = dims.map((extent) => (typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent }));
  return { name, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim } } } };
}
