/**
 * The evidence of a lesson: a recording that is loaded, or a trace, runs or a probe on the reader's own
 * device. A lesson's figures and outcomes are drawn from whatever the reader has asked for last.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { edited } from '../../../core/edited.ts';
import { Refusal } from '../../../core/errors.ts';
import { shader, shaderPath } from '../../../kernels/index.ts';
import type { Capabilities } from '../../../kernels/types.ts';
import { resolve, tryPlan } from '../../../lab/plan.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Host } from '../../../lab/protocol.ts';
import { recordedOn } from '../../../lab/recorded-on.ts';
import type { Data, Evidence, Run, RunsEvidence, TraceEvidence } from '../../../lessons/types.ts';
import { defaultMachine } from '../../../model/machines.ts';
import type { Steps } from '../../../trace/steps.ts';
import { capital, lowered } from '../../look/format.ts';
import type { DeviceState } from '../../state/device.ts';
import type { Origin } from '../../state/files/read.ts';
import { lessonRecordings, recordings } from '../../state/fingerprints.ts';
import { type Item, itemOf, type Ledger } from '../../state/ledger.ts';
import { modelled } from '../../state/modelled.ts';
import { isCut, ProbeRuns } from '../../state/probe-runs.ts';
import { recordingAt } from '../../state/recordings.ts';
import type { Runs } from '../../state/runs.ts';
import { toRequest } from '../../state/settings.ts';
import { type TraceOptions, Traces } from '../../state/traces.ts';

const OPTIONS: TraceOptions = { workgroups: 'all', machine: defaultMachine.id, values: true };
const BUDGET = 'quick';

/** One piece of evidence that is there. */
export interface Shown {
  readonly data: Data;
  /** Of a trace: what its first workgroups did. */
  readonly steps: readonly Steps[];
  /** The whole result of a probe; null of everything else. */
  readonly measured: ProbeResult | null;
  /** Where and when it was recorded, in words; null where it was made on this device. */
  readonly origin: string | null;
  /** The same as documents say it; null also where the recording names no adapter. */
  readonly place: Origin | null;
  /** Whether it was made on a software adapter. */
  readonly software: boolean;
}

type View = ReactiveControllerHost & { readonly ledger: Ledger; readonly device: DeviceState };
type All = Readonly<Record<string, Evidence>>;

export class EvidenceBook implements ReactiveController {
  /** Why something could not be loaded, in one sentence; empty where all could. */
  fault = '';
  private readonly recorded = new Map<string, Shown>();
  private readonly planned = new Map<string, readonly Item[]>();
  /** What was made, and on which of the ledger's devices, when it was asked for again. */
  private readonly last = new Map<string, { readonly shown: Shown; readonly device: number }>();
  /** Ids that the reader has asked to be made on this device. */
  private readonly live = new Set<string>();
  private readonly traces: Traces;
  private readonly probes: ProbeRuns;
  private all: All = {};
  /** Counts up with every lesson that is opened. */
  private lesson = 0;
  /** Ids that are being made, from the first to the last; null where none are. */
  private making: readonly string[] | null = null;

  constructor(
    private readonly view: View,
    private readonly runs: Runs,
    lose: ConstructorParameters<typeof Traces>[1],
    private readonly isSoftware: () => boolean,
    private readonly capabilities: () => Capabilities,
  ) {
    view.addController(this);
    this.traces = new Traces(view, lose);
    this.probes = new ProbeRuns(view, lose);
  }

  hostConnected(): void {}

  /** Another lesson, or the same one from its start. */
  open(all: All): void {
    this.cancel();
    this.lesson++;
    this.all = all;
    this.fault = '';
    this.recorded.clear();
    this.planned.clear();
    this.live.clear();
    this.last.clear();
  }

  /** Null where the reader has not asked for it yet, or it is not there yet. */
  of(id: string): Shown | null {
    const evidence = this.all[id];
    if (!evidence) return null;
    return (this.live.has(id) ? this.made(id, evidence) : null) ?? this.before(id) ?? this.recorded.get(id) ?? null;
  }

  /** What was made here before, while it is being made again: a lesson must not close over its reader. */
  private before(id: string): Shown | null {
    const last = this.last.get(id);
    return last && this.isRunning && this.live.has(id) && last.device === this.view.ledger.device ? last.shown : null;
  }

  get isRunning(): boolean {
    return (
      this.making !== null || this.runs.running !== null || this.traces.running !== null || this.probes.running !== null
    );
  }

  /** How the last run ended, where it ended without a result. */
  note(ids: readonly string[]): string {
    if (this.fault !== '') return this.fault;
    const missing = ids.some((id) => this.live.has(id) && this.all[id] && !this.made(id, this.all[id]));
    if (this.isRunning || !missing) return '';
    const probe = ids.map((id) => this.all[id]).find((one) => one?.kind === 'probe');
    return this.traces.note || this.runs.note || (probe?.kind === 'probe' ? this.probes.note(probe.probe, BUDGET) : '');
  }

  /** In a clause, why this device can make nothing of some of these; null where it can. */
  lack(ids: readonly string[]): string | null {
    for (const id of ids) {
      const evidence = this.all[id];
      if (!evidence || evidence.kind === 'probe') continue;
      const plans = this.itemsOf(id, evidence).map((item) =>
        tryPlan(toRequest(item.settings, item.source), this.capabilities()),
      );
      const [first] = plans;
      // Of several runs some may be refused: what the others show is worth seeing.
      if (first instanceof Refusal && plans.every((plan) => plan instanceof Refusal))
        return first.fault.replace(/^It /, 'it ');
    }
    return null;
  }

  /** Whether there is a recording of each. */
  isRecorded(ids: readonly string[]): boolean {
    return ids.every((id) => {
      const evidence = this.all[id];
      if (evidence?.kind === 'trace') return true;
      return evidence?.kind === 'runs' ? evidence.recorded !== null : (evidence?.recorded.length ?? 0) > 0;
    });
  }

  /** Shows the recordings of these. */
  async play(ids: readonly string[]): Promise<void> {
    const { lesson } = this;
    this.fault = '';
    const loaded = await Promise.all(
      ids.map(async (id) => {
        const evidence = this.all[id];
        return [id, evidence ? await recordedOf(evidence).catch(() => null) : null] as const;
      }),
    );
    if (lesson !== this.lesson) return;
    for (const [id, shown] of loaded) {
      this.live.delete(id);
      if (shown) this.recorded.set(id, shown);
      else this.fault = 'The recording could not be loaded: reload the page.';
    }
    this.view.requestUpdate();
  }

  /** Makes these on this device, one after the other. */
  async make(host: Host, ids: readonly string[]): Promise<void> {
    if (this.isRunning) return;
    const { lesson } = this;
    const own = [...ids];
    this.fault = '';
    this.keep();
    this.making = own;
    for (const id of own) this.live.add(id);
    try {
      for (const id of own) {
        const evidence = this.all[id];
        if (!evidence || lesson !== this.lesson || this.making !== own) return;
        if (evidence.kind === 'runs') await this.runs.run(host, this.itemsOf(id, evidence), BUDGET);
        else if (evidence.kind === 'probe') await this.probes.run(host, evidence.probe, BUDGET);
        else await this.traces.run(host, this.itemsOf(id, evidence)[0], OPTIONS);
      }
    } finally {
      if (this.making === own) this.making = null;
      this.view.requestUpdate();
    }
  }

  /** Of everything: pieces of evidence may have runs in common. */
  private keep(): void {
    const { device } = this.view.ledger;
    for (const id of this.live) {
      const shown = this.all[id] && this.made(id, this.all[id]);
      if (shown) this.last.set(id, { shown, device });
    }
  }

  cancel(): void {
    this.making = null;
    this.runs.cancel('cancelled');
    this.traces.cancel('You cancelled the trace.');
    this.probes.cancel();
  }

  private made(id: string, evidence: Evidence): Shown | null {
    const own = { measured: null, origin: null, place: null, software: this.isSoftware() };
    switch (evidence.kind) {
      case 'trace': {
        const [item] = this.itemsOf(id, evidence);
        const reply = this.traces.find(item, OPTIONS)?.reply;
        return reply ? { data: { kind: 'trace', result: reply.result }, steps: reply.steps, ...own } : null;
      }
      case 'runs': {
        const results = this.itemsOf(id, evidence).map(({ key }) => this.view.ledger.result(key, BUDGET));
        const labels = evidence.runs.map(({ label }) => label);
        const isWhole = results.every((result) => result !== undefined);
        return isWhole ? { data: { kind: 'runs', labels, results }, steps: [], ...own } : null;
      }
      case 'probe': {
        const { result = null, rows = [] } = this.probes.of(evidence.probe, BUDGET) ?? {};
        if (!result || isCut(result)) return null;
        return { data: { kind: 'probe', rows, found: result.found }, steps: [], ...own, measured: result };
      }
      default:
        return evidence satisfies never;
    }
  }

  /** What is run or traced for this evidence, in its order; none of a probe. */
  items(id: string): readonly Item[] {
    const evidence = this.all[id];
    return !evidence || evidence.kind === 'probe' ? [] : this.itemsOf(id, evidence);
  }

  private itemsOf(id: string, evidence: RunsEvidence | TraceEvidence): readonly Item[] {
    const runs = evidence.kind === 'runs' ? evidence.runs : [{ ...evidence.run, edit: evidence.edit }];
    const found = this.planned.get(id) ?? runs.map(itemOfRun);
    this.planned.set(id, found);
    return found;
  }
}

/** Where pieces of evidence come from: in one sentence, or in one for each where they differ. */
export function originWords(parts: readonly { readonly title: string; readonly origin: string | null }[]): string {
  const words = parts.map(({ origin }) => origin ?? 'Made on this device.');
  if (new Set(words).size === 1) return words[0];
  return parts.map(({ title }, at) => `${capital(title)}: ${lowered(words[at])}`).join(' ');
}

async function recordedOf(evidence: Evidence): Promise<Shown | null> {
  switch (evidence.kind) {
    case 'trace': {
      const found = await recordingAt(evidence.recording);
      if (!found) return null;
      // Counts of a trace are those of the code: whether it ran on a software adapter does not matter to them.
      const where = { origin: found.words, place: found.origin, software: false };
      return { data: { kind: 'trace', result: found.result }, steps: found.steps, measured: null, ...where };
    }
    case 'runs': {
      const { recorded, runs } = evidence;
      if (!recorded) return null;
      const labels = runs.map(({ label }) => label);
      const { results } = recorded;
      return { data: { kind: 'runs', labels, results }, steps: [], measured: null, ...recordedAt(recorded) };
    }
    case 'probe': {
      const [name = ''] = evidence.recorded;
      const found = await (recordings.get(name) ?? lessonRecordings.get(name))?.();
      const held = found?.results.find(({ kernel }) => kernel === evidence.probe);
      if (!found || !held) return null;
      const result = modelled(held);
      const data = { kind: 'probe', rows: result.rows, found: result.found } as const;
      return { data, steps: [], measured: result, ...recordedAt(found) };
    }
    default:
      return evidence satisfies never;
  }
}

function recordedAt({ adapter, createdAt, host }: Origin): Pick<Shown, 'origin' | 'place' | 'software'> {
  const origin = `Recorded on ${recordedOn(adapter, createdAt)}.`;
  return { origin, place: { createdAt, host, adapter }, software: adapter.software };
}

export function itemOfRun(run: Run): Item {
  const { op, kernel, shape, dtype, knobs, input, edit } = run;
  const resolved = resolve({ op, kernel, shape, dtype, knobs, ...(input === null ? {} : { input }) });
  const settings = { ...resolved.problem, kernel, knobs: resolved.knobs };
  return itemOf(settings, edit ? edited(shader(shaderPath(resolved.kernel)), [edit.find, edit.replace]) : undefined);
}
