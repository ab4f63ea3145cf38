/** Values in the places that a uniform variable of a WGSL text has for them, by the names of its members. */
import { Failure, Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import { evaluate, resolveType, type Values } from './evaluate.ts';
import { extentOf, membersOf, strideOf } from './layout.ts';
import type { Outline, Type } from './outline.ts';

/** A number; of a vector or an array the list of its elements, of a matrix that of its columns; a struct by member. */
export type Value = number | readonly Value[] | { readonly [member: string]: Value };

/** A value on its way into memory: `path` names it in what is thrown. */
interface Item {
  readonly type: Type;
  readonly value: Value;
  readonly offset: number;
  readonly path: string;
}

const INTEGERS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  u32: [0, 2 ** 32 - 1],
  i32: [-(2 ** 31), 2 ** 31 - 1],
};

/**
 * The contents of the uniform variable `name`.
 * Throws a `Failure` ('internal') where a member has no value, a value no member, or one does not fit the other; a
 * `Refusal` where a whole number is too large for its member, as a huge shape may make it.
 */
export function pack(outline: Outline, name: string, value: Value, values: Values = {}): ArrayBuffer {
  const variable = outline.variables[name];
  if (variable?.space !== 'uniform') throw new Failure('internal', `The WGSL declares no uniform "${name}"`);
  const view = new DataView(new ArrayBuffer(extentOf(variable.type, outline, values).size));
  const put = ({ type, value, offset, path }: Item): void => {
    const known = resolveType(type, outline, values);
    if (typeof known !== 'string') for (const item of elements(known, value, offset, path)) put(item);
    else if (known === 'f32') view.setFloat32(offset, real(value, path), true);
    else if (known in INTEGERS) view.setUint32(offset, whole(value, known, path), true);
    else for (const item of members(known, value, offset, path)) put(item);
  };
  const elements = (type: Exclude<Type, string>, value: Value, offset: number, path: string): readonly Item[] => {
    const [element, count] = partsOf(type);
    if (!Array.isArray(value) || value.length !== count) throw misfit(path, `a list of ${count}`, value);
    const step = strideOf(element, outline, values);
    return value.map((one, i) => ({ type: element, value: one, offset: offset + i * step, path: `${path}[${i}]` }));
  };
  const partsOf = (type: Exclude<Type, string>): readonly [element: Type, count: number] => {
    if (type[0] === 'vec') return [type[2], type[1]];
    if (type[0] === 'mat') return [['vec', type[2], type[3]], type[1]];
    if (type[0] === 'array' && type[2] !== undefined) return [type[1], evaluate(type[2], outline, values)];
    throw new Failure('internal', `A uniform cannot hold ${type[0]} "${type[1]}"`);
  };
  const members = (struct: string, value: Value, offset: number, path: string): readonly Item[] => {
    if (typeof value !== 'object' || Array.isArray(value)) throw misfit(path, `a ${struct}`, value);
    const given = value as { readonly [member: string]: Value };
    const known = membersOf(struct, outline, values);
    const names = known.map(({ name }) => name);
    for (const key of Object.keys(given)) {
      if (!names.includes(key))
        throw new Failure('internal', `${struct} has no member "${key}"; it has ${names.join(', ')}`);
    }
    return known.map((member) => {
      const one = given[member.name];
      if (one === undefined) throw new Failure('internal', `${path}.${member.name} has no value`);
      return { type: member.type, value: one, offset: offset + member.offset, path: `${path}.${member.name}` };
    });
  };
  put({ type: variable.type, value, offset: 0, path: name });
  return view.buffer;
}

function real(value: Value, path: string): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw misfit(path, 'a number', value);
  return value;
}

function whole(value: Value, type: string, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw misfit(path, 'a whole number', value);
  const [least, most] = INTEGERS[type];
  if (value < least || value > most)
    throw new Refusal(`The problem is too large: ${path} would be ${withCommas(value)}, beyond ${type}`, {
      rule: 'parameter-range',
      parameters: { parameter: path, value, type },
    });
  return value;
}

function misfit(path: string, expected: string, value: Value): Failure {
  return new Failure('internal', `${path} must be ${expected}, not ${JSON.stringify(value)}`);
}
