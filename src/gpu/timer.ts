/**
 * GPU time, from timestamp queries around a pass that holds many dispatches.
 *
 * Implementations quantize timestamps (Chrome's default step may be 65,536 ns or 100 us), so the step is detected and
 * a sample must last many of them. Without `timestamp-query`, or where no stamp is written, the wall time of the same
 * pass stands in, and says so.
 */
import { Failure } from '../core/errors.ts';
import type { Gpu } from './device.ts';
import { RECEIPT_BYTES } from './receipts.ts';

export interface Sample {
  /** Duration of the pass by the GPU's clock; NaN where there is none or it was not above zero. */
  readonly gpuNs: number;
  /** From submission to completion by the host's clock. */
  readonly wallNs: number;
  /** Where that time went, by name, where it was measured apart. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** What can be timed. */
export interface Work {
  /** Records all of its passes `repetitions` times. */
  encode(pass: GPUComputePassEncoder, repetitions: number): void;
}

const STAMPS = 64;
/** Stamps that still agree after work of this duration, by the host's clock, are not written at all. */
const LONG_NS = 1e8;
/** A host that takes as long to tell of nothing at all looks now and then only: Firefox every 100 ms (its bug 1870699). */
const POLLED_NS = 2e7;
const EMPTY_SUBMITS = 3;
/** The shortest interval at which browsers let a timer repeat: so often a host is made to look. */
const PUMPED_NS = 4e6;

export class Timer {
  private constructor(
    private readonly gpu: Gpu,
    /** Null where the device has no stamps, or leaves them as they were. */
    private queries: GPUQuerySet | null,
    private readonly resolved: GPUBuffer,
    private readonly staging: GPUBuffer,
    readonly limitMs: number,
  ) {}

  /** The timer's step in nanoseconds. */
  quantumNs = 0;
  /** From the submission of nothing to its completion, by the host's clock. */
  latencyNs = 0;
  /** Duration of a dispatch that does nothing; null where it cannot be resolved. */
  floorNs: number | null = null;

  get source(): 'gpu' | 'wall' {
    return this.queries ? 'gpu' : 'wall';
  }

  /** Detects the step, the latency and the floor. Holds two small buffers until `close()`. */
  static async open(gpu: Gpu, limitMs = 30_000): Promise<Timer> {
    const timed = gpu.features.has('timestamp-query');
    const queries = timed ? gpu.device.createQuerySet({ type: 'timestamp', count: STAMPS }) : null;
    const resolved = await gpu.arena.allocate(
      'timer',
      STAMPS * 8,
      GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    );
    const staging = await gpu.arena.allocate(
      'timer',
      STAMPS * 8 + RECEIPT_BYTES,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    const timer = new Timer(gpu, queries, resolved, staging, limitMs);
    await timer.findLatency();
    await timer.calibrate();
    return timer;
  }

  close(): void {
    this.queries?.destroy();
    this.gpu.arena.free(this.resolved);
    this.gpu.arena.free(this.staging);
  }

  /**
   * One submission with one pass that dispatches `work` `repetitions` times. Throws a `Failure`: 'timeout' after `limitMs`
   * or the timer's own limit, whichever is less.
   */
  async sample(work: Work, repetitions: number, limitMs = this.limitMs): Promise<Sample> {
    const record = (encoder: GPUCommandEncoder): void => {
      const pass = encoder.beginComputePass(this.stampedPass(0));
      work.encode(pass, repetitions);
      pass.end();
    };
    const { wallNs, stamps } = await this.submit(record, 2, Math.min(limitMs, this.limitMs));
    return { gpuNs: stamps ? duration(stamps[0], stamps[1], wallNs) : Number.NaN, wallNs };
  }

  /**
   * Waits until nothing that was submitted or written is still on its way: by the host's clock it would be timed with what
   * follows. Stamps stand around what they time alone.
   */
  async idle(): Promise<void> {
    if (!this.queries) await this.submit(() => {}, 0);
  }

  private stampedPass(first: number): GPUComputePassDescriptor {
    if (!this.queries) return {};
    return {
      timestampWrites: { querySet: this.queries, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 },
    };
  }

  private async submit(
    record: (encoder: GPUCommandEncoder) => void,
    stamps: number,
    limitMs = this.limitMs,
  ): Promise<{ wallNs: number; stamps: BigUint64Array | null }> {
    const { device } = this.gpu;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder({ label: 'timed' });
    record(encoder);
    if (this.queries && stamps > 0) encoder.resolveQuerySet(this.queries, 0, stamps, this.resolved, 0);
    // Copied in any case: mapping the copy is what tells that the work has finished.
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, stamps * 8);
    const check = this.gpu.receipts.sign(encoder, this.staging, STAMPS * 8);
    const commands = encoder.finish();
    const started = performance.now();
    device.queue.submit([commands]);
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const mapped = this.staging.mapAsync(GPUMapMode.READ, 0, STAMPS * 8 + RECEIPT_BYTES);
    try {
      await this.gpu.wait(mapped, limitMs, 'The timed kernel');
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('validation', `The timed run failed: ${(error as Error).message.split('\n', 1)[0]}`);
    }
    const wallNs = (performance.now() - started) * 1e6;
    const contents = this.staging.getMappedRange(0, STAMPS * 8 + RECEIPT_BYTES).slice(0);
    this.staging.unmap();
    const error = (await this.gpu.wait(scopes, limitMs, 'The timed kernel')).find((found) => found !== null);
    // Invalid work looks fast: it must never become a time.
    if (error) throw new Failure('validation', `The timed run was refused: ${error.message.split('\n', 1)[0]}`);
    check(contents, STAMPS * 8);
    return { wallNs, stamps: this.queries ? new BigUint64Array(contents, 0, stamps) : null };
  }

  private async findLatency(): Promise<void> {
    const empty = async (): Promise<number> => {
      let shortest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < EMPTY_SUBMITS; i++) shortest = Math.min(shortest, (await this.submit(() => {}, 0)).wallNs);
      return shortest;
    };
    this.latencyNs = await empty();
    if (this.latencyNs < POLLED_NS) return;
    this.gpu.isPumped = true;
    const pumped = await empty();
    this.gpu.isPumped = pumped < this.latencyNs / 2;
    if (this.gpu.isPumped) this.latencyNs = pumped;
  }

  /** Goes by the host's clock, whose step is no less than how often the host looks. */
  private goByWall(): void {
    this.queries?.destroy();
    this.queries = null;
    const isPolled = this.gpu.isPumped || this.latencyNs >= POLLED_NS;
    this.quantumNs = Math.max(hostStepNs(), isPolled ? this.latencyNs : 0, this.gpu.isPumped ? PUMPED_NS : 0);
  }

  private async calibrate(): Promise<void> {
    const { device } = this.gpu;
    if (!this.queries) {
      this.goByWall();
      return;
    }
    const [nothing, spin] = await Promise.all(
      ['nothing', 'spin'].map(async (entry) => {
        const pass = {
          entry,
          overrides: {},
          workgroups: [1, 1, 1],
          workgroupSize: [1, 1, 1],
          workgroupBytes: 0,
          bindings: entry === 'spin' ? { 0: 'sink' } : {},
        } as const;
        const buffers = [{ use: 'scratch', name: 'sink', bytes: 16 }] as const;
        return (await this.gpu.pipeline({ code: CALIBRATION, modes: {} }, pass, buffers, this.limitMs)).pipeline;
      }),
    );
    const sink = await this.gpu.arena.allocate('timer', 16, GPUBufferUsage.STORAGE);
    try {
      const bindGroup = device.createBindGroup({
        layout: spin.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: { buffer: sink } }],
      });
      let step = 0n;
      // Passes of growing and uneven length until their stamps differ often enough to show a common step.
      for (let work = 1; work <= 4096; work *= 8) {
        const { stamps, wallNs } = await this.submit((encoder) => {
          for (let i = 0; i < STAMPS / 2; i++) {
            const pass = encoder.beginComputePass(this.stampedPass(2 * i));
            pass.setPipeline(spin);
            pass.setBindGroup(0, bindGroup);
            for (let k = 0; k < work + (i % 7); k++) pass.dispatchWorkgroups(1);
            pass.end();
          }
        }, STAMPS);
        const gaps = differences(stamps as BigUint64Array);
        step = gaps.reduce(gcd, 0n);
        if (gaps.length >= STAMPS / 4) break;
        // The first submission may have waited for a compiler.
        if (gaps.length === 0 && work > 1 && wallNs - this.latencyNs > LONG_NS) break;
      }
      if (step === 0n) {
        // macOS 26 was seen to leave all stamps at 0 (wgpu#9414).
        this.goByWall();
        return;
      }
      this.quantumNs = Math.max(1, Number(step));
      const repetitions = 1024;
      const floors: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { stamps, wallNs } = await this.submit((encoder) => {
          const pass = encoder.beginComputePass(this.stampedPass(0));
          pass.setPipeline(nothing);
          for (let k = 0; k < repetitions; k++) pass.dispatchWorkgroups(1);
          pass.end();
        }, 2);
        floors.push(duration((stamps as BigUint64Array)[0], (stamps as BigUint64Array)[1], wallNs));
      }
      this.floorNs = floorOf(floors, this.quantumNs, repetitions);
    } finally {
      this.gpu.arena.free(sink);
    }
  }
}

const CALIBRATION = `
@group(0) @binding(0) var<storage, read_write> sink: array<u32>;
@compute @workgroup_size(1) fn nothing() {}
@compute @workgroup_size(1) fn spin() {
  var x = sink[0];
  for (var i = 0u; i < 997u; i++) { x = x * 1664525u + 1013904223u; }
  sink[0] = x;
}
`;

/** A host's clock may be as coarse as this, and two clocks run apart by a little. */
const CLOCKS_APART_NS = 1e6;
const CLOCKS_APART = 1.1;

/**
 * End minus start; NaN where that is not above zero, which no work can take, where a stamp was never written, or where it
 * is longer than the host waited for the work: a counter that jumped.
 */
export function duration(start: bigint, end: bigint, wallNs: number): number {
  const ns = Number(end - start);
  return start !== 0n && ns > 0 && ns <= CLOCKS_APART * wallNs + CLOCKS_APART_NS ? ns : Number.NaN;
}

/**
 * Duration of an empty dispatch, from the middle one of a few passes with so many; null where the timer does not resolve
 * it, or a driver has left the stamps of an empty pass at zero: unknown is not 0.
 */
export function floorOf(passes: readonly number[], quantumNs: number, repetitions: number): number | null {
  if (passes.some(Number.isNaN)) return null;
  const middle = [...passes].sort((a, b) => a - b)[passes.length >> 1];
  return middle >= 4 * quantumNs ? middle / repetitions : null;
}

function differences(stamps: BigUint64Array): bigint[] {
  const gaps: bigint[] = [];
  for (let i = 1; i < stamps.length; i++) if (stamps[i] > stamps[i - 1]) gaps.push(stamps[i] - stamps[i - 1]);
  return gaps;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Smallest step seen of the host's clock, in nanoseconds. */
function hostStepNs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest * 1e6;
}
