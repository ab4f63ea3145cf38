/**
 * Grades an answer: its verdict, at other sizes too where the task has some, what the sanitizer finds, and the task's own
 * goals on the counters of its trace.
 *
 * Every workgroup is traced to its end, over inputs that are different in each check: there is no place where a kernel can
 * work unseen, and no output that it can know beforehand.
 */
import { Failure, Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import { unmade } from '../lab/outcome.ts';
import { ownRequest } from '../lab/own.ts';
import { type Budget, type CallOptions, type Host, QUICK, type Request } from '../lab/protocol.ts';
import type { Result } from '../lab/result.ts';
import type { Choice } from '../lab/trace-log.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import { defaultMachine } from '../model/machines.ts';
import type { Held } from '../wgsl/held.ts';
import { gradedLarger, largerGoals, someWorkgroups } from './larger.ts';
import { attempted, trialHeads, trialsOf } from './trials.ts';
import type { Grade, GradedGoal, Task } from './types.ts';

/** Entries of a log: 64 MiB, some seconds of a software adapter. */
const MOST_ENTRIES = 2 ** 23;
const ENTRY_BYTES = 8;
/** Longest wait for the GPU, in ms: a log makes a kernel that is slow to compile slower. */
const TRACE_LIMIT_MS = 60_000;
/** Seeds are whole numbers below this. */
const SEEDS = 2 ** 32;

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
  const asked = { op: task.op, shape: task.shape, source, seed: Math.floor(Math.random() * SEEDS) };
  let request: Request;
  try {
    request = await ownRequest(asked);
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof Refusal)) throw error;
    return graded(task, { ...NOTHING, result: unmade({ ...asked, kernel: 'own' }, error) });
  }
  const budget: Budget = { ...QUICK, samples };
  const bench = await host.call('bench', { requests: [request], budget }, call);
  const [result] = bench.results;
  // What was refused or did not compile has nothing to be traced.
  if (bench.restart || !result?.verdict) return graded(task, { ...NOTHING, result, restart: bench.restart });
  const tried = await tries(task, request, source, host, call);
  if (tried.restart) return graded(task, { ...NOTHING, result, ...tried });
  const traceOf = (change: Partial<Request> = {}, workgroups: Choice = 'all') =>
    host.call(
      'trace',
      {
        request: { ...request, ...change },
        workgroups,
        alike: workgroups !== 'all',
        machine: defaultMachine.id,
        limitMs: TRACE_LIMIT_MS,
        most: MOST_ENTRIES,
      },
      call,
    );
  const traced = await traceOf();
  const { result: trace } = traced;
  const exact = trace.sameOutput === false && task.exact !== undefined ? await traceOf({ input: task.exact }) : null;
  const { largestHeld } = await import('../wgsl/held.ts');
  const found: Found = {
    result,
    tried: tried.tried,
    trace,
    isOrder: exact?.result.sameOutput ?? false,
    held: largestHeld(source),
    larger: null,
    restart: traced.restart || (exact?.restart ?? false),
  };
  const soFar = graded(task, found);
  const isReady = soFar.goals.slice(0, -largerGoals(task).length).every(({ state }) => state === 'met');
  if (!task.larger || found.restart || !isReady) return soFar;
  const shape = { ...task.shape, ...task.larger.shape };
  const larger = await traceOf({ shape }, someWorkgroups({ ...request, shape }));
  return graded(task, { ...found, larger: larger.result, restart: larger.restart });
}

/** Only the verdicts count. */
async function tries(
  task: Task,
  request: Request,
  source: string,
  host: Pick<Host, 'call'>,
  call: CallOptions,
): Promise<Pick<Found, 'tried' | 'restart'>> {
  const trials = await trialsOf(task, request, source);
  const requests = trials.flatMap((trial) => trial.requests);
  if (requests.length === 0) return { tried: trials.map((trial) => attempted(trial, [])), restart: false };
  const { results, restart } = await host.call('bench', { requests, budget: { ...QUICK, samples: 0 } }, call);
  let end = 0;
  const tried = trials.map((trial) => {
    const first = end;
    end += trial.requests.length;
    return attempted(trial, results.slice(first, end));
  });
  return { tried, restart };
}

/** All that is known of an answer. */
interface Found {
  readonly result: Result | null;
  /** Null where nothing was tried. */
  readonly tried: readonly GradedGoal[] | null;
  readonly trace: TraceResult | null;
  /** Whether an output that is another one each time differs only by the order of additions. */
  readonly isOrder: boolean;
  readonly held: Held | null;
  /** Of some workgroups of the larger problem; null before the other goals are met. */
  readonly larger: TraceResult | null;
  readonly restart: boolean;
}

const NOTHING: Found = {
  result: null,
  tried: null,
  trace: null,
  isOrder: false,
  held: null,
  larger: null,
  restart: false,
};

function graded(task: Task, { result, tried, trace, isOrder, held, larger, restart }: Found): Grade {
  const flaw = trace && flawOf(trace, isOrder);
  const own = task.goals.map((goal) => {
    const found = result && trace?.traced && held && flaw === null ? goal.measure({ result, trace, held }) : null;
    if (!found) return unknown(goal);
    const { met, value, line } = found;
    return { id: goal.id, text: goal.text, state: met ? 'met' : 'missed', value, line: met ? null : line } as const;
  });
  const large =
    result && larger && held
      ? gradedLarger(task, { result, trace: larger, held }, flawOf(larger, isOrder, false))
      : largerGoals(task);
  const sanitized = clean([trace, larger], flaw);
  const goals = [correct(result), ...(tried ?? trialHeads(task).map(unknown)), sanitized, ...own, ...large];
  const open = goals.find(({ state }) => state === 'unknown');
  const isMissed = goals.some(({ state }) => state === 'missed');
  const reason = isMissed || !open ? null : (flaw ?? (open.value || 'Nothing of it could be counted'));
  return { passed: !isMissed && !open, reason, goals, result, trace, restart };
}

/** Why the counters of a trace cannot be relied on, in a sentence; null where they can. `isWhole`: of all workgroups. */
function flawOf({ reason, traced, sameOutput }: TraceResult, isOrder: boolean, isWhole = true): string | null {
  if (!traced) return `Its accesses could not be logged: ${reason ?? 'no reason was given'}`;
  if (isWhole && !traced.complete)
    return `It makes more accesses than fit into a log of ${withCommas(MOST_ENTRIES * ENTRY_BYTES)} bytes, so not all of them were counted`;
  if (!sameOutput && !isOrder)
    return 'It wrote another output when its accesses were logged, so what was counted need not be what it does: its output must not depend on which lanes run first';
  return null;
}

export const CORRECT = { id: 'correct', text: 'The output is correct' } as const;
export const CLEAN = { id: 'clean', text: 'The sanitizer finds nothing' } as const;

/** All goals of a task, in the order in which they are graded. */
export function goalsOf(task: Task): readonly { readonly id: string; readonly text: string }[] {
  const own = [...task.goals, ...largerGoals(task)].map(({ id, text }) => ({ id, text }));
  return [CORRECT, ...trialHeads(task), CLEAN, ...own];
}

function unknown({ id, text }: { readonly id: string; readonly text: string }): GradedGoal {
  return { id, text, state: 'unknown', value: '', line: null };
}

function correct(result: Result | null): GradedGoal {
  if (!result) return unknown(CORRECT);
  const { status, reason, verdict, failure } = result;
  if (status === 'correct')
    return { ...CORRECT, state: 'met', value: verdict ? `compared: ${verdict.method}` : '', line: null };
  const [first] = failure?.diagnostics ?? [];
  const value = first ? `It does not compile: ${first.message}` : (reason ?? status);
  return { ...CORRECT, state: 'missed', value, line: first?.line ?? null };
}

/**
 * What was found is true even where a log is cut or the output another one; that nothing was found is not. `flaw` is that of
 * the first trace, which alone is of all workgroups.
 */
function clean(traces: readonly (TraceResult | null)[], flaw: string | null): GradedGoal {
  const [first] = traces.flatMap((trace) => trace?.findings ?? []);
  if (!traces[0] || (!first && flaw !== null)) return unknown(CLEAN);
  if (!first) return { ...CLEAN, state: 'met', value: '', line: null };
  // The end of the text is where a lane ends that does not reach a barrier: the other place is the one to look at.
  const line = [first.first.line, first.second?.line ?? 0].find((one) => one > 0) ?? null;
  return { ...CLEAN, state: 'missed', value: first.message, line };
}
