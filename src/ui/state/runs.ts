/**
 * Runs what a view asks for, one request or many: a few at a time, each result into the ledger as soon as it stands, so
 * that a batch that was cancelled goes on where it stopped. A single run is a batch of one.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import type { Host, Phase } from '../../lab/protocol.ts';
import type { Result } from '../../lab/result.ts';
import { duration, figureText, stopped } from '../look/format.ts';
import { BUDGETS, type BudgetName } from './effort.ts';
import type { Entry, Item, Ledger } from './ledger.ts';
import { alone } from './lock.ts';
import { type Missing, stuck } from './missing.ts';
import { fromError, fromResult, isLong } from './outcome.ts';
import { toRequest } from './settings.ts';
import type { Turn } from './time-left.ts';

/** Requests timed side by side in one call: enough that a change of clock or load affects them alike, few enough to see results arrive. */
const SIDE_BY_SIDE = 8;

const WORDS: Readonly<Record<Phase, string>> = {
  plan: 'planning',
  inputs: 'inputs',
  compile: 'compiling',
  run: 'running',
  verify: 'verifying',
  time: 'timing',
  'verify again': 'rechecking',
};

/** Why a run ended before its end, and the sentence on a single run and on one of many. */
const ENDINGS = {
  cancelled: ['You cancelled the run.', 'You cancelled the run; what was measured stays.'],
  changed: [
    'You changed a setting, so the run was cancelled.',
    'You changed a setting, so the run stopped; what was measured stays.',
  ],
  left: [
    'You left this view, so the run was cancelled.',
    'You left this view, so the run stopped; what was measured stays.',
  ],
  reopened: ['The device was reopened.', 'The device was reopened.'],
  opened: [
    'You opened a file, so the run was cancelled.',
    'You opened a file, so the run stopped; what was measured stays.',
  ],
} as const;

/** What is not known of a measurement that has not ended, or not well. */
const NOTHING = { result: null, liveBytes: null, tookMs: null };

interface Running {
  readonly abort: AbortController;
  readonly budget: BudgetName;
  /** The ledger's device when the run began. */
  readonly device: number;
  readonly startedMs: number;
  /** Requests to be measured, and how many of them have a result. */
  readonly total: number;
  readonly done: number;
  /** How far it is, from 0 to 1; it only ever grows. */
  readonly share: number;
  /** What has been measured in calls that have ended. */
  readonly turns: readonly Turn[];
  /** When the call in progress began, in milliseconds. */
  readonly turnMs: number;
  /** Whether another tab measures and this one has to wait; null until that is known. */
  readonly waits: boolean | null;
  /** How long a GPU that a cancelled kernel may still hold gets to answer, in milliseconds; null where it has answered. */
  readonly doubtMs: number | null;
  /** What is being measured now. */
  readonly chunk: readonly Item[];
  readonly at: string | null;
  readonly phase: Phase | null;
  /** Which candidate of a race is looked at, in words; null while none is. */
  readonly choice: string | null;
}

export class Runs implements ReactiveController {
  running: Running | null = null;
  /** One sentence on how the last run ended. */
  note = '';
  private unwatch: (() => void) | null = null;
  /** The ledger that is watched: a file that is opened has one of its own. */
  private watched: Ledger | null = null;

  /** `lose` is called when a run has shown that the GPU is gone. */
  constructor(
    private readonly view: ReactiveControllerHost & { readonly ledger: Ledger },
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  /** Other views may have measured in the meantime. */
  hostConnected(): void {
    this.view.requestUpdate();
  }

  /** An element that was defined after the page had put it in place gets its ledger only with its first update. */
  hostUpdate(): void {
    const { ledger } = this.view;
    if (this.watched === ledger) return;
    this.unwatch?.();
    if (this.watched) {
      this.cancel('opened');
      this.note = '';
    }
    this.watched = ledger;
    this.unwatch = ledger.watch(() => {
      if (this.running && this.running.device !== ledger.device) this.cancel('reopened');
      this.view.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.cancel('left');
    this.unwatch?.();
    this.unwatch = null;
    this.watched = null;
  }

  /** What is happening to a request now, in a word or three; null where it is not in work. */
  phaseOf(key: string): string | null {
    const { running } = this;
    if (!running || this.view.ledger.result(key, running.budget)) return null;
    const place = running.chunk.findIndex((item) => item.key === key);
    if (place < 0) return null;
    const { phase } = running;
    if (running.choice !== null) return key === running.at ? 'choosing' : 'waiting';
    if (phase && (phase === 'time' || key === running.at)) return WORDS[phase];
    const at = running.chunk.findIndex((item) => item.key === running.at);
    return phase === 'verify again' ? 'timed' : place < at ? 'to be timed' : 'waiting';
  }

  /**
   * Measures the items that have no result yet; all of them again where every one has. `allowLong`: also where a dispatch
   * is predicted to hold the GPU for long.
   */
  async run(host: Host, items: readonly Item[], budget: BudgetName, allowLong = false): Promise<void> {
    if (this.running || items.length === 0) return;
    const { ledger } = this.view;
    const left = items.filter(({ key }) => !ledger.result(key, budget));
    if (left.length === 0) for (const { key } of items) ledger.setAside(key, budget);
    const todo = left.length === 0 ? items : left;
    const abort = new AbortController();
    const startedMs = performance.now();
    const counts = { total: todo.length, done: 0, share: 0 };
    this.set({
      abort,
      budget,
      device: ledger.device,
      startedMs,
      turns: [],
      turnMs: startedMs,
      waits: null,
      doubtMs: null,
      ...counts,
      chunk: [],
      at: null,
      phase: null,
      choice: null,
    });
    let chunk: readonly Item[] = [];
    try {
      for (let first = 0; first < todo.length; first += SIDE_BY_SIDE) {
        chunk = todo.slice(first, first + SIDE_BY_SIDE);
        const turn = chunk;
        const measure = (): Promise<boolean> => {
          const turnMs = performance.now();
          if (this.running?.abort === abort) this.set({ ...this.running, waits: false, turnMs });
          return this.measure(host, turn, first, budget, abort, allowLong);
        };
        const wait = (): void => {
          if (this.running?.abort === abort) this.set({ ...this.running, waits: true });
        };
        if (!(await alone(measure, abort.signal, wait))) return;
        this.endTurn(turn.length, abort);
      }
      const left = todo.filter(({ key }) => isLong(ledger.result(key, budget) ?? {})).length;
      const measured = `${todo.length - left} measured${left > 0 ? `, ${left} left out,` : ''}`;
      this.note = `${measured} in ${figureText(duration((performance.now() - startedMs) * 1e6))}.`;
    } catch (error) {
      // Cancelled: whoever cancelled has said why.
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      // Among several nobody can tell whose fault it was.
      if (chunk.length === 1) ledger.keep({ ...plain(chunk[0]), budget, among: todo.length, outcome, ...NOTHING });
      this.note = outcome.state === 'failed' ? `It stopped: ${stopped(outcome.reason)} ${outcome.next}` : 'It stopped.';
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.isCurrent(abort)) this.set(null);
    }
  }

  /** Ends the run in progress; what it would still have brought is dropped. */
  cancel(why: keyof typeof ENDINGS): void {
    if (!this.running) return;
    const { abort, total } = this.running;
    abort.abort();
    this.note = ENDINGS[why][total === 1 ? 0 : 1];
    this.set(null);
  }

  /** False where the batch cannot go on. */
  private async measure(
    host: Host,
    chunk: readonly Item[],
    first: number,
    budget: BudgetName,
    abort: AbortController,
    allowLong: boolean,
  ): Promise<boolean> {
    const { ledger } = this.view;
    const among = this.running?.total ?? chunk.length;
    const calledMs = performance.now();
    const keep = (index: number, result: Result, restart: boolean, part: Partial<Entry> = {}): void => {
      const outcome = fromResult(result, restart);
      ledger.keep({ ...plain(chunk[index]), budget, among, ...NOTHING, outcome, result, ...part });
    };
    const { results, restart, liveBytes } = await host.call(
      'bench',
      {
        requests: chunk.map(({ settings, source }) => toRequest(settings, source)),
        budget: BUDGETS[budget],
        ...(allowLong ? { allowLong } : {}),
      },
      {
        signal: abort.signal,
        onDoubt: (doubtMs) => {
          if (this.running?.abort === abort) this.set({ ...this.running, doubtMs });
        },
        onProgress: (progress) => {
          if (this.running?.abort !== abort) return;
          const running = { ...this.running, doubtMs: null };
          if (progress.kind === 'result') {
            keep(progress.index, progress.result, false);
            const done = running.done + 1;
            this.set({ ...running, done, share: Math.max(running.share, done / running.total) });
            return;
          }
          if (progress.kind === 'choice') {
            const choice = `choosing: ${progress.at} of ${progress.of} kernels`;
            this.set({ ...running, chunk, at: chunk[progress.index].key, choice });
            return;
          }
          if (progress.kind !== 'step') return;
          const share = Math.max(
            running.share,
            (first + (progress.done / progress.total) * chunk.length) / running.total,
          );
          this.set({ ...running, chunk, at: chunk[progress.index].key, phase: progress.phase, choice: null, share });
        },
      },
    );
    if (abort.signal.aborted) return false;
    if (!restart && results.includes(null)) throw new Failure('internal', 'The run ended without a result');
    const tookMs = performance.now() - calledMs;
    const last = results.findLastIndex((result) => result !== null);
    for (const [index, result] of results.entries()) {
      // The kernel that never returned is the last one that has a result.
      if (result) keep(index, result, restart && index === last, { liveBytes, tookMs });
    }
    if (!restart) return true;
    this.note = 'A kernel did not return, so the run stopped.';
    this.lose(stuck());
    return false;
  }

  private endTurn(done: number, abort: AbortController): void {
    const { running } = this;
    if (running?.abort !== abort) return;
    const turn = { done, seconds: (performance.now() - running.turnMs) / 1000 };
    this.set({ ...running, turns: [...running.turns, turn] });
  }

  private isCurrent(abort: AbortController): boolean {
    return this.running?.abort === abort;
  }

  private set(running: Running | null): void {
    this.running = running;
    this.view.requestUpdate();
  }
}

/** An item without what a view has added to it: entries are kept where only data can be. */
function plain({ key, settings, source }: Item): Item {
  return { key, settings, source };
}
