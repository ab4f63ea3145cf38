/**
 * Experiments away from the page's own thread: a dedicated worker that owns the device, so that neither a long kernel
 * nor a long reference freezes the page. The worker's name is the power preference that its adapter is asked for, and HANDHELD
 * where it runs on a phone.
 */
import { Failure } from '../core/errors.ts';
import type { OpenOptions } from '../gpu/device.ts';
import { post } from './post.ts';
import type { Message } from './protocol.ts';
import { HANDHELD } from './room.ts';
import { serve } from './serve.ts';
import { createService, type Service } from './service.ts';

const [first] = self.name.split(' ');
const options: OpenOptions = {
  ...(first === 'low-power' || first === 'high-performance' ? { powerPreference: first } : {}),
  ...(self.name.endsWith(HANDHELD) ? { handheld: true } : {}),
};
const none: Pick<Service, 'call'> = {
  call: async () => {
    throw new Failure('no-adapter', 'Workers have no WebGPU in this browser');
  },
};
// Some browsers have WebGPU on pages and none in workers.
const gpu = navigator.gpu as GPU | undefined;
const service = gpu ? createService(gpu, options) : none;
const port = self as unknown as Parameters<typeof post>[0];
const receive = serve(service, (message) => post(port, message));

self.addEventListener('message', ({ data }: MessageEvent<Message>) => receive(data));
