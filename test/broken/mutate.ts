/**
 * Small edits of a kernel, each of which a careless hand could have made: an operator, a bound, an index, a barrier.
 *
 * Only bodies of functions are edited. Declarations outside of them say where data lies, and what the plan sets.
 */
import { bodies, callArguments, closing, inTemplate, type Token, tokens } from './wgsl-tokens.ts';

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

/** Signs that are unary where no operand stands before them, and then stay. */
const MAYBE_UNARY = new Set(['-', '*', '&']);

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
  const list = tokens(source);
  const members = structs(list);
  const found = bodies(list).flatMap(([first, end]) => {
    const edits: Edit[] = [];
    let header = first;
    for (let i = first; i < end; i++) {
      if (list[i].text === 'for') header = closing(list, i + 1);
      const made = editsAt(source, list, i, members).filter((edit) => !isSame(list, i, edit, constants));
      // A step that assigns instead of adding never ends, which teaches nothing about verdicts.
      edits.push(...made.filter(({ text }) => text !== '=' || i > header));
    }
    return [...edits, ...wrongIndices(list, first, end), ...removals(list, first, end)];
  });
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

/** Members of each struct by type, for every variable of that struct: variable -> member -> the next of its type. */
function structs(list: readonly Token[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const types = new Map<string, Map<string, string>>();
  const variables = new Map<string, ReadonlyMap<string, string>>();
  for (let i = 0; i < list.length; i++) {
    if (list[i].text === 'struct') {
      const byType = new Map<string, string[]>();
      for (let j = i + 3; j < closing(list, i + 2); j++) {
        if (list[j].text !== ':') continue;
        const type = list[j + 1].text;
        byType.set(type, [...(byType.get(type) ?? []), list[j - 1].text]);
      }
      const next = new Map<string, string>();
      for (const names of byType.values()) {
        names.forEach((name, k) => {
          if (names.length > 1) next.set(name, names[(k + 1) % names.length]);
        });
      }
      types.set(list[i + 1].text, next);
    }
    const members = types.get(list[i].text);
    if (members && list[i - 1]?.text === ':') variables.set(list[i - 2].text, members);
  }
  return variables;
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

/** Whether an edit of token i leaves `constant operator literal`, an expression of its own, what it was. */
function isSame(list: readonly Token[], i: number, edit: Edit, constants: ConstantValues): boolean {
  const at = list[i].kind === 'number' ? i - 1 : i;
  const values = constants.get(list[at - 1]?.text);
  const stands = /^(\(|=|,|&&|\|\|)$/.test(list[at - 2]?.text) && /^(\)|;|,|&&|\|\|)$/.test(list[at + 2]?.text);
  const before = FOLDED[list[at].text];
  const after = FOLDED[i === at ? edit.text : list[at].text];
  if (!values || !stands || !before || !after || list[at + 1].kind !== 'number') return false;
  const literal = Number.parseFloat(list[at + 1].text);
  const changed = i === at ? literal : Number.parseFloat(edit.text);
  return values.every((value) => before(value, literal) === after(value, changed));
}

function editsAt(
  source: string,
  list: readonly Token[],
  i: number,
  members: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Edit[] {
  const { kind, text, at } = list[i];
  const before = list[i - 1];
  const replace = (texts: readonly string[], last = i): Edit[] =>
    texts.map((one) => ({ at, end: list[last].at + list[last].text.length, text: one }));
  if (kind === 'number') {
    const neighbours = numbers(text);
    // An array that is longer than what is used of it is the same array.
    return replace(inTemplate(list, i) ? neighbours.slice(1) : neighbours);
  }
  if (kind === 'sign') {
    if (text === '!') return replace(['']);
    if (inTemplate(list, i)) return [];
    const isUnary = before.kind === 'sign' && ![')', ']'].includes(before.text);
    if (isUnary && MAYBE_UNARY.has(text)) return text === '-' ? replace(['']) : [];
    return replace(OPERATORS[text] ?? []);
  }
  if (before.text === '.') {
    if (/^[xyzw]$/.test(text)) return replace([NEIGHBOUR[text]]);
    if (/^[xyzw]{2,4}$/.test(text)) return replace([text[1] + text[0] + text.slice(2)]);
    const next = members.get(list[i - 2].text)?.get(text);
    return next === undefined ? [] : replace([next]);
  }
  const open = list[i + 1]?.text === '(' ? i + 1 : -1;
  if (open < 0) return [];
  if (text === 'if') {
    const close = closing(list, open);
    return ['true', 'false'].map((truth) => ({ at: list[open].at + 1, end: list[close].at, text: truth }));
  }
  const rewrite = CALLS[text];
  return rewrite ? replace(rewrite(callArguments(source, list, open)), closing(list, open)) : [];
}

/** Neighbours of a literal: one more and one less for integers; for reals none of it, and a thousandth more. */
function numbers(text: string): string[] {
  if (/^\d+[iu]?$/.test(text)) {
    const value = Number.parseInt(text, 10);
    const suffix = /[iu]$/.exec(text)?.[0] ?? '';
    return value > 0 ? [`${value + 1}${suffix}`, `${value - 1}${suffix}`] : [`1${suffix}`];
  }
  if (/^0[xX]/.test(text)) return [];
  const suffix = /[fh]$/.exec(text)?.[0] ?? '';
  const value = Number.parseFloat(text);
  const real = (x: number): string => (Number.isInteger(x) && x < 1e15 ? `${x}.0` : String(x)) + suffix;
  if (value === 0) return [real(1)];
  return value < 1e30 ? [real(0), real(value * 1.001)] : [real(0)];
}

/** Inside index brackets, each local variable changed for the one declared before it; a wrong type does not compile. */
function wrongIndices(list: readonly Token[], first: number, end: number): Edit[] {
  const edits: Edit[] = [];
  const locals: string[] = [];
  const brackets: number[] = [];
  for (let i = first; i < end; i++) {
    const { kind, text, at } = list[i];
    if (text === '[') brackets.push(closing(list, i));
    if (i === brackets.at(-1)) brackets.pop();
    if (/^(let|var|const)$/.test(list[i - 1].text) && !locals.includes(text)) locals.push(text);
    const place = locals.indexOf(text);
    if (kind !== 'word' || brackets.length === 0 || place < 1 || list[i - 1].text === '.') continue;
    edits.push({ at, end: at + text.length, text: locals[place - 1] });
  }
  return edits;
}

/** Each simple statement but declarations, taken out. */
function removals(list: readonly Token[], first: number, end: number): Edit[] {
  const edits: Edit[] = [];
  let start = first;
  for (let i = first; i < end; i++) {
    const { text } = list[i];
    // The parts of a for loop are no statements of their own.
    if (text === 'for') {
      i = closing(list, i + 1);
      start = i + 1;
    } else if (text === '{' || text === '}' || text === ':') start = i + 1;
    else if (text === ';') {
      const kept = ['let', 'var', 'const', 'const_assert'].includes(list[start].text);
      if (!kept && start < i) edits.push({ at: list[start].at, end: list[i].at + 1, text: '' });
      start = i + 1;
    }
  }
  return edits;
}
