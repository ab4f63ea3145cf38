/**
 * What answers requests, wherever it runs: it opens the device when first asked, rebuilds it once where it is lost in
 * the middle, and leaves nothing allocated behind.
 */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { Gpu, type OpenOptions } from '../gpu/device.ts';
import { overridesSizeArrays, subgroupSizesRun } from '../gpu/known-answer.ts';
import { EMPTY_ARRAYS } from '../gpu/limits.ts';
import { Timer } from '../gpu/timer.ts';
import type { Capabilities } from '../kernels/types.ts';
import { runBench } from './bench.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Harness } from './experiment.ts';
import { unmade } from './outcome.ts';
import { runProbe } from './probe.ts';
import type { ProbeReply, ProbeRequest } from './probe-result.ts';
import { Problems } from './problems.ts';
import {
  type BenchReply,
  type BenchRequest,
  type Budget,
  type CallOptions,
  type Method,
  type Methods,
  type Phase,
  type Progress,
  QUICK,
  type SolveReply,
  type SolveRequest,
} from './protocol.ts';
import type { DeviceReport, Result } from './result.ts';
import { solve } from './solve.ts';
import type { TraceReply, TraceRequest } from './trace-result.ts';

export interface Service {
  /** Throws a `Refusal` or a `Failure`, nothing else. */
  call<M extends Method>(method: M, params: Methods[M]['params'], options?: CallOptions): Promise<Methods[M]['reply']>;
  close(): Promise<void>;
}

interface Opened {
  readonly gpu: Gpu;
  readonly timer: Timer;
  readonly capabilities: Capabilities;
  /** Lanes of the subgroups that ran. */
  readonly subgroupSizes: readonly number[];
}

/** `gpu` is `navigator.gpu`, or what Dawn's `create` returned. Nothing is opened before the first call. */
export function createService(gpu: GPU, options: OpenOptions = {}): Service {
  let opened: Promise<Opened> | null = null;
  const problems = new Problems();
  /** Questions that were raced here. */
  const asked = new Set<string>();

  const open = async (): Promise<Opened> => {
    if (opened) {
      const current = await opened.catch(() => null);
      if (current && !current.gpu.lost) return current;
    }
    opened = openDevice(gpu, options);
    return opened;
  };

  const methods: {
    [M in Method]: (params: Methods[M]['params'], options: CallOptions) => Promise<Methods[M]['reply']>;
  } = {
    device: async () => report(await open()),
    bench: (params, call) => benchRebuilding(open, problems, asked, params, call),
    solve: async (params, call) => solveOn(await open(), problems, params, call),
    trace: async (params, call) => traceOn(await open(), problems, params, call),
    probe: async (params, call) => probeOn(await open(), problems, params, call),
  };
  let queue: Promise<unknown> = Promise.resolve();
  return {
    call(method, params, call = {}) {
      // One at a time: two experiments on one GPU would time each other.
      const result = queue
        .then(() => methods[method](params, call))
        .catch((error: unknown) => {
          if (error instanceof Refusal || error instanceof Failure) throw error;
          throw new Failure('internal', `Tilescope itself failed: ${sentence(error)}`);
        });
      queue = result.catch(() => {});
      return result;
    },
    async close() {
      const current = await opened?.catch(() => null);
      current?.gpu.close();
      opened = null;
    },
  };
}

async function openDevice(gpu: GPU, options: OpenOptions): Promise<Opened> {
  const device = await Gpu.open(gpu, options);
  try {
    const timer = await Timer.open(device);
    const defects = (await overridesSizeArrays(device)) ? [] : [EMPTY_ARRAYS];
    const subgroupSizes = await subgroupSizesRun(device);
    const { adapter, limits } = device;
    const features = [...device.features, ...defects];
    return { gpu: device, timer, capabilities: capabilitiesOf({ adapter, limits, features }), subgroupSizes };
  } catch (error) {
    device.close();
    throw error;
  }
}

function report({ gpu, timer, capabilities, subgroupSizes }: Opened): DeviceReport {
  return {
    adapter: gpu.adapter,
    timer: { source: timer.source, quantumNs: timer.quantumNs, floorNs: timer.floorNs },
    subgroupSizes,
    features: [...capabilities.features].sort(),
    limits: gpu.limits,
    userAgent: globalThis.navigator?.userAgent ?? '',
  };
}

async function benchRebuilding(
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

async function solveOn(
  device: Opened,
  problems: Problems,
  params: SolveRequest,
  call: CallOptions,
): Promise<SolveReply> {
  const budget = { ...QUICK, samples: 0, limitMs: params.limitMs, referenceCost: GIVEN_COST };
  return solve(harnessOf(device, problems, budget, call, { index: 0 }, 1), params);
}

async function traceOn(
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

async function probeOn(
  device: Opened,
  problems: Problems,
  params: ProbeRequest,
  call: CallOptions,
): Promise<ProbeReply> {
  const harness = harnessOf(device, problems, params.budget, call, { index: 0 }, 1);
  const run = await runProbe(harness, device.timer, params, (progress) => call.onProgress?.(progress));
  return { ...run, liveBytes: live(device) };
}
