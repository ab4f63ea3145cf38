/** From a request in a reader's words to a plan that a device can run, or a refusal that says what would work. */
import { type Change, compileFailure, Refusal } from '../core/errors.ts';
import { either, withCommas } from '../core/words.ts';
import type { Source } from '../gpu/bindings.ts';
import { brokenLimit } from '../gpu/limits.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import { findKernel, findOperation, kernelsOf, operations, outline, shader } from '../kernels/index.ts';
import { OWN, ownKernel } from '../kernels/own/index.ts';
import type { Capabilities, Chosen, Kernel, Knobs, KnobValue } from '../kernels/types.ts';
import type { Numerics, Operation, Problem, Shape } from '../ops/types.ts';
import { assemble } from '../wgsl/assemble.ts';
import type { Outline } from '../wgsl/outline.ts';
import type { Parsed } from '../wgsl/parse.ts';
import { nearest } from './nearest.ts';
import type { Request } from './protocol.ts';

export interface Planned {
  readonly operation: Operation;
  readonly kernel: Kernel;
  readonly problem: Problem;
  /** Complete: every knob of the kernel. */
  readonly knobs: Knobs;
  readonly plan: KernelPlan;
  /** What the kernel does to numbers, for its error bound. */
  readonly numerics: Numerics;
  /** What a kernel that chooses has taken; null for any other. */
  readonly chosen: Chosen | null;
  /** WGSL as it was written; `sourceOf` sets the knobs in it. */
  readonly text: string;
  /** Whether the request brought a text of its own in place of the kernel's. */
  readonly edited: boolean;
  /** Of a kernel that is not in the registry: what its text declares. */
  readonly outline?: Outline;
}

/** What a request means before any kernel looks at it. */
export type Resolved = Omit<Planned, 'plan' | 'numerics' | 'chosen' | 'text' | 'edited' | 'outline'>;

/** WebGPU's guaranteed limits, and the features that most devices have: what is planned with before one is open. */
export const defaultCapabilities: Capabilities = {
  limits: {
    maxBufferSize: 268435456,
    maxStorageBufferBindingSize: 134217728,
    maxUniformBufferBindingSize: 65536,
    maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupSizeY: 256,
    maxComputeWorkgroupSizeZ: 64,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  features: new Set(['shader-f16', 'subgroups']),
  subgroupMinSize: 0,
  subgroupMaxSize: 0,
  subgroupMatrices: [],
  adapter: 'unknown',
  software: false,
};

/** What a request means before any kernel looks at it. Throws a `Refusal`. */
export function resolve(request: Request): Resolved {
  const operation = findOperation(request.op);
  if (!operation)
    throw unknown(`There is no operation "${request.op}"; there are`, 'operation', request.op, operations.map(idOf));
  const kernel = kernelOf(request);
  if (!kernel) {
    const said = `${operation.id} has no kernel "${request.kernel}"; it has`;
    throw unknown(said, 'kernel', request.kernel, kernelsOf(operation.id).map(idOf));
  }
  const dtype = request.dtype ?? 'f32';
  if (!kernel.dtypes.includes(dtype)) {
    throw new Refusal(`${kernel.id} works on ${either(kernel.dtypes)}, not on ${dtype}`, {
      rule: 'dtype',
      parameters: { kernel: kernel.id, dtype },
      works: [],
    });
  }
  const input = request.input ?? operation.inputCases[0].id;
  if (!operation.inputCases.some((c) => c.id === input)) {
    throw unknown(`${operation.id} has no inputs "${input}"; it has`, 'input', input, operation.inputCases.map(idOf));
  }
  const seed = request.seed ?? 1;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    const parameters = { seed: String(seed) };
    throw new Refusal(`A seed is a whole number from 0 to 2^53 - 1, not ${seed}`, {
      rule: 'seed',
      parameters,
      works: [],
    });
  }
  const shape = resolveShape(operation, request.shape ?? {});
  return {
    operation,
    kernel,
    problem: { op: operation.id, shape, dtype, seed, input },
    knobs: resolveKnobs(kernel, request.knobs ?? {}),
  };
}

/** A kernel of the registry, or one of the reader's own; undefined where there is no such kernel. Throws a `Refusal` for a wrong header. */
function kernelOf({ op, kernel, source, outline }: Request): Kernel | undefined {
  if (kernel !== OWN || source === undefined || !outline) return findKernel(op, kernel);
  return ownKernel(op, source, outline, { findOperation, findKernel });
}

/** The full plan, or the rule that the request breaks. Nothing is looked for that would work: `suggest` does that. */
export function tryPlan(request: Request, capabilities: Capabilities = defaultCapabilities): Planned | Refusal {
  try {
    const resolved = resolve(request);
    const { kernel, problem, knobs } = resolved;
    const { plan, numerics, chosen = null } = kernel.plan(problem, knobs, capabilities);
    const broken = brokenLimit(plan, capabilities.limits, capabilities.features);
    if (broken) return broken;
    return {
      ...resolved,
      plan,
      numerics,
      chosen,
      edited: request.source !== undefined,
      text: request.source ?? shader(plan.shader),
      ...(request.outline ? { outline: request.outline } : {}),
    };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * A refusal of `tryPlan` for a reader: with only such knobs to use as do work. Where the rule itself does not tell,
 * they are looked for, which may take hundreds of plans.
 */
export function suggest(request: Request, refusal: Refusal, capabilities: Capabilities = defaultCapabilities): Refusal {
  const works = (change: Change): boolean =>
    !(tryPlan({ ...request, knobs: { ...request.knobs, ...change } }, capabilities) instanceof Refusal);
  const { fault, rule, parameters, works: told } = refusal;
  const checked = told?.filter(works) ?? [];
  if (told?.length === checked.length) return refusal;
  if (checked.length > 0) return new Refusal(fault, { rule, parameters, works: checked });
  const { knobs = [] } = kernelOf(request) ?? {};
  const at = Object.fromEntries(knobs.map((knob) => [knob.key, request.knobs?.[knob.key] ?? knob.default]));
  const found = nearest(knobs, at, works);
  if (!found) return new Refusal(fault, { rule, parameters, works: [] });
  const name = Object.entries(found).map(([key, value]) => `${key}=${value}`);
  return new Refusal(fault, { rule, parameters, works: [found], remedy: `${name.join(' with ')} works` });
}

/** The full plan. Throws a `Refusal` that says what would work, for a reader. */
export function planRequest(request: Request, capabilities: Capabilities = defaultCapabilities): Planned {
  const planned = tryPlan(request, capabilities);
  if (planned instanceof Refusal) throw suggest(request, planned, capabilities);
  return planned;
}

/**
 * WGSL with the knobs set, ready to compile. Throws a `Failure`: 'validation' where an edited text cannot take its knobs,
 * or 'compile' where it cannot even be read as far as that.
 */
export async function sourceOf({ plan, text, edited }: Planned): Promise<Source> {
  if (!edited) return sourceFrom(text, outline(plan.shader), plan);
  const { outline: declared, fault } = await parsed(text);
  try {
    return sourceFrom(text, declared, plan);
  } catch (error) {
    throw fault ? compileFailure([fault]) : error;
  }
}

/** WGSL with its knobs set; `declared` is its outline. Throws a `Failure` where it does not declare what is set. */
export function sourceFrom(
  text: string,
  declared: Outline,
  plan: Pick<KernelPlan, 'constants' | 'aliases' | 'enables'>,
): Source {
  const modes: Record<string, string[]> = {};
  for (const { group, binding, access } of Object.values(declared.variables)) {
    if (group === 0 && binding !== undefined && access) modes[binding] = [...(modes[binding] ?? []), access];
  }
  return { code: assemble(text, declared, plan), modes };
}

let latest: { readonly text: string; readonly parsed: Parsed } | undefined;

/** The parser is loaded for the first edit. One text is asked for often: each gate runs it. */
async function parsed(text: string): Promise<Parsed> {
  if (latest?.text !== text) {
    const { parse } = await import('../wgsl/parse.ts');
    latest = { text, parsed: parse(text) };
  }
  return latest.parsed;
}

function resolveShape(operation: Operation, given: Partial<Shape>): Shape {
  const known = operation.parameters.map((parameter) => parameter.key);
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      throw unknown(`${operation.id} has no parameter "${key}"; it has`, 'parameter', key, known);
  }
  const shape: Record<string, number> = {};
  for (const parameter of operation.parameters) {
    const value = given[parameter.key] ?? parameter.default;
    const { key, min, max } = parameter;
    const broken = {
      rule: 'parameter-value',
      parameters: { parameter: key, value: String(value), min, max },
      works: [],
    };
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refusal(`${key} must be a number`, broken);
    if (parameter.kind !== 'real' && !Number.isSafeInteger(value))
      throw new Refusal(`${key} must be a whole number, not ${value}`, broken);
    if (value < min || value > max) {
      const { choices } = parameter;
      if (choices) {
        const words = choices.map((word, at) => `${at} (${word})`);
        throw new Refusal(`${key} must be ${either(words)}, not ${value}`, broken);
      }
      throw new Refusal(
        `${key} must be from ${withCommas(min)} to ${withCommas(max)}, not ${withCommas(value)}`,
        broken,
      );
    }
    shape[key] = value;
  }
  operation.check?.(shape);
  return shape;
}

function resolveKnobs(kernel: Kernel, given: Knobs): Knobs {
  const known = kernel.knobs.map((knob) => knob.key);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknown(`${kernel.id} has no knob "${key}"; it has`, 'knob', key, known);
  }
  return Object.fromEntries(
    kernel.knobs.map((knob) => {
      const value = given[knob.key] ?? knob.default;
      if (!knob.values.includes(value)) {
        throw new Refusal(`${knob.key} cannot be ${value}`, {
          rule: 'knob-value',
          parameters: { knob: knob.key, value },
          works: closest(knob.values, value).map((legal) => ({ [knob.key]: legal })),
        });
      }
      return [knob.key, value];
    }),
  );
}

/** The legal values next to one that is not, or all of them where they are few. */
function closest(values: readonly KnobValue[], value: KnobValue): readonly KnobValue[] {
  if (values.length <= 12 || typeof value !== 'number') return values.slice(0, 12);
  const numbers = values.filter((v): v is number => typeof v === 'number');
  const below = numbers.filter((v) => v < value).at(-1);
  const above = numbers.find((v) => v > value);
  return [below, above].filter((v) => v !== undefined);
}

/** The refusal of a name that means nothing; `said` ends where the list of those that do begins. */
function unknown(said: string, rule: string, name: string, known: readonly string[]): Refusal {
  return new Refusal(`${said} ${either(known)}`, { rule, parameters: { name }, works: [] });
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}
