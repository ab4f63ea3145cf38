/** Runs what the reader asks for, one at a time, and keeps each result under the very settings it was made with. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import { FULL, type Host } from '../../lab/protocol.ts';
import { text, time } from '../look/format.ts';
import type { Standing } from '../parts/ts-ladder.ts';
import type { Step } from '../parts/ts-run-bar.ts';
import type { Past } from '../views/kernel/ts-runs.ts';
import { type Missing, stuck } from './missing.ts';
import { fromError, fromResult, type Outcome } from './outcome.ts';
import { keyOf, type Settings, toRequest } from './settings.ts';

export interface Finished {
  readonly outcome: Outcome;
  /** Bytes still allocated on the device after the run; null where that is not known. */
  readonly liveBytes: number | null;
  readonly note: string;
}

interface Running {
  readonly key: string;
  readonly abort: AbortController;
  readonly step: Step | null;
}

const MOST_RUNS = 12;

export class Experiments implements ReactiveController {
  running: Running | null = null;
  /** Finished runs of this visit that have a verdict, newest first. */
  runs: readonly Past[] = [];
  /** One sentence on the last run where it left no result. */
  note = '';
  private finished = new Map<string, Finished>();

  constructor(
    private readonly view: ReactiveControllerHost,
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  hostDisconnected(): void {
    this.abandon('You left this view, so the run was cancelled.');
  }

  /** What the last run of these settings brought, if there was one. */
  at(key: string): Finished | undefined {
    return this.finished.get(key);
  }

  async run(host: Host, settings: Settings, source: string | undefined): Promise<void> {
    if (this.running) return;
    const key = keyOf(settings, source);
    const abort = new AbortController();
    const started = performance.now();
    this.update({ running: { key, abort, step: null }, note: '' });
    try {
      const reply = await host.call(
        'bench',
        { requests: [toRequest(settings, source)], budget: FULL },
        {
          signal: abort.signal,
          onProgress: (progress) => {
            if (progress.kind === 'step' && this.isCurrent(abort)) {
              this.update({ running: { key, abort, step: progress } });
            }
          },
        },
      );
      if (abort.signal.aborted) return;
      const result = reply.results[0];
      if (!result) throw new Failure('internal', 'The run ended without a result');
      const note = `finished in ${text(time((performance.now() - started) * 1e6))}`;
      this.settle(key, { outcome: fromResult(result, reply.restart), liveBytes: reply.liveBytes, note });
      if (result.status === 'correct' || result.status === 'wrong') {
        const past: Past = { key, settings, source, result };
        this.runs = [past, ...this.runs.filter((other) => other.key !== key)].slice(0, MOST_RUNS);
      }
      if (reply.restart) this.lose(stuck());
    } catch (error) {
      // Cancelled: whoever cancelled has said why.
      if (abort.signal.aborted) return;
      this.settle(key, { outcome: fromError(error), liveBytes: null, note: '' });
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.isCurrent(abort)) this.update({ running: null });
    }
  }

  /** Ends the run in progress; what it still brings is dropped. */
  abandon(note: string): void {
    if (!this.running) return;
    this.running.abort.abort();
    this.update({ running: null, note });
  }

  /** The settings in sight are now these: a run of others is ended, and what was said of the last one is gone. */
  turnTo(key: string): void {
    if (this.running && this.running.key !== key) this.abandon('You changed a setting, so the run was cancelled.');
    else if (!this.running) this.note = '';
  }

  /** Another device: nothing measured before is its own. */
  forget(): void {
    this.abandon('The device is opened anew.');
    this.finished = new Map();
    this.runs = [];
    this.view.requestUpdate();
  }

  /** Last result of each saved kernel on the problem of these settings. */
  standings(settings: Settings): ReadonlyMap<string, Standing> {
    const standings = new Map<string, Standing>();
    const problem = ({ op, shape, dtype, seed, input }: Settings): string =>
      JSON.stringify([op, shape, dtype, seed, input]);
    for (const past of [...this.runs].reverse()) {
      if (past.source !== undefined || problem(past.settings) !== problem(settings)) continue;
      const { status, time: measured } = past.result;
      standings.set(past.settings.kernel, { correct: status === 'correct', medianNs: measured?.medianNs ?? null });
    }
    return standings;
  }

  private isCurrent(abort: AbortController): boolean {
    return this.running?.abort === abort;
  }

  private settle(key: string, finished: Finished): void {
    this.finished.set(key, finished);
    this.view.requestUpdate();
  }

  private update(part: Partial<Pick<this, 'running' | 'note'>>): void {
    Object.assign(this, part);
    this.view.requestUpdate();
  }
}
