/** Bytes of `.npy`, `.npz` and ONNX test cases, made here so that no file of others has to be kept. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import onnxProto, { type onnx as proto } from 'onnx-proto';
import { inject } from 'vitest';

const { onnx } = onnxProto;

/** A new folder, which is gone when all tests have ended: a module that asks for one may serve those of several files. */
export function temporaryFolder(): string {
  return mkdtempSync(join(inject('temporary'), 'of-'));
}

export interface NpyOptions {
  readonly version?: 1 | 2 | 3;
  readonly fortran?: boolean;
  /** Replaces the whole dict literal. */
  readonly header?: string;
}

/** A `.npy` file with `data` as its bytes. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, options: NpyOptions = {}): Uint8Array {
  const { version = 1, fortran = false } = options;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const literal =
    options.header ?? `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const text = new TextEncoder().encode(`${literal}\n`);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, start);
  bytes.set(data, start + text.length);
  return bytes;
}

/** Little-endian float32 data. */
export function float32(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

export function float64(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer);
}

export interface Tensor {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** An `.npz` of float32 arrays. */
export function npz(arrays: Readonly<Record<string, Tensor>>): Uint8Array {
  return zipped(
    Object.fromEntries(
      Object.entries(arrays).map(([name, { dims, values }]) => [name, npy('<f4', dims, float32(values))]),
    ),
  );
}

/** An archive of ready `.npy` files. */
export function zipped(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.npy`, bytes])));
}

export function floatTensor({ dims, values }: Tensor): proto.ITensorProto {
  return { dims: [...dims], dataType: 1, rawData: float32(values) };
}

export function boolTensor({ dims, values }: Tensor): proto.ITensorProto {
  return { dims: [...dims], dataType: 9, rawData: Uint8Array.from(values) };
}

export function tensorBytes(tensor: proto.ITensorProto): Uint8Array {
  return onnx.TensorProto.encode(onnx.TensorProto.create(tensor)).finish();
}

export interface CaseFiles {
  readonly operator: string;
  readonly domain?: string;
  readonly opset?: number;
  readonly attributes?: Readonly<Record<string, number>>;
  /** By the node's input number; an empty place is an optional input left out. */
  readonly inputs: readonly (proto.ITensorProto | null)[];
  readonly outputs: readonly (proto.ITensorProto | null)[];
  /** More nodes of the same operator. */
  readonly nodes?: number;
}

/** Writes a test case as the ONNX project lays it out. */
export function writeCase(folder: string, files: CaseFiles): string {
  const set = join(folder, 'test_data_set_0');
  mkdirSync(set, { recursive: true });
  const inputs = files.inputs.map((tensor, index) => (tensor ? `in${index}` : ''));
  const outputs = files.outputs.map((tensor, index) => (tensor ? `out${index}` : ''));
  const node = {
    opType: files.operator,
    domain: files.domain ?? '',
    input: inputs,
    output: outputs,
    attribute: Object.entries(files.attributes ?? {}).map(([name, value]) =>
      Number.isInteger(value) && !['scale', 'softcap', 'alpha', 'beta'].includes(name)
        ? { name, type: 2, i: value }
        : { name, type: 1, f: value },
    ),
  };
  const named = (names: readonly string[]): { name: string }[] =>
    names.filter((name) => name !== '').map((name) => ({ name }));
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: files.opset ?? 23 }],
    graph: { node: new Array(files.nodes ?? 1).fill(node), input: named(inputs), output: named(outputs) },
  };
  writeFileSync(join(folder, 'model.onnx'), onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish());
  const write = (kind: string, tensors: readonly (proto.ITensorProto | null)[]): void => {
    tensors
      .filter((tensor) => tensor !== null)
      .forEach((tensor, index) => {
        writeFileSync(join(set, `${kind}_${index}.pb`), tensorBytes(tensor));
      });
  };
  write('input', files.inputs);
  write('output', files.outputs);
  return folder;
}
