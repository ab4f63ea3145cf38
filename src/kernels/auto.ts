/** How a kernel that chooses (`0_auto`) comes to its choice, whatever its operation. */
import { Failure } from '../core/errors.ts';
import type { Problem } from '../ops/types.ts';
import { tunedChoice } from './tuned.ts';
import type { Capabilities, Kernel, Knobs, Solution } from './types.ts';

/** What the rules of an operation say where nothing was measured near a problem. */
export interface Choice {
  /** Id of a kernel. */
  readonly kernel: string;
  /** Knobs that differ from its defaults, those that say how the data lie apart. */
  readonly knobs: Knobs;
}

/**
 * The solution of the candidate that was measured fastest near this problem on this adapter, or else of the one that
 * `rules` name, with what was chosen. `given` says how the data lie. Throws a `Refusal` where that one refuses.
 */
export function solutionOfBest(
  candidates: readonly Kernel[],
  problem: Problem,
  given: Knobs,
  device: Capabilities,
  rules: (problem: Problem, given: Knobs, device: Capabilities) => Choice,
): Solution {
  const tuned = tunedChoice(candidates, problem, given, device);
  if (tuned) return { ...tuned.solution, chosen: { kernel: tuned.kernel.id, knobs: tuned.knobs } };
  const choice = rules(problem, given, device);
  const kernel = candidates.find(({ id }) => id === choice.kernel);
  if (!kernel) throw new Failure('internal', `The rules chose ${choice.kernel}, which is no candidate`);
  const knobs = Object.fromEntries(
    kernel.knobs.map((knob) => [knob.key, (knob.fixed ? given : choice.knobs)[knob.key] ?? knob.default]),
  );
  return { ...kernel.plan(problem, knobs, device), chosen: { kernel: kernel.id, knobs } };
}
