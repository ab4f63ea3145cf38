/**
 * A second set of input buffers beside an execution's own. Its dispatches alternate between the two over the same
 * outputs and scratch: from one to the next all inputs may change, without an upload that would be timed with them.
 */
import { type BoundPass, bind } from './bindings.ts';
import { packed } from './contents.ts';
import type { Gpu } from './device.ts';
import { bufferBytes } from './limits.ts';
import type { KernelPlan, TensorBuffer } from './plan.ts';

export class Twin {
  private constructor(
    private readonly gpu: Gpu,
    private readonly inputs: readonly { readonly plan: TensorBuffer; readonly buffer: GPUBuffer }[],
    /** The execution's own passes, and those bound to the second set. */
    private readonly sets: readonly [readonly BoundPass[], readonly BoundPass[]],
  ) {}

  /** `buffers` are the execution's own, by name. Throws a `Failure`; nothing stays allocated then. */
  static async allocate(
    gpu: Gpu,
    owner: string,
    plan: KernelPlan,
    passes: readonly BoundPass[],
    buffers: ReadonlyMap<string, GPUBuffer>,
  ): Promise<Twin> {
    const inputs: { plan: TensorBuffer; buffer: GPUBuffer }[] = [];
    const all = new Map(buffers);
    try {
      for (const one of plan.buffers) {
        if (one.use !== 'input') continue;
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
        const buffer = await gpu.arena.allocate(owner, bufferBytes(one), usage);
        inputs.push({ plan: one, buffer });
        all.set(one.name, buffer);
      }
    } catch (error) {
      for (const { buffer } of inputs) gpu.arena.free(buffer);
      throw error;
    }
    const second = plan.passes.map((pass, at) => bind(gpu.device, pass, passes[at].pipeline, (name) => all.get(name)));
    return new Twin(gpu, inputs, [passes, second]);
  }

  /** Replaces what the second set holds. */
  load(values: (tensor: string) => ArrayLike<number>): void {
    for (const { plan, buffer } of this.inputs) {
      this.gpu.device.queue.writeBuffer(buffer, 0, packed(plan, values(plan.tensor), buffer.size));
    }
  }

  /** Records all passes `repetitions` times: the execution's own inputs first, then the second set, and so on. */
  encode(encoder: GPUComputePassEncoder, repetitions: number): void {
    for (let i = 0; i < repetitions; i++) {
      for (const pass of this.sets[i % 2]) {
        encoder.setPipeline(pass.pipeline);
        encoder.setBindGroup(0, pass.bindGroup);
        encoder.dispatchWorkgroups(...pass.workgroups);
      }
    }
  }

  release(): void {
    for (const { buffer } of this.inputs) this.gpu.arena.free(buffer);
  }
}
