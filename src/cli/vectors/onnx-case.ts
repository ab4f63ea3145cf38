/** A folder of ONNX's backend tests as cases: one operator, the inputs of a data set, the output it expects. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import { reason } from '../document.ts';
import type { FileArray } from '../formats/array.ts';
import { readBytes } from '../formats/file.ts';
import { type Attribute, decodeModel, decodeTensor, type Model, type Node } from '../formats/onnx.ts';
import { Unsupported } from '../formats/unsupported.ts';
import { type Case, faultOfFile, type Other, readCase, type Unread } from './case.ts';
import type { Bound, Built } from './form.ts';
import { operators } from './forms.ts';
import { expectDims, isFloat, storageNotes, storageOf } from './stored.ts';

/** All data sets of the case in `folder`, which holds `model.onnx`. */
export function onnxCases(folder: string): (Case | Unread)[] {
  const name = basename(folder);
  let model: Model;
  let sets: string[];
  try {
    model = decodeModel(readBytes(join(folder, 'model.onnx')));
    sets = numbered(folder, /^test_data_set_(\d+)$/);
    if (sets.length === 0)
      throw new Refusal('There is no test_data_set_0 beside model.onnx, so there is nothing to compare with');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [{ name, operator: null, status: 'failed', reason: error.message }];
  }
  const operator = model.nodes.length === 1 ? model.nodes[0].operator : null;
  return sets.map((set) => {
    const label = sets.length === 1 ? name : `${name}/${set}`;
    return readCase(label, operator, () => oneCase(label, model, join(folder, set)));
  });
}

function oneCase(name: string, model: Model, folder: string): Case {
  const node = onlyNode(model);
  const operator = operators[node.operator];
  const unknown = [...node.attributes.keys()].find((attribute) => !operator.attributes.includes(attribute));
  if (unknown !== undefined)
    throw new Unsupported(`${node.operator} has the attribute ${unknown}, which is not supported`);
  const inputs = tensors(folder, 'input', model.inputs);
  const outputs = tensors(folder, 'output', model.outputs);
  const bound = bind(node, model, inputs);
  const main = node.outputs[0];
  const read = outputs.get(main);
  if (!read)
    throw new Refusal(
      `${folder} holds no output_${Math.max(0, model.outputs.indexOf(main))}.pb for the output ${main}`,
    );
  const expected = read();
  if (!isFloat(expected.type)) refuseIntegerOutput(expected, bound, node.operator);
  const built = operator.build(bound);
  const { routes, notes = [], arithmetic = expected.type } = built;
  expectDims(expected, built.outputs[0], `The output ${main}`, 'the inputs');
  return {
    name,
    operator: node.operator,
    outputs: [{ name: main, array: expected, arithmetic }],
    others: model.outputs
      .filter((output) => output !== main)
      .map((output) => otherOutput(output, main, built, node, outputs.get(output))),
    dtype: storageOf([...bound.given.filter(({ type }) => isFloat(type)), expected]),
    routes,
    notes: [...storageNotes(bound.given), ...notes],
  };
}

/** What cannot be read or computed of an output beside the main one is that output's own affair. */
function otherOutput(
  name: string,
  main: string,
  { further = {} }: Built,
  node: Node,
  read: (() => FileArray) | undefined,
): Other {
  const known = further[node.outputs.indexOf(name)];
  const none = `no kernel writes ${name}; only ${main} is checked`;
  if (!known || !read) return { name, status: 'unsupported', reason: none };
  if ('unsupported' in known) return { name, status: 'unsupported', reason: known.unsupported };
  try {
    const array = read();
    expectDims(array, known.dims, `The output ${name}`, 'the inputs');
    return { name, array, arithmetic: known.arithmetic ?? array.type, route: known.route };
  } catch (error) {
    return { name, ...faultOfFile(error) };
  }
}

/** An integer result is ours to compute only where the operands were integers that float32 holds. */
function refuseIntegerOutput(expected: FileArray, bound: Bound, operator: string): void {
  if (bound.given.some(({ type }) => isFloat(type))) {
    throw new Refusal(`${operator} of floats gives floats, and the output is of type ${expected.type}`);
  }
}

function onlyNode(model: Model): Node {
  if (model.nodes.length > 1) {
    const kinds = [...new Set(model.nodes.map(({ operator }) => operator))];
    const list = kinds.length > 4 ? `${kinds.slice(0, 4).join(', ')} and others` : kinds.join(', ');
    throw new Unsupported(`the graph has ${model.nodes.length} nodes (${list}); graphs of one operator are run`);
  }
  const [node] = model.nodes;
  const domain = node.domain && node.domain !== 'ai.onnx' ? `${node.domain}.` : '';
  if (domain !== '' || !operators[node.operator]) {
    throw new Unsupported(
      `no operation here is the operator ${domain}${node.operator}; there are ${Object.keys(operators).join(', ')}`,
    );
  }
  return node;
}

function bind(node: Node, model: Model, inputs: Map<string, () => FileArray>): Bound {
  const decoded = node.inputs.map((name) => {
    if (name === '') return undefined;
    const read = inputs.get(name);
    const array = read ? read() : model.initializer(name);
    if (!array)
      throw new Refusal(
        `The input ${name} has no input_${Math.max(0, model.inputs.indexOf(name))}.pb and no initializer`,
      );
    return array;
  });
  return {
    node,
    opset: model.opset,
    given: decoded.filter((array) => array !== undefined),
    input: (index) => decoded[index],
    required(index, name) {
      const array = decoded[index];
      if (!array) throw new Refusal(`${node.operator} needs its input ${name}, and the node names none`);
      return array;
    },
    number(attribute, fallback) {
      const value: Attribute | undefined = node.attributes.get(attribute);
      if (value === undefined) return fallback;
      if (typeof value !== 'number')
        throw new Refusal(`The attribute ${attribute} of ${node.operator} must be a number`);
      return value;
    },
  };
}

/** Readers of `input_N.pb` or `output_N.pb` by the graph's name for number N. */
function tensors(folder: string, kind: 'input' | 'output', names: readonly string[]): Map<string, () => FileArray> {
  const files = numbered(folder, new RegExp(`^${kind}_(\\d+)\\.pb$`));
  return new Map(
    files.map((file) => {
      const number = Number(/\d+/.exec(file)?.[0]);
      const name = names[number];
      if (name === undefined)
        throw new Refusal(`${join(folder, file)} has no counterpart: the model has ${names.length} ${kind}s`);
      return [name, () => readTensor(join(folder, file), `The ${kind} ${name}`)];
    }),
  );
}

function readTensor(path: string, what: string): FileArray {
  try {
    return decodeTensor(readBytes(path), what);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`${path}: ${error.message}`);
    throw error;
  }
}

/** Entries of `folder` that match, in the order of their number. */
function numbered(folder: string, pattern: RegExp): string[] {
  const number = (name: string): number => Number(pattern.exec(name)?.[1]);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort((a, b) => number(a) - number(b));
  } catch (error) {
    throw new Refusal(`${folder} cannot be read: ${reason(error)}`);
  }
}
