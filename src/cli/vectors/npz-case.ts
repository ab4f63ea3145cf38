/** A NumPy `.npz` whose arrays are named as an operation's inputs and output. */
import { basename } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import { didYouMean } from '../args.ts';
import type { FileArray } from '../formats/array.ts';
import { readNpz } from '../formats/npz.ts';
import { type AttentionFlags, npzAttention } from './attention.ts';
import {
  type Case,
  expectDims,
  isFloat,
  readCase,
  refuseEmpty,
  storageNotes,
  storageOf,
  stored,
  type Unread,
} from './case.ts';
import { softmaxRoute } from './elementwise.ts';
import { matmulProduct } from './matmul.ts';
import { type Built, readBytes } from './onnx-case.ts';

export interface NpzOptions {
  /** `--op`; where it is not given, the arrays' names tell. */
  readonly op: string | undefined;
  readonly attention: AttentionFlags;
  /** `--dtype bf16`: arrays without a type are bfloat16. */
  readonly bf16: boolean;
}

interface Form {
  readonly inputs: readonly string[];
  readonly optional: readonly string[];
  readonly output: string;
  build(arrays: Arrays, options: NpzOptions): Built;
}

class Arrays {
  constructor(private readonly held: ReadonlyMap<string, FileArray>) {}

  /** An array that is known to be there. */
  get(name: string): FileArray {
    return this.held.get(name) as FileArray;
  }

  find(name: string): FileArray | undefined {
    return this.held.get(name);
  }
}

const FORMS: Readonly<Record<string, Form>> = {
  neuron: { inputs: ['x', 'w', 'b'], optional: [], output: 'y', build: neuronCase },
  matmul: { inputs: ['a', 'b'], optional: ['bias'], output: 'c', build: matmulCase },
  attention: {
    inputs: ['q', 'k', 'v'],
    optional: ['mask'],
    output: 'o',
    build: (arrays, { attention }) => {
      return npzAttention(arrays.get('q'), arrays.get('k'), arrays.get('v'), arrays.find('mask'), attention);
    },
  },
  softmax: {
    inputs: ['x'],
    optional: [],
    output: 'y',
    build: (arrays) => ({ dims: arrays.get('x').dims, routes: [softmaxRoute(arrays.get('x'), -1, 13)] }),
  },
};

export const NPZ_OPERATIONS = Object.keys(FORMS);

/** The one case that an `.npz` holds. */
export function npzCase(path: string, options: NpzOptions): Case | Unread {
  const name = basename(path);
  return readCase(name, options.op ?? null, () => {
    const held = readNpz(readBytes(path), options);
    const op = options.op ?? inferOperation(held);
    const form = FORMS[op];
    if (!form) throw new Refusal(`An .npz can be of ${NPZ_OPERATIONS.join(', ')}; "${op}" has no form for it`);
    refuseForeignFlags(op, options.attention);
    for (const wanted of [...form.inputs, form.output]) {
      if (!held.has(wanted))
        throw new Refusal(`${op} needs an array "${wanted}"${holds(held)}${misspelt(wanted, form, held)}`);
    }
    const known = [...form.inputs, ...form.optional, form.output];
    const stray = [...held.keys()].find((array) => !known.includes(array));
    if (stray !== undefined) {
      throw new Refusal(
        `The array "${stray}" is none of ${op}${didYouMean(
          stray,
          known.filter((array) => !held.has(array)),
        )}`,
      );
    }
    const arrays = new Arrays(held);
    const expected = arrays.get(form.output);
    const { dims, routes, notes = [], arithmetic = expected.type } = form.build(arrays, options);
    expectDims(expected, dims, `The array "${form.output}"`, 'the inputs');
    const given = [...held.entries()].filter(([array]) => array !== form.output).map(([, array]) => array);
    return {
      name,
      operator: op,
      output: form.output,
      expected,
      arithmetic,
      dtype: storageOf(given.filter(({ type }) => isFloat(type))),
      routes,
      others: [],
      notes: [...storageNotes(given), ...notes],
    };
  });
}

function holds(held: ReadonlyMap<string, FileArray>): string {
  return `; the file holds ${[...held.keys()].map((name) => `"${name}"`).join(', ')}`;
}

/** A name that was probably meant to be `wanted`. */
function misspelt(wanted: string, form: Form, held: ReadonlyMap<string, FileArray>): string {
  const known = [...form.inputs, ...form.optional, form.output];
  const stray = [...held.keys()].find((name) => !known.includes(name) && name.toLowerCase().startsWith(wanted));
  return stray === undefined ? '' : `: rename "${stray}" to "${wanted}"`;
}

/** The operation whose inputs and output are all there. */
function inferOperation(held: ReadonlyMap<string, FileArray>): string {
  const complete = Object.entries(FORMS).filter(([, form]) =>
    [...form.inputs, form.output].every((name) => held.has(name)),
  );
  if (complete.length > 0) return complete[0][0];
  const partial = Object.entries(FORMS).filter(([, form]) => form.inputs.every((name) => held.has(name)));
  if (partial.length > 0 && partial[0][0] !== 'softmax') return partial[0][0];
  const forms = Object.entries(FORMS).map(([op, form]) => `${[...form.inputs, form.output].join(', ')} for ${op}`);
  throw new Refusal(`The names of the arrays tell no operation: name them ${forms.join('; ')}${holds(held)}`);
}

function refuseForeignFlags(op: string, flags: AttentionFlags): void {
  if (op === 'attention') return;
  const [flag] = Object.keys(flags);
  if (flag !== undefined) throw new Refusal(`--${flag} is a flag for attention, and this file is of ${op}`);
}

function needDims(array: FileArray, name: string, meaning: string): readonly number[] {
  const rank = meaning.split(',').length;
  if (array.dims.length !== rank)
    throw new Refusal(`"${name}" must have the shape (${meaning}), and has (${array.dims.join(', ')})`);
  refuseEmpty(array, `"${name}"`);
  return array.dims;
}

function neuronCase(arrays: Arrays): Built {
  const [x, w, b] = [arrays.get('x'), arrays.get('w'), arrays.get('b')];
  const [inputs] = needDims(x, 'x', 'inputs');
  const [neurons, columns] = needDims(w, 'w', 'neurons, inputs');
  const [biases] = needDims(b, 'b', 'neurons');
  if (columns !== inputs) {
    const turned = neurons === inputs ? '; w must be (neurons, inputs), so transpose it' : '';
    throw new Refusal(`"w" has ${columns} inputs a neuron, and "x" has ${inputs} values${turned}`);
  }
  if (biases !== neurons) throw new Refusal(`"b" has ${biases} values, and "w" has ${neurons} neurons`);
  const negative = arrays.get('y').values.findIndex((value) => value < 0);
  const notes = negative < 0 ? [] : [`y[${negative}] is negative, which no neuron's output is after its ReLU`];
  const tensors = { x: stored(x, 'x'), w: stored(w, 'w'), b: stored(b, 'b') };
  const task = { shape: { inputs, neurons, relu: 1 }, tensors, place: (index: number) => index };
  return { dims: [neurons], routes: [{ op: 'neuron', tasks: [task] }], notes };
}

function matmulCase(arrays: Arrays): Built {
  const [a, b, bias] = [arrays.get('a'), arrays.get('b'), arrays.find('bias')];
  needDims(a, 'a', 'm, k');
  const [, n] = needDims(b, 'b', 'k, n');
  const product = matmulProduct(a, b);
  if (!bias) return product;
  if (bias.dims.length !== 1 || bias.dims[0] !== n) {
    throw new Refusal(`"bias" must have the shape (n), here (${n}), and has (${bias.dims.join(', ')})`);
  }
  const values = stored(bias, 'bias');
  const [{ op, tasks }] = product.routes;
  const biased = tasks.map((task) => ({
    ...task,
    shape: { ...task.shape, bias: 1 },
    tensors: { ...task.tensors, bias: values },
  }));
  return { ...product, routes: [{ op, tasks: biased }] };
}
