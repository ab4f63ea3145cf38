/** Many requests in one go: each verified first, then timed side by side, then checked again and proved. */
import { Failure } from '../core/errors.ts';
import type { Verdict } from '../core/judge.ts';
import { measuresOf } from '../core/quantity.ts';
import { planBytes, scratchBytes } from '../gpu/limits.ts';
import type { Timer } from '../gpu/timer.ts';
import type { RaceOutcome } from '../kernels/types.ts';
import { askToRun } from './consent.ts';
import type { Harness } from './experiment.ts';
import { gatedTrial, type Tried } from './gated.ts';
import { measure, type Variant } from './measure.ts';
import { blankResult, meaning, unmade, unmadeFrom } from './outcome.ts';
import { type Planned, planRequest } from './plan.ts';
import { prove } from './proof.ts';
import type { BenchReply, Progress, Request } from './protocol.ts';
import { abandoned, race } from './race.ts';
import type { Result, Time } from './result.ts';
import { groupBytes } from './room.ts';
import type { Trial } from './trial.ts';

/** Larger groups would keep a reader waiting for the first result, and share no more noise. */
export const GROUP_VARIANTS = 16;

/** What races have found, and what has been raced in this session; both grow. */
export interface Races {
  readonly outcomes: RaceOutcome[];
  readonly asked: Set<string>;
}

function racing(harness: Harness, { outcomes }: Races): Harness {
  return { ...harness, capabilities: { ...harness.capabilities, raced: [...outcomes] } };
}

interface Candidate extends Variant {
  readonly index: number;
  readonly trial: Trial;
}

/** Failures that end more than one variant: the device, or the whole call. */
function isFatal(error: unknown): error is Failure {
  return error instanceof Failure && ['device-lost', 'timeout', 'cancelled'].includes(error.code);
}

/**
 * Results in the order of the requests. Throws a `Failure` ('device-lost', 'cancelled') for what the caller must
 * handle; a kernel that does not return ends the call early with `restart` set, its own result among those returned.
 */
export async function runBench(
  outer: Harness,
  timer: Timer,
  requests: readonly Request[],
  results: (Result | null)[],
  at: { index: number },
  tell: (progress: Progress) => void,
  { races, allowLong }: { readonly races: Races | null; readonly allowLong: boolean },
): Promise<BenchReply['restart']> {
  let harness = races ? racing(outer, races) : outer;
  const settle = (index: number, result: Result): void => {
    results[index] = result;
    tell({ kind: 'result', index, result });
  };
  const planned = requests.map((request, index): Planned | null => {
    if (results[index]) return null;
    try {
      return planRequest(request, harness.capabilities);
    } catch (error) {
      settle(index, unmade(request, error));
      return null;
    }
  });
  let group: Candidate[] = [];
  let taken = 0;
  const finish = async (): Promise<void> => {
    const members = group;
    group = [];
    taken = 0;
    try {
      if (members.length > 0) await timeGroup(harness, timer, members, at, settle);
    } finally {
      for (const member of members) member.execution.release();
    }
  };
  try {
    for (const [index, plan] of planned.entries()) {
      if (!plan?.chosen || plan.edited || !races || plan.chosen.by === 'measured') continue;
      at.index = index;
      const keep = (outcome: RaceOutcome | null): void => {
        if (!outcome) return;
        races.outcomes.push(outcome);
        tell({ kind: 'raced', index, outcome });
        harness = racing(outer, races);
      };
      try {
        keep(await race(harness, timer, plan, races.asked, (nth, of) => tell({ kind: 'choice', index, at: nth, of })));
      } catch (error) {
        if (isFatal(error) && error.code !== 'cancelled') keep(abandoned(plan, harness));
        // Not the request's own fault: on another device it goes by the choice without a race.
        if (isFatal(error) && error.code === 'timeout') return true;
        throw error;
      }
    }
    for (const [index, first] of planned.entries()) {
      if (!first) continue;
      const plan = first.chosen ? planRequest(requests[index], harness.capabilities) : first;
      at.index = index;
      const bytes = planBytes(plan.plan);
      if (taken + bytes > groupBytes(harness.capabilities) || group.length >= GROUP_VARIANTS) await finish();
      at.index = index;
      const ask = async (): Promise<void> => {
        if (!allowLong) await askToRun(harness, timer, plan, requests[index].source);
      };
      const candidate = await tryOne(harness, timer, plan, requests[index], ask, (result) => settle(index, result));
      if (!candidate) continue;
      group.push({ ...candidate, index });
      taken += bytes;
    }
    await finish();
    return false;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'timeout') throw error;
    const plan = planned[at.index];
    if (plan && !results[at.index]) settle(at.index, unmadeFrom(plan, error));
    return true;
  } finally {
    for (const member of group) member.execution.release();
  }
}

async function tryOne(
  harness: Harness,
  timer: Timer,
  planned: Planned,
  request: Request,
  ask: () => Promise<void>,
  settle: (result: Result) => void,
): Promise<Omit<Candidate, 'index'> | null> {
  let tried: Tried;
  try {
    await ask();
    const owner = `${planned.operation.id} ${planned.kernel.id}`;
    tried = await gatedTrial(harness, planned, request.source, owner, harness.budget.samples > 0 ? timer : undefined);
  } catch (error) {
    if (isFatal(error)) throw error;
    settle(unmadeFrom(planned, error));
    return null;
  }
  const { trial, verdict } = tried;
  // A wrong kernel gets no time: a time is only shown with the correct output that it bought.
  if (trial && verdict.correct && harness.budget.samples > 0)
    return {
      trial,
      execution: trial.execution,
      tensors: JSON.stringify(planned.problem),
      firstNs: trial.firstNs,
      failure: null,
      time: null,
    };
  trial?.execution.release();
  settle(finished(planned, verdict, trial?.peakBytes ?? 0, null));
  return null;
}

async function timeGroup(
  harness: Harness,
  timer: Timer,
  members: readonly Candidate[],
  at: { index: number },
  settle: (index: number, result: Result) => void,
): Promise<void> {
  at.index = members[0].index;
  await harness.step('time');
  await measure(timer, members, harness.budget, {
    warmUp: !harness.capabilities.software,
    pause: () => harness.pause(),
  });
  for (const { index, trial, failure, time } of members) {
    at.index = index;
    try {
      if (failure) throw failure;
      await harness.step('verify again');
      await confirm(trial, timer, time as Time);
      settle(index, finished(trial.planned, trial.verdict, trial.peakBytes, time));
    } catch (error) {
      if (isFatal(error)) throw error;
      settle(index, unmadeFrom(trial.planned, error));
    }
  }
}

/** What must be true of a kernel after its timed runs. Ends with the first that is not; the trial's verdict tells. */
async function confirm(trial: Trial, timer: Timer, time: Time): Promise<void> {
  if (!(await trial.accept(await trial.execution.outputs(), trial.own, 'After the timed runs'))) return;
  if (await prove(trial, timer, time.minNs ?? time.wallNs ?? 0)) await trial.keepsInputs();
}

function finished(planned: Planned, verdict: Verdict, peakBytes: number, time: Time | null): Result {
  const quantities = planned.operation.quantities(planned.problem.shape, planned.problem.dtype);
  const { correct } = verdict;
  const median = correct ? (time?.medianNs ?? null) : null;
  return {
    ...blankResult(planned),
    status: correct ? 'correct' : 'wrong',
    ...meaning(planned, verdict),
    reason: correct ? null : (verdict.reason ?? 'The output is wrong'),
    verdict,
    time: correct ? time : null,
    work: { quantities, scratchBytes: scratchBytes(planned.plan.buffers), peakBytes },
    measures: median === null ? [] : measuresOf(quantities, median),
  };
}
