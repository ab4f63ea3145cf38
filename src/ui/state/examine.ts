/** What can be said of settings without running them. */
import { Refusal } from '../../core/errors.ts';
import { kernelsOf, shaderPath } from '../../kernels/index.ts';
import type { Capabilities } from '../../kernels/types.ts';
import { type Planned, resolve, suggest, tryPlan } from '../../lab/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { fromError, type Outcome } from './outcome.ts';
import { kernelOf, onKernel, type Settings, toRequest } from './settings.ts';

export interface Examined {
  /** Null where the plan is refused. */
  readonly planned: Planned | null;
  /** Null where already the shape is refused. */
  readonly problem: Problem | null;
  /** Why there is no plan, with what would work; null where there is one. */
  readonly fault: Outcome | null;
  /** The rule behind `fault`, where it is one. */
  readonly refusal: Refusal | null;
}

const NO_CODE: Outcome = {
  state: 'failed',
  reason: 'There is no code to run',
  next: 'Reset the code to the saved kernel, or write one that declares what the saved one does.',
  errors: [],
};

export function examine(settings: Settings, source: string | undefined, capabilities: Capabilities): Examined {
  const request = toRequest(settings, source);
  if (source?.trim() === '') return { planned: null, problem: problemOf(settings), fault: NO_CODE, refusal: null };
  try {
    const planned = tryPlan(request, capabilities);
    if (!(planned instanceof Refusal)) return { planned, problem: planned.problem, fault: null, refusal: null };
    const refusal = suggest(request, planned, capabilities);
    return { planned: null, problem: problemOf(settings), fault: fromError(refusal), refusal };
  } catch (error) {
    return { planned: null, problem: problemOf(settings), fault: fromError(error), refusal: null };
  }
}

/** Path under shaders/ of the WGSL that runs: the kernel's own, or that of the one which its plan has chosen. */
export function shaderOf(settings: Settings, capabilities: Capabilities): string {
  const kernel = kernelOf(settings);
  // A kernel with a file of its own runs that one, whether it is refused at the moment or not.
  const chosen = kernel.shader === undefined ? null : tryPlan(toRequest(settings), capabilities);
  return chosen === null || chosen instanceof Refusal ? shaderPath(kernel) : chosen.plan.shader;
}

function problemOf(settings: Settings): Problem | null {
  try {
    return resolve(toRequest(settings)).problem;
  } catch {
    return null;
  }
}

/** Kernels that cannot run a problem on this device even with their own defaults, with the rule. */
export function kernelRefusals(problem: Problem, capabilities: Capabilities): ReadonlyMap<string, Refusal> {
  return new Map(
    kernelsOf(problem.op).flatMap((kernel) => {
      const { dtypes } = kernel;
      const dtype = dtypes.includes(problem.dtype) ? problem.dtype : dtypes[0];
      const planned = tryPlan(toRequest(onKernel({ ...problem, dtype }, kernel)), capabilities);
      return planned instanceof Refusal ? [[kernel.id, planned] as const] : [];
    }),
  );
}
