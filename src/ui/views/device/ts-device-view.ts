import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { partOf } from '../../../lab/deadline.ts';
import { fingerprintSuite, heldAgainst } from '../../../lab/fingerprint.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Probe } from '../../../probes/types.ts';
import { base } from '../../look/styles.ts';
import { type Link, shortTitle } from '../../parts/probe/linked.ts';
import type { Offer } from '../../parts/ts-share.ts';
import { adapterName } from '../../state/device.ts';
import { type BudgetName, budgetPairs } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Item } from '../../state/ledger.ts';
import { planned, probeEffort } from '../../state/probe-plan.ts';
import { isCut, ProbeRuns } from '../../state/probe-runs.ts';
import { search } from '../../state/settings.ts';
import { ownFirst, type Sides, sidePairs } from '../../state/sides.ts';
import { nameOf, Sources, whenAndWhere } from '../../state/sources.ts';
import { View } from '../view.ts';
import { sectionsOf } from './card.ts';
import { tookText } from './identity.ts';
import { layout } from './layout.ts';
import { limitOf, Measuring, type Task } from './measuring.ts';
import { offerOf } from './offer.ts';
import { type DeviceSettings, NOTHING } from './settings.ts';
import { besideOf, sidesOf } from './shown.ts';
import type { Column } from './ts-fingerprint.ts';
import '../../parts/ts-batch-bar.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-share.ts';
import '../../parts/ts-sources.ts';
import './ts-fingerprint.ts';

/** How long a fingerprint takes. */
const TAKES = { quick: 'under a minute', full: 'five minutes at most' } as const satisfies Record<BudgetName, string>;

/** The fingerprint of this device, measured as a whole, and those that were recorded. */
@customElement('ts-device-view')
export class TsDeviceView extends View<DeviceSettings> {
  static override styles = [base, layout];

  @query('ts-fingerprint') private readonly card!: HTMLElement;
  private readonly probeRuns = new ProbeRuns(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly measuring = new Measuring(this, this.probeRuns);
  private readonly sources = new Sources(this);
  /** Whether each value has its words where there is little room for them. */
  @state() private isFull = false;
  /** What a fingerprint of this device takes. */
  private suite = fingerprintSuite('quick');
  private tasks: readonly Task[] = [];

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    if (properties.has('place')) {
      const { file } = this.place;
      const sides = file?.fingerprint
        ? this.placed(this.sources.add(file.name, file.fingerprint))
        : this.sources.restored(this.settings);
      this.show({ ...this.settings, from: sides.from, beside: sides.beside });
    }
    this.sources.remember(this.settings);
    if (!properties.has('settings') && !properties.has('device') && !properties.has('place')) return;
    this.suite = fingerprintSuite(this.settings.budget);
    this.tasks = this.suite.probes.map((probe) => ({
      probe,
      steps: planned(probe, this.capabilities, this.settings.budget).steps.length,
    }));
    document.title = 'Device · Tilescope';
  }

  override render(): TemplateResult {
    const { settings, sources, device, measuring } = this;
    const { running } = measuring;
    const { share, done, total } = measuring.progress();
    const shown = this.shown();
    const resultsOf = shown.map((id) => this.resultsOf(id));
    const sections = sectionsOf(
      this.tasks.map(({ probe }) => probe),
      resultsOf,
    );
    const all = this.tasks.length;
    const now = running?.tasks[running.at]?.probe;
    const choice = now && `${shortTitle(now).toLowerCase()} (${(running?.at ?? 0) + 1} of ${running?.tasks.length})`;
    return html`
      <ts-notices .notices=${[...this.notices, ...sources.unknown([settings.from, besideOf(settings)])]} @dismiss=${this.forget}></ts-notices>
      <div class="asks">
        <h2>What can ${device.kind === 'missing' ? 'a' : 'this'} GPU do?</h2>
        <p class="soft">Its fingerprint: caches and their latencies, bandwidth, the highest rates of memory and arithmetic,
          bank conflicts, alignment, what a launch costs, and how the grid fills the device. Measuring it takes ${all}
          probes, one after another, and ${TAKES[settings.budget]}; every output is checked.</p>
      </div>
      <ts-batch-bar
        announces
        things=${running ? 'steps' : 'probes'}
        does="Measure this GPU"
        .mostMs=${running?.totalMs ?? null}
        .running=${running !== null}
        .waits=${running?.waits ?? null}
        .choice=${choice ?? null}
        .startedMs=${running?.startedMs ?? 0}
        .total=${total}
        .done=${done}
        .share=${share}
        .all=${all}
        .left=${this.left().length}
        .blocked=${this.blocked()}
        .note=${measuring.note(settings.budget)}
        @run=${this.run}
        @cancel=${this.cancel}
      ></ts-batch-bar>
      ${
        device.kind === 'missing'
          ? html`<ts-missing .missing=${device.missing}></ts-missing>
            <p class="instead">Recorded fingerprints need no GPU.</p>`
          : nothing
      }
      <div class="choose">
        <ts-sources
          row
          .choices=${sources.all}
          .from=${shown[0]}
          .beside=${shown[1] ?? ''}
          ?gone=${this.probeRuns.isGone}
          @fingerprint-change=${this.changeSource}
        ></ts-sources>
        <section class="effort" aria-label="Effort" @knob-change=${this.changeBudget}>
          <ts-knob data-key="budget" .knob=${probeEffort} .value=${settings.budget}></ts-knob>
        </section>
      </div>
      <ts-share .offer=${this.offer(sections)}>
        <label class="more ${shown.length > 1 ? '' : 'alone'}"><input type="checkbox" .checked=${this.isFull} @change=${this.flip} />Say what each value rests on</label>
      </ts-share>
      <ts-fingerprint
        .columns=${shown.map((id) => this.column(id))}
        .sections=${sections}
        .full=${this.isFull}
        .charts=${(probe: Probe) => this.charts(probe, shown)}
      ></ts-fingerprint>
    `;
  }

  protected override get effort(): BudgetName {
    return this.settings.budget;
  }

  /** Probes are no requests of the ledger's. */
  protected override items(): readonly Item[] {
    return [];
  }

  /** A run goes on whatever is shown. */
  protected override measuredBy(): string {
    return '';
  }

  protected override hindrance(): string | null {
    return null;
  }

  protected override filled(): HTMLElement {
    return this.card;
  }

  protected override get isRunning(): boolean {
    return this.measuring.running !== null;
  }

  /** What is left of a run that was cancelled, or all of it again. */
  protected override start(): void {
    const { settings } = this;
    if (settings.from !== '') this.write(ownFirst(settings), 'from');
    const left = this.left();
    const tasks = left.length > 0 ? left : this.tasks;
    // What has a result may have been measured in the Memory view, which gives it as long as it takes.
    const part = partOf(
      tasks.map(({ probe }) => probe),
      this.suite.probes,
    );
    void this.measuring.run(this.host, tasks, settings.budget, this.suite.totalMs * part);
  }

  protected override stop(): void {
    this.measuring.cancel();
  }

  /** Probes without a result, or with one that was ended before its time. */
  private left(): readonly Task[] {
    return this.tasks.filter(({ probe }) => {
      const result = this.resultOf(probe);
      return !result || isCut(result);
    });
  }

  /** Of this device. */
  private resultOf({ id }: Probe): ProbeResult | null {
    return this.probeRuns.of(id, this.settings.budget)?.result ?? null;
  }

  /** Ids of the devices shown; "" for this one, which is left out where there is none. */
  private shown(): readonly string[] {
    const { from } = this.settings;
    const beside = besideOf(this.settings);
    const others = beside === '' ? [] : [beside];
    return from === '' && this.probeRuns.isGone && others.length > 0 ? others : [from, ...others];
  }

  /** Where a file goes that the reader has opened: beside what this device has measured, if it has. */
  private placed(id: string): Sides {
    const hasOwn = this.settings.from === '' && this.left().length < this.tasks.length;
    return hasOwn ? { from: '', beside: id } : { from: id, beside: '' };
  }

  private resultsOf(id: string): readonly ProbeResult[] {
    if (id === '') return heldAgainst(this.ownResults());
    const source = this.sources.of(id);
    return source.kind === 'loaded' ? heldAgainst(source.fingerprint.results) : [];
  }

  private ownResults(): readonly ProbeResult[] {
    return this.tasks.flatMap(({ probe }) => this.resultOf(probe) ?? []);
  }

  /** Milliseconds that those probes had together; null where that was not limited, or is not known. */
  private limitOf(id: string): number | null {
    const source = id === '' ? null : this.sources.of(id);
    if (source) return source.kind === 'loaded' ? source.fingerprint.timeLimitMs : null;
    return limitOf(this.ownResults());
  }

  private column(id: string): Column {
    const { device, probeRuns } = this;
    if (id === '') {
      const { report } = probeRuns;
      const none = device.kind === 'missing' ? 'No device' : 'Opening the device';
      return {
        who: report ? adapterName(report) : none,
        recorded: null,
        device: report,
        took: this.left().length === 0 ? tookText(this.resultsOf(''), this.limitOf('')) : null,
        isMeasured: this.left().length < this.tasks.length,
        lack: (probe) => (probeRuns.isRunning(probe.id, this.settings.budget) ? 'being measured' : 'not measured yet'),
      };
    }
    const source = this.sources.of(id);
    if (source.kind !== 'loaded') {
      const why = source.kind === 'failed' ? source.why : 'Loading the recording…';
      return { who: why, recorded: null, device: null, took: null, isMeasured: false, lack: () => '' };
    }
    const { fingerprint } = source;
    return {
      who: nameOf(id, fingerprint),
      recorded: whenAndWhere(fingerprint),
      device: fingerprint,
      took: tookText(fingerprint.results, fingerprint.timeLimitMs),
      isMeasured: true,
      lack: () => 'not run there',
    };
  }

  /** To the Memory view, on the same devices. */
  private charts(probe: Probe, [from = '', beside = '']: readonly string[]): Link {
    const sides: Sides = { from, beside };
    const { budget, elsewhere } = this.settings;
    const address = search([
      ['view', 'memory'],
      ...new URLSearchParams(elsewhere),
      ['probe', probe.id],
      ...sidePairs(sides),
      ...budgetPairs(budget),
    ]);
    return {
      name: 'Charts',
      label: `Charts of ${shortTitle(probe).toLowerCase()}`,
      href: address,
      go: () => emit(this, 'sides-carry', { search: address, sides }),
    };
  }

  /** Of the first of the devices shown. */
  private offer(sections: ReturnType<typeof sectionsOf>): Offer {
    const shown = this.shown();
    const [first] = shown;
    const source = first === '' ? null : this.sources.of(first);
    const fingerprint = source?.kind === 'loaded' ? source.fingerprint : null;
    return offerOf({
      whose: fingerprint
        ? { report: fingerprint, origin: fingerprint }
        : { report: this.probeRuns.report, origin: null },
      results: this.resultsOf(first),
      timeLimitMs: this.limitOf(first),
      names: shown.map((id) => this.column(id).who),
      sections,
      search: this.spec.write(this.settings),
    });
  }

  private readonly forget = (): void => {
    const { settings, sources } = this;
    const known = (id: string): string => (id === NOTHING || sources.has(id) ? id : '');
    this.dismiss();
    this.write({ ...settings, from: known(settings.from), beside: known(settings.beside) }, 'dismiss', true);
  };

  private readonly flip = (event: Event): void => {
    this.isFull = (event.target as HTMLInputElement).checked;
  };

  private readonly changeBudget = ({ detail }: EventOf<'knob-change'>): void => {
    this.write({ ...this.settings, budget: detail.value as BudgetName }, 'budget');
  };

  private readonly changeSource = ({ detail: { which, id } }: EventOf<'fingerprint-change'>): void => {
    const [from, beside = ''] = this.shown();
    const sides = which === 'from' ? sidesOf(id, beside) : sidesOf(from, id);
    this.write({ ...this.settings, ...sides }, which);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-device-view': TsDeviceView;
  }
}
