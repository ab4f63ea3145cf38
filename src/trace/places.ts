/** Where an access site reaches: from the indices that a log gives to bytes of a buffer or of a workgroup variable. */
import { Failure } from '../core/errors.ts';
import { evaluate, resolveType, type Values } from '../wgsl/evaluate.ts';
import type { Site, Step } from '../wgsl/events.ts';
import { extentOf, membersOf, strideOf } from '../wgsl/layout.ts';
import type { Outline, Type } from '../wgsl/outline.ts';

export interface Place {
  /** Bytes from the variable's start where all indices are 0. */
  readonly offset: number;
  /** By index, outermost dimension first: bytes from one to the next, and how many there are; no limit where null. */
  readonly dims: readonly { readonly stride: number; readonly length: number | null }[];
  /** Bytes of one access. */
  readonly bytes: number;
  /** Bytes of it that a lane moves at once: all of a scalar or a vector, of an array or a struct what it is aligned to. */
  readonly unit: number;
  /** Bytes that a write may touch, from a multiple of as many on: the whole vector of a component. */
  readonly reach: number;
  /** Of a subgroup matrix: lines of so many elements, apart by what the second index says. */
  readonly matrix: { readonly length: number; readonly lines: number } | null;
}

/** How the memory of a variable is divided. */
export interface Grain {
  /** What no two invocations may access without order, one of them writing: a scalar or a vector, in bytes. */
  readonly cell: number;
  /** What is written or not, in bytes. */
  readonly scalar: number;
}

/** Throws a `Failure` ('internal') where the text's types have no layout. */
export function placeOf(site: Site, outline: Outline, values: Values): Place {
  const known = (type: Type): Type => resolveType(type, outline, values);
  let type = known(outline.variables[site.variable].type);
  const dims: { stride: number; length: number | null }[] = [];
  if (site.matrix) {
    if (typeof type === 'string' || type[0] !== 'array') throw new Failure('internal', 'A matrix comes from an array');
    const bytes = strideOf(type[1], outline, values);
    const [length, lines] = [site.matrix.length, site.matrix.lines].map((one) => evaluate(one, outline, values));
    // The second index is a distance, which the decoder works with.
    dims.push({ stride: bytes, length: null }, { stride: bytes, length: null });
    return { offset: 0, dims, bytes, unit: bytes, reach: bytes, matrix: { length, lines } };
  }
  let offset = 0;
  let reach = 0;
  for (const step of site.steps) {
    const vector = typeof type !== 'string' && type[0] === 'vec';
    if (vector) reach = Math.max(reach, extentOf(type, outline, values).align);
    const next = after(type, step, outline, values);
    offset += next.offset;
    if (next.dim) dims.push(next.dim);
    type = known(next.type);
  }
  const { size: bytes, align } = extentOf(type, outline, values);
  const isWhole = typeof type === 'string' ? outline.structs[type] === undefined : /^(vec|atomic)$/.test(type[0]);
  return { offset, dims, bytes, unit: isWhole ? bytes : align, reach: Math.max(reach, bytes), matrix: null };
}

interface Next {
  readonly type: Type;
  readonly offset: number;
  readonly dim?: { readonly stride: number; readonly length: number | null };
}

function after(type: Type, step: Step, outline: Outline, values: Values): Next {
  if (typeof type === 'string') {
    const name = step.kind === 'member' ? step.name : '';
    const member = membersOf(type, outline, values).find((one) => one.name === name);
    if (!member) throw new Failure('internal', `The WGSL's type "${type}" has no member "${name}"`);
    return member;
  }
  switch (type[0]) {
    case 'array': {
      const stride = strideOf(type[1], outline, values);
      const length = type[2] === undefined ? null : evaluate(type[2], outline, values);
      return { type: type[1], offset: 0, dim: { stride, length } };
    }
    case 'mat': {
      const column: Type = ['vec', type[2], type[3]];
      return { type: column, offset: 0, dim: { stride: strideOf(column, outline, values), length: type[1] } };
    }
    case 'vec': {
      const { size } = extentOf(type[2], outline, values);
      if (step.kind === 'index') return { type: type[2], offset: 0, dim: { stride: size, length: type[1] } };
      const components = [...step.name].map((letter) => 'xyzwrgba'.indexOf(letter) % 4);
      const first = Math.min(...components);
      const count = Math.max(...components) - first + 1;
      return { type: count === 1 ? type[2] : ['vec', count as 2 | 3 | 4, type[2]], offset: first * size };
    }
    case 'atomic':
      throw new Failure('internal', 'An atomic has no parts');
    default:
      return type satisfies never;
  }
}

/** Throws a `Failure` ('internal') where the type has no layout. */
export function grainOf(type: Type, outline: Outline, values: Values): Grain {
  let element = resolveType(type, outline, values);
  while (typeof element !== 'string' && element[0] === 'array') element = resolveType(element[1], outline, values);
  const scalar = scalarBytes(element, outline, values);
  const isSimple = typeof element !== 'string' ? element[0] !== 'mat' : outline.structs[element] === undefined;
  return { cell: isSimple ? strideOf(element, outline, values) : scalar, scalar };
}

/** Bytes of the smallest scalar of a type. */
function scalarBytes(type: Type, outline: Outline, values: Values): number {
  const known = resolveType(type, outline, values);
  if (typeof known === 'string') {
    const members = outline.structs[known];
    return members
      ? Math.min(...members.map(([, member]) => scalarBytes(member, outline, values)))
      : extentOf(known, outline, values).size;
  }
  return scalarBytes(known[0] === 'vec' ? known[2] : known[0] === 'mat' ? known[3] : known[1], outline, values);
}
