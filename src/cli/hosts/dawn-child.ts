import { Socket } from 'node:net';
import type { OpenOptions } from '../../gpu/device.ts';
import { FrameReader } from '../../lab/frames.ts';
import { serve } from '../../lab/serve.ts';
import { createService } from '../../lab/service.ts';
import { pollGently } from './dawn-polling.ts';
import { MESSAGES, write } from './process-channel.ts';

/**
 * Serves calls that come over a pipe of their own, on Dawn; ends when the parent lets go or goes away. `options` are
 * `OpenOptions` as JSON.
 */
export async function startDawnHost(options: string): Promise<void> {
  // Not at the top: in the single-file command line the parent runs this file too, and has no use for the library.
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  pollGently([
    [GPUQueue.prototype, 'onSubmittedWorkDone'],
    [GPUBuffer.prototype, 'mapAsync'],
    [GPUDevice.prototype, 'createComputePipelineAsync'],
  ]);
  // Quantized timestamps step by 65,536 ns; subgroup matrices are among the "unsafe" features. Dawn withholds shader-f16
  // from NVIDIA's Vulkan driver, since some of the conformance suite fails there: here every output is verified.
  const gpu = create([
    'disable-dawn-features=timestamp_quantization',
    'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
  ]);
  // Dawn crashes once the object that create() returned is collected. A `GPU` has no other owner.
  Object.assign(globalThis, { dawn: gpu });
  const pipe = new Socket({ fd: MESSAGES });
  const service = createService(gpu, JSON.parse(options) as OpenOptions);
  const reader = new FrameReader(serve(service, (message) => write(pipe, message)));
  pipe.on('data', (bytes) => reader.push(bytes));
  // The parent may be gone already; then "close" ends this process.
  pipe.on('error', () => undefined);
  pipe.on('close', () => void leave(service.close()));
  // Ctrl-C reaches the whole group; the parent decides.
  process.on('SIGINT', () => undefined);
  write(pipe, { id: 0, hello: { hasAdapter: (await gpu.requestAdapter()) !== null } });
}

/** Ends even where a hung kernel keeps the driver from unloading, which process.exit() would wait for. */
async function leave(closed: Promise<void>): Promise<void> {
  const force = (): void => void process.kill(process.pid, 'SIGKILL');
  setTimeout(force, 1_000);
  await closed.catch(() => undefined);
  force();
}
