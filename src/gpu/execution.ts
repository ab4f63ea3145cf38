/**
 * One kernel, ready to run: its buffers allocated and filled, its pipelines built.
 *
 * Before the first checked run every output is filled with poison, guard bytes behind it included, and afterwards all of
 * it is read back: an element still poisoned was never written, and poison gone anywhere else was written out of range.
 * Later runs go over what earlier ones left, so that a kernel gains nothing from work that it did before.
 */
import { loadViews } from '../core/elements.ts';
import { Failure } from '../core/errors.ts';
import { type BoundPass, bind, encode, type Source } from './bindings.ts';
import {
  clutter,
  fill,
  inspect,
  inspectGuard,
  OUTPUT_POISON,
  type Output,
  packed,
  SCRATCH_CLUTTER,
  SCRATCH_POISON,
  word,
} from './contents.ts';
import type { Gpu } from './device.ts';
import { bufferBytes, readbackBytes } from './limits.ts';
import type { BufferPlan, KernelPlan, PassPlan, TensorBuffer } from './plan.ts';
import { firstDifference } from './readback.ts';
import { Twin } from './twin.ts';

export type { Output };

/** Compilers have been seen to take 26 s for one kernel (Cap#2134), and hold nothing up but it. */
const COMPILE_MS = 60_000;

/** Gives the dense values of an input tensor. */
export type Values = (tensor: string) => ArrayLike<number>;

/** A buffer of the plan on the device, with a mappable twin where it is read back. */
interface Memory {
  readonly buffer: GPUBuffer;
  readonly staging?: GPUBuffer;
}

export class Execution {
  private readonly memory = new Map<string, Memory>();
  private passes: readonly BoundPass[] = [];
  /** What outputs were filled with last. */
  private around = OUTPUT_POISON;
  /** True from the moment outputs are poisoned until a kernel runs. */
  private isPoisoned = false;
  /** Time that building the pipelines took when each was built first, in ms. */
  compileMs = 0;

  private constructor(
    readonly gpu: Gpu,
    readonly plan: KernelPlan,
    readonly owner: string,
    private readonly limitMs: number,
  ) {}

  /**
   * Allocates, fills and compiles. Throws a `Failure`; nothing stays allocated then.
   */
  static async prepare(
    gpu: Gpu,
    plan: KernelPlan,
    source: Source,
    values: Values,
    owner: string,
    limitMs: number,
  ): Promise<Execution> {
    const execution = new Execution(gpu, plan, owner, limitMs);
    // All at once: each wait for the device is a round trip to another process in a browser.
    const compileMs = Math.max(limitMs, COMPILE_MS);
    const pipelines = Promise.all(plan.passes.map((pass) => gpu.pipeline(source, pass, plan.buffers, compileMs)));
    const views = loadViews(plan.buffers.flatMap((buffer) => ('type' in buffer ? [buffer.type] : [])));
    const steps = [pipelines, views, ...plan.buffers.map((buffer) => execution.allocate(buffer))];
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) {
      execution.release();
      throw failed.reason;
    }
    const built = await pipelines;
    execution.compileMs = built.reduce((sum, { compileMs }) => sum + compileMs, 0);
    const bufferOf = (name: string): GPUBuffer | undefined => execution.memory.get(name)?.buffer;
    try {
      execution.passes = plan.passes.map((pass, index) => bind(gpu.device, pass, built[index].pipeline, bufferOf));
      execution.load(values);
      return execution;
    } catch (error) {
      execution.release();
      throw error;
    }
  }

  private async allocate(plan: BufferPlan): Promise<void> {
    const { arena, device } = this.gpu;
    const bytes = bufferBytes(plan);
    const usage = (plan.use === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE) | GPUBufferUsage.COPY_DST;
    const read = readbackBytes(plan);
    if (read > 0) {
      const [buffer, staging] = await Promise.allSettled([
        arena.allocate(this.owner, bytes, usage | GPUBufferUsage.COPY_SRC),
        arena.allocate(this.owner, read, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
      ]);
      if (buffer.status === 'rejected') throw buffer.reason;
      this.memory.set(plan.name, { buffer: buffer.value });
      if (staging.status === 'rejected') throw staging.reason;
      this.memory.set(plan.name, { buffer: buffer.value, staging: staging.value });
      return;
    }
    const buffer = await arena.allocate(
      this.owner,
      bytes,
      usage | (plan.use === 'input' ? GPUBufferUsage.COPY_SRC : 0),
    );
    this.memory.set(plan.name, { buffer });
    if (plan.use === 'uniform' || plan.use === 'data') device.queue.writeBuffer(buffer, 0, plan.data);
  }

  private inputs(): { plan: TensorBuffer; buffer: GPUBuffer }[] {
    return this.plan.buffers.flatMap((plan) =>
      plan.use === 'input' ? [{ plan, buffer: (this.memory.get(plan.name) as Memory).buffer }] : [],
    );
  }

  /** Replaces what the inputs hold; outputs and scratch stay as they are. */
  load(values: Values): void {
    for (const { plan, buffer } of this.inputs()) {
      this.gpu.device.queue.writeBuffer(buffer, 0, packed(plan, values(plan.tensor), buffer.size));
    }
  }

  /** A second set of input buffers, not yet filled. Throws a `Failure`: 'out-of-memory' if there is no room for it. */
  async twin(): Promise<Twin> {
    const buffers = new Map([...this.memory].map(([name, { buffer }]) => [name, buffer]));
    return Twin.allocate(this.gpu, `${this.owner}, inputs again`, this.plan, this.passes, buffers);
  }

  /** A pass of another pipeline over this execution's buffers, and those of `more`. Throws a `Failure`. */
  bind(pass: PassPlan, pipeline: GPUComputePipeline, more: ReadonlyMap<string, GPUBuffer>): BoundPass {
    return bind(this.gpu.device, pass, pipeline, (name) => more.get(name) ?? this.memory.get(name)?.buffer);
  }

  /** The same text for executions that lay out the same tensors in the same way. */
  get form(): string {
    const tensors = this.plan.buffers.filter(({ use }) => use === 'input' || use === 'output');
    return JSON.stringify(tensors.map(formOf).sort());
  }

  /**
   * Changes places in memory with another execution of the same `form` whose inputs hold the same: each goes on with the
   * tensors of the other, and with its scratch where that is of the same size.
   */
  exchange(other: Execution): void {
    const theirs = new Map(other.plan.buffers.map((plan) => [formOf(plan), plan.name]));
    for (const plan of this.plan.buffers) {
      const name = theirs.get(formOf(plan));
      if (name === undefined || plan.use === 'uniform' || plan.use === 'data') continue;
      const [mine, its] = [this.memory.get(plan.name) as Memory, other.memory.get(name) as Memory];
      this.memory.set(plan.name, its);
      other.memory.set(name, mine);
    }
    [this.around, other.around] = [other.around, this.around];
    [this.isPoisoned, other.isPoisoned] = [other.isPoisoned, this.isPoisoned];
    for (const one of [this, other]) {
      one.passes = one.plan.passes.map((pass, at) => one.bind(pass, one.passes[at].pipeline, new Map()));
    }
  }

  /** Records all passes `repetitions` times. */
  encode(encoder: GPUComputePassEncoder, repetitions: number): void {
    this.isPoisoned = false;
    encode(encoder, this.passes, repetitions);
  }

  /** Fills outputs and, unless `outputsOnly`, scratch with poison. */
  poison(outputsOnly = false): void {
    this.around = OUTPUT_POISON;
    this.isPoisoned = true;
    this.cover();
    if (outputsOnly) return;
    for (const plan of this.plan.buffers) {
      const memory = this.memory.get(plan.name);
      if (memory && plan.use === 'scratch') fill(this.gpu.device.queue, memory.buffer, SCRATCH_POISON);
    }
  }

  /** Fills outputs with ordinary numbers, as earlier work might have left them. */
  clutter(): void {
    this.around = clutter();
    this.isPoisoned = false;
    this.cover();
  }

  /** Fills scratch, but for the guard behind it, with large numbers: what it holds between runs must not matter. */
  clutterScratch(): void {
    for (const plan of this.plan.buffers) {
      const memory = this.memory.get(plan.name);
      if (memory && plan.use === 'scratch') fill(this.gpu.device.queue, memory.buffer, SCRATCH_CLUTTER, plan.bytes);
    }
  }

  private cover(): void {
    for (const plan of this.plan.buffers) {
      const memory = this.memory.get(plan.name);
      if (memory && plan.use === 'output') fill(this.gpu.device.queue, memory.buffer, word(this.around, plan.type));
    }
  }

  /**
   * Poisons outputs and scratch, runs once, and reads back every output, all of it. `elsewhere` runs it in a pass of its
   * caller's, a timed one. Throws a `Failure`.
   */
  async run(elsewhere?: () => Promise<void>): Promise<readonly Output[]> {
    this.poison();
    if (!elsewhere) return this.dispatch();
    await elsewhere();
    return this.submit(true, () => {});
  }

  /** Runs once over what outputs and scratch hold, and reads back every output, all of it. Throws a `Failure`. */
  async dispatch(): Promise<readonly Output[]> {
    const { isPoisoned } = this;
    return this.submit(isPoisoned, (encoder) => {
      const pass = encoder.beginComputePass({ label: this.owner });
      this.encode(pass, 1);
      pass.end();
    });
  }

  /** Every output as it stands, without running. Throws a `Failure`. */
  async outputs(): Promise<readonly Output[]> {
    return this.submit(false, () => {});
  }

  private async submit(isPoisoned: boolean, record: (encoder: GPUCommandEncoder) => void): Promise<readonly Output[]> {
    const { device } = this.gpu;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder({ label: this.owner });
    record(encoder);
    const read = this.plan.buffers.filter((buffer) => readbackBytes(buffer) > 0);
    const stagings = read.map(({ name }) => {
      const { buffer, staging } = this.memory.get(name) as Required<Memory>;
      encoder.copyBufferToBuffer(buffer, buffer.size - staging.size, staging, 0, staging.size);
      return staging;
    });
    const receipt = this.gpu.receipts.ask(encoder);
    device.queue.submit([encoder.finish()]);
    const received = receipt();
    const maps = stagings.map((staging) => staging.mapAsync(GPUMapMode.READ));
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    // An invalid dispatch still maps, with zeros or poison: what the scopes say comes first.
    const mapped = Promise.allSettled(maps);
    const [validation, memory] = await this.gpu.wait(scopes, this.limitMs, 'The dispatch');
    const states = await this.gpu.wait(mapped, this.limitMs, 'The kernel');
    if (validation) throw new Failure('validation', `The device refused the dispatch: ${firstLine(validation)}`);
    if (memory)
      throw new Failure('out-of-memory', `The device ran out of memory in the dispatch: ${firstLine(memory)}`);
    const failed = states.find((state) => state.status === 'rejected');
    if (failed) throw new Failure('validation', `The output could not be read back: ${firstLine(failed.reason)}`);
    await this.gpu.wait(received, this.limitMs, 'The kernel');
    return read.map((plan, index) => {
      const contents = stagings[index].getMappedRange().slice(0);
      stagings[index].unmap();
      if (plan.use === 'scratch') return inspectGuard(plan, contents);
      return inspect(plan as TensorBuffer, contents, this.around, isPoisoned);
    });
  }

  /** Name of an input, or of the guard behind it, that no longer holds what was loaded; null if all do. */
  async changedInput(values: Values): Promise<string | null> {
    const checks = this.inputs().map(({ plan, buffer }) => ({
      name: plan.tensor,
      buffer,
      expected: packed(plan, values(plan.tensor), buffer.size),
    }));
    return firstDifference(this.gpu, this.owner, checks, this.limitMs);
  }

  release(): void {
    for (const { buffer, staging } of this.memory.values()) {
      this.gpu.arena.free(buffer);
      if (staging) this.gpu.arena.free(staging);
    }
    this.memory.clear();
  }
}

/** What makes two buffers of different plans alike. */
function formOf(plan: BufferPlan): string {
  switch (plan.use) {
    case 'input':
    case 'output':
      return JSON.stringify([plan.use, plan.tensor, plan.type, plan.layout, plan.padding]);
    case 'scratch':
      return JSON.stringify([plan.use, plan.name, plan.bytes]);
    case 'uniform':
    case 'data':
      return plan.use;
    default:
      return plan satisfies never;
  }
}

function firstLine(error: unknown): string {
  return ((error as { message?: string }).message ?? String(error)).split('\n', 1)[0];
}
