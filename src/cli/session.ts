/** A host that a command opens when it first needs one, and ends whatever happens. */
import { Failure } from '../core/errors.ts';
import type { Host, Method, Methods, Progress } from '../lab/protocol.ts';
import type { DeviceReport } from '../lab/result.ts';
import { type Arguments, choose } from './args.ts';
import { ADAPTERS, HOST_NAMES, type HostName, type HostOptions, openHost } from './hosts/index.ts';
import type { Sink } from './progress.ts';

/** The adapter's own, or what WebGPU guarantees anywhere. */
const LIMITS = ['adapter', 'minimum'] as const;
/** After an interrupt: how long a host may take to open. */
const GRACE_MS = 3000;

/** What a command works with; tests put fakes here. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Environment variables: NO_COLOR and TERM count. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The repository's folder; null where the command line runs as a single file without one. */
  readonly root: string | null;
  openHost(name: HostName, options: HostOptions): Promise<Host>;
  /** Fires when the user interrupts. */
  readonly signal: AbortSignal;
}

export const realOpenHost = openHost;

export class Session {
  readonly name: HostName;
  private readonly options: HostOptions;
  private opened: Host | null = null;
  private reported: DeviceReport | null = null;

  /** Reads `--host`, `--adapter` and `--limits`; throws a `Refusal` where they name none. */
  constructor(
    args: Arguments,
    private readonly around: Surroundings,
  ) {
    this.name = choose(args.value('host') ?? 'chrome', HOST_NAMES, 'host');
    const limits = choose(args.value('limits') ?? 'adapter', LIMITS, 'set of limits');
    this.options = {
      adapter: choose(args.value('adapter') ?? 'default', ADAPTERS, 'adapter'),
      ...(limits === 'minimum' ? { device: { limits } } : {}),
    };
  }

  get interrupted(): boolean {
    return this.around.signal.aborted;
  }

  /** What the device said of itself when it was first asked; null before that. */
  get report(): DeviceReport | null {
    return this.reported;
  }

  /** Opens the host if none is open, and asks for the device. Throws a `Failure` ('no-adapter' among others). */
  async device(): Promise<DeviceReport> {
    this.reported ??= await this.call('device', {});
    return this.reported;
  }

  /** Throws a `Failure` ('cancelled') on an interrupt or when `deadline` fires, and what the host throws. */
  async call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    onProgress: (progress: Progress) => void = () => {},
    deadline?: AbortSignal,
  ): Promise<Methods[M]['reply']> {
    const signal = deadline ? AbortSignal.any([this.around.signal, deadline]) : this.around.signal;
    if (signal.aborted) throw new Failure('cancelled', 'Interrupted');
    this.opened ??= await withinGrace(this.around.openHost(this.name, this.options), signal);
    return this.opened.call(method, params, { onProgress, signal });
  }

  /** Ends the host. */
  async drop(): Promise<void> {
    const host = this.opened;
    this.opened = null;
    await host?.close().catch(() => {});
  }
}

/** The promise, or a `Failure` ('cancelled') some seconds after an interrupt that it does not answer. */
async function withinGrace<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(new Failure('cancelled', 'Interrupted')), GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([promise, cancelled]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Exit statuses (the command line's contract). */
export const EXIT = { correct: 0, wrong: 1, unusable: 2, noAdapter: 3, interrupted: 130 } as const;

/** The exit status that an error which ended a command asks for. */
export function exitOf(error: unknown): number {
  if (!(error instanceof Failure)) return EXIT.unusable;
  if (error.code === 'no-adapter') return EXIT.noAdapter;
  return error.code === 'cancelled' ? EXIT.interrupted : EXIT.wrong;
}
