/**
 * The side that asks, for every host: one call at a time, progress passed on, errors rebuilt, cancelling, a watchdog,
 * and another channel after a kernel that never returned, a lost device or a crash. The service on the other side keeps
 * its own time limits; the watchdog is for the case where that side as a whole stands still.
 */
import { Failure, type FailureCode, sentence } from '../core/errors.ts';
import type { Channel } from './channel.ts';
import type { BenchReply, CallOptions, Host, Message, Method, Methods } from './protocol.ts';
import { fromWire } from './wire.ts';

/** Limit of a call that carries none. */
const DEVICE_LIMIT_MS = 60_000;
/** How long the other side may take to end when asked to. */
const CLOSE_MS = 3_000;

/** After these the other side is in a state that nobody knows: the next call starts another. */
const SPOILT: readonly FailureCode[] = ['timeout', 'device-lost', 'internal'];

export interface Patience {
  /** Silence allowed on top of a call's own limit: a reference may compute that long between two messages. */
  readonly silenceMs?: number | undefined;
  /** How long a cancelled call may take to end by itself. */
  readonly graceMs?: number | undefined;
  /**
   * How long the call after a cancelled one that was ended by force may be silent at first. What had begun on the GPU goes
   * on there, and until it ends a browser answers nobody: a reader need not wait for a whole time limit to learn that.
   */
  readonly doubtMs?: number | undefined;
  /** Whether the GPU is held by such a kernel from the start. */
  readonly doubtful?: boolean | undefined;
}

interface Pending {
  readonly id: number;
  readonly onProgress: CallOptions['onProgress'];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
  heard(): void;
}

export class Client<C extends Channel = Channel> implements Host {
  #open: () => C | Promise<C>;
  #silenceMs: number;
  #graceMs: number;
  #doubtMs: number;
  /** Whether a kernel that was ended by force may still hold the GPU. */
  #doubtful: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | null = null;
  #nextId = 1;
  #opening: Promise<C> | null = null;
  #channel: C | null = null;
  /** The last channel that was given up, until it has ended: two must not share a GPU. */
  #leaving: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** `open` is called for the first call, and again for the next one after a channel was lost or given up. */
  constructor(
    readonly name: string,
    open: () => C | Promise<C>,
    { silenceMs = 60_000, graceMs = 3_000, doubtMs = Number.POSITIVE_INFINITY, doubtful = false }: Patience = {},
  ) {
    this.#doubtMs = doubtMs;
    this.#doubtful = doubtful;
    this.#open = open;
    this.#silenceMs = silenceMs;
    this.#graceMs = graceMs;
  }

  /** The channel of the moment; null where none is open. */
  get channel(): C | null {
    return this.#channel;
  }

  /** Opens a channel if none is open, as a call does. Rejects with what `open` throws. */
  connect(): Promise<C> {
    this.#opening ??= this.#connect().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /**
   * Rejects with a `Refusal` or a `Failure`: 'cancelled' where the signal says so, at the latest `graceMs` after it did,
   * 'timeout' where the other side is silent for too long, and what the channel says where that side ends.
   */
  call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options: CallOptions = {},
  ): Promise<Methods[M]['reply']> {
    const run = this.#turn.then(() => this.#call(method, params, options));
    this.#turn = run.catch(() => undefined);
    return run as Promise<Methods[M]['reply']>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pending?.reject(this.#closed());
    this.#drop();
    await this.#leaving;
  }

  async #call(method: Method, params: unknown, { onProgress, onDoubt, signal }: CallOptions): Promise<unknown> {
    if (signal?.aborted) throw cancelled();
    const id = this.#nextId++;
    const usualMs = limitOf(params) + this.#silenceMs;
    const isDoubtful = this.#doubtful && this.#doubtMs < usualMs;
    if (isDoubtful) onDoubt?.(this.#doubtMs);
    let silence: ReturnType<typeof setTimeout> | undefined;
    let grace: ReturnType<typeof setTimeout> | undefined;
    const cancel = (): void => {
      this.#channel?.send({ id, cancel: true });
      grace = setTimeout(() => {
        this.#doubtful = true;
        this.#giveUp(cancelled());
      }, this.#graceMs);
    };
    try {
      const reply = await new Promise((resolve, reject) => {
        const heard = (): void => {
          clearTimeout(silence);
          const limitMs = isDoubtful && this.#doubtful ? this.#doubtMs : usualMs;
          silence = setTimeout(() => this.#giveUp(this.#silent(limitMs)), limitMs);
        };
        this.#pending = { id, onProgress, resolve, reject, heard };
        signal?.addEventListener('abort', cancel, { once: true });
        this.connect()
          .then((channel) => {
            if (this.#pending?.id !== id) return;
            if (signal?.aborted) throw cancelled();
            heard();
            send(channel, { id, method, params });
          })
          .catch(reject);
      });
      if ((reply as Partial<BenchReply>).restart) this.#drop();
      return reply;
    } catch (error) {
      if (error instanceof Failure && SPOILT.includes(error.code)) this.#drop();
      throw error;
    } finally {
      clearTimeout(silence);
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancel);
      this.#pending = null;
    }
  }

  async #connect(): Promise<C> {
    await this.#leaving;
    if (this.#isClosed) throw this.#closed();
    const channel = await this.#open();
    channel.onMessage = (message) => this.#receive(channel, message);
    void channel.closed.then((failure) => this.#lose(channel, failure));
    this.#channel = channel;
    if (this.#isClosed) {
      this.#drop();
      throw this.#closed();
    }
    return channel;
  }

  #receive(from: C, message: Message): void {
    const pending = this.#pending;
    // A late message of a call that has already ended belongs to nobody.
    if (!pending || message.id !== pending.id || from !== this.#channel) return;
    this.#doubtful = false;
    pending.heard();
    if ('progress' in message) pending.onProgress?.(message.progress);
    else if ('error' in message) pending.reject(fromWire(message.error));
    else if ('reply' in message) pending.resolve(message.reply);
  }

  /** The other side ended by itself. */
  #lose(channel: C, failure: Failure): void {
    if (channel !== this.#channel) return;
    this.#channel = null;
    this.#opening = null;
    this.#pending?.reject(failure);
  }

  /** Ends a side that does not answer by force. */
  #giveUp(failure: Failure): void {
    this.#channel?.kill();
    this.#drop();
    this.#pending?.reject(failure);
  }

  /** Lets go of the channel: the next call opens another. */
  #drop(): void {
    const channel = this.#channel;
    if (!channel) return;
    this.#channel = null;
    this.#opening = null;
    const before = this.#leaving;
    const left = shut(channel);
    this.#leaving = before.then(() => left);
  }

  #silent(limitMs: number): Failure {
    const seconds = Math.round(limitMs / 1000);
    if (this.#doubtful)
      return new Failure('timeout', `A cancelled kernel still runs: the GPU has not answered for ${seconds} s.`);
    return new Failure('timeout', `The ${this.name} host sent nothing for ${seconds} s and was ended by force.`);
  }

  #closed(): Failure {
    return new Failure('cancelled', `The ${this.name} host was closed.`);
  }
}

async function shut(channel: Channel): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), CLOSE_MS);
  });
  const ended = Promise.resolve(channel.end()).then(
    () => channel.closed,
    () => 'late' as const,
  );
  if ((await Promise.race([ended, late])) === 'late') {
    channel.kill();
    await channel.closed;
  }
  clearTimeout(timer);
}

function send(channel: Channel, message: Message): void {
  try {
    channel.send(message);
  } catch (error) {
    throw new Failure('internal', `The request could not be sent: ${sentence(error)}.`);
  }
}

/** The GPU time limit that a call's parameters carry, in milliseconds. */
function limitOf(params: unknown): number {
  const { limitMs, budget } = params as { limitMs?: number; budget?: { limitMs?: number } };
  return limitMs ?? budget?.limitMs ?? DEVICE_LIMIT_MS;
}

function cancelled(): Failure {
  return new Failure('cancelled', 'You cancelled the run.');
}
