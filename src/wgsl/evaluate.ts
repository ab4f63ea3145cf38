/** Works out what a text leaves to be known before a run: lengths of arrays, sizes of workgroups. */
import { Failure } from '../core/errors.ts';
import type { Expression, Operator, Outline, Type } from './outline.ts';

/** What a plan sets by name; the rest is as the text declares it. */
export interface Values {
  /** `const` and `override` declarations. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** `alias` declarations, as WGSL writes types: "f16", "vec4<f16>". */
  readonly aliases?: Readonly<Record<string, string>>;
}

const OPERATORS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // Towards zero, as integers are divided in WGSL.
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '&': (a, b) => (a & b) >>> 0,
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '<<': (a, b) => (a << b) >>> 0,
  '>>': (a, b) => a >>> b,
  max: Math.max,
  min: Math.min,
};

/** Names that lead to names, at most: a text that no compiler has seen may declare a constant by itself. */
const DEEPEST = 100;

export function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}

/**
 * A whole number from whole numbers; a truth value counts as 0 or 1. `depth` is how many names have led here. Throws a
 * `Failure` ('internal').
 */
export function evaluate(expression: Expression, outline: Outline, values: Values = {}, depth = 0): number {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'boolean') return Number(expression);
  if (typeof expression === 'string') {
    const given = values.numbers?.[expression];
    if (given !== undefined) return given;
    const value = (outline.constants[expression] ?? outline.overrides[expression])?.value;
    if (value === undefined || depth > DEEPEST)
      throw new Failure('internal', `The WGSL has no whole number "${expression}" that is known before it runs`);
    return evaluate(value, outline, values, depth + 1);
  }
  const [operator, left, right] = expression;
  return OPERATORS[operator](evaluate(left, outline, values, depth), evaluate(right, outline, values, depth));
}

/** A type without aliases at its top; `depth` as above. Throws a `Failure` ('internal') where it has no layout. */
export function resolveType(type: Type, outline: Outline, values: Values = {}, depth = 0): Type {
  if (typeof type !== 'string') return type;
  const given = values.aliases?.[type];
  if (given !== undefined) return typeOfText(given);
  const alias = outline.aliases[type];
  if (!alias) return type;
  if (alias.type === undefined || depth > DEEPEST)
    throw new Failure('internal', `The WGSL's type "${type}" has no layout`);
  return resolveType(alias.type, outline, values, depth + 1);
}

function typeOfText(text: string): Type {
  const [, size, element] = /^vec([234])<(\w+)>$/.exec(text) ?? [];
  return size ? ['vec', Number(size) as 2 | 3 | 4, element] : text;
}
