/**
 * A larger problem than a log of all accesses has room for: some of its workgroups are traced, others in each check, so that
 * a kernel cannot be good at the small problem alone. What they fetch counts as often as there are such workgroups; so all
 * must do about as much, which a trace can tell without a log, and refuses where they do not.
 */
import { Refusal } from '../core/errors.ts';
import { tryPlan } from '../lab/plan.ts';
import type { Request } from '../lab/protocol.ts';
import { type Choice, workgroupsOf } from '../lab/trace-log.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import { defaultMachine } from '../model/machines.ts';
import type { Evidence, GradedGoal, Task } from './types.ts';

/** Of each pass. */
const WORKGROUPS = 8;

/** The goals on a task's larger problem, before anything has been counted. */
export function largerGoals({ larger }: Task): readonly GradedGoal[] {
  if (!larger) return [];
  return larger.goals.map(({ id, text }) => ({
    id: `larger ${id}`,
    text: `${larger.words}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
    state: 'unknown',
    value: '',
    line: null,
  }));
}

/** The same with what was counted; `flaw` says why that cannot be relied on, null where it can. */
export function gradedLarger(task: Task, { trace, ...evidence }: Evidence, flaw: string | null): readonly GradedGoal[] {
  const goals = largerGoals(task);
  if (flaw !== null) return goals.map((goal) => ({ ...goal, value: flaw }));
  const all = { ...evidence, trace: inAll(trace) };
  return goals.map((goal, at) => {
    const found = task.larger?.goals[at].measure(all);
    if (!found) return goal;
    const { met, value, line } = found;
    return { ...goal, state: met ? 'met' : 'missed', value: `${value}, by ${share(trace)}`, line: met ? null : line };
  });
}

/**
 * Workgroups to be traced: of each pass the first, the last, and others at random from equal parts of what lies between; the
 * first, the middle and the last where no plan says how many there are.
 */
export function someWorkgroups(request: Request): Choice {
  const planned = tryPlan(request);
  if (planned instanceof Refusal) return 'sample';
  const numbers = planned.plan.passes.flatMap((pass) => {
    const of = workgroupsOf(pass);
    if (of <= WORKGROUPS) return Array.from({ length: of }, (_, number) => number);
    const first = (part: number): number => 1 + Math.floor((part * (of - 2)) / (WORKGROUPS - 2));
    const between = Array.from(
      { length: WORKGROUPS - 2 },
      (_, part) => first(part) + Math.floor(Math.random() * (first(part + 1) - first(part))),
    );
    return [0, ...between, of - 1];
  });
  return [...new Set(numbers)];
}

/** A trace of some workgroups with the bytes that all of them would move, each pass by its own share. */
function inAll(trace: TraceResult): TraceResult {
  const { sites, totals, traced } = trace;
  if (!totals || !traced) return trace;
  const sum = (of: (site: (typeof sites)[number]) => number): number =>
    traced.passes.reduce((all, { pass, workgroups, of: there }) => {
      const own = sites.filter((site) => site.space === 'storage' && site.pass === pass);
      return all + (own.reduce((bytes, site) => bytes + of(site), 0) * there) / workgroups.length;
    }, 0);
  const bytesAsked = sum((site) => site.bytesAsked);
  const bytesFetched = sum((site) => site.sectors * defaultMachine.sectorBytes);
  return { ...trace, totals: { ...totals, bytesAsked, bytesFetched } };
}

function share({ traced }: TraceResult): string {
  const [all, of] = [traced?.workgroups ?? 0, traced?.of ?? 0].map((count) => count.toLocaleString('en-US'));
  return `${all} of ${of} workgroups`;
}
