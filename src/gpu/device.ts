/** Opens a device with everything the adapter offers that a kernel here may use, and says what it is. */
import { compileFailure, Failure } from '../core/errors.ts';
import { Arena } from './arena.ts';
import { bindGroupLayouts, bindingTypes, type Source, writableInput } from './bindings.ts';
import { USEFUL_LIMITS } from './limits.ts';
import { patiently, slowCompile } from './patience.ts';
import type { BufferPlan, PassPlan } from './plan.ts';
import { Receipts } from './receipts.ts';

/** Optional features that some kernel uses; the device is made with those the adapter has. */
export const USEFUL_FEATURES = [
  'timestamp-query',
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'chromium-experimental-subgroup-matrix',
] as readonly GPUFeatureName[];

export interface Adapter {
  /** E.g. "llvmpipe", as far as WebGPU tells. */
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Software adapters prove correctness; their times say nothing about GPUs. */
  readonly software: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /**
   * Products that its subgroup matrices can do, e.g. "f16:f32:16x16x16": type of the factors, type of the sums, rows x
   * columns x terms. Set where the adapter says.
   */
  readonly subgroupMatrices?: readonly string[];
  /** Set where the device has no more than WebGPU guarantees. */
  readonly limits?: 'minimum';
}

/** How to open a device. Plain data: it goes to hosts in other processes. */
export interface OpenOptions {
  readonly powerPreference?: GPUPowerPreference;
  /** Features not to ask for, so that their absence can be tested. */
  readonly without?: readonly string[];
  /** "minimum": the limits that WebGPU guarantees and no optional feature, as on the least device there is. */
  readonly limits?: 'minimum';
  /** "unknown": sizes reported as 0 and 0, as by an adapter that does not say. */
  readonly subgroupSizes?: 'unknown';
  /** Set on a phone or tablet. */
  readonly handheld?: boolean;
  /** "hardware": a software adapter is treated as if it were a GPU. */
  readonly kind?: 'hardware';
  readonly limitMs?: number;
}

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly compileMs: number;
}

/** How often a host is made to look for what has finished, in ms. */
const PUMP_MS = 1;

/** One open device. Everything that runs on the GPU goes through it. */
export class Gpu {
  readonly arena: Arena;
  readonly receipts: Receipts;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  /** Set once the device is gone; nothing works after that. */
  lost: GPUDeviceLostInfo | null = null;
  /** Set where the host looks for what has finished when more is submitted, and otherwise seldom. */
  isPumped = false;
  private readonly modules = new Map<string, Promise<GPUShaderModule>>();
  private readonly pipelines = new Map<string, Promise<Pipeline>>();

  private constructor(
    readonly adapter: Adapter,
    readonly device: GPUDevice,
  ) {
    this.arena = new Arena(device);
    this.receipts = new Receipts(device);
    this.features = new Set<string>(device.features as ReadonlySet<string>);
    this.limits = Object.fromEntries(USEFUL_LIMITS.map((name) => [name, device.limits[name]]));
    void device.lost.then((info) => {
      this.lost = info;
    });
  }

  /** Throws a `Failure`: 'no-adapter' where there is none, 'timeout' where the driver does not answer. */
  static async open(gpu: GPU, options: OpenOptions = {}): Promise<Gpu> {
    const limitMs = options.limitMs ?? 30_000;
    const never = new Promise<never>(() => {});
    const found = await patiently(
      gpu.requestAdapter(options.powerPreference ? { powerPreference: options.powerPreference } : {}),
      never,
      limitMs,
      'The request for an adapter',
    );
    if (!found) {
      throw new Failure(
        'no-adapter',
        'WebGPU is here, but it offers no adapter: the GPU or its driver is not supported or is blocked',
      );
    }
    const device = await patiently(
      found.requestDevice({ label: 'tilescope', ...required(found, options) }),
      never,
      limitMs,
      'The request for a device',
    );
    return new Gpu(describe(found, options), device);
  }

  /** Waits for the GPU as `patiently` does. */
  async wait<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
    const pump = this.isPumped ? setInterval(() => this.device.queue.submit([]), PUMP_MS) : undefined;
    try {
      return await patiently(work, this.device.lost, limitMs, what);
    } finally {
      clearInterval(pump);
    }
  }

  /** Frees everything. The device is lost afterwards. */
  close(): void {
    this.device.destroy();
  }

  /**
   * A compute pipeline for an entry point of `source`, whose layout is that of `buffers` as the pass binds them, cached
   * with the time that building it took, module included. One that takes longer than `limitMs` goes on being built.
   * Throws a `Failure`: 'compile' with the compiler's diagnostics, 'validation' where the source does not fit its
   * plan or the device, 'slow-compile' or 'device-lost'.
   */
  async pipeline(source: Source, pass: PassPlan, buffers: readonly BufferPlan[], limitMs: number): Promise<Pipeline> {
    const types = bindingTypes(source, pass, buffers);
    const built = cached(this.pipelines, JSON.stringify([source.code, pass.entry, pass.overrides, types]), async () => {
      const started = performance.now();
      const module = await cached(this.modules, source.code, () => this.compile(source.code));
      const pipeline = await this.device.createComputePipelineAsync({
        label: pass.entry,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: bindGroupLayouts(this.device, types) }),
        compute: { module, entryPoint: pass.entry, constants: pass.overrides },
      });
      return { pipeline, compileMs: performance.now() - started };
    });
    try {
      return await patiently(built, this.device.lost, limitMs, 'Building the pipeline', slowCompile);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const why = `The device refused the pipeline: ${(error as Error).message.split('\n', 1)[0]}`;
      throw new Failure('validation', writableInput(source, pass, buffers) ?? why);
    }
  }

  private async compile(source: string): Promise<GPUShaderModule> {
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ code: source });
    const [error, info] = await Promise.all([this.device.popErrorScope(), module.getCompilationInfo()]);
    const errors = info.messages.filter((message) => message.type === 'error');
    if (errors.length > 0 || error) {
      if (errors.length === 0) throw new Failure('compile', (error as GPUError).message);
      throw compileFailure(errors.map((one) => ({ line: one.lineNum, column: one.linePos, message: one.message })));
    }
    return module;
  }
}

/** Modules, and pipelines, that are kept: enough for a ladder with its gates; an editor makes new ones without end. */
const MOST_KEPT = 256;

/** What `make` gives, kept by `key` unless it fails, or until as many others were wanted since. */
function cached<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = kept.get(key) ?? make();
  // Reinserted, so that the first in the map is the one unused for longest.
  kept.delete(key);
  kept.set(key, value);
  value.catch(() => {
    if (kept.get(key) === value) kept.delete(key);
  });
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
  return value;
}

/** All that the adapter has of use here, but for what the options leave out. */
function required(adapter: GPUAdapter, { limits, without }: OpenOptions): GPUDeviceDescriptor {
  if (limits === 'minimum') return {};
  return {
    requiredFeatures: USEFUL_FEATURES.filter((name) => adapter.features.has(name) && !without?.includes(name)),
    requiredLimits: Object.fromEntries(USEFUL_LIMITS.map((name) => [name, adapter.limits[name]])),
  };
}

/** What the types of WebGPU do not have: both are Chromium's, the second an experiment. */
interface AdapterInfo extends GPUAdapterInfo {
  readonly isFallbackAdapter: boolean;
  readonly subgroupMatrixConfigs?: Iterable<MatrixProduct>;
}

interface MatrixProduct {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

function describe(adapter: GPUAdapter, { limits, subgroupSizes, kind }: OpenOptions): Adapter {
  const info = adapter.info as AdapterInfo;
  const matrices = limits ? [] : [...(info.subgroupMatrixConfigs ?? [])].map(productName);
  const name = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  return {
    description: info.description || info.device || info.architecture || info.vendor || 'unnamed adapter',
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    software:
      kind !== 'hardware' &&
      (info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render|software/.test(name)),
    subgroupMinSize: subgroupSizes === 'unknown' ? 0 : (info.subgroupMinSize ?? 0),
    subgroupMaxSize: subgroupSizes === 'unknown' ? 0 : (info.subgroupMaxSize ?? 0),
    ...(matrices.length > 0 ? { subgroupMatrices: [...new Set(matrices)] } : {}),
    ...(limits ? { limits } : {}),
  };
}

function productName({ componentType, resultComponentType, M, N, K }: MatrixProduct): string {
  return `${componentType}:${resultComponentType}:${M}x${N}x${K}`;
}
