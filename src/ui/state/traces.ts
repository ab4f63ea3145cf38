/**
 * Traces of kernels: what was asked for, what came back, and the one in progress. They are kept under exactly what was
 * asked for and belong to the page, as results do, so that a reader who comes back finds them.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import type { Host, Phase } from '../../lab/protocol.ts';
import type { Choice } from '../../lab/trace-log.ts';
import type { TraceReply } from '../../lab/trace-result.ts';
import { stopped } from '../look/format.ts';
import type { Item, Ledger } from './ledger.ts';
import { alone } from './lock.ts';
import { type Missing, stuck } from './missing.ts';
import { fromError, isLong } from './outcome.ts';
import { toRequest } from './settings.ts';

export interface TraceOptions {
  readonly workgroups: Choice;
  /** Id of a machine. */
  readonly machine: string;
  /** Whether the stored values are reported too. */
  readonly values?: boolean;
}

export interface Traced extends TraceOptions {
  readonly item: Item;
  readonly reply: TraceReply;
  /** Null of one that a file holds. */
  readonly tookMs: number | null;
}

/** Entries of a log: 32 MiB, some seconds of a software adapter. */
export const MOST_ENTRIES = 2 ** 22;
/** Longest wait for the GPU, in ms: a log makes a kernel that is slow to compile slower. */
export const LIMIT_MS = 60_000;
/** Traces that are kept; each holds a few megabytes at most. */
const KEPT = 8;

/** What one device has traced in this visit, by item and options. */
class Book {
  private device = 0;
  private readonly traces = new Map<string, Traced>();

  constructor(private readonly ledger: Ledger) {}

  find(item: Item, options: TraceOptions): Traced | undefined {
    this.renew();
    return this.traces.get(keyOf(item, options));
  }

  keep(traced: Traced): void {
    this.renew();
    const key = keyOf(traced.item, traced);
    this.traces.delete(key);
    this.traces.set(key, traced);
    for (const oldest of [...this.traces.keys()].slice(0, -KEPT)) this.traces.delete(oldest);
  }

  /** Newest first. */
  all(): readonly Traced[] {
    this.renew();
    return [...this.traces.values()].reverse();
  }

  /** Another device: what was traced before is not its own. */
  private renew(): void {
    if (this.device !== this.ledger.device) this.traces.clear();
    this.device = this.ledger.device;
  }
}

function keyOf({ key }: Item, { workgroups, machine, values = false }: TraceOptions): string {
  return JSON.stringify([key, workgroups, machine, values]);
}

const books = new WeakMap<Ledger, Book>();

function bookOf(ledger: Ledger): Book {
  const book = books.get(ledger) ?? new Book(ledger);
  books.set(ledger, book);
  return book;
}

/** The traces that stand beside the results of a ledger, newest first. */
export function tracesIn(ledger: Ledger): readonly Traced[] {
  return bookOf(ledger).all();
}

/** Puts a trace that was not made here beside the results of a ledger. */
export function keepTrace(ledger: Ledger, traced: Traced): void {
  bookOf(ledger).keep(traced);
}

interface Running {
  readonly abort: AbortController;
  readonly item: Item;
  readonly phase: Phase | null;
  /** Whether another tab measures and this one has to wait. */
  readonly waits: boolean;
}

export class Traces implements ReactiveController {
  running: Running | null = null;
  /** Why the last one gave no result, in one sentence; empty if it gave one. */
  note = '';
  /** What the last one was asked for, if it would hold the GPU for so long that the reader is to say so first. */
  private long: { readonly item: Item; readonly options: TraceOptions } | null = null;

  /** `lose` is called when a trace has shown that the GPU is gone. */
  constructor(
    private readonly view: ReactiveControllerHost & { readonly ledger: Ledger },
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  hostDisconnected(): void {
    this.cancel('');
  }

  find(item: Item, options: TraceOptions): Traced | undefined {
    return this.book().find(item, options);
  }

  all(): readonly Traced[] {
    return this.book().all();
  }

  /** Traces the item, whether it has been traced before or not. `allowLong`: also if that holds the GPU for long. */
  async run(host: Host, item: Item, options: TraceOptions, allowLong = false): Promise<void> {
    if (this.running) return;
    const abort = new AbortController();
    const { ledger } = this.view;
    const { device } = ledger;
    const update = (change: Partial<Running>): void => {
      if (this.running && this.isCurrent(abort)) this.set({ ...this.running, ...change });
    };
    this.dismiss();
    this.set({ abort, item, phase: null, waits: false });
    try {
      const ask = async (): Promise<void> => {
        update({ waits: false });
        const startedMs = performance.now();
        const request = toRequest(item.settings, item.source);
        const { workgroups, machine, values } = options;
        const steps = values ? 'values' : 'accesses';
        const reply = await host.call(
          'trace',
          {
            request,
            workgroups,
            machine,
            limitMs: LIMIT_MS,
            most: MOST_ENTRIES,
            steps,
            ...(allowLong ? { allowLong } : {}),
          },
          {
            signal: abort.signal,
            onProgress: (progress) => {
              if (progress.kind === 'step') update({ phase: progress.phase });
            },
          },
        );
        if (abort.signal.aborted || ledger.device !== device) return;
        if (reply.restart) this.lose(stuck());
        else this.take({ ...options, item, reply, tookMs: performance.now() - startedMs });
      };
      await alone(ask, abort.signal, () => update({ waits: true }));
    } catch (error) {
      // Whoever cancelled has said why.
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      this.note =
        outcome.state === 'failed'
          ? `${stopped(outcome.reason)} ${outcome.next}`
          : 'rule' in outcome
            ? stopped(outcome.rule)
            : '';
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.isCurrent(abort)) this.set(null);
    }
  }

  /** With which options a trace of the item was asked for last, if that waits for the reader's word; null otherwise. */
  waiting({ key }: Item): TraceOptions | null {
    return this.long?.item.key === key ? this.long.options : null;
  }

  /** What was said of the last trace is about something else. */
  dismiss(): void {
    this.note = '';
    this.long = null;
  }

  /** Ends the trace in progress; `why` is the sentence on it. */
  cancel(why: string): void {
    if (!this.running) return;
    this.running.abort.abort();
    this.note = why;
    this.set(null);
  }

  private isCurrent(abort: AbortController): boolean {
    return this.running?.abort === abort;
  }

  private take(traced: Traced): void {
    const { result } = traced.reply;
    if (result.traced) {
      this.book().keep(traced);
      return;
    }
    this.note = reasonOf(traced.reply);
    const { item, workgroups, machine, values = false } = traced;
    this.long = isLong(result) ? { item, options: { workgroups, machine, values } } : null;
  }

  private book(): Book {
    return bookOf(this.view.ledger);
  }

  private set(running: Running | null): void {
    this.running = running;
    this.view.requestUpdate();
  }
}

/** Why nothing was traced, in one sentence. */
export function reasonOf({ result: { status, reason, failure } }: TraceReply): string {
  const [first] = failure?.diagnostics ?? [];
  if (first) return stopped(`The WGSL does not compile: line ${first.line}: ${first.message}`);
  return stopped(`${status === 'refused' ? 'Not traced' : 'The trace failed'}: ${reason ?? 'no reason was given'}`);
}
