/**
 * The parent's side of a host: one call at a time, progress passed on, errors rebuilt, and a watchdog. The service on
 * the other side keeps its own time limits; the watchdog is for the case where that side as a whole stands still.
 */
import { Failure } from '../../core/errors.ts';
import type { CallOptions, Host, Message, Method, Methods } from '../../lab/protocol.ts';
import { fromWire } from '../../lab/wire.ts';
import type { Channel } from './channel.ts';

/** Silence allowed on top of a call's own limit: a reference may compute that long between two messages. */
const SILENCE_MS = 60_000;
/** Limit of a call that carries none. */
const DEVICE_LIMIT_MS = 60_000;
const CLOSE_MS = 3_000;

interface Pending {
  readonly id: number;
  readonly onProgress: CallOptions['onProgress'];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  heard(): void;
}

export class HostClient implements Host {
  #channel: Channel;
  #silenceMs: number;
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | null = null;
  #nextId = 1;
  #ended: Failure | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    readonly name: string,
    channel: Channel,
    silenceMs = SILENCE_MS,
  ) {
    this.#channel = channel;
    this.#silenceMs = silenceMs;
    channel.onMessage = (message) => this.#receive(message);
    void channel.closed.then((how) => this.#end(new Failure('device-lost', how)));
  }

  get alive(): boolean {
    return this.#ended === null;
  }

  call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options: CallOptions = {},
  ): Promise<Methods[M]['reply']> {
    const run = this.#turn.then(() => this.#call(method, params, options));
    this.#turn = run.catch(() => undefined);
    return run as Promise<Methods[M]['reply']>;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #call(method: Method, params: unknown, { onProgress, signal }: CallOptions): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    if (signal?.aborted) throw new Failure('cancelled', 'Cancelled before it began.');
    const id = this.#nextId++;
    const limitMs = limitOf(params) + this.#silenceMs;
    let timer: NodeJS.Timeout | undefined;
    const cancel = (): void => this.#channel.send({ id, cancel: true });
    try {
      return await new Promise((resolve, reject) => {
        const heard = (): void => {
          clearTimeout(timer);
          timer = setTimeout(() => this.#hang(limitMs), limitMs);
        };
        this.#pending = { id, onProgress, resolve, reject, heard };
        heard();
        signal?.addEventListener('abort', cancel, { once: true });
        this.#channel.send({ id, method, params });
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.#pending = null;
    }
  }

  #receive(message: Message): void {
    const pending = this.#pending;
    // A late message of a call that has already ended belongs to nobody.
    if (!pending || message.id !== pending.id) return;
    pending.heard();
    if ('progress' in message) pending.onProgress?.(message.progress);
    else if ('error' in message) pending.reject(fromWire(message.error));
    else if ('reply' in message) pending.resolve(message.reply);
  }

  #hang(limitMs: number): void {
    const seconds = Math.round(limitMs / 1000);
    this.#end(new Failure('timeout', `The ${this.name} host sent nothing for ${seconds} s and was ended by force.`));
    this.#channel.kill();
  }

  #end(failure: Failure): void {
    this.#ended ??= failure;
    this.#pending?.reject(this.#ended);
  }

  async #close(): Promise<void> {
    this.#end(new Failure('cancelled', `The ${this.name} host was closed.`));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), CLOSE_MS);
    });
    const ended = Promise.resolve(this.#channel.end()).then(
      () => this.#channel.closed,
      () => 'late' as const,
    );
    if ((await Promise.race([ended, late])) === 'late') {
      this.#channel.kill();
      await this.#channel.closed;
    }
    clearTimeout(timer);
  }
}

/** The GPU time limit that a call's parameters carry, in milliseconds. */
function limitOf(params: unknown): number {
  const { limitMs, budget } = params as { limitMs?: number; budget?: { limitMs?: number } };
  return limitMs ?? budget?.limitMs ?? DEVICE_LIMIT_MS;
}
