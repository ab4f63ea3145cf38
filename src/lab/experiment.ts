/** What every experiment is made of: its surroundings, a kernel made ready, a judgement of what it wrote. */
import { Failure } from '../core/errors.ts';
import type { OutputJudge, Verdict } from '../core/judge.ts';
import { compare } from '../core/verdict.ts';
import type { Gpu } from '../gpu/device.ts';
import { Execution, type Output } from '../gpu/execution.ts';
import type { Capabilities } from '../kernels/types.ts';
import { GIVEN, type Tensors } from '../ops/types.ts';
import { type Planned, sourceOf } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Budget, Phase } from './protocol.ts';

/** What an experiment needs from its surroundings. */
export interface Bench {
  readonly gpu: Gpu;
  readonly capabilities: Capabilities;
  readonly problems: Problems;
  readonly budget: Budget;
  /** Tells a phase, lets messages in, and throws a `Failure` ('cancelled') where the user asked for it. */
  step(phase: Phase): Promise<void>;
  /** The same without a phase: called often during long work. */
  pause(): Promise<void>;
}

/** Builds an execution over the problem's seeded inputs, or over `tensors` where given. */
export async function prepare(bench: Bench, planned: Planned, owner: string, tensors?: Tensors): Promise<Execution> {
  await bench.step('inputs');
  const inputs = tensors ?? bench.problems.inputs(planned.operation, planned.problem);
  await bench.step('compile');
  return Execution.prepare(
    bench.gpu,
    planned.plan,
    await sourceOf(planned),
    (name) => inputs[name],
    owner,
    bench.budget.limitMs,
  );
}

/** What part of the reference is computed. Nothing is saved where all of it costs fewer multiply-adds than this. */
const CHEAP = 2e7;

/** Judges of somebody else's tensors, of which nothing may be assumed. */
export function judgesOfGiven({ operation, problem, numerics }: Planned, tensors: Tensors): readonly OutputJudge[] {
  return operation.judge({ ...problem, input: GIVEN }, tensors, numerics);
}

/**
 * Judges outputs against the reference: as much of it as the budget allows, or `share` of that; the reference of the
 * problem's seeded inputs, or that of `judges`. A write out of range is wrong whatever the values are.
 */
export async function judge(
  bench: Bench,
  planned: Planned,
  outputs: readonly Output[],
  share: number,
  judges = bench.problems.judges(planned.operation, planned.problem, planned.numerics),
): Promise<Omit<Verdict, 'gates'>> {
  const actual = judges.map((one) => {
    const output = outputs.find((o) => o.use === 'output' && o.tensor === one.tensor);
    if (!output) throw new Failure('internal', `${planned.kernel.id} has no output ${one.tensor}`);
    return { judge: one, values: output.values, ...(output.unwritten ? { unwritten: output.unwritten } : {}) };
  });
  const { tile, lane } = planned.plan;
  const { referenceCost } = bench.budget;
  const cost = judges.reduce((sum, { rows, costPerRow }) => sum + rows * costPerRow, 0);
  const verdict = await compare(actual, {
    budget: share === 1 ? referenceCost : Math.max(CHEAP, share * Math.min(referenceCost, cost)),
    seed: planned.problem.seed,
    ...(tile ? { tile } : {}),
    ...(lane ? { lane } : {}),
    pause: () => bench.pause(),
  });
  const stray = outputs.find((output) => output.stray !== null);
  if (!stray) return verdict;
  const place =
    stray.use === 'scratch'
      ? `word ${stray.stray} lies behind its scratch memory "${stray.tensor}"`
      : `element ${stray.stray} of the buffer of ${stray.tensor} is not part of its result`;
  return {
    ...verdict,
    correct: false,
    ratio: 'Infinity',
    reason: `The kernel wrote out of range: ${place}${verdict.reason ? `; and ${verdict.reason}` : ''}`,
  };
}
