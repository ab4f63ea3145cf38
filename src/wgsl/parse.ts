/**
 * Reads what a WGSL text declares, with the parser of `wesl`, which reads plain WGSL as well.
 *
 * Only what builds the page and the command line, and what works on an edited text, imports this file: it brings the
 * parser along.
 */
import {
  type AbstractElem,
  bindIdents,
  declsOfKind,
  type ElemWithAttributes,
  type ExpressionElem,
  type LinkBindings,
  parseSrcModule,
  refDecl,
  type Statement,
  type TypeRefElem,
  visitAst,
  type WeslAST,
} from 'wesl/core';
import type { Diagnostic } from '../core/errors.ts';
import { isOperator } from './evaluate.ts';
import {
  type Access,
  type Alias,
  type Constant,
  type Entry,
  type Expression,
  NOTHING,
  type Outline,
  type Type,
  type Variable,
} from './outline.ts';

export interface Parsed {
  /** Without the declarations that are at fault. */
  readonly outline: Outline;
  /** What the parser found wrong first, of a text that it takes only in part. */
  readonly fault: Diagnostic | null;
}

/** A text as a tree whose elements have offsets, with its names bound to their declarations as far as they have any. */
export interface Tree {
  readonly ast: WeslAST;
  readonly bindings: LinkBindings;
}

/** What stores something: it writes its left side. */
export type StoreElem = Extract<Statement, { kind: 'assign' | 'increment' | 'decrement' }>;

export function parseTree(source: string): Tree {
  const ast = parseSrcModule(
    { modulePath: 'package::main', debugFilePath: 'main.wgsl', src: source },
    { keepComments: false },
  );
  const { bindings } = bindIdents({
    rootAst: ast,
    resolver: { resolveModule: () => undefined },
    // Names that the parser does not know are the compiler's affair: extensions bring new ones.
    accumulateUnbound: true,
    lenient: true,
  });
  return { ast, bindings };
}

/** Never throws, whatever the text is: the compiler says best what is wrong with it. */
export function parse(source: string): Parsed {
  try {
    const tree = parseTree(source);
    const error = tree.ast.diagnostics.find(({ severity }) => severity === 'error');
    return { outline: outlineOf(tree), fault: error ? faultAt(source, error.start, error.message) : null };
  } catch (error) {
    return { outline: NOTHING, fault: faultAt(source, 0, (error as Error).message) };
  }
}

function faultAt(source: string, at: number, message: string): Diagnostic {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1, message };
}

export function outlineOf({ ast, bindings }: Tree): Outline {
  const module = ast.moduleElem;
  const textOf = ({ start, end }: ExpressionElem): string => ast.srcModule.src.slice(start, end);
  const constants = (keyword: 'const' | 'override'): Outline['constants'] =>
    Object.fromEntries(
      declsOfKind(module, keyword).map(({ name, init }): [string, Constant] => {
        const value = expressionOf(init);
        const at = init ? ([init.start, init.end] as const) : null;
        return [name.decl.ident.originalName, value === undefined ? { at } : { at, value }];
      }),
    );
  const aliases = Object.fromEntries(
    declsOfKind(module, 'alias').map(({ name, typeRef }): [string, Alias] => {
      const type = typeOf(typeRef);
      const at = [typeRef.start, typeRef.end] as const;
      return [name.ident.originalName, type === undefined ? { at } : { at, type }];
    }),
  );
  const structs = Object.fromEntries(
    declsOfKind(module, 'struct').map(({ name, members }) => [
      name.ident.originalName,
      members.map(({ name: { name: member }, typeRef, attributes = [], start, end }) => {
        // An attribute may move or stretch a member: not known here, and so no type that is.
        const type = attributes.length > 0 ? ast.srcModule.src.slice(start, end) : typeOf(typeRef);
        return [member, type ?? textOf(typeRef)] as const;
      }),
    ]),
  );
  const variables = Object.fromEntries(
    declsOfKind(module, 'gvar').map((elem) => {
      const [space = 'private', access] = (elem.template ?? []).map(({ name }) => name);
      const [group, binding] = ['group', 'binding'].map((key) => expressionOf(attribute(elem, key)?.[0]));
      const { typeRef } = elem.name;
      const variable: Variable = {
        space: space as Variable['space'],
        type: typeRef ? (typeOf(typeRef) ?? textOf(typeRef)) : '',
        ...(space === 'storage' ? { access: (access ?? 'read') as Access } : {}),
        ...(typeof group === 'number' ? { group } : {}),
        ...(typeof binding === 'number' ? { binding } : {}),
      };
      return [elem.name.decl.ident.originalName, variable];
    }),
  );
  const entries = Object.fromEntries(
    declsOfKind(module, 'fn')
      .filter((elem) => attribute(elem, 'compute') !== undefined)
      .map((elem): [string, Entry] => {
        const used = reachable(elem, bindings);
        return [
          elem.name.ident.originalName,
          {
            workgroupSize: (attribute(elem, 'workgroup_size') ?? []).map((size) => expressionOf(size) ?? textOf(size)),
            uses: module.decls.flatMap((decl) =>
              (decl.kind === 'gvar' || decl.kind === 'override') && used.has(decl)
                ? [decl.name.decl.ident.originalName]
                : [],
            ),
          },
        ];
      }),
  );
  return { constants: constants('const'), overrides: constants('override'), aliases, structs, variables, entries };
}

/** Parameters of an attribute; undefined where the element does not have it. */
function attribute(elem: ElemWithAttributes, name: string): ExpressionElem[] | undefined {
  for (const { attribute: one } of elem.attributes ?? []) {
    if (one.kind === '@attribute' && one.name === name) return (one.params ?? []).map(({ expression }) => expression);
  }
  return undefined;
}

/** All declarations that `start` refers to, directly or through others. */
function reachable(start: AbstractElem, bindings: LinkBindings): ReadonlySet<AbstractElem> {
  const found = new Set<AbstractElem>([start]);
  const visit = (part: AbstractElem): void => {
    if (part.kind === 'ref') {
      const declaration = refDecl(part.ident, bindings)?.declElem;
      if (declaration) found.add(declaration);
    }
    // Parameters of attributes are no children of theirs.
    if (part.kind === 'attribute' && part.attribute.kind === '@attribute') {
      for (const { expression } of part.attribute.params ?? []) visitAst(expression, visit);
    }
  };
  for (const elem of found) visitAst(elem, visit);
  return found;
}

/** What `evaluate` can work out; undefined for the rest: reals, vectors, calls of the text's own functions. */
export function expressionOf(elem: ExpressionElem | undefined): Expression | undefined {
  switch (elem?.kind) {
    case 'literal':
      if (elem.value === 'true' || elem.value === 'false') return elem.value === 'true';
      return /^(?:0[xX][\da-fA-F]+|\d+)[iu]?$/.test(elem.value) ? Number(elem.value.replace(/[iu]$/, '')) : undefined;
    case 'ref':
      return elem.ident.originalName;
    case 'parenthesized-expression':
      return expressionOf(elem.expression);
    case 'binary-expression':
      return operation(elem.operator.value, [elem.left, elem.right]);
    case 'call-expression':
      return elem.function.kind === 'ref' ? operation(elem.function.ident.originalName, elem.arguments) : undefined;
    default:
      return undefined;
  }
}

function operation(operator: string, operands: readonly ExpressionElem[]): Expression | undefined {
  const [left, right] = operands.map(expressionOf);
  if (operands.length !== 2 || left === undefined || right === undefined || !isOperator(operator)) return undefined;
  return [operator, left, right];
}

const SUFFIXES: Readonly<Record<string, string>> = { f: 'f32', h: 'f16', i: 'i32', u: 'u32' };

/** Undefined for a type that has no layout here. */
function typeOf(elem: ExpressionElem): Type | undefined {
  if (elem.kind === 'ref') return typeNamed(elem.ident.originalName, []);
  return elem.kind === 'type' ? typeNamed(elem.name.originalName, elem.templateParams ?? []) : undefined;
}

function typeNamed(name: string, parameters: NonNullable<TypeRefElem['templateParams']>): Type | undefined {
  const [, size, suffix] = /^vec([234])([fhiu]?)$/.exec(name) ?? [];
  const [, columns, rows, real] = /^mat([234])x([234])([fh]?)$/.exec(name) ?? [];
  const isArray = name === 'array' || name === 'atomic';
  if (!size && !columns && !isArray) return parameters.length > 0 ? undefined : name;
  const element = SUFFIXES[suffix || real] ?? (parameters[0] && typeOf(parameters[0]));
  if (element === undefined) return undefined;
  if (size) return ['vec', Number(size) as 2 | 3 | 4, element];
  if (columns) return ['mat', Number(columns) as 2 | 3 | 4, Number(rows) as 2 | 3 | 4, element];
  if (name === 'atomic') return ['atomic', element];
  if (parameters.length < 2) return ['array', element];
  const count = expressionOf(parameters[1]);
  return count === undefined ? undefined : ['array', element, count];
}
