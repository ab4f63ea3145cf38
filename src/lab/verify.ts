/** Verifies a planned kernel: its gates, then the problem itself. */
import type { GateVerdict, Verdict } from '../core/judge.ts';
import type { Problem } from '../ops/types.ts';
import { type Bench, judge, prepare } from './experiment.ts';
import { type Planned, planRequest } from './plan.ts';
import type { Request } from './protocol.ts';
import { ofGate, Trial } from './trial.ts';

/** What a kernel has shown. Its `trial` is null where a gate has decided already. */
export interface Verified {
  readonly trial: Trial | null;
  readonly verdict: Verdict;
}

/**
 * Gates first, then the problem itself. The caller releases the trial's execution. Throws a `Refusal` or a `Failure`;
 * nothing stays allocated then.
 */
export async function verify(
  bench: Bench,
  planned: Planned,
  source: string | undefined,
  owner: string,
): Promise<Verified> {
  const passed: GateVerdict[] = [];
  const gates = planned.operation.gates(planned.problem);
  const other = gates.find(({ isOther }) => isOther);
  for (const gate of gates) {
    if (gate === other) continue;
    const verdict = await runGate(bench, planned, gate.problem, source, owner);
    passed.push(ofGate(gate, verdict));
    if (!verdict.correct) {
      const reason = `On the ${gate.name}: ${verdict.reason ?? 'wrong'}`;
      return { trial: null, verdict: { ...verdict, gates: passed, reason } };
    }
  }
  const trial = await Trial.prepare(bench, planned, owner, passed, other);
  try {
    const isRight = await trial.run();
    // Timed runs are still to come otherwise, and it is after the last run that inputs are looked at.
    if (isRight && bench.budget.samples === 0) await trial.keepsInputs();
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
export function gateRequest({ kernel, knobs, chosen }: Planned, problem: Problem, source?: string): Request {
  return { ...problem, ...(chosen ?? { kernel: kernel.id, knobs }), ...(source === undefined ? {} : { source }) };
}

async function runGate(
  bench: Bench,
  planned: Planned,
  problem: Problem,
  source: string | undefined,
  owner: string,
): Promise<Omit<Verdict, 'gates'>> {
  const gate = planRequest(gateRequest(planned, problem, source), bench.capabilities);
  const execution = await prepare(bench, gate, owner);
  try {
    await bench.step('run');
    const outputs = await execution.run();
    await bench.step('verify');
    return await judge(bench, gate, outputs, 1);
  } finally {
    execution.release();
  }
}
