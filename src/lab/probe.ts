/**
 * Runs a probe: its buffers, its steps once each with their checks, warm-up, samples interleaved in both orders, and the
 * checks again. A row is shown only if the output of its step was right before and after it was timed.
 */
import { Failure, Refusal } from '../core/errors.ts';
import type { Verdict } from '../core/judge.ts';
import { withCommas } from '../core/words.ts';
import type { Timer } from '../gpu/timer.ts';
import { findProbe, probes } from '../probes/index.ts';
import type { Probe, ProbePlan, Row, Setting } from '../probes/types.ts';
import type { Harness } from './experiment.ts';
import { whyNot } from './outcome.ts';
import type { ProbeReply, ProbeRequest, ProbeResult } from './probe-result.ts';
import { ProbeSteps } from './probe-steps.ts';
import { rowOf, timeSteps } from './probe-time.ts';
import type { Progress } from './protocol.ts';

/** What ends a host, or all work, and so is no result of a probe. */
const FATAL: readonly Failure['code'][] = ['device-lost', 'cancelled'];
/** How often a plan is made again for half the memory. */
const HALVINGS = 4;

/** Throws a `Failure` where the device is lost or the user cancelled; whatever else happens is a result. */
export async function runProbe(
  harness: Harness,
  timer: Timer,
  request: ProbeRequest,
  tell: (progress: Progress) => void,
): Promise<Omit<ProbeReply, 'liveBytes'>> {
  const started = performance.now();
  const probe = findProbe(request.probe);
  harness.gpu.arena.resetPeak();
  const blank = {
    op: 'memory',
    kernel: request.probe,
    title: probe?.title ?? '',
    shape: {},
    dtype: 'f32',
    knobs: {},
    chosen: null,
    input: '',
    time: null,
    work: null,
    measures: [],
    seed: request.seed,
    rows: [],
    found: [],
  } as const;
  const ended = (): Pick<ProbeResult, 'wallMs' | 'peakBytes'> => ({
    wallMs: performance.now() - started,
    peakBytes: harness.gpu.arena.peakBytes,
  });
  try {
    if (!probe)
      throw new Refusal(`There is no probe "${request.probe}"; there are ${probes.map(({ id }) => id).join(', ')}`);
    const measured = await measuredOn(harness, timer, probe, request, tell);
    return { result: { ...blank, ...measured, ...ended() }, restart: false };
  } catch (error) {
    if (error instanceof Failure && FATAL.includes(error.code)) throw error;
    const result: ProbeResult = { ...blank, ...whyNot(error), verdict: null, ...ended() };
    return { result, restart: error instanceof Failure && error.code === 'timeout' };
  }
}

type Measured = Pick<ProbeResult, 'status' | 'reason' | 'verdict' | 'rows' | 'found'>;

async function measuredOn(
  harness: Harness,
  timer: Timer,
  probe: Probe,
  { quick, seed }: ProbeRequest,
  tell: (progress: Progress) => void,
): Promise<Measured> {
  const { limits } = harness.capabilities;
  let mostBytes = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  for (let halved = 0; ; halved++) {
    const setting: Setting = { capabilities: harness.capabilities, mostBytes, quick, seed };
    const plan = probe.plan(setting);
    const steps = new ProbeSteps(harness, timer, plan, `probe ${probe.id}`);
    try {
      await steps.prepare();
      return await measuredSteps(harness, timer, probe, setting, plan, steps, tell);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'out-of-memory' || halved === HALVINGS) throw error;
      mostBytes /= 2;
    } finally {
      steps.release();
    }
  }
}

async function measuredSteps(
  harness: Harness,
  timer: Timer,
  probe: Probe,
  setting: Setting,
  plan: ProbePlan,
  steps: ProbeSteps,
  tell: (progress: Progress) => void,
): Promise<Measured> {
  await harness.step('verify');
  const before = await steps.firstFault(steps.all, 'Before timing,');
  if (before !== null) return wrong(plan, before);
  const rows: Row[] = [];
  const groups = [...new Set(plan.steps.map(({ group }) => group))];
  let done = 0;
  for (const group of groups) {
    const members = steps.all.filter(({ step }) => step.group === group);
    const told = (share: number): void => {
      const total = plan.steps.length;
      tell({ kind: 'step', index: 0, phase: 'time', done: done + share * members.length, total });
    };
    const isSettled = (): boolean =>
      probe.isSettled?.(
        members.map((member) => rowOf(timer, member)),
        setting,
      ) ?? true;
    await timeSteps(harness, timer, members, told, isSettled);
    done += members.length;
    const after = await steps.firstFault(members, 'After timing,');
    if (after !== null) return wrong(plan, after);
    for (const member of members) {
      const row = rowOf(timer, member);
      rows.push(row);
      tell({ kind: 'row', index: 0, row });
    }
  }
  return {
    status: 'correct',
    reason: null,
    verdict: verdictOn(plan, null),
    rows,
    found: probe.find(rows, setting),
  };
}

/** No time is shown of a probe of which any step was wrong: they share buffers and kernels. */
function wrong(plan: ProbePlan, reason: string): Measured {
  return { status: 'wrong', reason, verdict: verdictOn(plan, reason), rows: [], found: [] };
}

function verdictOn({ steps }: ProbePlan, reason: string | null): Verdict {
  const sum = (key: 'checked' | 'total'): number => steps.reduce((all, { check }) => all + check[key], 0);
  const [checked, total] = [sum('checked'), sum('total')];
  const only = [...new Set(steps.map(({ check }) => check.only ?? 'exactly'))];
  const count = checked === total ? `all ${withCommas(total)}` : `${withCommas(checked)} of ${withCommas(total)}`;
  const correct = reason === null;
  return {
    correct,
    checked,
    total,
    method: `${count} values, ${only.join('; or ')}`,
    ratio: correct ? 0 : 'Infinity',
    worst: null,
    gates: [],
    ...(reason === null ? {} : { reason }),
  };
}
