/**
 * What answers requests, wherever it runs: it opens the device when first asked, rebuilds it once where it is lost in
 * the middle, and leaves nothing allocated behind.
 */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { Gpu, type OpenOptions } from '../gpu/device.ts';
import { flushesF16, overridesSizeArrays, subgroupSizesRun } from '../gpu/known-answer.ts';
import { EMPTY_ARRAYS, FLUSHES_F16 } from '../gpu/limits.ts';
import { Timer } from '../gpu/timer.ts';
import { loadShaders } from '../kernels/shaders.ts';
import type { Opened } from './calls.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Problems } from './problems.ts';
import type { CallOptions, Method, Methods } from './protocol.ts';
import type { DeviceReport } from './result.ts';

export interface Service {
  /** Throws a `Refusal` or a `Failure`, nothing else. */
  call<M extends Method>(method: M, params: Methods[M]['params'], options?: CallOptions): Promise<Methods[M]['reply']>;
  close(): Promise<void>;
}

/** `gpu` is `navigator.gpu`, or what Dawn's `create` returned. Nothing is opened before the first call. */
export function createService(gpu: GPU, options: OpenOptions = {}): Service {
  let opened: Promise<Opened> | null = null;
  let problems: Problems | undefined;
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

  const loaded = async (folders: readonly string[]) => {
    const module = await calls(folders);
    problems ??= new module.Problems();
    return { ...module, kept: problems };
  };

  const methods: {
    [M in Method]: (params: Methods[M]['params'], options: CallOptions) => Promise<Methods[M]['reply']>;
  } = {
    device: async () => report(await open()),
    bench: async (params, call) => {
      const { benchRebuilding, kept } = await loaded(params.requests.map(({ op }) => op));
      return benchRebuilding(open, kept, asked, params, call);
    },
    solve: async (params, call) => {
      const { solveOn, kept } = await loaded([params.request.op]);
      return solveOn(await open(), kept, params, call);
    },
    trace: async (params, call) => {
      const { traceOn, kept } = await loaded([params.request.op]);
      return traceOn(await open(), kept, params, call);
    },
    probe: async (params, call) => {
      const { probeOn, kept } = await loaded(['probes']);
      return probeOn(await open(), kept, params, call);
    },
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
    const found = [
      ...((await overridesSizeArrays(device)) ? [] : [EMPTY_ARRAYS]),
      ...((await flushesF16(device)) ? [FLUSHES_F16] : []),
    ];
    const subgroupSizes = await subgroupSizesRun(device);
    const { adapter, limits } = device;
    const features = [...device.features, ...found];
    return {
      gpu: device,
      timer,
      capabilities: {
        ...capabilitiesOf({ adapter, limits, features, subgroupSizes }),
        ...(options.handheld ? { handheld: true } : {}),
      },
      subgroupSizes,
    };
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

/** All that is asked beyond the device is loaded with the first such call, and the texts in these folders of shaders/. */
async function calls(folders: readonly string[]): Promise<typeof import('./calls.ts')> {
  try {
    const [module] = await Promise.all([
      import('./calls.ts'),
      ...[...new Set(folders)].map((name) => loadShaders(name)),
    ]);
    return module;
  } catch {
    // A new deployment has taken its files away from the page that is open.
    throw new Failure('internal', 'A part of the page could not be loaded');
  }
}
