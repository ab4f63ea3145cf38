/** Runs of a kernel of the reader's own: by itself, beside the ladder, or traced. One at a time. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../../core/errors.ts';
import { kernelsOf } from '../../../kernels/index.ts';
import type { Knobs } from '../../../kernels/types.ts';
import { ownRequest } from '../../../lab/own.ts';
import { type Host, QUICK, type Request } from '../../../lab/protocol.ts';
import type { Result } from '../../../lab/result.ts';
import type { TraceReply } from '../../../lab/trace-result.ts';
import { defaultMachine } from '../../../model/machines.ts';
import type { Problem } from '../../../ops/types.ts';
import { stopped } from '../../look/format.ts';
import { alone } from '../../state/lock.ts';
import { type Missing, stuck } from '../../state/missing.ts';
import { fromError, fromResult, isLong, type Outcome } from '../../state/outcome.ts';
import { LIMIT_MS, MOST_ENTRIES, reasonOf } from '../../state/traces.ts';

export type What = 'run' | 'beside' | 'trace';

/** What is to be run: a text, with its knobs, on a problem. */
export interface Asked {
  readonly problem: Problem;
  /** Those that are not at their defaults. */
  readonly knobs: Knobs;
  readonly source: string;
}

export class Trial implements ReactiveController {
  running: { readonly abort: AbortController; readonly what: What } | null = null;
  outcome: Outcome = { state: 'idle', gates: [] };
  /** Of the last run: the reader's own first, then the ladder's, in order. */
  results: readonly Result[] = [];
  trace: TraceReply | null = null;
  /** On what ended without a result, in a sentence. */
  note = '';
  /** Whether the last trace was not made since it would hold the GPU for long. */
  isLong = false;

  /** `lose` is called when a run has shown that the GPU is gone. */
  constructor(
    private readonly view: ReactiveControllerHost,
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  hostDisconnected(): void {
    this.cancel('');
  }

  /** The text or the problem is another one: what was found is not about it. */
  forget(): void {
    this.cancel('');
    this.outcome = { state: 'idle', gates: [] };
    this.results = [];
    this.trace = null;
    this.view.requestUpdate();
  }

  /** What a file holds, in place of a run. */
  show(results: readonly Result[], trace: TraceReply | null): void {
    this.forget();
    this.results = results;
    this.trace = trace;
    if (results.length > 0) this.outcome = fromResult(results[0], false);
  }

  cancel(note: string): void {
    this.running?.abort.abort();
    this.running = null;
    this.note = note;
    this.isLong = false;
    this.view.requestUpdate();
  }

  /** `allowLong`: also where a dispatch is predicted to hold the GPU for long. */
  async start(what: What, host: Host, asked: Asked, allowLong = false): Promise<void> {
    if (this.running) return;
    const abort = new AbortController();
    this.running = { abort, what };
    this.note = '';
    this.isLong = false;
    this.view.requestUpdate();
    try {
      const { problem, knobs, source } = asked;
      const request = await ownRequest({ ...problem, knobs, source });
      const task = (): Promise<void> =>
        what === 'trace'
          ? this.traced(host, request, abort, allowLong)
          : this.measured(what === 'beside', host, request, abort, allowLong);
      await alone(task, abort.signal, () => {
        this.note = 'Another tab of this page measures; this one waits.';
        this.view.requestUpdate();
      });
    } catch (error) {
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      if (what === 'trace') this.note = outcome.state === 'failed' ? stopped(outcome.reason) : 'It was not traced.';
      else this.outcome = outcome;
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.running?.abort === abort) this.running = null;
      this.view.requestUpdate();
    }
  }

  private async measured(
    isBeside: boolean,
    host: Host,
    own: Request,
    abort: AbortController,
    allowLong: boolean,
  ): Promise<void> {
    const { op, shape, dtype, seed, input } = own;
    const problem = { op, shape, dtype, seed, input } as Problem;
    const ladder = isBeside ? kernelsOf(op).map(({ id }): Request => ({ ...problem, kernel: id })) : [];
    const results: Result[] = [];
    this.results = [];
    this.outcome = { state: 'running', gates: [] };
    const take = (index: number, result: Result, restart: boolean): void => {
      results[index] = result;
      this.results = results.filter((one) => one !== undefined);
      if (index === 0) this.outcome = fromResult(result, restart);
      this.view.requestUpdate();
    };
    const reply = await host.call(
      'bench',
      { requests: [own, ...ladder], budget: QUICK, ...(allowLong ? { allowLong } : {}) },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          if (!abort.signal.aborted && progress.kind === 'result') take(progress.index, progress.result, false);
        },
      },
    );
    if (abort.signal.aborted) return;
    for (const [index, result] of reply.results.entries()) if (result) take(index, result, reply.restart);
    if (reply.restart) this.lose(stuck());
  }

  private async traced(host: Host, request: Request, abort: AbortController, allowLong: boolean): Promise<void> {
    const params = {
      request,
      workgroups: 'all',
      machine: defaultMachine.id,
      limitMs: LIMIT_MS,
      most: MOST_ENTRIES,
      steps: 'values',
      ...(allowLong ? { allowLong } : {}),
    } as const;
    const reply = await host.call('trace', params, { signal: abort.signal });
    const { result, restart } = reply;
    if (abort.signal.aborted) return;
    if (restart) this.lose(stuck());
    this.trace = result.traced ? reply : null;
    this.isLong = isLong(result);
    if (!result.traced) this.note = reasonOf(reply);
  }
}
