/**
 * Experiments away from the page's own thread: a dedicated worker that owns the device, so that neither a long kernel
 * nor a long reference freezes the page. The worker's name is the power preference that its adapter is asked for.
 */
import { Failure } from '../core/errors.ts';
import { post } from './post.ts';
import type { Message } from './protocol.ts';
import { serve } from './serve.ts';
import { createService, type Service } from './service.ts';

const preference = self.name === 'low-power' || self.name === 'high-performance' ? self.name : undefined;
const none: Pick<Service, 'call'> = {
  call: async () => {
    throw new Failure('no-adapter', 'Workers have no WebGPU in this browser');
  },
};
// Some browsers have WebGPU on pages and none in workers.
const gpu = navigator.gpu as GPU | undefined;
const service = gpu ? createService(gpu, preference ? { powerPreference: preference } : {}) : none;
const port = self as unknown as Parameters<typeof post>[0];
const receive = serve(service, (message) => post(port, message));

self.addEventListener('message', ({ data }: MessageEvent<Message>) => receive(data));
