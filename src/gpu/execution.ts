/**
 * One kernel, ready to run: its buffers allocated and filled, its pipelines built.
 *
 * Before a checked run every output is filled with poison, guard bytes behind it included, and afterwards all of it is
 * read back: an element still poisoned was never written, and poison gone anywhere else was written out of range.
 */
import { BYTES, type ElementType, view } from '../core/dtype.ts';
import { Failure } from '../core/errors.ts';
import { forEachRun, gather, type Layout, scatter } from '../core/layout.ts';
import type { Gpu } from './device.ts';
import { bufferBytes, readbackBytes } from './limits.ts';
import { patiently } from './patience.ts';
import type { BufferPlan, KernelPlan, PassPlan, ScratchBuffer, TensorBuffer } from './plan.ts';

/** Quiet NaNs with payloads of their own, so that poison is told from a NaN that arithmetic made. */
const OUTPUT_POISON: Readonly<Record<ElementType, number>> = {
  f32: 0x7fc5a5a5,
  u32: 0x7fc5a5a5,
  i32: 0x7fc5a5a5,
  f16: 0x7e5a,
};
const PADDING_POISON: Readonly<Record<ElementType, number>> = {
  f32: 0x7fc01234,
  u32: 0x7fc01234,
  i32: 0x7fc01234,
  f16: 0x7e12,
};
const SCRATCH_POISON = PADDING_POISON.f32;

/**
 * What gaps within a tensor hold besides NaN, in f16 too, and how many elements of each follow one another: a NaN shows
 * where a gap is multiplied by 0, a number where a kernel drops what is NaN. Behind the tensor all is NaN.
 */
const GARBAGE = 7776;
const GARBAGE_RUN = 64;
/** Elements of the widest load. */
const VECTOR = 4;

/** What was read back of one buffer: a tensor, or of scratch the guard behind it, which has no values. */
export interface Output {
  readonly use: 'output' | 'scratch';
  /** Name of the tensor, or of the scratch. */
  readonly tensor: string;
  /** Dense, row-major. */
  readonly values: Float32Array;
  /** 1 where the element was never written; null where all were. */
  readonly unwritten: Uint8Array | null;
  /** Elements (of scratch: words) from the buffer's start to the first write outside of it; null where there was none. */
  readonly stray: number | null;
  /** The buffer's raw bytes, to compare runs bit for bit. */
  readonly raw: Uint32Array;
}

interface Pass {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** A buffer of the plan on the device, with a mappable twin where it is read back. */
interface Memory {
  readonly buffer: GPUBuffer;
  readonly staging?: GPUBuffer;
}

export class Execution {
  private readonly memory = new Map<string, Memory>();
  private passes: readonly Pass[] = [];
  /** Time that building the pipelines took when each was built first, in ms. */
  compileMs = 0;

  private constructor(
    readonly gpu: Gpu,
    readonly plan: KernelPlan,
    readonly owner: string,
    private readonly limitMs: number,
  ) {}

  /**
   * Allocates, fills and compiles. `source` is the assembled WGSL; `values` gives the dense values of an input tensor.
   * Throws a `Failure`; nothing stays allocated then.
   */
  static async prepare(
    gpu: Gpu,
    plan: KernelPlan,
    source: string,
    values: (tensor: string) => ArrayLike<number>,
    owner: string,
    limitMs: number,
  ): Promise<Execution> {
    const execution = new Execution(gpu, plan, owner, limitMs);
    // All at once: each wait for the device is a round trip to another process in a browser.
    const pipelines = Promise.all(plan.passes.map((pass) => gpu.pipeline(source, pass, limitMs)));
    const steps = [pipelines, ...plan.buffers.map((buffer) => execution.allocate(buffer, values))];
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) {
      execution.release();
      throw failed.reason;
    }
    const built = await pipelines;
    execution.compileMs = built.reduce((sum, { compileMs }) => sum + compileMs, 0);
    execution.passes = plan.passes.map((pass, index) => execution.bind(pass, built[index].pipeline));
    return execution;
  }

  private async allocate(plan: BufferPlan, values: (tensor: string) => ArrayLike<number>): Promise<void> {
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
    const buffer = await arena.allocate(this.owner, bytes, usage);
    this.memory.set(plan.name, { buffer });
    if (plan.use === 'uniform') device.queue.writeBuffer(buffer, 0, plan.data);
    if (plan.use === 'input') device.queue.writeBuffer(buffer, 0, packed(plan, values(plan.tensor), buffer.size));
  }

  private bind(pass: PassPlan, pipeline: GPUComputePipeline): Pass {
    const entries = Object.entries(pass.bindings).map(([binding, name]) => {
      const memory = this.memory.get(name);
      if (!memory) throw new Failure('internal', `Pass ${pass.entry} binds ${name}, which the plan does not have`);
      return { binding: Number(binding), resource: { buffer: memory.buffer } };
    });
    // A group that does not fit its layout is invalid, and the error comes with the first dispatch.
    const group = this.gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group, workgroups: pass.workgroups };
  }

  /** Records all passes `repetitions` times. */
  encode(encoder: GPUComputePassEncoder, repetitions: number): void {
    const single = this.passes.length === 1;
    for (let i = 0; i < repetitions; i++) {
      for (const pass of this.passes) {
        if (i === 0 || !single) {
          encoder.setPipeline(pass.pipeline);
          encoder.setBindGroup(0, pass.group);
        }
        encoder.dispatchWorkgroups(...pass.workgroups);
      }
    }
  }

  /** Fills outputs and scratch with poison. */
  poison(): void {
    for (const plan of this.plan.buffers) {
      const memory = this.memory.get(plan.name);
      if (!memory || plan.use === 'input' || plan.use === 'uniform') continue;
      const pattern = plan.use === 'output' ? word(OUTPUT_POISON, plan.type) : SCRATCH_POISON;
      fill(this.gpu.device.queue, memory.buffer, pattern);
    }
  }

  /** Poisons, runs once, and reads back every output, all of it. Throws a `Failure`. */
  async run(): Promise<readonly Output[]> {
    this.poison();
    return this.submit((encoder) => {
      const pass = encoder.beginComputePass({ label: this.owner });
      this.encode(pass, 1);
      pass.end();
    });
  }

  /** Every output as it stands, without running. Throws a `Failure`. */
  async outputs(): Promise<readonly Output[]> {
    return this.submit(() => {});
  }

  private async submit(record: (encoder: GPUCommandEncoder) => void): Promise<readonly Output[]> {
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
    device.queue.submit([encoder.finish()]);
    const maps = stagings.map((staging) => staging.mapAsync(GPUMapMode.READ));
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    // An invalid dispatch still maps, with zeros or poison: what the scopes say comes first.
    const mapped = Promise.allSettled(maps);
    const [validation, memory] = await patiently(scopes, device.lost, this.limitMs, 'The dispatch');
    const states = await patiently(mapped, device.lost, this.limitMs, 'The kernel');
    if (validation) throw new Failure('validation', `The device refused the dispatch: ${firstLine(validation)}`);
    if (memory)
      throw new Failure('out-of-memory', `The device ran out of memory in the dispatch: ${firstLine(memory)}`);
    const failed = states.find((state) => state.status === 'rejected');
    if (failed) throw new Failure('validation', `The output could not be read back: ${firstLine(failed.reason)}`);
    return read.map((plan, index) => {
      const contents = stagings[index].getMappedRange().slice(0);
      stagings[index].unmap();
      return plan.use === 'scratch' ? inspectGuard(plan, contents) : inspect(plan as TensorBuffer, contents);
    });
  }

  release(): void {
    for (const { buffer, staging } of this.memory.values()) {
      this.gpu.arena.free(buffer);
      if (staging) this.gpu.arena.free(staging);
    }
    this.memory.clear();
  }
}

/** An input's bytes: its values in their places, zeros beside them where the kernel may count on some, poison elsewhere. */
function packed(buffer: TensorBuffer, values: ArrayLike<number>, bytes: number): ArrayBuffer {
  const memory = new ArrayBuffer(bytes);
  new Uint32Array(memory).fill(word(PADDING_POISON, buffer.type));
  const elements = view(memory, buffer.type);
  const { length } = buffer.layout;
  const isFloat = buffer.type === 'f32' || buffer.type === 'f16';
  for (let at = GARBAGE_RUN; isFloat && at < length; at += 2 * GARBAGE_RUN) {
    elements.fill(GARBAGE, at, Math.min(at + GARBAGE_RUN, length));
  }
  if (buffer.padding === 'zero') fillVectors(buffer.layout, elements);
  scatter(values, buffer.layout, elements as unknown as { [index: number]: number });
  return memory;
}

/** Zeros up to whole vec4s along each dimension, and no further: a kernel that reads beyond them meets the poison. */
function fillVectors(layout: Layout, elements: { [index: number]: number }): void {
  const { dims, starts } = layout;
  const whole = dims.map((extent, axis) =>
    starts && axis < dims.length - 1 ? extent : Math.ceil(extent / VECTOR) * VECTOR,
  );
  forEachRun({ ...layout, dims: whole }, (_, from, extent, step) => {
    for (let i = 0; i < extent && from + i * step < layout.length; i++) elements[from + i * step] = 0;
  });
}

function inspect(buffer: TensorBuffer, memory: ArrayBuffer): Output {
  const raw = new Uint32Array(memory.slice(0));
  const values = gather(view(memory, buffer.type), buffer.layout);
  const bits = BYTES[buffer.type] === 2 ? new Uint16Array(memory) : new Uint32Array(memory);
  const poison = OUTPUT_POISON[buffer.type];
  let unwritten: Uint8Array | null = null;
  forEachRun(buffer.layout, (dense, position, length, step) => {
    for (let i = 0; i < length; i++) {
      const at = position + i * step;
      if (bits[at] === poison) {
        unwritten ??= new Uint8Array(values.length);
        unwritten[dense + i] = 1;
      }
      bits[at] = poison;
    }
  });
  let stray: number | null = null;
  for (let i = 0; i < bits.length && stray === null; i++) if (bits[i] !== poison) stray = i;
  return { use: 'output', tensor: buffer.tensor, values, unwritten, stray, raw };
}

/** A 32-bit word of poison for an element type. */
function word(poison: Readonly<Record<ElementType, number>>, type: ElementType): number {
  return BYTES[type] === 2 ? poison[type] * 0x10001 : poison[type];
}

/** Of scratch only what lies behind it: what it holds is the kernel's affair. */
function inspectGuard({ name, bytes }: ScratchBuffer, memory: ArrayBuffer): Output {
  const raw = new Uint32Array(memory);
  const written = raw.findIndex((bits) => bits !== SCRATCH_POISON);
  return {
    use: 'scratch',
    tensor: name,
    values: new Float32Array(),
    unwritten: null,
    stray: written < 0 ? null : bytes / 4 + written,
    raw,
  };
}

/** Fills a buffer in pieces of 1 MiB, so that poisoning costs no second copy of it. */
function fill(queue: GPUQueue, buffer: GPUBuffer, pattern: number): void {
  const piece = new Uint32Array(Math.min(buffer.size, 2 ** 20) / 4).fill(pattern);
  for (let at = 0; at < buffer.size; at += piece.byteLength) {
    queue.writeBuffer(buffer, at, piece, 0, Math.min(piece.byteLength, buffer.size - at) / 4);
  }
}

function firstLine(error: unknown): string {
  return ((error as { message?: string }).message ?? String(error)).split('\n', 1)[0];
}
