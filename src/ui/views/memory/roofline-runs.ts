/** Measures and traces every kernel on this device, one operation after another, and keeps the points of this visit. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure } from '../../../core/errors.ts';
import type { DType } from '../../../core/format.ts';
import type { Host } from '../../../lab/protocol.ts';
import { type RooflinePoint, type Runner, roofline } from '../../../lab/roofline.ts';
import { duration, figureText, stopped } from '../../look/format.ts';
import { BUDGETS, type BudgetName } from '../../state/effort.ts';
import type { Ledger } from '../../state/ledger.ts';
import { alone } from '../../state/lock.ts';
import { type Missing, stuck } from '../../state/missing.ts';
import { fromError } from '../../state/outcome.ts';

interface Made {
  readonly points: readonly RooflinePoint[];
  readonly note: string;
}

/** Always the same list, so that a chart without points is not drawn again. */
const NO_POINTS: readonly RooflinePoint[] = [];

export class RooflineRuns implements ReactiveController {
  /** What the data of the kernels are stored as that are shown, and measured next. */
  dtype: DType = 'f32';
  private readonly made = new Map<DType, Made>();
  private abort: AbortController | null = null;
  /** The ledger's device that the points were measured on. */
  private device = 0;

  constructor(
    private readonly view: ReactiveControllerHost & { readonly ledger: Ledger },
    private readonly lose: (missing: Missing) => void,
  ) {
    view.addController(this);
  }

  get isRunning(): boolean {
    return this.abort !== null;
  }

  get points(): readonly RooflinePoint[] {
    return this.made.get(this.dtype)?.points ?? NO_POINTS;
  }

  /** How the last run ended, in a sentence. */
  get note(): string {
    return this.made.get(this.dtype)?.note ?? '';
  }

  /** Not while a run is in progress. */
  choose(dtype: DType): void {
    if (!this.abort) this.dtype = dtype;
    this.view.requestUpdate();
  }

  private keep(part: Partial<Made>): void {
    this.made.set(this.dtype, { points: this.points, note: this.note, ...part });
    this.view.requestUpdate();
  }

  hostUpdate(): void {
    const { device } = this.view.ledger;
    if (device === this.device) return;
    this.device = device;
    this.abort?.abort();
    this.abort = null;
    this.made.clear();
  }

  hostDisconnected(): void {
    this.cancel('You left this view, so the run stopped; points that were measured stay.');
  }

  /** A software adapter always gets the small shapes and the quick budget: on others a dispatch would take it seconds. */
  async run(host: Host, wanted: BudgetName, isSoftware: boolean): Promise<void> {
    if (this.abort) return;
    const budget = isSoftware ? 'quick' : wanted;
    const abort = new AbortController();
    this.abort = abort;
    const { dtype } = this;
    this.keep({ points: NO_POINTS, note: '' });
    const startedMs = performance.now();
    const runner: Runner = {
      bench: async (requests) => {
        const { results, restart } = await host.call(
          'bench',
          { requests, budget: BUDGETS[budget] },
          { signal: abort.signal },
        );
        if (restart) throw new Failure('timeout', 'A kernel did not return');
        return results;
      },
      trace: async (request) => {
        const { result, restart } = await host.call('trace', request, { signal: abort.signal });
        if (restart) throw new Failure('timeout', 'A traced kernel did not return');
        return result;
      },
    };
    const take = (point: RooflinePoint): void => {
      if (this.abort === abort) this.keep({ points: [...this.points, point] });
    };
    try {
      await alone(
        () => roofline(runner, budget === 'quick', take, dtype),
        abort.signal,
        () => undefined,
      );
      if (this.abort === abort)
        this.keep({ note: `Measured and traced in ${figureText(duration((performance.now() - startedMs) * 1e6))}.` });
    } catch (error) {
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      this.keep({
        note: `It stopped.${outcome.state === 'failed' ? ` ${stopped(outcome.reason)} ${outcome.next}` : ''}`,
      });
      if (error instanceof Failure && error.code === 'timeout') this.lose(stuck());
    } finally {
      if (this.abort === abort) this.abort = null;
      this.view.requestUpdate();
    }
  }

  cancel(note = 'You cancelled the run; points that were measured stay.'): void {
    if (!this.abort) return;
    this.keep({ note });
    this.abort.abort();
    this.abort = null;
    this.view.requestUpdate();
  }
}
