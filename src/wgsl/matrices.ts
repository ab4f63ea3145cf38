/** Sizes of subgroup matrices, which only the text's types give. */
import { declsOfKind, type ExpressionElem, type FunctionCallExpression, refDecl } from 'wesl/core';
import type { Rectangle } from './events.ts';
import { expressionOf, type Tree } from './parse.ts';

/** Elements that a `subgroupMatrixLoad<T, ORDER>` or a `subgroupMatrixStore<ORDER>` moves; null where it is not clear. */
export function matrixOf(call: FunctionCallExpression, isStore: boolean, tree: Tree): Rectangle | null {
  const [first, second] = parametersOf(call);
  const order = nameOf(isStore ? first : second);
  const size = isStore ? sizeOfValue(call.arguments[2], tree) : sizeOfType(first, tree);
  if (!size || (order !== 'row_major' && order !== 'col_major')) return null;
  const [columns, rows] = size;
  return order === 'row_major' ? { length: columns, lines: rows } : { length: rows, lines: columns };
}

type Size = readonly [columns: Rectangle['length'], rows: Rectangle['length']];

function parametersOf(call: FunctionCallExpression): readonly ExpressionElem[] {
  return call.templateArgs ?? (call.function.kind === 'type' ? (call.function.templateParams ?? []) : []);
}

function nameOf(elem: ExpressionElem | undefined): string | undefined {
  return elem?.kind === 'ref' ? elem.ident.originalName : undefined;
}

/** Of a type by its name, or of one written out. */
function sizeOfType(elem: ExpressionElem | undefined, tree: Tree): Size | null {
  if (elem?.kind === 'ref') {
    const alias = declsOfKind(tree.ast.moduleElem, 'alias').find(
      ({ name }) => name.ident.originalName === elem.ident.originalName,
    );
    return sizeOfType(alias?.typeRef, tree);
  }
  if (elem?.kind !== 'type' || !/^subgroup_matrix_/.test(elem.name.originalName)) return null;
  const [, columns, rows] = (elem.templateParams ?? []).map(expressionOf);
  return columns === undefined || rows === undefined ? null : [columns, rows];
}

/** Of a local variable that starts as `Matrix()`, or of such a call itself. */
function sizeOfValue(elem: ExpressionElem | undefined, tree: Tree): Size | null {
  if (elem?.kind === 'call-expression') return sizeOfType(elem.function, tree);
  if (elem?.kind !== 'ref') return null;
  const declared = refDecl(elem.ident, tree.bindings)?.declElem;
  return declared?.kind === 'var' || declared?.kind === 'let' ? sizeOfValue(declared.init, tree) : null;
}
