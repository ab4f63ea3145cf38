/** What can be said of settings without running them. */
import { Refusal } from '../../core/errors.ts';
import { findOperation, kernelsOf, shaderPath } from '../../kernels/index.ts';
import type { Capabilities, KnobValue } from '../../kernels/types.ts';
import { type Planned, planRequest, resolve } from '../../lab/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { fromError, type Outcome } from './outcome.ts';
import { defaults, kernelOf, type Settings, toRequest, withKernel } from './settings.ts';

/** Refused values of each knob, and of "dtype", with the rule. */
export type Refusals = ReadonlyMap<string, ReadonlyMap<KnobValue, string>>;

export interface Examined {
  /** Null where the plan is refused. */
  readonly planned: Planned | null;
  /** Null where already the shape is refused. */
  readonly problem: Problem | null;
  /** Why there is no plan; null where there is one. */
  readonly fault: Outcome | null;
}

export function examine(settings: Settings, source: string | undefined, capabilities: Capabilities): Examined {
  try {
    const planned = planRequest(toRequest(settings, source), capabilities);
    return { planned, problem: planned.problem, fault: null };
  } catch (error) {
    return { planned: null, problem: problemOf(settings), fault: fromError(error) };
  }
}

/** Path under shaders/ of the WGSL that runs: the kernel's own, or that of the one which its plan has chosen. */
export function shaderOf(settings: Settings, capabilities: Capabilities): string {
  const kernel = kernelOf(settings);
  // A kernel with a file of its own runs that one, whether it is refused at the moment or not.
  const chosen = kernel.shader === undefined ? null : examine(settings, undefined, capabilities).planned;
  return chosen?.plan.shader ?? shaderPath(kernel);
}

function problemOf(settings: Settings): Problem | null {
  try {
    return resolve(toRequest(settings)).problem;
  } catch {
    return null;
  }
}

/** The rule that these settings break, or null. */
function rule(settings: Settings, capabilities: Capabilities): string | null {
  try {
    planRequest(toRequest(settings), capabilities);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/**
 * For each knob, and for "dtype", the values that would be refused with everything else as it is. A knob none of whose
 * values works is not at fault, and has none.
 */
export function knobRefusals(settings: Settings, capabilities: Capabilities): Refusals {
  const kernel = kernelOf(settings);
  const refusals = new Map<string, ReadonlyMap<KnobValue, string>>();
  const note = (key: string, values: readonly KnobValue[], change: (value: KnobValue) => Partial<Settings>): void => {
    const refused = new Map<KnobValue, string>();
    for (const value of values) {
      const broken = rule({ ...settings, ...change(value) }, capabilities);
      if (broken !== null) refused.set(value, broken);
    }
    if (refused.size < values.length) refusals.set(key, refused);
  };
  for (const knob of kernel.knobs) {
    note(knob.key, knob.values, (value) => ({ knobs: { ...settings.knobs, [knob.key]: value } }));
  }
  note('dtype', kernel.dtypes, (value) => ({ dtype: value as Settings['dtype'] }));
  return refusals;
}

/** Kernels that cannot run the problem in sight on this device even with their own defaults. */
export function kernelRefusals(settings: Settings, capabilities: Capabilities): ReadonlyMap<string, string> {
  const refusals = new Map<string, string>();
  const operation = findOperation(settings.op);
  for (const kernel of kernelsOf(settings.op)) {
    const { knobs } = defaults(operation, kernel);
    const broken = rule({ ...withKernel(settings, kernel), knobs }, capabilities);
    if (broken !== null) refusals.set(kernel.id, broken);
  }
  return refusals;
}
