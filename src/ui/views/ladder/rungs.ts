/** The kernels of an operation on one problem, each with the knobs that it comes with. */
import { Refusal } from '../../../core/errors.ts';
import type { KernelPlan } from '../../../gpu/plan.ts';
import { kernelsOf } from '../../../kernels/index.ts';
import type { Capabilities, Kernel } from '../../../kernels/types.ts';
import { planRequest } from '../../../lab/plan.ts';
import type { Problem } from '../../../ops/types.ts';
import { type Item, itemOf } from '../../state/ledger.ts';
import { numberOf, onKernel, toRequest } from '../../state/settings.ts';

export interface Rung extends Item {
  readonly kernel: Kernel;
  readonly number: number;
  /** Null where the device or the problem refuses it. */
  readonly plan: KernelPlan | null;
  /** Why there is no plan; null where there is one. */
  readonly rule: string | null;
}

export function rungsOf(problem: Problem, capabilities: Capabilities): readonly Rung[] {
  return kernelsOf(problem.op).map((kernel) => {
    const settings = onKernel(problem, kernel);
    const rung = { kernel, number: numberOf(kernel), ...itemOf(settings) };
    try {
      return { ...rung, plan: planRequest(toRequest(settings), capabilities).plan, rule: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...rung, plan: null, rule: error.message };
    }
  });
}

/** The one rule that refuses every kernel, if there is such a one. */
export function commonRule(rungs: readonly Rung[]): string | null {
  const rules = new Set(rungs.map(({ rule }) => rule));
  return rules.size === 1 ? [...rules][0] : null;
}
