/** The cost of launching work and of moving bytes, by the host's clock: submits, passes and dispatches; uploads and readbacks. */
import { Failure } from '../core/errors.ts';
import type { BoundPass } from './bindings.ts';
import type { Gpu } from './device.ts';
import { patiently } from './patience.ts';

/** How dispatches are launched: `submits` times `passes` times `dispatches` of them. */
export interface Launches {
  readonly submits: number;
  readonly passes: number;
  readonly dispatches: number;
  /** Whether each submit is waited for before the next; else the last one is. */
  readonly oneByOne: boolean;
}

/** Nanoseconds from the first call to the completion of the last dispatch, encoding included. Throws a `Failure`. */
export async function launch(gpu: Gpu, pass: BoundPass, launches: Launches, limitMs: number): Promise<number> {
  const { device } = gpu;
  return timed(gpu, limitMs, async () => {
    for (let submit = 0; submit < launches.submits; submit++) {
      const encoder = device.createCommandEncoder();
      for (let k = 0; k < launches.passes; k++) {
        const compute = encoder.beginComputePass();
        compute.setPipeline(pass.pipeline);
        compute.setBindGroup(0, pass.bindGroup);
        for (let i = 0; i < launches.dispatches; i++) compute.dispatchWorkgroups(...pass.workgroups);
        compute.end();
      }
      device.queue.submit([encoder.finish()]);
      if (launches.oneByOne || submit === launches.submits - 1) await device.queue.onSubmittedWorkDone();
    }
  });
}

/** Nanoseconds until `words` lie at the start of `to`. Throws a `Failure`. */
export function upload(gpu: Gpu, to: GPUBuffer, words: Uint32Array<ArrayBuffer>, limitMs: number): Promise<number> {
  return timed(gpu, limitMs, async () => {
    gpu.device.queue.writeBuffer(to, 0, words);
    await gpu.device.queue.onSubmittedWorkDone();
  });
}

/** Words that go to the start of a buffer before a dispatch, and those that are filled from one after it. */
export interface Trip {
  readonly to: GPUBuffer;
  readonly sent: Uint32Array<ArrayBuffer>;
  readonly from: GPUBuffer;
  readonly brought: Uint32Array;
}

/** Nanoseconds of an upload, a dispatch and a readback without a wait between them. Throws a `Failure`. */
export async function trip(
  gpu: Gpu,
  pass: BoundPass,
  { to, sent, from, brought }: Trip,
  limitMs: number,
): Promise<number> {
  return staged(gpu, brought.byteLength, (staging) =>
    timed(gpu, limitMs, async () => {
      gpu.device.queue.writeBuffer(to, 0, sent);
      const encoder = gpu.device.createCommandEncoder();
      const compute = encoder.beginComputePass();
      compute.setPipeline(pass.pipeline);
      compute.setBindGroup(0, pass.bindGroup);
      compute.dispatchWorkgroups(...pass.workgroups);
      compute.end();
      await brings(gpu, encoder, from, staging, brought);
    }),
  );
}

/** Nanoseconds until `words` is filled from the start of `from`. Throws a `Failure`. */
export async function readback(gpu: Gpu, from: GPUBuffer, words: Uint32Array, limitMs: number): Promise<number> {
  return staged(gpu, words.byteLength, (staging) =>
    timed(gpu, limitMs, () => brings(gpu, gpu.device.createCommandEncoder(), from, staging, words)),
  );
}

/** Submits what was encoded and a copy after it, and fills `words` from that. */
async function brings(
  { device }: Gpu,
  encoder: GPUCommandEncoder,
  from: GPUBuffer,
  staging: GPUBuffer,
  words: Uint32Array,
): Promise<void> {
  encoder.copyBufferToBuffer(from, 0, staging, 0, words.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ, 0, words.byteLength);
  words.set(new Uint32Array(staging.getMappedRange(0, words.byteLength)));
  staging.unmap();
}

/** The staging buffer is no part of what is timed. */
async function staged(gpu: Gpu, bytes: number, work: (staging: GPUBuffer) => Promise<number>): Promise<number> {
  const staging = await gpu.arena.allocate('readback', bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  try {
    return await work(staging);
  } finally {
    gpu.arena.free(staging);
  }
}

/** Invalid work looks fast: what the device refused has no duration, but throws a `Failure`. */
async function timed({ device }: Gpu, limitMs: number, work: () => Promise<void>): Promise<number> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const started = performance.now();
  const finished = work().then(() => performance.now());
  const ended = await patiently(finished, device.lost, limitMs, 'The launch');
  const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = (await patiently(scopes, device.lost, limitMs, 'The launch')).find((found) => found !== null);
  if (error) throw new Failure('validation', `The device refused it: ${error.message.split('\n', 1)[0]}`);
  return (ended - started) * 1e6;
}
