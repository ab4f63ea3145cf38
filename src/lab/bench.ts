/** Many requests in one go: each verified first, then timed side by side, then checked again. */
import { Failure } from '../core/errors.ts';
import { planBytes } from '../gpu/limits.ts';
import type { Timer } from '../gpu/timer.ts';
import { measure, type Variant } from './measure.ts';
import { base, meaning, unmade, unmadeFrom } from './outcome.ts';
import { type Planned, planRequest } from './plan.ts';
import type { BenchReply, Progress, Request } from './protocol.ts';
import type { Result, Time } from './result.ts';
import { type Bench, judge, type Verified, verify } from './verify.ts';

/** Variants are timed side by side as long as their buffers fit into this together. */
const GROUP_BYTES = 2 ** 30;
/** Larger groups would keep a reader waiting for the first result, and share no more noise. */
const GROUP_VARIANTS = 16;

interface Candidate extends Variant {
  readonly index: number;
  readonly verified: Verified;
  readonly peakBytes: number;
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
  bench: Bench,
  timer: Timer,
  requests: readonly Request[],
  results: (Result | null)[],
  at: { index: number },
  tell: (progress: Progress) => void,
): Promise<BenchReply['restart']> {
  const settle = (index: number, result: Result): void => {
    results[index] = result;
    tell({ kind: 'result', index, result });
  };
  const planned = requests.map((request, index): Planned | null => {
    if (results[index]) return null;
    try {
      return planRequest(request, bench.capabilities);
    } catch (error) {
      settle(index, unmade(request, error));
      return null;
    }
  });
  let group: Candidate[] = [];
  let groupBytes = 0;
  const finish = async (): Promise<void> => {
    const members = group;
    group = [];
    groupBytes = 0;
    try {
      if (members.length > 0) await timeGroup(bench, timer, members, at, settle);
    } finally {
      for (const member of members) member.execution.release();
    }
  };
  try {
    for (const [index, plan] of planned.entries()) {
      if (!plan) continue;
      at.index = index;
      const bytes = planBytes(plan.plan);
      if (groupBytes + bytes > GROUP_BYTES || group.length >= GROUP_VARIANTS) await finish();
      at.index = index;
      const candidate = await verifyOne(bench, plan, requests[index], index, settle);
      if (!candidate) continue;
      group.push(candidate);
      groupBytes += bytes;
    }
    await finish();
    return false;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'timeout') throw error;
    const plan = planned[at.index];
    if (plan && !results[at.index]) settle(at.index, { ...base(plan), status: 'failed', reason: error.message });
    return true;
  } finally {
    for (const member of group) member.execution.release();
  }
}

async function verifyOne(
  bench: Bench,
  planned: Planned,
  request: Request,
  index: number,
  settle: (index: number, result: Result) => void,
): Promise<Candidate | null> {
  const { arena } = bench.gpu;
  arena.resetPeak();
  const before = arena.liveBytes;
  let verified: Verified;
  try {
    verified = await verify(bench, planned, request.source, `${planned.operation.id} ${planned.kernel.id}`);
  } catch (error) {
    if (isFatal(error)) throw error;
    settle(index, unmadeFrom(planned, error));
    return null;
  }
  const peakBytes = arena.peakBytes - before;
  const candidate: Candidate = { index, verified, execution: verified.execution, peakBytes, failure: null, time: null };
  // A wrong kernel gets no time: a time is only shown with the correct output that it bought.
  if (!verified.verdict.correct || bench.budget.samples === 0) {
    verified.execution.release();
    settle(index, finished(candidate, null));
    return null;
  }
  return candidate;
}

async function timeGroup(
  bench: Bench,
  timer: Timer,
  members: readonly Candidate[],
  at: { index: number },
  settle: (index: number, result: Result) => void,
): Promise<void> {
  at.index = members[0].index;
  await bench.step('time');
  for (const member of members) member.execution.poison();
  await measure(timer, members, bench.budget, () => bench.pause());
  for (const member of members) {
    at.index = member.index;
    if (member.failure) {
      settle(member.index, unmadeFrom(member.verified.planned, member.failure));
      continue;
    }
    await bench.step('verify again');
    settle(member.index, finished(await checkAgain(bench, member), member.time));
  }
}

/** The output after the timed loop: the same bits as the verified ones, or else judged anew. */
async function checkAgain(bench: Bench, member: Candidate): Promise<Candidate> {
  const outputs = await member.execution.outputs();
  const same = outputs.every((output, k) => equal(output.raw, member.verified.outputs[k].raw));
  if (same) return member;
  const verdict = await judge(bench, member.verified.planned, outputs);
  if (verdict.correct) return member;
  const again = {
    ...verdict,
    gates: member.verified.verdict.gates,
    reason: `After the timed runs: ${verdict.reason ?? 'wrong'}`,
  };
  return { ...member, verified: { ...member.verified, verdict: again } };
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

function finished(candidate: Candidate, time: Time | null): Result {
  const { planned, verdict } = candidate.verified;
  const { correct } = verdict;
  const work = planned.operation.work(planned.problem.shape, planned.problem.dtype);
  const scratchBytes = planned.plan.buffers.reduce(
    (sum, buffer) => sum + (buffer.use === 'scratch' ? buffer.bytes : 0),
    0,
  );
  const bytes = work.bytesRead + work.bytesWritten;
  const median = correct ? (time?.medianNs ?? null) : null;
  return {
    ...base(planned),
    status: correct ? 'correct' : 'wrong',
    ...meaning(planned, verdict),
    reason: correct ? null : (verdict.reason ?? 'The output is wrong'),
    verdict,
    time: correct ? time : null,
    work: { ...work, bytes, scratchBytes, peakBytes: candidate.peakBytes },
    rate: median === null ? null : { gflops: work.flops / median, gbps: bytes / median },
  };
}
