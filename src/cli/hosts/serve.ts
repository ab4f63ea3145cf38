/** The child's side of a host: answers calls with the service, one at a time, in Node, Deno or a page. */
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import type { Message, Method, WireError } from '../../lab/protocol.ts';
import { createService } from '../../lab/service.ts';

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
      send({ id, error: wireError(error) });
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

export function wireError(error: unknown): WireError {
  if (error instanceof Refusal) return { name: 'Refusal', code: 'validation', message: error.message };
  if (error instanceof Failure) return { name: 'Failure', code: error.code, message: error.message };
  return { name: 'Failure', code: 'internal', message: sentence(error) };
}
