import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { findProbe, probes } from '../../../probes/index.ts';
import { ROOFS } from '../../../probes/parts/ceilings.ts';
import type { Probe, Row } from '../../../probes/types.ts';
import { base } from '../../look/styles.ts';
import { type Link, linked, shortTitle } from '../../parts/probe/linked.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { BudgetName } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import { SHOWN_FIRST } from '../../state/fingerprints.ts';
import type { Item } from '../../state/ledger.ts';
import { planned, probeEffort } from '../../state/probe-plan.ts';
import { isCut, ProbeRuns } from '../../state/probe-runs.ts';
import { apart, ownFirst } from '../../state/sides.ts';
import { Sources } from '../../state/sources.ts';
import { benchLayout } from '../bench-layout.ts';
import { reveal, View } from '../view.ts';
import { layout } from './layout.ts';
import { offerOf } from './offer.ts';
import { RooflineRuns } from './roofline-runs.ts';
import { ownRoofline } from './rooflines.ts';
import type { MemorySettings } from './settings.ts';
import { devicesOf, recordedResult } from './shown.ts';
import { NO_ROWS, ownSide, recordedSide, resultIn } from './side.ts';
import { LOADING, NOT_RUN, type Standing, standingOf } from './standing.ts';
import '../../parts/ts-batch-bar.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-share.ts';
import './ts-probes.ts';
import '../../parts/ts-sources.ts';

/** The memory laboratory: probes of this device, beside what recorded ones have shown. */
@customElement('ts-memory-view')
export class TsMemoryView extends View<MemorySettings> {
  static override styles = [base, benchLayout, layout];

  @query('.pair') private readonly shown!: HTMLElement;
  @query('.asks') private readonly asks!: HTMLElement;
  private readonly probeRuns = new ProbeRuns(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly rooflineRuns = new RooflineRuns(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly sources = new Sources(this);
  private probe: Probe = probes[0];
  private planned: readonly Pick<Row, 'at' | 'model'>[] = [];
  /** Why this device cannot run the probe; null where it can. */
  private refusal: string | null = null;

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { file, sides } = properties.has('place') ? this.place : {};
    if (properties.has('place')) {
      const { from, beside } = sides ?? this.sources.restored(this.settings);
      this.show({ ...this.settings, from, beside });
    }
    if (file?.fingerprint) this.show({ ...this.settings, from: this.sources.add(file.name, file.fingerprint) });
    this.sources.remember(this.settings);
    if (!properties.has('settings') && !properties.has('device') && !properties.has('place')) return;
    this.probe = findProbe(this.settings.probe) ?? probes[0];
    this.plan();
    document.title = `Memory · ${shortTitle(this.probe)} · Tilescope`;
  }

  override render(): TemplateResult {
    const { probe, settings, sources, device, probeRuns } = this;
    const { running } = probeRuns;
    const blocked = this.blocked();
    const shown = this.devices();
    return html`
      <ts-notices .notices=${[...this.notices, ...this.unknown()]} @dismiss=${this.forget}></ts-notices>
      <div class="settings">
        <ts-probes
          .probes=${probes}
          .shown=${probe.id}
          .standing=${(id: string) => this.standing(id, shown[0])}
          .blocked=${this.busy()}
          @probe-show=${this.showProbe}
          @probe-run=${this.runOne}
        ></ts-probes>
        <ts-sources
          .choices=${sources.all}
          .from=${shown[0]}
          .beside=${shown[1] ?? ''}
          ?gone=${probeRuns.isGone}
          @fingerprint-change=${this.changeSource}
          >, or <span class="mono">npm run bench -- roofline --json FILE</span></ts-sources
        >
        <section aria-label="Effort" @knob-change=${this.changeBudget}>
          <ts-knob data-key="budget" .knob=${probeEffort} .value=${settings.budget}></ts-knob>
        </section>
      </div>
      <div class="result">
        <ts-batch-bar
          announces
          things="steps"
          .running=${running !== null}
          .waits=${running?.waits ?? null}
          .startedMs=${running?.startedMs ?? 0}
          .total=${this.planned.length}
          .done=${this.ofDevice()?.rows.length ?? 0}
          .share=${running?.share ?? 0}
          .all=${this.planned.length}
          .left=${this.isWhole() ? 0 : this.planned.length}
          .blocked=${blocked}
          .note=${probeRuns.note(probe.id, settings.budget)}
          @run=${this.run}
          @cancel=${this.cancel}
        ></ts-batch-bar>
        ${
          device.kind === 'missing'
            ? html`<ts-missing .missing=${device.missing}></ts-missing>
              <p class="gone offer">Recorded measurements need no GPU: ${linked(sources.all.map(([id, name]) => this.link(name, 'from', id)))}.${this.standIn(shown)}</p>`
            : nothing
        }
        <div class="asks">
          <h2>${probe.title}</h2>
          <p class="soft">${probe.asks}</p>
          ${
            probe.seeAlso
              ? html`<p class="small soft">The same in kernels: ${probe.seeAlso.map(({ title, search }, at) => html`${at > 0 ? '; ' : ''}<a href=${search}>${title}</a>`)}.</p>`
              : nothing
          }
          <ts-share .offer=${this.offer()}></ts-share>
        </div>
        <div class="pair ${shown.length > 1 ? 'two' : ''}">${shown.map((id, at) => html`<div>${this.one(id, this.rowsOf(shown[1 - at]))}</div>`)}</div>
      </div>
    `;
  }

  protected override get effort(): BudgetName {
    return this.settings.budget;
  }

  /** Probes are no requests of the ledger's. */
  protected override items(): readonly Item[] {
    return [];
  }

  /** A probe goes on while the reader looks at another. */
  protected override measuredBy(): string {
    return '';
  }

  protected override hindrance(): string | null {
    return this.refusal;
  }

  protected override filled(): HTMLElement {
    return this.shown;
  }

  protected override get isRunning(): boolean {
    return this.probeRuns.running !== null || this.rooflineRuns.isRunning;
  }

  protected override start(): void {
    const { settings, probe } = this;
    if (settings.from !== '') this.write(ownFirst(settings), 'from');
    void this.probeRuns.run(this.host, probe.id, settings.budget);
  }

  protected override stop(): void {
    this.probeRuns.cancel();
    this.rooflineRuns.cancel();
  }

  /** Of the first of the devices shown. */
  private offer(): Offer {
    const { probe, probeRuns } = this;
    const [first] = this.devices();
    const source = first === '' ? null : this.sources.ofProbe(first, probe.id);
    const fingerprint = source?.kind === 'loaded' ? source.fingerprint : null;
    const own = first === '' ? (this.ofDevice()?.result ?? null) : null;
    return offerOf({
      probe,
      whose: fingerprint ? { report: fingerprint, origin: fingerprint } : { report: probeRuns.report, origin: null },
      result: fingerprint ? (resultIn(fingerprint, probe) ?? null) : own,
      chart: () => this.renderRoot.querySelector('ts-probe')?.charts ?? null,
      search: this.spec.write(this.named()),
    });
  }

  /** Whether this device has measured all that it would of the probe shown. */
  private isWhole(): boolean {
    const result = this.ofDevice()?.result;
    return result ? !isCut(result) : false;
  }

  private ofDevice(): ReturnType<ProbeRuns['of']> {
    return this.probeRuns.of(this.probe.id, this.settings.budget);
  }

  /** The rows of a device in the probe shown. */
  private rowsOf(id: string | undefined): readonly Row[] {
    if (id === undefined) return NO_ROWS;
    return (id === '' ? this.ofDevice() : recordedResult(this.sources, id, this.probe))?.rows ?? NO_ROWS;
  }

  /** Ids of the devices shown; "" for this one. */
  private devices(): readonly string[] {
    const { settings, probeRuns, sources, probe } = this;
    return devicesOf(settings, probeRuns.isGone, sources, probe);
  }

  /** Why another recording than the first one stands in for this device, in a sentence. */
  private standIn([first]: readonly string[]): string {
    const { from, beside } = this.settings;
    if (from !== '' || beside !== '' || first === '' || first === SHOWN_FIRST) return '';
    return ` Shown: a recording of ${first}, since ${SHOWN_FIRST} has no recording of this probe.`;
  }

  private one(id: string, beside: readonly Row[]): TemplateResult {
    const { probe, sources } = this;
    if (id === '') return this.own(beside);
    return recordedSide({
      probe,
      id,
      source: sources.ofProbe(id, probe.id),
      held: probes.filter((one) => recordedResult(sources, id, one) !== undefined),
      beside,
      link: (name, other) => this.link(name, 'probe', other),
    });
  }

  private own(beside: readonly Row[]): TemplateResult {
    const { device, probe, planned, settings, probeRuns } = this;
    const measured = this.ofDevice();
    const running = probeRuns.isRunning(probe.id, settings.budget);
    const { report } = probeRuns;
    return html`${ownSide({ probe, device, report, planned, measured, beside, running })}${
      probe.id === ROOFS
        ? ownRoofline({
            runs: this.rooflineRuns,
            result: measured?.result ?? null,
            whose: { report, origin: null },
            features: this.capabilities.features,
            blocked: this.busy(),
            run: () => void this.rooflineRuns.run(this.host, settings.budget, this.capabilities.software),
          })
        : nothing
    }`;
  }

  /** Why nothing can be run now; null where it can. */
  private busy(): string | null {
    if (this.isRunning) return 'A run is in progress';
    return this.device.kind === 'missing' ? 'No GPU to run on' : null;
  }

  /** The settings with the devices that are shown, also where one stands in for another. */
  private named(): MemorySettings {
    const [from, beside = ''] = this.devices();
    return { ...this.settings, from, beside };
  }

  /** To the same with something else chosen. */
  private link(name: string, key: 'from' | 'probe', id: string): Link {
    const settings = apart({ ...this.named(), [key]: id });
    return { name, href: this.spec.write(settings), go: () => this.write(settings, key) };
  }

  private plan(): void {
    const { steps, refusal } = planned(this.probe, this.capabilities, this.settings.budget);
    this.planned = steps;
    this.refusal = refusal;
  }

  /** How a probe stands on the first of the devices shown. */
  private standing(id: string, device: string): Standing {
    const { probeRuns, settings } = this;
    if (device === '')
      return standingOf(probeRuns.of(id, settings.budget)?.result, probeRuns.isRunning(id, settings.budget));
    const probe = findProbe(id);
    const result = probe && recordedResult(this.sources, device, probe);
    if (result) return standingOf(result, false);
    return this.sources.ofProbe(device, id).kind === 'loading' ? LOADING : NOT_RUN;
  }

  /** A sentence on each name in the address that does not exist here. */
  private unknown(): readonly string[] {
    const { probe, from, beside } = this.settings;
    const probeIds = probes.map(({ id }) => id).join(', ');
    return [
      ...(probe === '' || findProbe(probe)
        ? []
        : [`probe=${probe} is not a probe here; you see ${this.probe.id} instead. There are ${probeIds}.`]),
      ...this.sources.unknown([from, beside]),
    ];
  }

  private readonly forget = (): void => {
    const { settings, sources } = this;
    const known = (id: string): string => (sources.has(id) ? id : '');
    this.dismiss();
    this.write(
      { ...settings, probe: this.probe.id, from: known(settings.from), beside: known(settings.beside) },
      'dismiss',
      true,
    );
  };

  private turnTo(probe: string): void {
    this.write({ ...this.settings, probe }, 'probe');
  }

  private readonly showProbe = ({ detail }: EventOf<'probe-show'>): void => {
    this.turnTo(detail.id);
    // In one column it may be under the list.
    reveal(this.asks);
  };

  private readonly runOne = ({ detail }: EventOf<'probe-run'>): void => {
    if (detail.id !== this.probe.id) {
      this.turnTo(detail.id);
      this.probe = findProbe(detail.id) ?? this.probe;
      this.plan();
    }
    this.run();
  };

  private readonly changeBudget = ({ detail }: EventOf<'knob-change'>): void => {
    this.write({ ...this.settings, budget: detail.value as BudgetName }, 'budget');
  };

  private readonly changeSource = ({ detail: { which, id } }: EventOf<'fingerprint-change'>): void => {
    this.write(apart({ ...this.named(), [which]: id }), which);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-memory-view': TsMemoryView;
  }
}
