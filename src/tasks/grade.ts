/** Grades an answer: its verdict, what the sanitizer finds, and the task's own goals on the counters of its trace. */
import { Failure, Refusal } from '../core/errors.ts';
import { unmade } from '../lab/outcome.ts';
import { ownRequest } from '../lab/own.ts';
import { type Budget, type CallOptions, type Host, QUICK, type Request } from '../lab/protocol.ts';
import type { Result } from '../lab/result.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import { defaultMachine } from '../model/machines.ts';
import type { Goal, Grade, GradedGoal, Task } from './types.ts';

/** Entries of a log: 32 MiB, some seconds of a software adapter. */
const MOST_ENTRIES = 2 ** 22;

export interface GradeOptions extends CallOptions {
  /** How thoroughly a right answer is timed; not at all by default. */
  readonly samples?: number;
}

/**
 * Runs the answer on the host and goes through the goals. An answer that is wrong or does not compile is a grade too; throws a
 * `Failure` where the device is lost or the reader cancelled, and leaves other failures of the host to whoever called.
 */
export async function grade(
  task: Task,
  source: string,
  host: Pick<Host, 'call'>,
  { samples = 0, ...call }: GradeOptions = {},
): Promise<Grade> {
  const asked = { op: task.op, shape: task.shape, source };
  let request: Request;
  try {
    request = await ownRequest(asked);
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof Refusal)) throw error;
    return graded(task, unmade({ ...asked, kernel: 'own' }, error), null, false);
  }
  const budget: Budget = { ...QUICK, samples };
  const bench = await host.call('bench', { requests: [request], budget }, call);
  const [result] = bench.results;
  // What was refused or did not compile has nothing to be traced.
  if (bench.restart || !result?.verdict) return graded(task, result, null, bench.restart);
  const traced = await host.call(
    'trace',
    {
      request,
      workgroups: task.workgroups ?? 'all',
      machine: defaultMachine.id,
      limitMs: budget.limitMs,
      most: MOST_ENTRIES,
    },
    call,
  );
  return graded(task, result, traced.result, traced.restart);
}

function graded(task: Task, result: Result | null, trace: TraceResult | null, restart: boolean): Grade {
  const goals = [correct(result), clean(trace), ...task.goals.map((goal) => measured(goal, result, trace))];
  return { passed: goals.every(({ state }) => state === 'met'), goals, result, trace, restart };
}

export const CORRECT = { id: 'correct', text: 'The output is correct' } as const;
export const CLEAN = { id: 'clean', text: 'The sanitizer finds nothing' } as const;

/** All goals of a task, in the order in which they are graded. */
export function goalsOf(task: Task): readonly { readonly id: string; readonly text: string }[] {
  return [CORRECT, CLEAN, ...task.goals.map(({ id, text }) => ({ id, text }))];
}

function correct(result: Result | null): GradedGoal {
  if (!result) return { ...CORRECT, state: 'unknown', value: '', line: null };
  const { status, reason, verdict, failure } = result;
  if (status === 'correct')
    return { ...CORRECT, state: 'met', value: verdict ? `compared: ${verdict.method}` : '', line: null };
  const [first] = failure?.diagnostics ?? [];
  const value = first ? `It does not compile: ${first.message}` : (reason ?? status);
  return { ...CORRECT, state: 'missed', value, line: first?.line ?? null };
}

function clean(trace: TraceResult | null): GradedGoal {
  if (!trace || trace.status === 'refused' || trace.status === 'failed')
    return { ...CLEAN, state: 'unknown', value: trace?.reason ?? '', line: null };
  const [first] = trace.findings;
  if (!first) return { ...CLEAN, state: 'met', value: '', line: null };
  // The end of the text is where a lane ends that does not reach a barrier: the other place is the one to look at.
  const line = [first.first.line, first.second?.line ?? 0].find((one) => one > 0) ?? null;
  return { ...CLEAN, state: 'missed', value: first.message, line };
}

function measured({ id, text, measure }: Goal, result: Result | null, trace: TraceResult | null): GradedGoal {
  const found = result && trace?.traced ? measure({ result, trace }) : null;
  if (!found) return { id, text, state: 'unknown', value: '', line: null };
  return { id, text, state: found.met ? 'met' : 'missed', value: found.value, line: found.met ? null : found.line };
}
