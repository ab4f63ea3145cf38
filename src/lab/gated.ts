/** A kernel's trial behind its gates: whoever fails one that comes first is not tried on the problem itself. */
import type { Judged } from '../core/joined.ts';
import type { GateVerdict, Verdict } from '../core/judge.ts';
import type { Timer } from '../gpu/timer.ts';
import type { Problem } from '../ops/types.ts';
import { compareOutputs, type Harness, prepare } from './experiment.ts';
import { type Planned, planRequest } from './plan.ts';
import type { Request } from './protocol.ts';
import { ofGate, Trial } from './trial.ts';

/** What a kernel has shown. Its `trial` is null where a gate has decided already. */
export interface Tried {
  readonly trial: Trial | null;
  readonly verdict: Verdict;
}

/**
 * Gates first, then the problem itself, and after its first run the gate that serves as the other inputs. With a timer
 * that first run is timed. The caller releases the trial's execution. Throws a `Refusal` or a `Failure`;
 * nothing stays allocated then.
 */
export async function gatedTrial(
  harness: Harness,
  planned: Planned,
  source: string | undefined,
  owner: string,
  timer?: Timer,
): Promise<Tried> {
  const passed: GateVerdict[] = [];
  const gates = planned.operation.gates(planned.problem);
  const other = gates.find(({ isOther }) => isOther);
  for (const gate of gates) {
    if (gate === other) continue;
    const verdict = await runGate(harness, planned, gate.problem, source, owner);
    passed.push(ofGate(gate, verdict));
    if (!verdict.correct) {
      const reason = `On the ${gate.name}: ${verdict.reason ?? 'wrong'}`;
      return { trial: null, verdict: { ...verdict, gates: passed, reason } };
    }
  }
  const trial = await Trial.prepare(harness, planned, owner, passed, other);
  try {
    const isRight = await trial.run(timer);
    // Timed runs are still to come otherwise, and it is after the last run that inputs are looked at.
    if (isRight && harness.budget.samples === 0) await trial.keepsInputs();
    return { trial, verdict: trial.verdict };
  } catch (error) {
    trial.execution.release();
    throw error;
  }
}

/**
 * A gate for what the plan runs. Asked again, a kernel that chooses might take another one for the gate's shape, and the
 * one whose time is shown would go unchecked.
 */
export function gateRequest({ kernel, knobs, chosen, outline }: Planned, problem: Problem, source?: string): Request {
  const taken = chosen ? { kernel: chosen.kernel, knobs: chosen.knobs } : { kernel: kernel.id, knobs };
  const text = source === undefined ? {} : { source };
  const declared = outline ? { outline } : {};
  return { ...problem, ...taken, ...text, ...declared };
}

async function runGate(
  harness: Harness,
  planned: Planned,
  problem: Problem,
  source: string | undefined,
  owner: string,
): Promise<Judged> {
  const gate = planRequest(gateRequest(planned, problem, source), harness.capabilities);
  const execution = await prepare(harness, gate, owner);
  try {
    await harness.step('run');
    const outputs = await execution.run();
    await harness.step('verify');
    return await compareOutputs(harness, gate, outputs, 1);
  } finally {
    execution.release();
  }
}
