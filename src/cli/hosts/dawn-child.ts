import type { Message } from '../../lab/protocol.ts';
import type { Hello } from './dawn.ts';
import { serve } from './serve.ts';

/** Serves calls that come over IPC, on Dawn; ends when the parent lets go or goes away. */
export async function startDawnHost(): Promise<void> {
  // Not at the top: in the single-file command line the parent runs this file too, and has no use for the library.
  const { create, globals } = await import('webgpu');
  // Quantized timestamps step by 65,536 ns; subgroup matrices are among the "unsafe" features.
  const gpu = create(['disable-dawn-features=timestamp_quantization', 'enable-dawn-features=allow_unsafe_apis']);
  // Dawn crashes once the object that create() returned is collected. A `GPU` has no other owner.
  Object.assign(globalThis, globals, { dawn: gpu });
  const send = (message: Message | Hello): void => {
    // The parent may be gone already; then "disconnect" ends this process.
    process.send?.(message, undefined, undefined, () => undefined);
  };
  const served = serve(gpu, send);
  process.on('message', (message: Message) => served.receive(message));
  process.on('disconnect', () => void leave(served.close()));
  // Ctrl-C reaches the whole group; the parent decides.
  process.on('SIGINT', () => undefined);
  send({ hello: true, hasAdapter: (await gpu.requestAdapter()) !== null });
}

/** Ends even where a hung kernel keeps the driver from unloading, which process.exit() would wait for. */
async function leave(closed: Promise<void>): Promise<void> {
  const force = (): void => void process.kill(process.pid, 'SIGKILL');
  setTimeout(force, 1_000);
  await closed.catch(() => undefined);
  force();
}
