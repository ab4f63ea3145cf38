/**
 * What the service is asked to do beyond opening the device. It is loaded with the first such call: a page that has only
 * been opened needs none of it.
 */
import { Failure } from '../core/errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Timer } from '../gpu/timer.ts';
import type { Capabilities } from '../kernels/types.ts';
import { Alive } from './alive.ts';
import { runBench } from './bench.ts';
import type { Harness } from './experiment.ts';
import { unmade } from './outcome.ts';
import type { ProbeReply, ProbeRequest } from './probe-result.ts';
import { Problems } from './problems.ts';
import {
  type BenchReply,
  type BenchRequest,
  type Budget,
  type CallOptions,
  type Phase,
  type Progress,
  QUICK,
  type SolveReply,
  type SolveRequest,
} from './protocol.ts';
import type { Result } from './result.ts';
import { solve } from './solve.ts';
import type { TraceReply, TraceRequest } from './trace-result.ts';

export { Problems };

/** The device that the service has opened, with what was found out of it. */
export interface Opened {
  readonly gpu: Gpu;
  readonly timer: Timer;
  readonly capabilities: Capabilities;
  /** Lanes of the subgroups that ran. */
  readonly subgroupSizes: readonly number[];
}

/** Verifies and times; a device that is lost in the middle is opened again once. */
export async function benchRebuilding(
  open: () => Promise<Opened>,
  problems: Problems,
  asked: Set<string>,
  params: BenchRequest,
  call: CallOptions,
): Promise<BenchReply> {
  const { requests, budget } = params;
  const results: (Result | null)[] = requests.map(() => null);
  const at = { index: 0 };
  // Where nothing is timed there is nothing to be gained.
  const isRacing = params.raced && budget.samples > 0;
  const races = isRacing ? { outcomes: [...(params.raced ?? [])], asked } : null;
  let rebuilt = false;
  for (;;) {
    const device = await open();
    const harness = harnessOf(device, problems, budget, call, at, requests.length);
    try {
      const tell = (progress: Progress): void => call.onProgress?.(progress);
      // Outcomes are those of the whole adapter.
      const isWhole = !device.gpu.adapter.limits;
      const restart = await runBench(harness, device.timer, requests, results, at, tell, {
        races: isWhole ? races : null,
        allowLong: params.allowLong ?? false,
      });
      return { results, restart, liveBytes: live(device) };
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'device-lost') throw error;
      // One rebuild: a second loss is the request's own doing and becomes its result.
      if (rebuilt) {
        const lost = results[at.index] ? null : requests[at.index];
        if (!lost) throw error;
        results[at.index] = unmade(
          lost,
          new Failure('device-lost', `${error.message}, and again on a new device; try a smaller shape`),
        );
        call.onProgress?.({ kind: 'result', index: at.index, result: results[at.index] as Result });
      }
      rebuilt = !rebuilt;
    }
  }
}

/** Bytes that are still allocated although nothing runs; the timer's own are not counted. */
function live({ gpu }: Opened): number {
  return Object.entries(gpu.arena.owners()).reduce((sum, [owner, bytes]) => sum + (owner === 'timer' ? 0 : bytes), 0);
}

/** Multiply-adds that the reference may spend on given inputs: all rows of most problems, a sample of the largest. */
const GIVEN_COST = 2e9;

/** Phases of one request, for the share of the work that is done. */
const PHASES: readonly Phase[] = ['plan', 'inputs', 'compile', 'run', 'verify', 'time', 'verify again'];

function harnessOf(
  device: Opened,
  problems: Problems,
  budget: Budget,
  call: CallOptions,
  at: { index: number },
  requests: number,
): Harness {
  let last = 0;
  const pause = async (): Promise<void> => {
    // Letting messages in takes a macrotask; doing it more often than every 20 ms would only cost time.
    if (performance.now() - last > 20) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
    }
    if (call.signal?.aborted) throw new Failure('cancelled', 'You cancelled the run');
  };
  return {
    gpu: device.gpu,
    capabilities: device.capabilities,
    problems,
    budget,
    pause,
    async step(phase) {
      const done = at.index * PHASES.length + PHASES.indexOf(phase);
      call.onProgress?.({ kind: 'step', index: at.index, phase, done, total: requests * PHASES.length });
      await pause();
    },
  };
}

export async function solveOn(
  device: Opened,
  problems: Problems,
  params: SolveRequest,
  call: CallOptions,
): Promise<SolveReply> {
  const budget = { ...QUICK, samples: 0, limitMs: params.limitMs, referenceCost: GIVEN_COST };
  return solve(harnessOf(device, problems, budget, call, { index: 0 }, 1), device.timer, params);
}

export async function traceOn(
  device: Opened,
  problems: Problems,
  params: TraceRequest,
  call: CallOptions,
): Promise<TraceReply> {
  // It brings the parser along, which nothing else needs.
  const { trace } = await import('./trace.ts');
  const budget = { ...QUICK, samples: 0, limitMs: params.limitMs };
  const traced = await trace(harnessOf(device, problems, budget, call, { index: 0 }, 1), params);
  return { ...traced, liveBytes: live(device) };
}

export async function probeOn(
  device: Opened,
  problems: Problems,
  params: ProbeRequest,
  call: CallOptions,
): Promise<ProbeReply> {
  const { runProbe } = await import('./probe.ts');
  const alive = new Alive(call.onProgress);
  const quiet = harnessOf(device, problems, params.budget, { ...call, onProgress: alive.tell }, { index: 0 }, 1);
  const pause = (): Promise<void> => {
    alive.beat();
    return quiet.pause();
  };
  const run = await runProbe({ ...quiet, pause }, device.timer, params, alive.tell);
  return { ...run, liveBytes: live(device) };
}
