/**
 * How a kernel that chooses (`0_auto`) comes to its choice, whatever its operation: by a race on this device where one
 * was run for problems of this class, else by what was tuned near it, else by the operation's rules.
 */
import { Failure } from '../core/errors.ts';
import type { Problem, Shape } from '../ops/types.ts';
import { digest } from './digest.ts';
import { outcomeOf } from './raced.ts';
import { shader } from './shaders.ts';
import { choiceOf, tunedChoice, type Usable } from './tuned.ts';
import type { Capabilities, Choice, Chosen, Kernel, Knobs, Race, RaceQuestion, Solution } from './types.ts';

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
  let known: string | undefined;
  const edition = (): string => {
    known ??= editionOf(candidates);
    return known;
  };
  const question = (problem: Problem, given: Knobs, device: Capabilities): RaceQuestion => ({
    adapter: device.adapter,
    op: problem.op,
    dtype: problem.dtype,
    shapeClass: operation.classOf(problem, given),
    edition: edition(),
  });
  const solve = (problem: Problem, given: Knobs, device: Capabilities): Solution & { readonly chosen: Chosen } => {
    const outcome = device.raced?.length ? outcomeOf(device.raced, question(problem, given, device)) : undefined;
    const raced = outcome && outcome.times.length > 0 && choiceOf(candidates, outcome.winner, problem, given, device);
    if (raced) return solutionOf(raced, 'measured');
    const tuned = tunedChoice(candidates, problem, given, device);
    if (tuned) return solutionOf(tuned, 'tuned');
    const { kernel: id, knobs } = operation.rules(problem, given, device);
    const kernel = candidate(candidates, id);
    const all = complete(kernel, knobs, given);
    return { ...kernel.plan(problem, all, device), chosen: { kernel: id, knobs: all, by: 'rule' } };
  };
  return {
    plan: solve,
    race: {
      question,
      entrants(problem, given, device) {
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
      },
      shape: operation.raced,
    },
  };
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

/** Changes with the WGSL of any candidate, and with the knobs that it has. */
function editionOf(candidates: readonly Kernel[]): string {
  const texts = candidates.map(({ op, id, shader: path, knobs }) => {
    const turned = knobs.map((knob) => [knob.key, knob.default, knob.values]);
    return JSON.stringify([id, turned, shader(path ?? `${op}/${id}.wgsl`)]);
  });
  return digest(texts.join('\n'));
}
