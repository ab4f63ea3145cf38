/**
 * Runs a plan pass by pass with one more storage buffer, into which each pass writes a log, over the buffers of an
 * execution. What the log holds is the caller's affair.
 */
import { Failure, Refusal } from '../core/errors.ts';
import type { Source } from './bindings.ts';
import type { Execution } from './execution.ts';
import { storageBuffers } from './limits.ts';
import type { BufferPlan, PassPlan, ScratchBuffer } from './plan.ts';

const LOG = 'the log';
const ENTRY_BYTES = 8;

export interface Recording {
  /** What the log begins with, two words an entry; the rest of it is zero. */
  readonly head: Uint32Array<ArrayBuffer>;
  /** Entries that it has. */
  readonly length: number;
  /** Entries to read back. */
  readonly from: number;
  readonly to: number;
}

export class Recorder {
  private constructor(
    private readonly execution: Execution,
    private readonly passes: readonly { readonly plan: PassPlan; readonly pipeline: GPUComputePipeline }[],
    private readonly limitMs: number,
  ) {}

  /** The most entries that a log may have on this device. */
  static mostEntries({ limits }: Execution['gpu']): number {
    return Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / ENTRY_BYTES);
  }

  /**
   * Builds the pipelines of `source`, which logs to `binding` of group 0. Throws a `Refusal` where the device binds no
   * further storage buffer, and a `Failure`.
   */
  static async prepare(execution: Execution, source: Source, binding: number, limitMs: number): Promise<Recorder> {
    const { gpu, plan } = execution;
    const log: ScratchBuffer = { use: 'scratch', name: LOG, bytes: 16 };
    const buffers: readonly BufferPlan[] = [...plan.buffers, log];
    const most = gpu.limits.maxStorageBuffersPerShaderStage;
    const logging: Source = { code: source.code, modes: { ...source.modes, [binding]: ['read_write'] } };
    const passes = await Promise.all(
      plan.passes.map(async (own) => {
        const bound = storageBuffers(own, plan.buffers);
        if (bound >= most) {
          throw new Refusal(
            `Its pass ${own.entry} binds ${bound} storage buffers and a trace one more for its log; this device allows ${most}`,
            { rule: 'storage-buffers', parameters: { pass: own.entry, bound: bound + 1, most }, works: [] },
          );
        }
        const pass = { ...own, bindings: { ...own.bindings, [binding]: LOG } };
        const { pipeline } = await gpu.pipeline(logging, pass, buffers, limitMs);
        return { plan: pass, pipeline };
      }),
    );
    return new Recorder(execution, passes, limitMs);
  }

  /** Runs one pass over what the execution's buffers hold, and gives the entries asked for, two words each. Throws a `Failure`. */
  async record(index: number, { head, length, from, to }: Recording): Promise<Uint32Array> {
    const { gpu, owner } = this.execution;
    const { device, arena } = gpu;
    const name = `${owner}, log`;
    const { plan, pipeline } = this.passes[index];
    const log = await arena.allocate(
      name,
      ENTRY_BYTES * length,
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    );
    let staging: GPUBuffer | null = null;
    try {
      staging = await arena.allocate(
        name,
        ENTRY_BYTES * (to - from),
        GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      );
      device.queue.writeBuffer(log, 0, head);
      device.pushErrorScope('out-of-memory');
      device.pushErrorScope('validation');
      const bound = this.execution.bind(plan, pipeline, new Map([[LOG, log]]));
      const encoder = device.createCommandEncoder({ label: name });
      const pass = encoder.beginComputePass({ label: name });
      pass.setPipeline(bound.pipeline);
      pass.setBindGroup(0, bound.bindGroup);
      pass.dispatchWorkgroups(...bound.workgroups);
      pass.end();
      if (to > from) encoder.copyBufferToBuffer(log, ENTRY_BYTES * from, staging, 0, ENTRY_BYTES * (to - from));
      const receipt = gpu.receipts.ask(encoder);
      device.queue.submit([encoder.finish()]);
      const received = receipt();
      const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
      const mapped = staging.mapAsync(GPUMapMode.READ).catch(() => {});
      const errors = await gpu.wait(scopes, this.limitMs, 'The traced dispatch');
      await gpu.wait(mapped, this.limitMs, 'The traced kernel');
      const error = errors.find((found) => found !== null);
      if (error) throw new Failure('validation', `The traced run was refused: ${error.message.split('\n', 1)[0]}`);
      await gpu.wait(received, this.limitMs, 'The traced kernel');
      const words = new Uint32Array(staging.getMappedRange(0, ENTRY_BYTES * (to - from)).slice(0));
      staging.unmap();
      return words;
    } finally {
      arena.free(log);
      if (staging) arena.free(staging);
    }
  }
}
