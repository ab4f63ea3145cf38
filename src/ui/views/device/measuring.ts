/** Runs the probes of a fingerprint one after another, in the time that they share, and says how far that is. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { inTurn, SharedTime, tookWords } from '../../../lab/deadline.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Host } from '../../../lab/protocol.ts';
import type { Probe } from '../../../probes/types.ts';
import { duration, figureText } from '../../look/format.ts';
import type { BudgetName } from '../../state/effort.ts';
import type { Ledger } from '../../state/ledger.ts';
import { alone } from '../../state/lock.ts';
import type { ProbeRuns } from '../../state/probe-runs.ts';

/** A probe and how many steps it has. */
export interface Task {
  readonly probe: Probe;
  readonly steps: number;
}

interface Running {
  readonly abort: AbortController;
  /** In the order in which they run. */
  readonly tasks: readonly Task[];
  readonly budget: BudgetName;
  /** Of the probe that runs. */
  readonly at: number;
  readonly startedMs: number;
  /** Whether another tab measures and this one has to wait; null until that is known. */
  readonly waits: boolean | null;
  /** How long all of them may take. */
  readonly totalMs: number;
}

/** By result: the run that it is from, of probes that had so much time together. */
const madeIn = new WeakMap<ProbeResult, { readonly totalMs: number }>();

/** Milliseconds that those probes had together; null where no one run made all of them, or its time was not limited. */
export function limitOf(results: readonly ProbeResult[]): number | null {
  const runs = new Set(results.map((result) => madeIn.get(result)));
  const [run] = runs;
  return runs.size === 1 && run ? run.totalMs : null;
}

export class Measuring implements ReactiveController {
  running: Running | null = null;
  /** One sentence on how the last run of each effort ended, on this device. */
  private readonly notes = new Map<BudgetName, string>();
  /** The ledger's device that the notes are about. */
  private device = 0;

  constructor(
    private readonly view: ReactiveControllerHost & { readonly ledger: Ledger },
    private readonly probeRuns: ProbeRuns,
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

  /** One sentence on how the last run ended; "" where there was none. */
  note(budget: BudgetName): string {
    return this.notes.get(budget) ?? '';
  }

  /** How much of all steps is done, from 0 to 1, and how many rows that is. */
  progress(): { readonly share: number; readonly done: number; readonly total: number } {
    const { running, probeRuns } = this;
    if (!running) return { share: 0, done: 0, total: 0 };
    const total = sum(running.tasks);
    const ended = sum(running.tasks.slice(0, running.at));
    const now = ended + (running.tasks[running.at]?.steps ?? 0) * (probeRuns.running?.share ?? 0);
    return { share: total === 0 ? 0 : now / total, done: Math.floor(now), total };
  }

  /**
   * The probes have `totalMs` milliseconds together, from when no other tab measures any more: what does not fit is withheld.
   */
  async run(host: Host, asked: readonly Task[], budget: BudgetName, totalMs: number): Promise<void> {
    if (this.running) return;
    const probes = inTurn(asked.map(({ probe }) => probe));
    const tasks = probes.flatMap((probe) => asked.filter((task) => task.probe === probe));
    const abort = new AbortController();
    const startedMs = performance.now();
    this.notes.delete(budget);
    this.running = { abort, tasks, budget, at: 0, startedMs, totalMs, waits: null };
    this.view.requestUpdate();
    const wait = (): void => {
      if (this.running?.abort === abort) this.running = { ...this.running, waits: true };
      this.view.requestUpdate();
    };
    // A run that is cancelled while it waits ends by throwing; the note says already why.
    const note = await alone(() => this.measure(host, abort, totalMs), abort.signal, wait).catch((error) => {
      if (!abort.signal.aborted) throw error;
      return null;
    });
    if (this.running?.abort !== abort) return;
    if (note !== null) this.notes.set(budget, note);
    this.running = null;
    this.view.requestUpdate();
  }

  /** Returns how it ended in one sentence; null where that is said already. */
  private async measure(host: Host, abort: AbortController, totalMs: number): Promise<string | null> {
    const startedMs = performance.now();
    const { tasks = [], budget = 'quick' } = this.running ?? {};
    const time = new SharedTime(
      tasks.map(({ probe }) => probe),
      totalMs,
    );
    const run = { totalMs };
    for (const [at, { probe }] of tasks.entries()) {
      if (this.running?.abort !== abort) return null;
      this.running = { ...this.running, at, startedMs, waits: false };
      const limits = { withinMs: time.of(at), isAlone: true };
      const result = await this.probeRuns.run(host, probe.id, budget, limits);
      if (result) madeIn.set(result, run);
      else return this.running?.abort === abort ? this.probeRuns.note(probe.id, budget) : null;
    }
    const took = tookWords(performance.now() - startedMs, totalMs, (ms) => figureText(duration(ms * 1e6)));
    return `Measured in ${took}.`;
  }

  /** Ends the run. Probes that have ended keep their results, and the one in progress what was finished of it. */
  cancel(note = 'You cancelled; what had been measured stays.'): void {
    if (!this.running) return;
    this.notes.set(this.running.budget, note);
    this.running.abort.abort();
    this.running = null;
    this.probeRuns.cancel();
    this.view.requestUpdate();
  }
}

function sum(tasks: readonly Task[]): number {
  return tasks.reduce((all, { steps }) => all + steps, 0);
}
