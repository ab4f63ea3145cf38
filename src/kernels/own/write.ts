/** The texts that a reader's own kernel begins with: an empty body, or a copy of a kernel of the registry. */
import type { Operation } from '../../ops/types.ts';
import { MARK } from './header.ts';

const WORKGROUP = 64;

/** The bindings of an operation's tensors, in order, and its parameters; the body is empty. */
export function blank(operation: Operation): string {
  const { id, parameters, formula } = operation;
  const shape = Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
  const tensors = operation.tensors(shape);
  const [output] = tensors.filter(({ role }) => role === 'output');
  // Every parameter of the operation: a real one, such as a scale, is a float.
  const members = parameters.map(({ key, kind }) => `  ${key}: ${kind === 'real' ? 'f32' : 'u32'},`);
  const bindings = tensors.map(({ name, role, type }, at) => {
    const mode = role === 'input' ? 'read' : 'read_write';
    return `@group(0) @binding(${at}) var<storage, ${mode}> ${name}: array<${type === 'u32' ? 'u32' : 'f32'}>;`;
  });
  const rows = dispatchOf(operation);
  return [
    MARK,
    `// op: ${id}`,
    '// entry: main',
    `// workgroup: ${WORKGROUP}`,
    `// dispatch: ceil(${rows} / ${WORKGROUP})`,
    '',
    `// ${formula}`,
    ...tensors.map(({ name, role }) => `// ${name} (${dimensionsOf(operation, name)}), ${role}`),
    '',
    'struct Params {',
    ...members,
    '}',
    '',
    ...bindings,
    `@group(0) @binding(${tensors.length}) var<uniform> p: Params;`,
    '',
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(global_invocation_id) id: vec3u) {',
    `  // One invocation for each row of ${output.name}, to begin with; change the header with the dispatch.`,
    '}',
    '',
  ].join('\n');
}

/** A kernel's text with a header that lets it run as the kernel does. */
export function copyOf(op: string, id: string, text: string): string {
  const header = `${MARK}\n// op: ${op}\n// as: ${id}\n`;
  // `enable` must come before any declaration, and comments may stand before it.
  return `${header}\n${text}`;
}

/** The parameters that an extent of a tensor depends on, found by doubling each: "rows", "columns". */
function dimensionsOf(operation: Operation, tensor: string): string {
  return extents(operation, tensor).join(', ') || 'one element';
}

/** What the output's first extent depends on; 1 where that is nothing. */
function dispatchOf(operation: Operation): string {
  const shape = operation.tensors(shapeOf(operation));
  const output = shape.find(({ role }) => role === 'output');
  return (output && extents(operation, output.name)[0]?.replaceAll(' x ', ' * ')) || '1';
}

function extents(operation: Operation, tensor: string): readonly string[] {
  const shape = shapeOf(operation);
  const dimsOf = (changed: Record<string, number>): readonly number[] =>
    operation.tensors({ ...shape, ...changed }).find(({ name }) => name === tensor)?.dims ?? [];
  const dims = dimsOf({});
  return dims.map((extent, axis) => {
    const keys = operation.parameters
      .filter(({ kind, key }) => kind === 'size' && dimsOf({ [key]: 2 * shape[key] })[axis] !== extent)
      .map(({ key }) => key);
    return keys.join(' x ') || String(extent);
  });
}

function shapeOf({ parameters }: Operation): Record<string, number> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
}
