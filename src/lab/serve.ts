/** The side that answers, for every host: calls go to the service, progress and replies back. */
import type { Message, Method } from './protocol.ts';
import type { Service } from './service.ts';
import { toWire } from './wire.ts';

/** Returns what takes a message from the other side. Two calls at once are the service's to put in order. */
export function serve(service: Pick<Service, 'call'>, send: (message: Message) => void): (message: Message) => void {
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

  return (message) => {
    if ('cancel' in message) running.get(message.id)?.abort();
    else if ('method' in message) void answer(message.id, message.method, message.params as never);
    // A request that could not be taken in whole is answered with what stood in the way.
    else if ('error' in message) send(message);
  };
}
