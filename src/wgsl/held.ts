/**
 * What lanes keep for themselves: a trace counts accesses to storage and workgroup memory, and a lane may copy what it has
 * read into an array of its own, where nothing counts how often it is read again.
 */
import { type AbstractElem, declsOfKind, type Type, typeOfDecl, visitAst } from 'wesl/core';
import { parseTree } from './parse.ts';

/** A variable, by what it holds. */
export interface Held {
  /** Numbers in it; infinite for an array whose length is not known. */
  readonly words: number;
  /** Where it is declared, from 1; null where there is no variable at all. */
  readonly line: number | null;
}

/** The largest of the variables and parameters that each lane has for itself. */
export function largestHeld(code: string): Held {
  const { ast, bindings } = parseTree(code);
  const own = declsOfKind(ast.moduleElem, 'gvar').filter(
    ({ template }) => (template?.[0]?.name ?? 'private') === 'private',
  );
  let largest: Held = { words: 0, line: null };
  const visit = (part: AbstractElem): void => {
    if (part.kind !== 'gvar' && part.kind !== 'var' && part.kind !== 'let' && part.kind !== 'param') return;
    const words = wordsOf(typeOfDecl(part.name.decl.ident, { bindings }));
    if (words > largest.words) largest = { words, line: code.slice(0, part.start).split('\n').length };
  };
  for (const elem of [...own, ...declsOfKind(ast.moduleElem, 'fn')]) visitAst(elem, visit);
  return largest;
}

function wordsOf(type: Type): number {
  switch (type.kind) {
    case 'vector':
      return type.size;
    case 'matrix':
      return type.cols * type.rows;
    case 'array':
      return (type.count ?? Number.POSITIVE_INFINITY) * wordsOf(type.elem);
    case 'struct':
      return type.members.reduce((sum, member) => sum + wordsOf(member.type), 0);
    default:
      return 1;
  }
}
