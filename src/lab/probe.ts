/**
 * Runs a probe: its buffers, then group after group its steps once each with their checks, warm-up, samples interleaved in
 * both orders, and the checks again. A row is shown only if the output of its step was right before and after it was timed;
 * of a series in which the run ended, what there is of it, if it was right before.
 * Where time is limited, steps and groups that it does not suffice for are withheld; where a step fails, those that are left.
 */
import { Failure, Refusal } from '../core/errors.ts';
import type { Timer } from '../gpu/timer.ts';
import { findProbe, probes } from '../probes/index.ts';
import type { Cut } from '../probes/parts/findings.ts';
import type { Probe, ProbePlan, Row, Setting, Step } from '../probes/types.ts';
import { type Clock, Deadline, fairShare, fitting, isThinnable, Late } from './deadline.ts';
import type { Harness } from './experiment.ts';
import { wantedNs } from './measure.ts';
import { whyNot } from './outcome.ts';
import { blankOf, concluded, verdictOn } from './probe-conclusion.ts';
import type { ProbeReply, ProbeRequest, ProbeResult } from './probe-result.ts';
import { type Prepared, ProbeSteps } from './probe-steps.ts';
import { rowOf, timeSteps } from './probe-time.ts';
import type { Progress } from './protocol.ts';
import { bufferBytes } from './room.ts';

/** Whether it ends a host, or all work, and so is no result of a probe. */
function isFatal(error: unknown): boolean {
  return error instanceof Failure && (error.code === 'device-lost' || error.code === 'cancelled');
}

/**
 * Parts of the largest buffer for which a plan is made again, one after another, as long as the device has no room. The first
 * since SwiftShader has none for a buffer as large as it says, but for one that is a little smaller.
 */
const LESS = [15 / 16, 1 / 2, 1 / 4, 1 / 8, 1 / 16];

/** What allocates, builds and checks steps. */
type Steps = Pick<ProbeSteps, 'allocate' | 'prepare' | 'firstFault' | 'release'>;

/** What a run works with, where it is not the machine itself. */
export interface Means {
  readonly now?: Clock;
  readonly Steps?: new (...of: ConstructorParameters<typeof ProbeSteps>) => Steps;
}

/** Throws a `Failure` where the device is lost or the user cancelled; whatever else happens is a result. */
export async function runProbe(
  harness: Harness,
  timer: Timer,
  request: ProbeRequest,
  tell: (progress: Progress) => void,
  { now, Steps = ProbeSteps }: Means = {},
): Promise<Omit<ProbeReply, 'liveBytes'>> {
  const started = performance.now();
  const deadline = new Deadline(request.withinMs ?? Number.POSITIVE_INFINITY, now);
  const probe = findProbe(request.probe);
  harness.gpu.arena.resetPeak();
  const blank = blankOf(request);
  const ended = (): Pick<ProbeResult, 'wallMs' | 'peakBytes'> => ({
    wallMs: performance.now() - started,
    peakBytes: harness.gpu.arena.peakBytes,
  });
  try {
    if (!probe)
      throw new Refusal(`There is no probe "${request.probe}"; there are ${probes.map(({ id }) => id).join(', ')}`);
    const { measured, isHeld } = await measuredOn(harness, timer, probe, request, tell, deadline, Steps);
    return { result: { ...blank, ...measured, ...ended() }, restart: isHeld };
  } catch (error) {
    if (isFatal(error)) throw error;
    const result: ProbeResult = { ...blank, ...whyNot(error), verdict: null, ...ended() };
    return { result, restart: isTimeout(error) };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Failure && error.code === 'timeout';
}

type Measured = Pick<ProbeResult, 'status' | 'reason' | 'verdict' | 'rows' | 'found' | 'cut' | 'failure'>;

async function measuredOn(
  harness: Harness,
  timer: Timer,
  probe: Probe,
  { quick, seed }: ProbeRequest,
  tell: (progress: Progress) => void,
  deadline: Deadline,
  Steps: NonNullable<Means['Steps']>,
): Promise<{ readonly measured: Measured; readonly isHeld: boolean }> {
  const { limits } = harness.capabilities;
  const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const limit = bufferBytes(harness.capabilities, largest);
  let mostBytes = limit;
  for (let tried = 0; ; tried++) {
    const setting: Setting = { capabilities: harness.capabilities, mostBytes, quick, seed };
    const plan = probe.plan(setting);
    tell({ kind: 'probe', index: 0, mostBytes });
    const steps = new Steps(deadline.bounding(harness), timer, plan, `probe ${probe.id}`, deadline.now);
    const run = new ProbeRun(harness, timer, probe, setting, plan, steps, deadline, tell);
    try {
      return { measured: await run.measured(), isHeld: run.isHeld };
    } catch (error) {
      const isTooMuch = error instanceof Failure && error.code === 'out-of-memory' && tried < LESS.length;
      const left = isTooMuch ? null : run.leftBy(error);
      if (left) return { measured: left, isHeld: isTimeout(error) };
      if (!isTooMuch) throw error;
      mostBytes = 4 * Math.floor((LESS[tried] * limit) / 4);
    } finally {
      steps.release();
    }
  }
}

/** One probe on its way, group after group. */
class ProbeRun {
  /** By the step as it was planned. */
  private readonly rows = new Map<Step, Row>();
  /** Groups that were finished: what is missing of them was left out for want of time. */
  private readonly finished = new Set<string>();
  /** What there is of series whose group is not finished. */
  private readonly begun = new Map<Step, Row>();
  /** Whether the GPU was still busy when it was given up, some time after the deadline. */
  isHeld = false;

  constructor(
    private readonly harness: Harness,
    private readonly timer: Timer,
    private readonly probe: Probe,
    private readonly setting: Setting,
    private readonly plan: ProbePlan,
    private readonly steps: Steps,
    private readonly deadline: Deadline,
    private readonly tell: (progress: Progress) => void,
  ) {}

  async measured(): Promise<Measured> {
    const { plan } = this;
    const groups = await this.groups();
    for (const [at, own] of groups.entries()) {
      const fault = await this.measureGroup(own, groups.slice(at).flat().length);
      if (fault !== null) return wrong(plan.steps, fault);
      this.finished.add(own[0].group);
    }
    return this.concluded('time limit');
  }

  /**
   * What was finished before the run failed, with the reason; null where nothing was, and where the failure is not the
   * probe's own.
   */
  leftBy(error: unknown): Measured | null {
    if (error instanceof Refusal || isFatal(error) || this.rows.size + this.begun.size === 0) return null;
    return { ...this.concluded('failure'), ...whyNot(error) };
  }

  private concluded(cut: Cut): Measured {
    const { plan, probe, setting, rows, begun, timer } = this;
    const whyOf = ({ group }: Step): Cut => (this.finished.has(group) ? 'time limit' : cut);
    return concluded(probe, setting, plan, new Map([...begun, ...rows]), cut, timer.source, whyOf);
  }

  /** Steps by group; where time is limited, groups of which nothing is needed come last. None if it is over already. */
  private async groups(): Promise<readonly (readonly Step[])[]> {
    if (!(await this.inTime(() => this.steps.allocate()))) return [];
    const { steps } = this.plan;
    const names = [...new Set(steps.map(({ group }) => group))];
    const groups = names.map((name) => steps.filter(({ group }) => group === name));
    const least = (own: readonly Step[]): number => Math.min(...own.map(({ spare = -1 }) => spare));
    return this.deadline.leftMs === Number.POSITIVE_INFINITY ? groups : groups.sort((a, b) => least(a) - least(b));
  }

  /**
   * Adds the rows of one group, as far as there is time for its steps: `toCome` is how many there are from its first on.
   * One sentence on the first output that is wrong; null where all are right.
   */
  private async measureGroup(own: readonly Step[], toCome: number): Promise<string | null> {
    const { deadline, harness, timer, steps, rows, plan } = this;
    const fair = (leftMs: number): number => (isThinnable(own) ? fairShare(leftMs, own.length, toCome) : leftMs);
    const chosen = fitting(own, (step) => leastMs(harness, timer, step), fair(deadline.leftMs), deadline.leftMs);
    let fault: string | null = null;
    await this.inTime(async () => {
      if (chosen.length === 0) throw new Late();
      const members = await steps.prepare(chosen);
      await harness.step('verify');
      fault = await steps.firstFault(members, 'Before timing,');
      if (fault !== null) return;
      const told = (share: number): void => {
        const done = rows.size + share * own.length;
        this.tell({ kind: 'step', index: 0, phase: 'time', done, total: plan.steps.length });
      };
      const isSettled = (): boolean =>
        this.probe.isSettled?.(
          members.map((member) => rowOf(timer, member)),
          this.setting,
        ) ?? true;
      const keep = (member: Prepared, soFar: Row): void => {
        this.begun.set(chosen[members.indexOf(member)], soFar);
        this.tell({ kind: 'row', index: 0, row: soFar, peakBytes: harness.gpu.arena.peakBytes });
      };
      const sampled = await timeSteps(harness, timer, members, told, isSettled, { deadline, fair, keep });
      fault = await steps.firstFault(sampled, 'After timing,');
      if (fault !== null) return;
      for (const member of sampled) {
        const row = rowOf(timer, member);
        rows.set(chosen[members.indexOf(member)], row);
        this.tell({ kind: 'row', index: 0, row, peakBytes: harness.gpu.arena.peakBytes });
      }
    });
    return fault;
  }

  /** False where the time was over before the work was done. */
  private async inTime(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const isOverdue = error instanceof Failure && error.code === 'timeout' && this.deadline.leftMs <= 0;
      this.isHeld ||= isOverdue;
      if (error instanceof Late || isOverdue) return false;
      throw error;
    }
  }
}

/** What the samples of a step take at least, in milliseconds, whatever it does. */
function leastMs({ budget }: Harness, timer: Timer, { work }: Step): number {
  return work.kind === 'dispatch' ? (budget.samples * wantedNs(timer, budget)) / 1e6 : 0;
}

/** No time is shown of a probe of which any step was wrong: they share buffers and kernels. */
function wrong(steps: readonly Step[], reason: string): Measured {
  return { status: 'wrong', reason, verdict: verdictOn(steps, reason), rows: [], found: [] };
}
