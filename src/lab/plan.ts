/** From a request in a reader's words to a plan that a device can run, or a refusal that says what would work. */
import { Failure, Refusal } from '../core/errors.ts';
import type { Source } from '../gpu/bindings.ts';
import { checkLimits } from '../gpu/limits.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import { findKernel, findOperation, kernelsOf, operations, outline, shader } from '../kernels/index.ts';
import type { Capabilities, Kernel, Knobs, KnobValue } from '../kernels/types.ts';
import type { Operation, Problem, Shape } from '../ops/types.ts';
import { assemble } from '../wgsl/assemble.ts';
import type { Outline } from '../wgsl/outline.ts';
import type { Parsed } from '../wgsl/parse.ts';
import type { Request } from './protocol.ts';

export interface Planned {
  readonly operation: Operation;
  readonly kernel: Kernel;
  readonly problem: Problem;
  /** Complete: every knob of the kernel. */
  readonly knobs: Knobs;
  readonly plan: KernelPlan;
  /** WGSL as it was written; `sourceOf` sets the knobs in it. */
  readonly text: string;
  /** Whether the request brought a text of its own in place of the kernel's. */
  readonly edited: boolean;
}

/** What a request means before any kernel looks at it. */
export type Resolved = Omit<Planned, 'plan' | 'text' | 'edited'>;

/** WebGPU's guaranteed limits, and no optional feature: what can be counted on before a device is open. */
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
  adapter: 'unknown',
  software: false,
};

/** What a request means before any kernel looks at it. Throws a `Refusal`. */
export function resolve(request: Request): Resolved {
  const operation = findOperation(request.op);
  if (!operation)
    throw new Refusal(`There is no operation "${request.op}"; there are ${list(operations.map((o) => o.id))}`);
  const kernel = findKernel(request.op, request.kernel);
  if (!kernel) {
    throw new Refusal(
      `${operation.id} has no kernel "${request.kernel}"; it has ${list(kernelsOf(operation.id).map((k) => k.id))}`,
    );
  }
  const dtype = request.dtype ?? 'f32';
  if (!kernel.dtypes.includes(dtype))
    throw new Refusal(`${kernel.id} works on ${list(kernel.dtypes)}, not on ${dtype}`);
  const input = request.input ?? operation.inputCases[0].id;
  if (!operation.inputCases.some((c) => c.id === input)) {
    throw new Refusal(
      `${operation.id} has no inputs "${input}"; it has ${list(operation.inputCases.map((c) => c.id))}`,
    );
  }
  const seed = request.seed ?? 1;
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Refusal(`A seed is a whole number from 0 to 2^53 - 1, not ${seed}`);
  const shape = resolveShape(operation, request.shape ?? {});
  return {
    operation,
    kernel,
    problem: { op: operation.id, shape, dtype, seed, input },
    knobs: resolveKnobs(kernel, request.knobs ?? {}),
  };
}

/** The full plan. Throws a `Refusal` with the rule and, where one knob alone can mend it, the nearest value that works. */
export function planRequest(request: Request, capabilities: Capabilities = defaultCapabilities): Planned {
  const resolved = resolve(request);
  const { kernel, problem, knobs } = resolved;
  try {
    const plan = checked(kernel, problem, knobs, capabilities);
    return { ...resolved, plan, edited: request.source !== undefined, text: request.source ?? shader(plan.shader) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const mend = /\buse\b/.test(error.message) ? null : nearest(kernel, problem, knobs, capabilities);
    throw mend ? new Refusal(`${error.message}: ${mend} works`) : error;
  }
}

/**
 * WGSL with the knobs set, ready to compile. Throws a `Failure`: 'internal' where an edited text cannot take its knobs,
 * or 'compile' where it cannot even be read as far as that.
 */
export async function sourceOf({ plan, text, edited }: Planned): Promise<Source> {
  if (!edited) return sourceFrom(text, outline(plan.shader), plan);
  const { outline: declared, fault } = await parsed(text);
  try {
    return sourceFrom(text, declared, plan);
  } catch (error) {
    throw fault ? new Failure('compile', `${fault.line}:${fault.column}: ${fault.message}`) : error;
  }
}

function sourceFrom(text: string, declared: Outline, plan: KernelPlan): Source {
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

function checked(kernel: Kernel, problem: Problem, knobs: Knobs, capabilities: Capabilities): KernelPlan {
  const plan = kernel.plan(problem, knobs, capabilities);
  checkLimits(plan, capabilities.limits, capabilities.features);
  return plan;
}

/** Changes of one knob, then of two, nearest values first: the first that this device runs, e.g. "TILE=16". */
function nearest(kernel: Kernel, problem: Problem, knobs: Knobs, capabilities: Capabilities): string | null {
  const steps = kernel.knobs.flatMap((knob) => {
    const at = knob.values.indexOf(knobs[knob.key]);
    return knob.values
      .map((value, index) => ({
        change: { [knob.key]: value } as Knobs,
        key: knob.key,
        distance: Math.abs(index - at),
      }))
      .filter((step) => step.distance > 0);
  });
  const works = (change: Knobs): boolean => {
    try {
      checked(kernel, problem, { ...knobs, ...change }, capabilities);
      return true;
    } catch {
      return false;
    }
  };
  const name = (change: Knobs): string =>
    Object.entries(change)
      .map(([key, value]) => `${key}=${value}`)
      .join(' with ');
  const single = [...steps].sort((a, b) => a.distance - b.distance).find((step) => works(step.change));
  if (single) return name(single.change);
  // Pairs of neighbours only: farther away a suggestion is no longer the reader's own choice.
  const near = steps.filter((step) => step.distance <= 3);
  for (const a of near) {
    for (const b of near) {
      if (a.key < b.key && works({ ...a.change, ...b.change })) return name({ ...a.change, ...b.change });
    }
  }
  return null;
}

function resolveShape(operation: Operation, given: Partial<Shape>): Shape {
  const known = operation.parameters.map((parameter) => parameter.key);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw new Refusal(`${operation.id} has no parameter "${key}"; it has ${list(known)}`);
  }
  const shape: Record<string, number> = {};
  for (const parameter of operation.parameters) {
    const value = given[parameter.key] ?? parameter.default;
    const { key, min, max } = parameter;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refusal(`${key} must be a number`);
    if (parameter.kind !== 'real' && !Number.isSafeInteger(value))
      throw new Refusal(`${key} must be a whole number, not ${value}`);
    if (value < min || value > max) {
      const { choices } = parameter;
      if (choices)
        throw new Refusal(`${key} must be ${list(choices.map((word, at) => `${at} (${word})`))}, not ${value}`);
      throw new Refusal(
        `${key} must be from ${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')}, not ${value.toLocaleString('en-US')}`,
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
    if (!known.includes(key)) throw new Refusal(`${kernel.id} has no knob "${key}"; it has ${list(known)}`);
  }
  return Object.fromEntries(
    kernel.knobs.map((knob) => {
      const value = given[knob.key] ?? knob.default;
      if (!knob.values.includes(value))
        throw new Refusal(`${knob.key} cannot be ${value}: use ${closest(knob.values, value)}`);
      return [knob.key, value];
    }),
  );
}

/** The legal values next to one that is not, or all of them where they are few. */
function closest(values: readonly KnobValue[], value: KnobValue): string {
  if (values.length <= 12 || typeof value !== 'number') return list(values.slice(0, 12));
  const numbers = values.filter((v): v is number => typeof v === 'number');
  const below = numbers.filter((v) => v < value).at(-1);
  const above = numbers.find((v) => v > value);
  return list([below, above].filter((v) => v !== undefined));
}

function list(values: readonly KnobValue[]): string {
  return values.length < 2 ? String(values[0] ?? 'nothing') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
