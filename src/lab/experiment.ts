/** What every experiment is made of: its harness, a kernel made ready, a comparison of what it wrote with the reference. */
import { Failure } from '../core/errors.ts';
import { FORMATS } from '../core/format.ts';
import type { Judged } from '../core/joined.ts';
import type { OutputJudge } from '../core/judge.ts';
import { type Actual, type CompareOptions, compare } from '../core/verdict.ts';
import { withCommas } from '../core/words.ts';
import type { Gpu } from '../gpu/device.ts';
import { Execution, type Output } from '../gpu/execution.ts';
import { FLUSHES_F16 } from '../gpu/limits.ts';
import type { Capabilities } from '../kernels/types.ts';
import { GIVEN, type Tensors } from '../ops/types.ts';
import { type Planned, sourceOf } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Budget, Phase } from './protocol.ts';
import { lanesOf } from './trace-log.ts';

/** What an experiment runs in: the device, problems shared with other kernels, the budget, and who hears of progress. */
export interface Harness {
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
export async function prepare(
  harness: Harness,
  planned: Planned,
  owner: string,
  tensors?: Tensors,
): Promise<Execution> {
  await harness.step('inputs');
  const inputs = tensors ?? harness.problems.inputs(planned.problem);
  await harness.step('compile');
  return Execution.prepare(
    harness.gpu,
    planned.plan,
    await sourceOf(planned),
    (name) => inputs[name],
    owner,
    harness.budget.limitMs,
  );
}

/** What part of the reference is computed. Nothing is saved where all of it costs fewer multiply-adds than this. */
const CHEAP = 2e7;

/** Judges of somebody else's tensors, of which nothing may be assumed. */
export function judgesOfGiven(harness: Harness, planned: Planned, tensors: Tensors): readonly OutputJudge[] {
  const { problem, numerics } = planned;
  return harness.problems.givenJudges({ ...problem, input: GIVEN }, tensors, numerics);
}

/**
 * Compares outputs with the reference: as much of it as the budget allows, or `share` of that; the reference of the
 * problem's seeded inputs, or that of `judges`. A write out of range is wrong whatever the values are.
 */
export async function compareOutputs(
  harness: Harness,
  planned: Planned,
  outputs: readonly Output[],
  share: number,
  judges = harness.problems.judges(planned.problem, planned.numerics),
): Promise<Judged> {
  const { referenceCost } = harness.budget;
  const cost = judges.reduce((sum, { rows, costPerRow }) => sum + rows * costPerRow, 0);
  const verdict = await compare(
    judges.map((one) => actualOf(planned, one, outputs)),
    options(harness, planned, share === 1 ? referenceCost : Math.max(CHEAP, share * Math.min(referenceCost, cost))),
  );
  return withStray(withSilence(verdict, planned, outputs), outputs);
}

/** The verdict on each output by its tensor, over as much of the reference as the budget allows. */
export async function compareEach(
  harness: Harness,
  planned: Planned,
  outputs: readonly Output[],
  judges: readonly OutputJudge[],
): Promise<ReadonlyMap<string, Judged>> {
  const verdicts = new Map<string, Judged>();
  for (const one of judges) {
    const verdict = await compare(
      [actualOf(planned, one, outputs)],
      options(harness, planned, harness.budget.referenceCost),
    );
    // What lies behind scratch belongs to no output, and speaks against all.
    const own = outputs.filter(({ use, tensor }) => use === 'scratch' || tensor === one.tensor);
    verdicts.set(one.tensor, withStray(verdict, own));
  }
  return verdicts;
}

function actualOf({ kernel }: Planned, judge: OutputJudge, outputs: readonly Output[]): Actual {
  const output = outputs.find(({ use, tensor }) => use === 'output' && tensor === judge.tensor);
  if (!output) throw new Failure('internal', `${kernel.id} has no output ${judge.tensor}`);
  return { judge, values: output.values, ...(output.unwritten ? { unwritten: output.unwritten } : {}) };
}

function options(harness: Harness, { plan, problem, numerics }: Planned, budget: number): CompareOptions {
  const { tile, lane } = plan;
  const isFlushed = numerics.output === 'f16' && harness.capabilities.features.has(FLUSHES_F16);
  return {
    budget,
    seed: problem.seed,
    ...(tile ? { tile } : {}),
    ...(lane ? { lane } : {}),
    ...(isFlushed ? { flushedBelow: FORMATS.f16.smallestNormal } : {}),
    pause: () => harness.pause(),
  };
}

/** Invocations of a workgroup that WebGPU guarantees: what runs there runs everywhere. */
const GUARANTEED_LANES = 256;

/** Says of a kernel that wrote nothing what else than the kernel may be to blame. */
function withSilence(verdict: Judged, { plan }: Planned, outputs: readonly Output[]): Judged {
  const lanes = Math.max(...plan.passes.map(lanesOf));
  if (verdict.correct || lanes <= GUARANTEED_LANES) return verdict;
  const wrote = ({ use, unwritten }: Output): boolean => use === 'output' && !unwritten?.every((one) => one === 1);
  if (outputs.some(wrote)) return verdict;
  // Metal leaves a dispatch out where a workgroup needs more registers than there are (gpuweb#5315).
  const doubt = `nothing at all was written, as where a device cannot run workgroups of ${withCommas(lanes)} invocations and does not say so: try a smaller one`;
  return { ...verdict, reason: `${verdict.reason ?? 'wrong'}; ${doubt}` };
}

function withStray(verdict: Judged, outputs: readonly Output[]): Judged {
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
