/**
 * Many requests in one go, for the views that compare: results arrive a few at a time and each is kept under the
 * settings that it was made with, so that a cancelled batch goes on where it stopped.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import { type Budget, FULL, type Host, type Phase, QUICK, type Request } from '../../lab/protocol.ts';
import type { Result } from '../../lab/result.ts';
import { text, time } from '../look/format.ts';
import { type Missing, stuck } from './missing.ts';
import { fromError } from './outcome.ts';

/** Requests timed side by side in one call: enough to share the machine's moods, few enough to see results arrive. */
const SIDE_BY_SIDE = 4;

export const BUDGETS = { quick: QUICK, full: FULL } as const satisfies Record<string, Budget>;
export type BudgetName = keyof typeof BUDGETS;
export const BUDGET_NAMES = Object.keys(BUDGETS) as readonly BudgetName[];

const WORDS: Readonly<Record<Phase, string>> = {
  plan: 'planning',
  inputs: 'inputs',
  compile: 'compiling',
  run: 'running',
  verify: 'verifying',
  time: 'timing',
  'verify again': 'rechecking',
};

/** One request under the key that its result is kept by. */
export interface Item {
  readonly key: string;
  readonly request: Request;
}

interface Running {
  readonly abort: AbortController;
  readonly startedMs: number;
  /** Requests of the batch, and how many of them have a result. */
  readonly total: number;
  readonly done: number;
  /** How far the batch is, from 0 to 1; it only ever grows. */
  readonly share: number;
  /** What is being measured now. */
  readonly chunk: readonly Item[];
  readonly at: string | null;
  readonly phase: Phase | null;
}

export class Batch implements ReactiveController {
  running: Running | null = null;
  /** One sentence on how the last batch ended. */
  note = '';
  /** Counts up with every result, for whoever draws them. */
  version = 0;
  private readonly results = new Map<string, Result>();

  constructor(
    private readonly view: ReactiveControllerHost,
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  hostDisconnected(): void {
    this.cancel('You left this view, so the run stopped; what was measured stays.');
  }

  result(key: string): Result | undefined {
    return this.results.get(key);
  }

  /** What is happening to a request now, in a word or three; null where it is not in work. */
  phaseOf(key: string): string | null {
    const { running } = this;
    if (!running || this.results.has(key)) return null;
    const place = running.chunk.findIndex((item) => item.key === key);
    if (place < 0) return null;
    const { phase } = running;
    if (phase && (phase === 'time' || key === running.at)) return WORDS[phase];
    const at = running.chunk.findIndex((item) => item.key === running.at);
    return phase === 'verify again' ? 'timed' : place < at ? 'to be timed' : 'waiting';
  }

  /** Measures the items that have no result yet; all of them anew where every one has. */
  async run(host: Host, items: readonly Item[], budget: Budget): Promise<void> {
    if (this.running || items.length === 0) return;
    const left = items.filter(({ key }) => !this.results.has(key));
    if (left.length === 0) for (const { key } of items) this.results.delete(key);
    const todo = left.length === 0 ? items : left;
    const abort = new AbortController();
    const startedMs = performance.now();
    this.version++;
    this.set({ abort, startedMs, total: todo.length, done: 0, share: 0, chunk: [], at: null, phase: null });
    try {
      for (let first = 0; first < todo.length; first += SIDE_BY_SIDE) {
        const chunk = todo.slice(first, first + SIDE_BY_SIDE);
        if (!(await this.measure(host, chunk, first, budget, abort))) return;
      }
      this.note = `${todo.length} measured in ${text(time((performance.now() - startedMs) * 1e6))}.`;
    } catch (error) {
      // Cancelled: whoever cancelled has said why.
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      this.note = outcome.state === 'failed' ? `It stopped: ${outcome.reason}. ${outcome.next}` : 'It stopped.';
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.isCurrent(abort)) this.set(null);
    }
  }

  cancel(note: string): void {
    if (!this.running) return;
    this.running.abort.abort();
    this.note = note;
    this.set(null);
  }

  /** Another device: nothing measured before is its own. */
  forget(): void {
    this.cancel('The device is opened anew.');
    this.results.clear();
    this.version++;
    this.view.requestUpdate();
  }

  /** False where the batch cannot go on. */
  private async measure(
    host: Host,
    chunk: readonly Item[],
    first: number,
    budget: Budget,
    abort: AbortController,
  ): Promise<boolean> {
    const reply = await host.call(
      'bench',
      { requests: chunk.map(({ request }) => request), budget },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          const { running } = this;
          if (running?.abort !== abort) return;
          const { key } = chunk[progress.index];
          if (progress.kind === 'result') {
            this.results.set(key, progress.result);
            this.version++;
            const done = running.done + 1;
            this.set({ ...running, done, share: Math.max(running.share, done / running.total) });
            return;
          }
          const share = (first + (progress.done / progress.total) * chunk.length) / running.total;
          this.set({
            ...running,
            chunk,
            at: key,
            phase: progress.phase,
            share: Math.max(running.share, share),
          });
        },
      },
    );
    if (abort.signal.aborted) return false;
    if (!reply.restart) return true;
    this.note = 'A kernel did not return, so the run stopped.';
    this.lose(stuck());
    return false;
  }

  private isCurrent(abort: AbortController): boolean {
    return this.running?.abort === abort;
  }

  private set(running: Running | null): void {
    this.running = running;
    this.view.requestUpdate();
  }
}
