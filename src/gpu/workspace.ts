/**
 * Buffers and dispatches put together one by one: for experiments on the device itself, whose steps share buffers and
 * have neither tensors nor poison. Kernels, which have both, run in an `Execution`.
 */
import { Failure } from '../core/errors.ts';
import { type BoundPass, bind, encode, type Source } from './bindings.ts';
import type { Gpu } from './device.ts';
import type { BufferPlan, PassPlan } from './plan.ts';

/** What is written at a time: staging for more would take as much memory again. */
const PIECE_BYTES = 2 ** 25;

export class Workspace {
  private readonly buffers = new Map<string, { readonly buffer: GPUBuffer; readonly plan: BufferPlan }>();

  constructor(
    readonly gpu: Gpu,
    readonly owner: string,
    /** How long the GPU may take, looked at whenever it is waited for. */
    private readonly patience: { readonly limitMs: number },
  ) {}

  /** Zeros. Throws a `Failure`: 'out-of-memory' where there is no room. */
  async allocate(name: string, bytes: number): Promise<void> {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = await this.gpu.arena.allocate(this.owner, bytes, usage);
    this.buffers.set(name, { buffer, plan: { use: 'scratch', name, bytes } });
  }

  /** A uniform buffer that holds `data`. Throws a `Failure`. */
  async allocateUniform(name: string, data: ArrayBuffer): Promise<void> {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = await this.gpu.arena.allocate(this.owner, data.byteLength, usage);
    this.buffers.set(name, { buffer, plan: { use: 'uniform', name, data } });
    this.gpu.device.queue.writeBuffer(buffer, 0, data);
  }

  /** Throws a `Failure` ('internal') where there is none of this name. */
  buffer(name: string): GPUBuffer {
    const found = this.buffers.get(name);
    if (!found) throw new Failure('internal', `There is no buffer ${name}`);
    return found.buffer;
  }

  /** Fills a buffer from the byte `at` on. */
  write(name: string, words: Uint32Array<ArrayBuffer>, at = 0): void {
    const buffer = this.buffer(name);
    for (let from = 0; from < words.byteLength; from += PIECE_BYTES) {
      const bytes = Math.min(PIECE_BYTES, words.byteLength - from);
      this.gpu.device.queue.writeBuffer(buffer, at + from, words.buffer, words.byteOffset + from, bytes);
    }
  }

  /** A dispatch over these buffers. Throws a `Failure` where the device refuses its pipeline. */
  async pass(source: Source, plan: PassPlan): Promise<BoundPass> {
    const plans = [...this.buffers.values()].map((one) => one.plan);
    const { pipeline } = await this.gpu.pipeline(source, plan, plans, this.patience.limitMs);
    return bind(this.gpu.device, plan, pipeline, (name) => this.buffers.get(name)?.buffer);
  }

  /** Runs passes in order, and waits until they are through. Throws a `Failure`. */
  async run(passes: readonly BoundPass[]): Promise<void> {
    const { device } = this.gpu;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder({ label: this.owner });
    const pass = encoder.beginComputePass({ label: this.owner });
    encode(pass, passes, 1);
    pass.end();
    const receipt = this.gpu.receipts.ask(encoder);
    device.queue.submit([encoder.finish()]);
    const done = receipt();
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const errors = await this.gpu.wait(scopes, this.patience.limitMs, 'A dispatch');
    const error = errors.find((found) => found !== null);
    if (error) throw new Failure('validation', `The device refused the dispatch: ${error.message.split('\n', 1)[0]}`);
    await this.gpu.wait(done, this.patience.limitMs, 'A dispatch');
  }

  /** `bytes` of a buffer from the byte `from` on, as words. Throws a `Failure`. */
  async read(name: string, from: number, bytes: number): Promise<Uint32Array> {
    const { gpu, owner } = this;
    const buffer = this.buffer(name);
    const staging = await gpu.arena.allocate(owner, bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    try {
      const encoder = gpu.device.createCommandEncoder({ label: owner });
      encoder.copyBufferToBuffer(buffer, from, staging, 0, bytes);
      const receipt = gpu.receipts.ask(encoder);
      gpu.device.queue.submit([encoder.finish()]);
      const received = receipt();
      await gpu.wait(staging.mapAsync(GPUMapMode.READ), this.patience.limitMs, 'Reading back');
      await gpu.wait(received, this.patience.limitMs, 'Reading back');
      return new Uint32Array(staging.getMappedRange().slice(0), 0, bytes / 4);
    } finally {
      gpu.arena.free(staging);
    }
  }

  release(): void {
    for (const { buffer } of this.buffers.values()) this.gpu.arena.free(buffer);
    this.buffers.clear();
  }
}
