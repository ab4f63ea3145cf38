/** The side that answers, for every host: calls go to the service, progress and replies back. */
import type { Message, Method, Progress } from './protocol.ts';
import type { Service } from './service.ts';
import { toWire } from './wire.ts';

/** Nobody sees more steps than one in so many ms, and each that a page tells its server takes 1 to 2 ms of processor time. */
const STEP_MS = 50;

/** Returns what takes a message from the other side. Two calls at once are the service's to put in order. */
export function serve(service: Pick<Service, 'call'>, send: (message: Message) => void): (message: Message) => void {
  const running = new Map<number, AbortController>();

  async function answer(id: number, method: Method, params: never): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    // What solves one problem has few steps, and whoever asked for it may take the time of each.
    const tell = method === 'bench' ? sparing(send) : send;
    try {
      const onProgress = (progress: Progress): void => tell({ id, progress });
      tell({ id, reply: await service.call(method, params, { onProgress, signal: controller.signal }) });
    } catch (error) {
      tell({ id, error: toWire(error) });
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

/**
 * Sends each message of a call at once, but for steps after the first of a request: of those the latest, every `STEP_MS`. The first is
 * not held back, since whoever hears of no other knows by it which request took the host down.
 */
function sparing(tell: (message: Message) => void): (message: Message) => void {
  let told = -1;
  let held: Message | null = null;
  let isWaiting = false;
  const release = (): void => {
    isWaiting = false;
    if (held) tell(held);
    held = null;
  };
  return (message) => {
    const isStep = 'progress' in message && message.progress.kind === 'step';
    const request = isStep ? message.progress.index : told;
    if (isStep && request === told) {
      held = message;
      if (!isWaiting) setTimeout(release, STEP_MS);
      isWaiting = true;
      return;
    }
    // What comes now says more than a step before it.
    held = null;
    told = request;
    tell(message);
  };
}
