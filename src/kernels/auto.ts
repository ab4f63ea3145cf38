/**
 * How a kernel that chooses (`0_auto`) comes to its choice, whatever its operation: by a race on this device where one
 * was run for problems of this class, else by what was tuned near it, else by the operation's rules.
 */
import { Failure, Refusal } from '../core/errors.ts';
import type { Problem, Shape } from '../ops/types.ts';
import { assemble } from '../wgsl/assemble.ts';
import { digest } from './digest.ts';
import { outcomeOf } from './raced.ts';
import { outline, shader } from './shaders.ts';
import { choiceOf, tunedChoice, type Usable } from './tuned.ts';
import type {
  Capabilities,
  Choice,
  Chosen,
  Kernel,
  Knobs,
  Race,
  RaceOutcome,
  RaceQuestion,
  Solution,
} from './types.ts';

/** What an operation says of its kernels. */
export interface Choosing {
  /** All that may win: right for every shape, with sums in f32, and run by the tests. */
  readonly candidates: readonly Kernel[];
  /** What to take where nothing was measured near a problem; `given` says how the data lie. */
  rules(problem: Problem, given: Knobs, device: Capabilities): Choice;
  /** Class of a problem, for races: those of one class have the same fastest kernel, as far as is known. */
  classOf(problem: Problem, given: Knobs): string;
  /** What may beat the rules' choice on this device, the most promising first. */
  rivals(problem: Problem, given: Knobs, device: Capabilities): readonly Choice[];
  /** The shape that is raced in place of a problem's own where that takes more operations than these. */
  raced(problem: Problem, mostOperations: number): Shape;
}

/** `plan` and `race` of a kernel that chooses. `plan` throws a `Refusal` where the one that is chosen refuses. */
export function choosing(operation: Choosing): Pick<Kernel, 'plan'> & { readonly race: Race } {
  const { candidates } = operation;
  const question = (problem: Problem, given: Knobs, device: Capabilities): RaceQuestion => ({
    adapter: device.adapter,
    op: problem.op,
    dtype: problem.dtype,
    shapeClass: operation.classOf(problem, given),
  });
  const solve = (problem: Problem, given: Knobs, device: Capabilities): Solution & { readonly chosen: Chosen } => {
    const outcome = known(problem, given, device);
    const raced = outcome && outcome.times.length > 0 && choiceOf(candidates, outcome.winner, problem, given, device);
    if (raced) return solutionOf(raced, 'measured');
    const tuned = tunedChoice(candidates, problem, given, device);
    if (tuned) return solutionOf(tuned, 'tuned');
    const { kernel: id, knobs } = operation.rules(problem, given, device);
    const kernel = candidate(candidates, id);
    const all = complete(kernel, knobs, given);
    return { ...kernel.plan(problem, all, device), chosen: { kernel: id, knobs: all, by: 'rule' } };
  };
  const entrants = (problem: Problem, given: Knobs, device: Capabilities): readonly Chosen[] => {
    const { chosen } = solve(problem, given, { ...device, raced: [] });
    const rivals = operation.rivals(problem, given, device).map(({ kernel, knobs }): Chosen => {
      return { kernel, knobs: complete(candidate(candidates, kernel), knobs, given), by: 'rule' };
    });
    const distinct = new Map<string, Chosen>();
    for (const one of [chosen, ...rivals]) {
      const key = JSON.stringify([one.kernel, one.knobs]);
      if (!distinct.has(key)) distinct.set(key, one);
    }
    return [...distinct.values()];
  };
  const edition = (problem: Problem, given: Knobs, device: Capabilities, raced: readonly Choice[]): string => {
    const run = [...entrants(problem, given, device), ...raced].map(({ kernel: id, knobs }) => {
      const kernel = candidates.find((one) => one.id === id);
      return kernel ? planText(kernel, complete(kernel, knobs, given), problem, device) : `${id} is gone`;
    });
    return digest([...new Set(run)].sort().join('\n'));
  };
  // A reader who turns knobs asks often. Of what no longer holds nothing is kept: the texts may still be on their way.
  const standing = new WeakMap<RaceOutcome, Capabilities['limits']>();
  const known = (problem: Problem, given: Knobs, device: Capabilities): RaceOutcome | undefined => {
    if (!device.raced?.length) return undefined;
    const outcome = outcomeOf(device.raced, question(problem, given, device));
    if (!outcome) return undefined;
    if (standing.get(outcome) === device.limits) return outcome;
    const { shape, given: lay, start, times } = outcome;
    try {
      const today = edition({ ...problem, shape }, lay, device, [start, ...times]);
      if (today !== outcome.edition) return undefined;
      standing.set(outcome, device.limits);
      return outcome;
    } catch (error) {
      // What was kept may be of a shape that nothing takes any more.
      if (error instanceof Refusal || error instanceof Failure) return undefined;
      throw error;
    }
  };
  return { plan: solve, race: { question, entrants, shape: operation.raced, edition, known } };
}

/** All that a kernel would run over a problem, in a text; why it refuses, where it does. */
function planText(kernel: Kernel, knobs: Knobs, problem: Problem, device: Capabilities): string {
  const { op, id } = kernel;
  try {
    const { plan } = kernel.plan(problem, knobs, device);
    const code = assemble(shader(plan.shader), outline(plan.shader), plan);
    const bytes = (_: string, value: unknown): unknown =>
      value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value;
    return JSON.stringify([op, id, code, plan], bytes);
  } catch (error) {
    if (error instanceof Refusal) return JSON.stringify([op, id, error.message]);
    throw error;
  }
}

function solutionOf({ kernel, knobs, solution }: Usable, by: Chosen['by']): Solution & { readonly chosen: Chosen } {
  return { ...solution, chosen: { kernel: kernel.id, knobs, by } };
}

function candidate(candidates: readonly Kernel[], id: string): Kernel {
  const kernel = candidates.find((one) => one.id === id);
  if (!kernel) throw new Failure('internal', `The rules chose ${id}, which is not a candidate`);
  return kernel;
}

/** Every knob of the kernel: those that say how the data lie from `given`, the rest from `knobs`. */
function complete(kernel: Kernel, knobs: Knobs, given: Knobs): Knobs {
  return Object.fromEntries(
    kernel.knobs.map((knob) => [knob.key, (knob.fixed ? given : knobs)[knob.key] ?? knob.default]),
  );
}
