/** What Ladder and Sweep have in common: an address, a device, and a batch of measurements that fills them. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Capabilities } from '../../kernels/types.ts';
import { defaultCapabilities } from '../../lab/plan.ts';
import type { Host } from '../../lab/protocol.ts';
import type { DeviceReport } from '../../lab/result.ts';
import * as icons from '../look/icons.ts';
import { Batch, BUDGETS, type BudgetName, type Item } from '../state/batch.ts';
import { type DeviceState, isAnother } from '../state/device.ts';
import { type Place, placeOf } from './views.ts';
import '../parts/ts-batch-bar.ts';
import '../parts/ts-missing.ts';
import '../parts/ts-notices.ts';

interface Parsed<Settings> {
  readonly settings: Settings;
  readonly notices: readonly string[];
  /** Whether the address names a storage type; where it does not, the device decides it. */
  readonly dtype: boolean;
}

/**
 * @fires address-change - detail: { search, what, sameEntry }
 * @fires device-missing - detail: { missing }, when a run has shown that the GPU is gone
 */
export abstract class BenchView<Settings extends { readonly budget: BudgetName }> extends LitElement {
  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };
  @property({ attribute: false }) place: Place = placeOf('');
  /** Set from the address before anything is drawn. */
  @state() protected settings!: Settings;
  @state() private notices: readonly string[] = [];

  protected readonly batch = new Batch(this, (missing) =>
    this.dispatchEvent(new CustomEvent('device-missing', { detail: { missing } })),
  );
  protected capabilities: Capabilities = defaultCapabilities;
  private report: DeviceReport | null = null;
  private dtypeChosen = false;

  protected abstract parse(address: string, features: ReadonlySet<string> | undefined): Parsed<Settings>;
  protected abstract addressOf(settings: Settings): string;
  /** The same for settings that differ only in what is shown of the same measurements. */
  protected abstract measuredBy(settings: Settings): string;
  /** What Run measures, in order. */
  protected abstract items(): readonly Item[];
  /** Why Run does nothing although there is a GPU; null where it works. */
  protected abstract hindrance(): string | null;
  /** What Run fills. */
  protected abstract filled(): HTMLElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.shortcut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.shortcut);
  }

  override willUpdate(properties: PropertyValues): void {
    if (properties.has('device')) this.adopt(this.device);
    if (properties.has('place')) this.readAddress();
  }

  /** What the device offers; undefined until it is known. */
  protected get features(): ReadonlySet<string> | undefined {
    return this.device.kind === 'open' ? this.capabilities.features : undefined;
  }

  protected notice(): TemplateResult {
    return html`<ts-notices .notices=${this.notices} @dismiss=${() => (this.notices = [])}></ts-notices>`;
  }

  /** Run and Cancel, and why there is no GPU where there is none. `things` are what is measured. */
  protected bar(things: string): TemplateResult {
    const { running, note } = this.batch;
    const items = this.items();
    return html`<ts-batch-bar
        .things=${things}
        .running=${running !== null}
        .startedMs=${running?.startedMs ?? 0}
        .total=${running?.total ?? 0}
        .done=${running?.done ?? 0}
        .share=${running?.share ?? 0}
        .all=${items.length}
        .left=${items.filter(({ key }) => !this.batch.result(key)).length}
        .blocked=${this.blocked()}
        .note=${note}
        @run=${this.run}
        @cancel=${() => this.batch.cancel('You cancelled the run; what was measured stays.')}
      ></ts-batch-bar>
      ${this.device.kind === 'missing' ? html`<ts-missing .missing=${this.device.missing}></ts-missing>` : nothing}`;
  }

  /** A sentence under the results, and on a software adapter what its times are worth. */
  protected footnote(text: string): TemplateResult {
    const software = this.device.kind === 'open' && this.device.report.adapter.software;
    return html`<p class="note small soft">
      ${
        software
          ? html`${icons.alert}<span>Software adapter: the CPU plays the GPU. Verdicts hold; times teach nothing about GPUs. ${text}</span>`
          : html`<span>${text}</span>`
      }
    </p>`;
  }

  /** The reader has chosen; `sameEntry` where Back should not come here again. */
  protected write(settings: Settings, what: string, sameEntry = false): void {
    this.dtypeChosen = true;
    this.notices = [];
    const search = this.addressOf(settings);
    this.dispatchEvent(new CustomEvent('address-change', { detail: { search, what, sameEntry } }));
    this.show(settings);
  }

  private show(settings: Settings): void {
    if (this.settings && this.measuredBy(settings) !== this.measuredBy(this.settings)) {
      if (this.batch.running) this.batch.cancel('You changed a setting, so the run stopped; what was measured stays.');
      else this.batch.note = '';
    }
    this.settings = settings;
  }

  private blocked(): string | null {
    return this.device.kind === 'missing' ? 'No GPU to run on' : this.hindrance();
  }

  /** A device has come, gone or changed: results of another one are not shown as this one's. */
  private adopt(device: DeviceState): void {
    this.capabilities = device.kind === 'open' ? device.capabilities : defaultCapabilities;
    if (isAnother(this.report, device)) this.batch.forget();
    if (device.kind !== 'open') return;
    this.report = device.report;
    if (!this.dtypeChosen) this.readAddress();
  }

  private readAddress(): void {
    const { settings, notices, dtype } = this.parse(this.place.search, this.features);
    this.notices = notices;
    this.dtypeChosen = dtype;
    this.show(settings);
  }

  private readonly run = (): void => {
    if (this.batch.running || this.blocked() !== null) return;
    void this.batch.run(this.host, this.items(), BUDGETS[this.settings.budget]);
    // In one column Run stays in sight while the results may not.
    reveal(this.filled());
  };

  private readonly shortcut = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.run();
  };
}

/** Brings what a click has changed into sight, where it is not. */
export function reveal(element: HTMLElement | null): void {
  if (!element) return;
  const { top, bottom } = element.getBoundingClientRect();
  if (top > innerHeight - 160 || bottom < 160) element.scrollIntoView({ block: 'start', behavior: 'instant' });
}
