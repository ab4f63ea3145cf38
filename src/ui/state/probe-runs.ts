/**
 * Runs one probe at a time on this device. What is measured belongs to the page, as results do: every view that shows
 * probes finds it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import { Heard } from '../../lab/probe-conclusion.ts';
import { PROBE_BUDGETS, PROBE_SEED, type ProbeRequest, type ProbeResult } from '../../lab/probe-result.ts';
import type { Host, Phase } from '../../lab/protocol.ts';
import type { DeviceReport } from '../../lab/result.ts';
import type { Row } from '../../probes/types.ts';
import { duration, figureText, stopped } from '../look/format.ts';
import type { DeviceState } from './device.ts';
import type { BudgetName } from './effort.ts';
import type { Ledger } from './ledger.ts';
import { alone } from './lock.ts';
import { type Missing, stuck } from './missing.ts';
import { fromError } from './outcome.ts';

/** What there is of a probe. */
export interface Measured {
  /** Null where the run has not ended: then nothing is concluded from its rows. */
  readonly result: ProbeResult | null;
  readonly rows: readonly Row[];
}

interface Running {
  readonly abort: AbortController;
  readonly key: string;
  readonly startedMs: number;
  readonly phase: Phase | null;
  readonly share: number;
  readonly heard: Heard;
  /** Of the device that it was begun on; null where none was open. */
  readonly report: DeviceReport | null;
  /** Whether another tab measures and this one has to wait; null until that is known. */
  readonly waits: boolean | null;
}

/** What one device has measured in this visit, by probe and effort. */
class Book {
  private device = 0;
  private readonly measured = new Map<string, Measured>();
  private report: DeviceReport | null = null;

  constructor(private readonly ledger: Ledger) {}

  /** What that device says of itself, which it does no more once it is lost; null where it has measured nothing. */
  measuredOn(): DeviceReport | null {
    this.renew();
    return this.report;
  }

  find(key: string): Measured | undefined {
    this.renew();
    return this.measured.get(key);
  }

  keep(key: string, result: ProbeResult, report: DeviceReport | null): void {
    this.renew();
    this.measured.set(key, { result, rows: result.rows });
    this.report = report;
  }

  /** Of a run that did not end by itself: no reason to forget one that is whole, or that got further. */
  keepCut(key: string, result: ProbeResult, report: DeviceReport): void {
    const before = this.find(key)?.result;
    if (!before || (!isWhole(before) && isFurther(result, before))) this.keep(key, result, report);
  }

  /** Another device: what was measured before is not its own. */
  private renew(): void {
    if (this.device === this.ledger.device) return;
    this.measured.clear();
    this.report = null;
    this.device = this.ledger.device;
  }
}

/** Whether a run was ended before its time from outside, so that there is more to measure. */
export function isCut({ cut }: ProbeResult): boolean {
  return cut !== undefined && cut !== 'time limit' && cut !== 'failure';
}

/** Whether every step was measured, or one was found wrong: no limit of time, refusal or failure left anything out. */
function isWhole({ cut, status }: ProbeResult): boolean {
  return cut === undefined && (status === 'correct' || status === 'wrong');
}

/** Whether a run got further: by its rows, and where they are as many by their samples, of which a longer series has more. */
function isFurther(one: ProbeResult, other: ProbeResult): boolean {
  const rows = ({ rows: all }: ProbeResult): number => all.filter(({ withheld }) => withheld === undefined).length;
  const samples = ({ rows: all }: ProbeResult): number => all.reduce((sum, row) => sum + row.samplesNs.length, 0);
  return rows(one) - rows(other) > 0 || (rows(one) === rows(other) && samples(one) > samples(other));
}

const books = new WeakMap<Ledger, Book>();

function bookOf(ledger: Ledger): Book {
  const book = books.get(ledger) ?? new Book(ledger);
  books.set(ledger, book);
  return book;
}

export class ProbeRuns implements ReactiveController {
  running: Running | null = null;
  /** One sentence on how the last run of each probe ended, by its key. */
  private readonly notes = new Map<string, string>();
  /** The ledger's device that the notes are about. */
  private device = 0;

  constructor(
    private readonly view: ReactiveControllerHost & { readonly ledger: Ledger; readonly device: DeviceState },
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  hostUpdate(): void {
    const { device } = this.view.ledger;
    if (device === this.device) return;
    this.device = device;
    this.running?.abort.abort();
    this.running = null;
    this.notes.clear();
  }

  hostDisconnected(): void {
    this.cancel('You left this view, so the run stopped; what had been measured stays.');
  }

  /** Of a run in progress only its own rows; an earlier result is found again where the run does not end by itself. */
  of(probe: string, budget: BudgetName): Measured | undefined {
    const { running } = this;
    if (running && this.isRunning(probe, budget)) return { result: null, rows: running.heard.rows };
    return bookOf(this.view.ledger).find(keyOf(probe, budget));
  }

  /** Of the device whose results these are: the open one, or the one that was lost after it had measured something. */
  get report(): DeviceReport | null {
    return this.opened ?? bookOf(this.view.ledger).measuredOn();
  }

  /** Whether there is no device here, nor anything that one has measured. */
  get isGone(): boolean {
    return this.view.device.kind === 'missing' && this.report === null;
  }

  private get opened(): DeviceReport | null {
    const { device } = this.view;
    return device.kind === 'open' ? device.report : null;
  }

  isRunning(probe: string, budget: BudgetName): boolean {
    return this.running?.key === keyOf(probe, budget);
  }

  note(probe: string, budget: BudgetName): string {
    return this.notes.get(keyOf(probe, budget)) ?? '';
  }

  /**
   * Runs a probe while no other tab measures, or at once where whoever asks has seen to that: `isAlone`. The result; null
   * where nothing can follow it, since the run was cancelled or the device is gone: the note says so.
   */
  async run(
    host: Host,
    probe: string,
    budget: BudgetName,
    { isAlone = false, ...limits }: Pick<ProbeRequest, 'withinMs'> & { readonly isAlone?: boolean } = {},
  ): Promise<ProbeResult | null> {
    if (this.running) return null;
    const book = bookOf(this.view.ledger);
    const { device } = this.view.ledger;
    const abort = new AbortController();
    const key = keyOf(probe, budget);
    const request = { probe, seed: PROBE_SEED, quick: budget === 'quick', budget: PROBE_BUDGETS[budget], ...limits };
    const heard = new Heard(request);
    const startedMs = performance.now();
    const isCurrent = (): boolean => this.running?.abort === abort;
    const update = (part: Partial<Running>): void => {
      if (!this.running || !isCurrent()) return;
      this.running = { ...this.running, ...part };
      this.view.requestUpdate();
    };
    this.notes.delete(key);
    const report = this.opened;
    this.running = { abort, key, startedMs, phase: null, share: 0, heard, report, waits: null };
    this.view.requestUpdate();
    const measure = async (): Promise<ProbeResult | null> => {
      update({ waits: false });
      const { result, restart } = await host.call('probe', request, {
        signal: abort.signal,
        onProgress: (progress) => {
          if (!isCurrent()) return;
          heard.hear(progress);
          if (progress.kind === 'probe') {
            // The first message of a run, and of one that begins again with less memory, whose rows are gone.
            update({ phase: null, share: 0 });
          } else if (progress.kind === 'row') {
            update({});
          } else if (progress.kind === 'step') {
            const share = progress.phase === 'time' ? progress.done / progress.total : 0;
            update({ phase: progress.phase, share: Math.max(this.running?.share ?? 0, share) });
          }
        },
      });
      if (!isCurrent()) return null;
      book.keep(key, result, report ?? this.opened);
      if (restart) {
        this.notes.set(key, `It stopped. ${stopped(result.reason ?? 'A kernel did not end')}`);
        this.lose(stuck());
        return null;
      }
      this.notes.set(key, `Measured in ${figureText(duration((performance.now() - startedMs) * 1e6))}.`);
      return result;
    };
    try {
      return await (isAlone ? measure() : alone(measure, abort.signal, () => update({ waits: true })));
    } catch (error) {
      if (abort.signal.aborted) return null;
      const outcome = fromError(error);
      const words = outcome.state === 'failed' ? ` ${stopped(outcome.reason)} ${outcome.next}` : '';
      this.notes.set(key, `It stopped.${words}`);
      if (this.running && isCurrent() && device === this.view.ledger.device) this.keepCut(this.running, error);
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
      return null;
    } finally {
      if (isCurrent()) this.running = null;
      this.view.requestUpdate();
    }
  }

  /** What was measured before something ended the run: each row was checked, and says if not after it was timed. */
  private keepCut({ heard, key, startedMs, report }: Running, ended: unknown): void {
    if (heard.isEmpty || !report) return;
    bookOf(this.view.ledger).keepCut(key, heard.cutShort(ended, report, performance.now() - startedMs), report);
  }

  /** Ends the run in progress. What had been measured stays. */
  cancel(note = 'You cancelled the run; what had been measured stays.'): void {
    const { running } = this;
    if (!running) return;
    this.running = null;
    running.abort.abort();
    this.notes.set(running.key, note);
    this.keepCut(running, new Failure('cancelled', note));
    this.view.requestUpdate();
  }
}

function keyOf(probe: string, budget: BudgetName): string {
  return `${probe} ${budget}`;
}
