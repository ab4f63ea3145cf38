/** The kernels of an operation on one problem, each with the knobs that it comes with. */
import { isSameRule, Refusal } from '../../../core/errors.ts';
import type { KernelPlan } from '../../../gpu/plan.ts';
import { kernelsOf } from '../../../kernels/index.ts';
import type { Capabilities, Chosen, Kernel } from '../../../kernels/types.ts';
import { suggest, tryPlan } from '../../../lab/plan.ts';
import type { Problem } from '../../../ops/types.ts';
import { type Item, itemOf } from '../../state/ledger.ts';
import { numberOf, onKernel, toRequest } from '../../state/settings.ts';

export interface Rung extends Item {
  readonly kernel: Kernel;
  readonly number: number;
  /** Null where the device or the problem refuses it. */
  readonly plan: KernelPlan | null;
  /** What a kernel that chooses takes; null for any other. */
  readonly chosen: Chosen | null;
  /** Why there is no plan; null where there is one. */
  readonly refusal: Refusal | null;
}

export function rungsOf(problem: Problem, capabilities: Capabilities): readonly Rung[] {
  return kernelsOf(problem.op).map((kernel) => {
    const settings = onKernel(problem, kernel);
    const rung = { kernel, number: numberOf(kernel), ...itemOf(settings) };
    const planned = tryPlan(toRequest(settings), capabilities);
    return planned instanceof Refusal
      ? { ...rung, plan: null, chosen: null, refusal: planned }
      : { ...rung, plan: planned.plan, chosen: planned.chosen, refusal: null };
  });
}

/** The same, refused ones with what would work. */
export function withSuggestions(rungs: readonly Rung[], capabilities: Capabilities): readonly Rung[] {
  return rungs.map((rung) =>
    rung.refusal ? { ...rung, refusal: suggest(toRequest(rung.settings), rung.refusal, capabilities) } : rung,
  );
}

/** The one rule that refuses every kernel, if there is such a one. */
export function commonRefusal(rungs: readonly Rung[]): Refusal | null {
  const first = rungs[0]?.refusal ?? null;
  return first && rungs.every(({ refusal }) => refusal && isSameRule(refusal, first)) ? first : null;
}
