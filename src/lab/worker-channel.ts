/** The page's host: experiments in a dedicated worker. */
import { Failure } from '../core/errors.ts';
import type { Channel } from './channel.ts';
import { Client } from './client.ts';
import { post } from './post.ts';
import type { Host } from './protocol.ts';
import { HANDHELD, isHandheld } from './room.ts';

/** How long a cancelled call may take to end by itself, in milliseconds: a reader waits for it. */
const GRACE_MS = 1_500;
/** How long a GPU that a cancelled kernel may hold gets to answer: drivers that end one by themselves take some seconds. */
const DOUBT_MS = 20_000;

/** The part of `Worker` that the channel needs. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface PageHostOptions {
  readonly powerPreference?: GPUPowerPreference;
  /** Whether a kernel that never returned may still hold the GPU. */
  readonly doubtful?: boolean;
  /** How a worker is made, where it is not the page's own. */
  readonly spawn?: (name: string) => WorkerLike;
}

const pageWorker = (name: string): WorkerLike =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });

export function pageHost({ powerPreference, doubtful, spawn = pageWorker }: PageHostOptions = {}): Host {
  const patience = { graceMs: GRACE_MS, doubtMs: DOUBT_MS, doubtful };
  const name = `${powerPreference ?? ''} ${isHandheld() ? HANDHELD : ''}`.trim();
  return new Client('page', () => workerChannel(spawn(name)), patience);
}

function workerChannel(worker: WorkerLike): Channel {
  let end: (how: Failure) => void = () => undefined;
  const closed = new Promise<Failure>((resolve) => {
    end = resolve;
  });
  const kill = (): void => {
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
    end(new Failure('cancelled', 'The page closed the worker.'));
  };
  const channel: Channel = {
    send: (message) => post(worker, message),
    end: kill,
    kill,
    closed,
    onMessage: () => undefined,
  };
  worker.onmessage = ({ data }: MessageEvent) => channel.onMessage(data);
  worker.onerror = (event) => {
    event.preventDefault?.();
    end(new Failure('internal', `The worker stopped: ${event.message || 'its script did not load'}.`));
    kill();
  };
  return channel;
}
