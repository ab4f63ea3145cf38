/** The page's `Host`: experiments in a dedicated worker, which is ended by force where it does not answer. */
import { Failure } from '../core/errors.ts';
import type { BenchReply, CallOptions, Host, Message, Method, Methods } from './protocol.ts';
import { fromWire } from './wire.ts';

/** How long a cancelled call may take to end by itself, in milliseconds. */
const GRACE_MS = 1_500;

/** The part of `Worker` that the host needs. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface WorkerHostOptions {
  readonly powerPreference?: GPUPowerPreference;
  /** How a worker is made, where it is not the page's own. */
  readonly spawn?: (name: string) => WorkerLike;
}

interface Pending {
  readonly id: number;
  readonly onProgress: CallOptions['onProgress'];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const pageWorker = (name: string): WorkerLike =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });

export class WorkerHost implements Host {
  readonly name = 'page';
  private worker: WorkerLike | null = null;
  private pending: Pending | null = null;
  private tail: Promise<unknown> = Promise.resolve();
  private nextId = 1;
  private closed = false;

  constructor(private readonly options: WorkerHostOptions = {}) {}

  /**
   * One call at a time; a second waits for the first. Rejects with a `Refusal` or a `Failure`: 'cancelled' where the
   * signal says so, at the latest `GRACE_MS` after it did, and 'internal' where the worker itself breaks.
   */
  call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options: CallOptions = {},
  ): Promise<Methods[M]['reply']> {
    const run = this.tail.then(() => this.send(method, params, options));
    this.tail = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.end(new Failure('cancelled', 'The page closed the worker.'));
  }

  private async send<M extends Method>(method: M, params: unknown, options: CallOptions): Promise<Methods[M]['reply']> {
    const { signal, onProgress } = options;
    if (signal?.aborted || this.closed) throw cancelled();
    const worker = this.start();
    const id = this.nextId++;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const cancel = (): void => {
      worker.postMessage({ id, cancel: true } satisfies Message);
      timer = setTimeout(() => this.end(cancelled()), GRACE_MS);
    };
    try {
      const reply = await new Promise<unknown>((resolve, reject) => {
        this.pending = { id, onProgress, resolve, reject };
        signal?.addEventListener('abort', cancel);
        worker.postMessage({ id, method, params } satisfies Message);
      });
      // The device is lost to a kernel that never ended, and the worker with it: the next call starts another.
      if (method === 'bench' && (reply as BenchReply).restart) this.drop();
      return reply as Methods[M]['reply'];
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  private start(): WorkerLike {
    if (this.worker) return this.worker;
    const worker = (this.options.spawn ?? pageWorker)(this.options.powerPreference ?? '');
    worker.onmessage = ({ data }: MessageEvent<Message>) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.end(new Failure('internal', `The worker stopped: ${event.message || 'its script did not load'}.`));
    };
    this.worker = worker;
    return worker;
  }

  private receive(message: Message): void {
    const pending = this.pending;
    if (!pending || message.id !== pending.id) return;
    if ('progress' in message) {
      pending.onProgress?.(message.progress);
      return;
    }
    this.pending = null;
    if ('error' in message) pending.reject(fromWire(message.error));
    else if ('reply' in message) pending.resolve(message.reply);
  }

  /** Ends the worker by force; the call in progress is rejected, the next one starts another worker. */
  private end(error: Error): void {
    this.drop();
    const pending = this.pending;
    this.pending = null;
    pending?.reject(error);
  }

  private drop(): void {
    if (!this.worker) return;
    this.worker.onmessage = null;
    this.worker.onerror = null;
    this.worker.terminate();
    this.worker = null;
  }
}

function cancelled(): Failure {
  return new Failure('cancelled', 'You cancelled the run.');
}
