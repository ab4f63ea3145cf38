/**
 * A kernel of the reader's own: WGSL with a header in place of a descriptor. It goes through the same plan, verdict, trace and
 * timing as a kernel of the registry.
 */
import { Failure, Refusal } from '../../core/errors.ts';
import { NEEDS } from '../../core/format.ts';
import { pitched } from '../../core/layout.ts';
import { either } from '../../core/words.ts';
import type { BufferPlan, Workgroups } from '../../gpu/plan.ts';
import type { Operation, Problem } from '../../ops/types.ts';
import { evaluate } from '../../wgsl/evaluate.ts';
import { membersOf } from '../../wgsl/layout.ts';
import type { Outline } from '../../wgsl/outline.ts';
import { pack } from '../../wgsl/pack.ts';
import { completedFrom } from '../draft.ts';
import { fold } from '../knobs.ts';
import type { Capabilities, Kernel, Knob, Knobs, Solution } from '../types.ts';
import type { Formula, Names } from './formula.ts';
import { type Header, headerOf, type PassHeader } from './header.ts';

export { hasHeader, headerOf, MARK } from './header.ts';
export { blank, copyOf } from './write.ts';

/** Id that stands for such a kernel, in a request and in its result. */
export const OWN = 'own';

/** What is known of the registry here, which imports this file. */
export interface Registry {
  findOperation(op: string): Operation | undefined;
  findKernel(op: string, id: string): Kernel | undefined;
}

/**
 * The descriptor that a text's header stands for; `outline` is what the text declares.
 * Throws a `Refusal` that says what is wrong with the header, or how it does not fit the text.
 */
export function ownKernel(op: string, text: string, outline: Outline, registry: Registry): Kernel {
  const header = headerOf(text);
  if (header.op !== op) throw refuse(`The header is that of a kernel for ${header.op}, and ${op} was asked for`);
  const operation = registry.findOperation(op);
  if (!operation) throw refuse(`The header names the operation ${op}, which does not exist`);
  if (header.as !== null) return copied(header.as, op, registry);
  const elem = outline.aliases.Elem !== undefined;
  return {
    id: OWN,
    op,
    title: 'Your kernel',
    teaches: 'Whatever you make it do.',
    dtypes: elem ? ['f32', 'f16'] : ['f32'],
    features: featuresOf(text),
    knobs: Object.entries(header.knobs).map(([key, values]) => knobOf(key, values, outline)),
    plan: (problem, knobs, device) => planOf({ header, operation, outline, text, problem, knobs, device }),
  };
}

/** As a kernel of the registry runs, whose text has been edited. */
function copied(id: string, op: string, { findKernel }: Registry): Kernel {
  const kernel = findKernel(op, id);
  if (!kernel) throw refuse(`The header says "as: ${id}", and ${op} has no such kernel`);
  if (kernel.shader !== undefined)
    throw refuse(`The header says "as: ${id}", which has no text of its own: it runs that of other kernels`);
  const { start: _, wrongByDesign: __, from: ___, ...rest } = kernel;
  return { ...rest, id: OWN, title: `Your copy of ${kernel.title}` };
}

/** WGSL's extensions by the features that they ask for. */
function featuresOf(text: string): readonly GPUFeatureName[] {
  const enabled = [...text.matchAll(/^\s*enable\s+([\w\s,]+);/gm)].flatMap(([, names]) => names.split(/\s*,\s*/));
  return [
    ...(enabled.includes('subgroups') ? ['subgroups' as const] : []),
    ...(enabled.includes('f16') ? NEEDS.f16.features : []),
  ];
}

function knobOf(key: string, values: readonly number[], outline: Outline): Knob {
  if (!Object.hasOwn(outline.overrides, key)) {
    const known = Object.keys(outline.overrides);
    const there = known.length === 0 ? 'the text declares none' : `the text declares ${known.join(', ')}`;
    throw refuse(`The header has a knob ${key}, and a knob is an override: ${there}`);
  }
  const initial = constantsOf(outline, {})[key] ?? values[0];
  const all = [...new Set([initial, ...values])].sort((a, b) => a - b);
  return { key, title: key, default: initial, values: all, doc: 'A knob of your own.' };
}

interface Asked {
  readonly header: Header;
  readonly operation: Operation;
  readonly outline: Outline;
  readonly text: string;
  readonly problem: Problem;
  readonly knobs: Knobs;
  readonly device: Capabilities;
}

function planOf(asked: Asked): Solution {
  const { header, outline, text, problem, knobs, device } = asked;
  const type = problem.dtype;
  const overrides = Object.fromEntries(Object.entries(knobs).map(([key, value]) => [key, Number(value)]));
  const names: Names = { ...problem.shape, ...constantsOf(outline, overrides) };
  const aliases = {
    ...(outline.aliases.Elem ? { Elem: type } : {}),
    ...(outline.aliases.Elem4 ? { Elem4: `vec4<${type}>` } : {}),
  };
  const passes = header.passes.map((pass) => {
    const used = outline.entries[pass.entry]?.uses;
    if (!used) {
      const known = Object.keys(outline.entries);
      throw refuse(
        `The header names the entry point ${pass.entry}, and the text has ${known.length === 0 ? 'no function with @compute' : known.join(', ')}`,
      );
    }
    const workgroupSize = sizeOf(pass, names);
    checkSize(pass, workgroupSize, outline, overrides);
    const own = Object.fromEntries(Object.entries(overrides).filter(([key]) => used.includes(key)));
    const draft = { entry: pass.entry, workgroups: gridOf(pass, names, device), workgroupSize, overrides: own };
    return completedFrom(outline, { constants: {}, aliases }, draft);
  });
  return {
    plan: {
      shader: OWN,
      constants: {},
      aliases,
      enables: NEEDS[type].enables,
      features: [...new Set([...NEEDS[type].features, ...featuresOf(text)])],
      buffers: buffersOf(asked, names, new Set(passes.flatMap(({ bindings }) => Object.values(bindings)))),
      passes,
    },
    // The most that any kernel may err by: it may rescale, or divide, with every key.
    numerics: { output: type, keyTile: 1, dividesEachKey: true },
  };
}

/** Numbers that the text declares and that are known before it runs, knobs included. */
function constantsOf(outline: Outline, numbers: Names): Names {
  const found: Record<string, number> = {};
  for (const [name, { value }] of Object.entries({ ...outline.constants, ...outline.overrides })) {
    if (value === undefined) continue;
    try {
      found[name] = evaluate(value, outline, { numbers });
    } catch (error) {
      // It depends on what is not a whole number; whoever names it is told that it stands for nothing.
      if (!(error instanceof Failure)) throw error;
    }
  }
  return { ...found, ...numbers };
}

function whole(formula: Formula, names: Names, what: string): number {
  const value = formula(names);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw refuse(`The header's ${what} comes to ${value}, and must be a whole number above 0: use ceil or max`);
}

function sizeOf({ entry, workgroup }: PassHeader, names: Names): Workgroups {
  const [x, y = 1, z = 1] = workgroup.map((formula) => whole(formula, names, `workgroup of ${entry}`));
  return [x, y, z];
}

/** One number is folded into two dimensions where it is more than a device takes in one, as kernels of the registry are. */
function gridOf({ entry, dispatch }: PassHeader, names: Names, device: Capabilities): Workgroups {
  const [x, y, z = 1] = dispatch.map((formula) => whole(formula, names, `dispatch of ${entry}`));
  return y === undefined ? fold(x, device) : [x, y, z];
}

function checkSize({ entry }: PassHeader, said: Workgroups, outline: Outline, numbers: Names): void {
  const sizes = outline.entries[entry].workgroupSize;
  let declared: readonly number[];
  try {
    declared = sizes.map((size) => evaluate(size, outline, { numbers }));
  } catch (error) {
    // A size that is not known before a run is the compiler's affair.
    if (error instanceof Failure) return;
    throw error;
  }
  if (said.every((size, axis) => size === (declared[axis] ?? 1))) return;
  throw refuse(
    `The header gives ${entry} a workgroup of ${said.join(' x ')}, and its @workgroup_size is ${declared.join(' x ')}`,
  );
}

/** A buffer for each variable that some pass binds: a tensor of the operation, scratch, or the uniform. */
function buffersOf(asked: Asked, names: Names, bound: ReadonlySet<string>): readonly BufferPlan[] {
  const { header, operation, outline, problem } = asked;
  const tensors = operation.tensors(problem.shape);
  const missing = tensors.find(({ name, role }) => role === 'output' && !bound.has(name));
  if (missing) throw refuse(`No entry point of the header uses ${missing.name}, where ${operation.id} puts its result`);
  return [...bound].map((name): BufferPlan => {
    const { space } = outline.variables[name];
    if (space === 'uniform') return { use: 'uniform', name, data: membersOfUniform(asked, names, name) };
    const tensor = tensors.find((one) => one.name === name);
    if (tensor) {
      const align = header.pads[name] ? whole(header.pads[name], names, `pad of ${name}`) : 1;
      const type = tensor.type === 'storage' ? problem.dtype : tensor.type;
      const layout = pitched(tensor.dims, align);
      const padding = align > 1 && tensor.role === 'input' ? { padding: 'zero' as const } : {};
      return { use: tensor.role, name, tensor: name, type, layout, ...padding };
    }
    const bytes = header.scratch[name];
    // Something must be bound where the problem does without a tensor, as a bias; nothing reads it then.
    if (!bytes && optionalTensors(operation, problem.shape).includes(name)) return { use: 'scratch', name, bytes: 16 };
    if (!bytes)
      throw refuse(
        `The text binds ${name}, which is neither one of ${tensors.map((one) => one.name).join(', ')} nor a scratch of the header`,
      );
    return { use: 'scratch', name, bytes: Math.ceil(whole(bytes, names, `scratch ${name}`) / 4) * 4 };
  });
}

/** Tensors that the operation has with other values of its flags and choices. */
function optionalTensors({ parameters, tensors }: Operation, shape: Problem['shape']): readonly string[] {
  return parameters
    .filter(({ kind }) => kind === 'flag' || kind === 'choice')
    .flatMap(({ key, max }) => tensors({ ...shape, [key]: max }))
    .map(({ name }) => name);
}

function membersOfUniform({ header, outline, problem }: Asked, names: Names, name: string): ArrayBuffer {
  const { type } = outline.variables[name];
  if (typeof type !== 'string' || !outline.structs[type])
    throw refuse(`The uniform ${name} must be a struct, whose members are parameters of the operation`);
  const known: Names = {
    ...problem.shape,
    ...Object.fromEntries(Object.entries(header.params).map(([key, formula]) => [key, formula(names)])),
  };
  const members = membersOf(type, outline).map((member) => {
    const value = known[member.name];
    if (value === undefined)
      throw refuse(
        `The uniform ${name} has a member ${member.name}; there are ${either(Object.keys(known))}, and others need a "// param:"`,
      );
    return [member.name, value] as const;
  });
  return pack(outline, name, Object.fromEntries(members));
}

function refuse(fault: string): Refusal {
  return new Refusal(fault, { rule: 'own-header', works: [] });
}
