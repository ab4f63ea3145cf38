/** The child's side of a host: answers calls with the service, one at a time, in Node, Deno or a page. */
import type { Message, Method } from '../../lab/protocol.ts';
import { createService } from '../../lab/service.ts';
import { toWire } from '../../lab/wire.ts';

export interface Served {
  /** Takes one message from the parent. */
  receive(message: Message): void;
  /** Gives the device back. */
  close(): Promise<void>;
}

export function serve(gpu: GPU, send: (message: Message) => void): Served {
  const service = createService(gpu);
  const running = new Map<number, AbortController>();

  async function answer(id: number, method: Method, params: never): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const onProgress = (progress: Extract<Message, { progress: unknown }>['progress']): void =>
        send({ id, progress });
      send({ id, reply: await service.call(method, params, { onProgress, signal: controller.signal }) });
    } catch (error) {
      send({ id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  }

  return {
    receive(message) {
      if ('cancel' in message) running.get(message.id)?.abort();
      else if ('method' in message) void answer(message.id, message.method, message.params as never);
    },
    close: () => service.close(),
  };
}
