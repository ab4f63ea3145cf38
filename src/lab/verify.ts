/** Runs a planned kernel once on a problem and judges all that it wrote. */
import { Failure } from '../core/errors.ts';
import type { GateVerdict, Verdict } from '../core/judge.ts';
import { compare } from '../core/verdict.ts';
import type { Gpu } from '../gpu/device.ts';
import { Execution, type Output } from '../gpu/execution.ts';
import type { Capabilities } from '../kernels/types.ts';
import type { Problem, Tensors } from '../ops/types.ts';
import { type Planned, planRequest } from './plan.ts';
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

/** A kernel that ran, with the verdict on what it wrote; its buffers are still allocated. */
export interface Verified {
  readonly planned: Planned;
  readonly execution: Execution;
  readonly outputs: readonly Output[];
  readonly verdict: Verdict;
}

/**
 * Gates first, then the problem itself. The caller releases the execution. Throws a `Refusal` or a `Failure`; nothing
 * stays allocated then.
 */
export async function verify(
  bench: Bench,
  planned: Planned,
  source: string | undefined,
  owner: string,
): Promise<Verified> {
  const gates: GateVerdict[] = [];
  for (const gate of planned.operation.gates(planned.problem)) {
    const verdict = await runGate(bench, planned, gate.problem, source, owner);
    gates.push({
      name: gate.name,
      correct: verdict.correct,
      ratio: verdict.ratio,
      checked: verdict.checked,
      total: verdict.total,
    });
    if (!verdict.correct) {
      // The problem itself still runs, so that its outputs can be seen; the gate has decided already.
      const execution = await prepare(bench, planned, owner);
      try {
        const outputs = await execution.run();
        return {
          planned,
          execution,
          outputs,
          verdict: { ...verdict, gates, reason: `On the ${gate.name}: ${verdict.reason ?? 'wrong'}` },
        };
      } catch (error) {
        execution.release();
        throw error;
      }
    }
  }
  // Gates may be larger than a small problem; the peak that is told is the problem's own.
  bench.gpu.arena.resetPeak();
  const execution = await prepare(bench, planned, owner);
  try {
    await bench.step('run');
    const outputs = await execution.run();
    await bench.step('verify');
    return { planned, execution, outputs, verdict: { ...(await judge(bench, planned, outputs)), gates } };
  } catch (error) {
    execution.release();
    throw error;
  }
}

async function runGate(
  bench: Bench,
  planned: Planned,
  problem: Problem,
  source: string | undefined,
  owner: string,
): Promise<Omit<Verdict, 'gates'>> {
  const gate = planRequest(
    { ...problem, kernel: planned.kernel.id, knobs: planned.knobs, ...(source === undefined ? {} : { source }) },
    bench.capabilities,
  );
  const execution = await prepare(bench, gate, owner);
  try {
    await bench.step('run');
    const outputs = await execution.run();
    await bench.step('verify');
    return await judge(bench, gate, outputs);
  } finally {
    execution.release();
  }
}

/** Builds an execution over the problem's seeded inputs, or over `tensors` where given. */
export async function prepare(bench: Bench, planned: Planned, owner: string, tensors?: Tensors): Promise<Execution> {
  await bench.step('inputs');
  const inputs = tensors ?? bench.problems.inputs(planned.operation, planned.problem);
  await bench.step('compile');
  return Execution.prepare(
    bench.gpu,
    planned.plan,
    planned.source,
    (name) => inputs[name],
    owner,
    bench.budget.limitMs,
  );
}

/** Judges outputs against the reference; a write out of range is wrong whatever the values are. */
export async function judge(
  bench: Bench,
  planned: Planned,
  outputs: readonly Output[],
  tensors?: Tensors,
): Promise<Omit<Verdict, 'gates'>> {
  const numerics = planned.kernel.numerics(planned.problem, planned.knobs, bench.capabilities);
  const judges = tensors
    ? planned.operation.judge(planned.problem, tensors, numerics)
    : bench.problems.judges(planned.operation, planned.problem, numerics);
  const actual = judges.map((one) => {
    const output = outputs.find((o) => o.use === 'output' && o.tensor === one.tensor);
    if (!output) throw new Failure('internal', `${planned.kernel.id} has no output ${one.tensor}`);
    return { judge: one, values: output.values, ...(output.unwritten ? { unwritten: output.unwritten } : {}) };
  });
  const { tile, lane } = planned.plan;
  const verdict = await compare(actual, {
    budget: bench.budget.referenceCost,
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
