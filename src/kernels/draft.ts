/**
 * What a descriptor leaves to its WGSL: where the parameters lie, which buffers a pass binds, how much workgroup memory
 * it takes. The text says so once, and a plan is completed from it.
 */
import { Failure } from '../core/errors.ts';
import type { KernelPlan, PassPlan, UniformBuffer } from '../gpu/plan.ts';
import type { Numerics } from '../ops/types.ts';
import { workgroupBytes } from '../wgsl/layout.ts';
import type { Outline } from '../wgsl/outline.ts';
import { pack, type Value } from '../wgsl/pack.ts';
import { outline } from './shaders.ts';
import type { Solution } from './types.ts';

export interface PassDraft extends Omit<PassPlan, 'workgroupBytes' | 'bindings'> {
  /** Buffer by variable, where a buffer is not called as the variable is that it is bound to. */
  readonly bound?: Readonly<Record<string, string>>;
}

export interface SolutionDraft extends Omit<KernelPlan, 'passes'> {
  readonly passes: readonly PassDraft[];
  readonly numerics: Numerics;
}

/** A solution whose plan has all that its WGSL says. Throws a `Failure` ('internal') where the two do not fit. */
export function solution({ numerics, ...draft }: SolutionDraft): Solution {
  const { shader, constants, aliases } = draft;
  return {
    plan: { ...draft, passes: draft.passes.map((pass) => completed({ shader, constants, aliases }, pass)) },
    numerics,
  };
}

/** A pass with what its WGSL says of it. Throws a `Failure` ('internal') where it has no such entry point. */
export function completed(
  { shader, constants, aliases }: Pick<KernelPlan, 'shader' | 'constants' | 'aliases'>,
  pass: PassDraft,
): PassPlan {
  return completedFrom(outline(shader), { constants, aliases }, pass);
}

/** The same for a text that is not in the registry: `declared` is its outline. */
export function completedFrom(
  declared: Outline,
  { constants, aliases }: Pick<KernelPlan, 'constants' | 'aliases'>,
  { bound = {}, ...pass }: PassDraft,
): PassPlan {
  const numbers = { ...constants, ...pass.overrides };
  return {
    ...pass,
    workgroupBytes: workgroupBytes(pass.entry, declared, { numbers, aliases }),
    bindings: bindings(declared, pass.entry, bound),
  };
}

/** Binding number -> buffer name, of the variables that an entry point uses. */
function bindings(declared: Outline, entry: string, bound: Readonly<Record<string, string>>): PassPlan['bindings'] {
  const uses = declared.entries[entry]?.uses;
  if (!uses) throw new Failure('internal', `The WGSL has no entry point "${entry}"`);
  return Object.fromEntries(
    uses.flatMap((name) => {
      const { group, binding } = declared.variables[name] ?? {};
      return group === 0 && binding !== undefined ? [[binding, bound[name] ?? name]] : [];
    }),
  );
}

/** Values by the names of a struct's members. */
export type Members = Readonly<Record<string, Value>>;

/** The uniform buffer `p` of a WGSL file, as `pack` fills it. */
export function params(shader: string, members: Members): UniformBuffer {
  return { use: 'uniform', name: 'p', data: pack(outline(shader), 'p', members) };
}
