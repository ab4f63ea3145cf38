/** Which invocation an entry point runs as: the builtins that it takes already, and those that must be added. */
import { type AttributeElem, declsOfKind, type FnElem } from 'wesl/core';
import type { Tree } from './parse.ts';

const NEEDED = { group: 'workgroup_id', grid: 'num_workgroups', lane: 'local_invocation_index' } as const;

/** Expressions for the three, and what to add at the start of the parameters. */
export interface EntryBuiltins extends Readonly<Record<keyof typeof NEEDED, string>> {
  readonly added: string;
}

export function entryBuiltins(entry: FnElem, tree: Tree, prefix: string): EntryBuiltins {
  const there = new Map<string, string>();
  for (const { name, attributes } of entry.params) {
    const parameter = name.decl.ident.originalName;
    const own = builtin(attributes);
    if (own) there.set(own, parameter);
    const type = name.typeRef?.name.originalName;
    const struct = declsOfKind(tree.ast.moduleElem, 'struct').find((one) => one.name.ident.originalName === type);
    for (const member of struct?.members ?? []) {
      const of = builtin(member.attributes);
      if (of) there.set(of, `${parameter}.${member.name.name}`);
    }
  }
  let added = '';
  const place = (key: keyof typeof NEEDED, type: string): string => {
    const known = there.get(NEEDED[key]);
    if (known !== undefined) return known;
    const name = `${prefix}${key[0].toUpperCase()}${key.slice(1)}`;
    added += `@builtin(${NEEDED[key]}) ${name}: ${type}, `;
    return name;
  };
  const [group, grid, lane] = [place('group', 'vec3u'), place('grid', 'vec3u'), place('lane', 'u32')];
  return { group, grid, lane, added: entry.params.length > 0 ? added : added.replace(/, $/, '') };
}

/** The builtin value that a parameter or a member is; undefined where it is not one. */
export function builtin(attributes: readonly AttributeElem[] = []): string | undefined {
  for (const { attribute } of attributes) if (attribute.kind === '@builtin') return attribute.param.name;
  return undefined;
}
