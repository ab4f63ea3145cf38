/**
 * Small edits of a kernel, each of which a careless hand could have made: an operator, a bound, an index, a barrier.
 *
 * Only bodies of functions are edited. Declarations outside of them say where data lies, and what the plan sets.
 */
import {
  type AbstractElem,
  type AssignElem,
  type BinaryExpression,
  type ComponentMemberExpression,
  childElems,
  declsOfKind,
  type FnElem,
  typeOfExpr,
} from 'wesl/core';
import { parseTree, type Tree } from '../../src/wgsl/parse.ts';

export interface Mutant {
  /** Counted from 1. */
  readonly line: number;
  /** The line before and after, without indentation; after is "" where all of it went. */
  readonly before: string;
  readonly after: string;
  readonly source: string;
}

/** What else could stand in an operator's place. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '==': ['!='],
  '!=': ['=='],
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
  '/': ['*'],
  '%': ['/'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '&&': ['||'],
  '||': ['&&'],
  '++': ['--'],
  '--': ['++'],
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['='],
  '/=': ['*='],
  '<<=': ['>>='],
  '>>=': ['<<='],
};

const CALLS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  max: (args) => [`min(${args.join(', ')})`],
  min: (args) => [`max(${args.join(', ')})`],
  select: ([no, yes, ...rest]) => [`select(${[yes, no, ...rest].join(', ')})`],
  fma: ([a, b, c]) => [c, `((${a}) * (${b}))`],
  exp: ([x]) => [`exp2(${x})`],
  exp2: ([x]) => [`exp(${x})`],
  abs: ([x]) => [`(${x})`],
  clamp: ([x]) => [`(${x})`],
  subgroupAdd: ([x]) => [`(${x})`, `subgroupMax(${x})`],
  subgroupMax: ([x]) => [`(${x})`, `subgroupMin(${x})`],
  subgroupElect: () => ['true'],
};

const NEIGHBOUR: Readonly<Record<string, string>> = { x: 'y', y: 'x', z: 'y', w: 'z' };

/** What each constant may be, by name. */
export type ConstantValues = ReadonlyMap<string, readonly number[]>;

/**
 * Every mutant of a kernel's WGSL, in the order of its text; but `N > 5` for `N > 4` and the like, where `constants`
 * says that N is never between, would be the same kernel, and is not made.
 */
export function mutants(source: string, constants: ConstantValues = new Map()): Mutant[] {
  const tree = parseTree(source);
  const found = declsOfKind(tree.ast.moduleElem, 'fn').flatMap((fn) => [
    ...edits(fn, source, tree, constants),
    ...wrongIndices(fn),
    ...removals(fn),
  ]);
  const seen = new Set<string>();
  return found
    .sort((a, b) => a.at - b.at)
    .map((edit) => apply(source, edit))
    .filter(({ source: text }) => text !== source && !seen.has(text) && seen.add(text));
}

interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

function apply(source: string, { at, end, text }: Edit): Mutant {
  const edited = source.slice(0, at) + text + source.slice(end);
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  const next = (from: number, of: string): number => (of.indexOf('\n', from) < 0 ? of.length : of.indexOf('\n', from));
  return {
    line: source.slice(0, at).split('\n').length,
    before: squeeze(source.slice(lineStart, next(end, source))),
    after: squeeze(edited.slice(lineStart, next(at + text.length, edited))),
    source: edited,
  };
}

function squeeze(text: string): string {
  return text
    .replace(/\s*\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const FOLDED: Readonly<Record<string, (a: number, b: number) => number>> = {
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.floor(a / b),
  '%': (a, b) => a % b,
};

/** What could stand in place of each operator, literal, member, condition and call of a function. */
function edits(fn: FnElem, source: string, tree: Tree, constants: ConstantValues): Edit[] {
  const made: Edit[] = [];
  const replace = (at: number, end: number, texts: readonly string[] = []): void => {
    made.push(...texts.map((text) => ({ at, end, text })));
  };
  const visit = (elem: AbstractElem, parents: readonly AbstractElem[]): void => {
    const [parent] = parents;
    const inType = parents.some(({ kind }) => kind === 'type');
    switch (elem.kind) {
      case 'literal': {
        // An array that is longer than what is used of it is the same array.
        const texts = numbers(elem.value).slice(inType ? 1 : 0);
        const whole = parent?.kind === 'binary-expression' && parent.right === elem ? parent : null;
        replace(
          elem.start,
          elem.end,
          texts.filter((text) => !(whole && isSame(whole, parents[1], whole.operator.value, text, constants))),
        );
        break;
      }
      case 'binary-expression': {
        if (inType) break;
        const { value, span } = elem.operator;
        const right = elem.right.kind === 'literal' ? elem.right.value : '';
        replace(
          ...span,
          OPERATORS[value]?.filter((operator) => !isSame(elem, parent, operator, right, constants)),
        );
        break;
      }
      case 'unary-expression':
        if (/[!-]/.test(elem.operator.value)) replace(elem.operator.start, elem.operator.end, ['']);
        break;
      case 'assign': {
        // A step that assigns instead of adding never ends, which teaches nothing about verdicts.
        const isStep = parent?.kind === 'for';
        replace(
          ...elem.op.span,
          OPERATORS[elem.op.value]?.filter((operator) => operator !== '=' || !isStep),
        );
        break;
      }
      case 'increment':
      case 'decrement': {
        const sign = elem.kind === 'increment' ? '++' : '--';
        const at = source.indexOf(sign, elem.target.end);
        replace(at, at + sign.length, OPERATORS[sign]);
        break;
      }
      case 'component-member-expression':
        replace(elem.access.start, elem.access.end, otherMembers(elem, source, tree));
        break;
      case 'if': {
        const { start, end, kind } = elem.condition;
        const bracket = kind === 'parenthesized-expression' ? 1 : 0;
        replace(start + bracket, end - bracket, ['true', 'false']);
        break;
      }
      case 'call-expression':
        if (elem.function.kind === 'ref') {
          const texts = elem.arguments.map(({ start, end }) => source.slice(start, end));
          const { originalName } = elem.function.ident;
          // A function may be called like a method of every object: valueOf.
          if (Object.hasOwn(CALLS, originalName)) replace(elem.start, elem.end, CALLS[originalName](texts));
        }
        break;
    }
    for (const child of childElems(elem)) visit(child, [elem, ...parents]);
  };
  visit(fn.body, [fn]);
  return made;
}

/** Whether `constant operator literal`, an expression of its own, comes to the same with another operator or literal. */
function isSame(
  { left, operator, right }: BinaryExpression,
  parent: AbstractElem | undefined,
  otherOperator: string,
  otherLiteral: string,
  constants: ConstantValues,
): boolean {
  const values = left.kind === 'ref' ? constants.get(left.ident.originalName) : undefined;
  const [before, after] = [FOLDED[operator.value], FOLDED[otherOperator]];
  if (!values || !parent || !stands(parent) || !before || !after || right.kind !== 'literal') return false;
  const [literal, changed] = [right.value, otherLiteral].map((text) => Number.parseFloat(text));
  return values.every((value) => before(value, literal) === after(value, changed));
}

/** Whether what is in it is an expression of its own: in brackets, an argument, an initial value, a truth. */
function stands(parent: AbstractElem): boolean {
  if (parent.kind === 'binary-expression') return ['&&', '||'].includes(parent.operator.value);
  if (parent.kind === 'assign') return (parent as AssignElem).op.value === '=';
  return ['parenthesized-expression', 'call-expression', 'let', 'var', 'const'].includes(parent.kind);
}

/** Another component of a vector, two of them swapped, or the next member of a struct's that has the same type. */
function otherMembers({ base, access: { name } }: ComponentMemberExpression, source: string, tree: Tree): string[] {
  if (/^[xyzw]$/.test(name)) return [NEIGHBOUR[name]];
  if (/^[xyzw]{2,4}$/.test(name)) return [name[1] + name[0] + name.slice(2)];
  const type = typeOfExpr(base, tree);
  const struct = type.kind === 'struct' ? type.structElem : undefined;
  if (!struct) return [];
  const typeOf = ({ typeRef }: (typeof struct.members)[number]): string => source.slice(typeRef.start, typeRef.end);
  const own = struct.members.find((member) => member.name.name === name);
  const alike = struct.members.filter((member) => own && typeOf(member) === typeOf(own));
  const next = own && alike[(alike.indexOf(own) + 1) % alike.length];
  return next && next !== own ? [next.name.name] : [];
}

/** Neighbours of a literal: one more and one less for integers; for reals none of it, and a thousandth more. */
function numbers(text: string): string[] {
  if (/^\d+[iu]?$/.test(text)) {
    const value = Number.parseInt(text, 10);
    const suffix = /[iu]$/.exec(text)?.[0] ?? '';
    return value > 0 ? [`${value + 1}${suffix}`, `${value - 1}${suffix}`] : [`1${suffix}`];
  }
  if (/^(?:0[xX]|true|false)/.test(text)) return [];
  const suffix = /[fh]$/.exec(text)?.[0] ?? '';
  const value = Number.parseFloat(text);
  const real = (x: number): string => (Number.isInteger(x) && x < 1e15 ? `${x}.0` : String(x)) + suffix;
  if (value === 0) return [real(1)];
  return value < 1e30 ? [real(0), real(value * 1.001)] : [real(0)];
}

/** Inside index brackets, each local variable changed for the one declared before it; a wrong type does not compile. */
function wrongIndices(fn: FnElem): Edit[] {
  const made: Edit[] = [];
  const locals: string[] = [];
  const visit = (elem: AbstractElem, isIndex: boolean): void => {
    if (elem.kind === 'let' || elem.kind === 'var' || elem.kind === 'const') {
      const name = elem.name.decl.ident.originalName;
      if (!locals.includes(name)) locals.push(name);
    }
    if (isIndex && elem.kind === 'ref') {
      const place = locals.indexOf(elem.ident.originalName);
      if (place > 0) made.push({ at: elem.start, end: elem.end, text: locals[place - 1] });
    }
    for (const child of childElems(elem))
      visit(child, isIndex || (elem.kind === 'component-expression' && child === elem.access));
  };
  visit(fn.body, false);
  return made;
}

const SIMPLE = new Set<AbstractElem['kind']>([
  ...(['assign', 'increment', 'decrement', 'call', 'return', 'break', 'continue', 'discard'] as const),
]);

/** Each simple statement but declarations, taken out. */
function removals(fn: FnElem): Edit[] {
  const made: Edit[] = [];
  const visit = (elem: AbstractElem): void => {
    // The parts of a for loop are no statements of their own.
    const statements = elem.kind === 'block' ? elem.body.filter(({ kind }) => SIMPLE.has(kind)) : [];
    made.push(...statements.map(({ start, end }) => ({ at: start, end, text: '' })));
    childElems(elem).forEach(visit);
  };
  visit(fn.body);
  return made;
}
