/** Expressions that lead from a variable at module scope to a place in its memory. */
import {
  type ComponentExpression,
  type ExpressionElem,
  type LinkBindings,
  type RefIdentElem,
  refDecl,
} from 'wesl/core';
import { resolveType } from './evaluate.ts';
import type { Step } from './events.ts';
import { membersOf } from './layout.ts';
import type { Outline, Type } from './outline.ts';

/** `a[i].x` and the like, with the variable at its root in storage or workgroup memory. */
export interface Chain {
  readonly variable: string;
  readonly space: 'storage' | 'workgroup';
  readonly steps: readonly Step[];
  /** The parts of the expression that index, outermost dimension first. */
  readonly indices: readonly ComponentExpression[];
  readonly elem: ExpressionElem;
}

/** Null where the expression is no access to memory of which a trace is kept. */
export function chainOf(elem: ExpressionElem, bindings: LinkBindings, outline: Outline): Chain | null {
  const steps: Step[] = [];
  const indices: ComponentExpression[] = [];
  let part = elem;
  for (;;) {
    if (part.kind === 'component-expression') {
      steps.unshift({ kind: 'index' });
      indices.unshift(part);
      part = part.base;
    } else if (part.kind === 'component-member-expression') {
      steps.unshift({ kind: 'member', name: part.access.name });
      part = part.base;
    } else if (part.kind === 'parenthesized-expression') {
      part = part.expression;
    } else {
      break;
    }
  }
  if (part.kind !== 'ref') return null;
  const variable = trackedVariable(part, bindings, outline);
  return variable ? { ...variable, steps, indices, elem } : null;
}

/** The variable in storage or workgroup memory that a name stands for; null where it stands for something else. */
export function trackedVariable(
  { ident }: RefIdentElem,
  bindings: LinkBindings,
  outline: Outline,
): Pick<Chain, 'variable' | 'space'> | null {
  const declared = refDecl(ident, bindings);
  if (declared?.declElem?.kind !== 'gvar') return null;
  const { space } = outline.variables[declared.originalName] ?? {};
  return space === 'storage' || space === 'workgroup' ? { variable: declared.originalName, space } : null;
}

/** The type at the end of a chain, as WGSL writes it; an atomic's is that of its value. Throws a `Failure`. */
export function typeText(chain: Chain, outline: Outline): string {
  let type = resolveType(outline.variables[chain.variable].type, outline);
  for (const step of chain.steps) type = resolveType(after(type, step, outline), outline);
  return textOf(type);
}

function after(type: Type, step: Step, outline: Outline): Type {
  if (typeof type === 'string') {
    const { name } = step as Extract<Step, { kind: 'member' }>;
    return membersOf(type, outline).find((member) => member.name === name)?.type ?? type;
  }
  if (type[0] === 'mat') return ['vec', type[2], type[3]];
  if (type[0] === 'vec') return swizzle(step, type[2]);
  return type[1];
}

function swizzle(step: Step, element: Type): Type {
  const size = step.kind === 'member' ? step.name.length : 1;
  return size === 1 ? element : ['vec', size as 2 | 3 | 4, element];
}

function textOf(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type[0]) {
    case 'atomic':
      return textOf(type[1]);
    case 'vec':
      return `vec${type[1]}<${textOf(type[2])}>`;
    case 'mat':
      return `mat${type[1]}x${type[2]}<${textOf(type[3])}>`;
    case 'array':
      return `array<${textOf(type[1])}, ${String(type[2])}>`;
    default:
      return type satisfies never;
  }
}
