/**
 * Experiments away from the page's own thread: a dedicated worker that owns the device, so that neither a long kernel
 * nor a long reference freezes the page. The worker's name is the power preference that its adapter is asked for.
 */
import { Failure } from '../core/errors.ts';
import type { Message, Method, Methods } from './protocol.ts';
import { createService } from './service.ts';
import { toWire } from './wire.ts';

const preference = self.name === 'low-power' || self.name === 'high-performance' ? self.name : undefined;
// Some browsers have WebGPU on pages and none in workers.
const gpu = navigator.gpu as GPU | undefined;
const service = gpu && createService(gpu, preference ? { powerPreference: preference } : {});
const running = new Map<number, AbortController>();

const post = (message: Message): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('cancel' in data) running.get(data.id)?.abort();
  else if ('method' in data) void answer(data.id, data.method, data.params);
});

async function answer(id: number, method: Method, params: unknown): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    if (!service) throw new Failure('no-adapter', 'Workers have no WebGPU in this browser');
    const reply = await service.call(method, params as Methods[Method]['params'], {
      onProgress: (progress) => post({ id, progress }),
      signal: abort.signal,
    });
    post({ id, reply });
  } catch (error) {
    post({ id, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}
