/** Sizes and places of types in memory, as WGSL defines them (section 14.4.1, "Alignment and Size"), in bytes. */
import { Failure } from '../core/errors.ts';
import { evaluate, resolveType, type Values } from './evaluate.ts';
import type { Outline, Type } from './outline.ts';

/** What a type takes, and where it may start: at multiples of `align`. */
export interface Extent {
  readonly size: number;
  readonly align: number;
}

export interface Member {
  readonly name: string;
  readonly type: Type;
  readonly offset: number;
}

const SCALARS: Readonly<Record<string, number>> = { f32: 4, i32: 4, u32: 4, f16: 2 };

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/**
 * Throws a `Failure` ('internal') for what has no size: arrays without a length, types that buffers cannot hold, and
 * members with attributes, which may move or stretch them.
 */
export function extentOf(type: Type, outline: Outline, values: Values = {}): Extent {
  const known = resolveType(type, outline, values);
  if (typeof known === 'string') {
    const size = SCALARS[known];
    if (size !== undefined) return { size, align: size };
    const members = membersOf(known, outline, values);
    const align = Math.max(...members.map((member) => extentOf(member.type, outline, values).align));
    const last = members.at(-1) as Member;
    return { size: roundUp(last.offset + extentOf(last.type, outline, values).size, align), align };
  }
  switch (known[0]) {
    case 'atomic':
      return extentOf(known[1], outline, values);
    case 'vec': {
      const { size } = extentOf(known[2], outline, values);
      // A vec3 starts where a vec4 would, and leaves its last place to what follows.
      return { size: known[1] * size, align: (known[1] === 3 ? 4 : known[1]) * size };
    }
    case 'mat': {
      const { align } = extentOf(['vec', known[2], known[3]], outline, values);
      return { size: known[1] * align, align };
    }
    case 'array': {
      if (known[2] === undefined) throw new Failure('internal', 'An array without a length has no size');
      return {
        size: evaluate(known[2], outline, values) * strideOf(known[1], outline, values),
        align: extentOf(known[1], outline, values).align,
      };
    }
    default:
      return known satisfies never;
  }
}

/** From one element of an array to the next. */
export function strideOf(element: Type, outline: Outline, values: Values = {}): number {
  const { size, align } = extentOf(element, outline, values);
  return roundUp(size, align);
}

/** The members of a struct in their places. Throws a `Failure` ('internal') where there is no such struct. */
export function membersOf(struct: string, outline: Outline, values: Values = {}): readonly Member[] {
  const members = outline.structs[struct];
  if (!members?.length) throw new Failure('internal', `The WGSL has no type "${struct}" that a buffer can hold`);
  let end = 0;
  return members.map(([name, type]) => {
    const { size, align } = extentOf(type, outline, values);
    const offset = roundUp(end, align);
    end = offset + size;
    return { name, type, offset };
  });
}

/** Bytes of `var<workgroup>` that an entry point uses, each variable's size added up. */
export function workgroupBytes(entry: string, outline: Outline, values: Values = {}): number {
  return (outline.entries[entry]?.uses ?? [])
    .map((name) => outline.variables[name])
    .filter((variable) => variable?.space === 'workgroup')
    .reduce((sum, { type }) => sum + extentOf(type, outline, values).size, 0);
}
