/** What all views have in common: an address, a device, the ledger, and runs that fill it. */
import { LitElement, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { watchShaders } from '../../kernels/index.ts';
import type { Capabilities } from '../../kernels/types.ts';
import { defaultCapabilities } from '../../lab/plan.ts';
import type { Host } from '../../lab/protocol.ts';
import type { Place } from '../state/address.ts';
import type { DeviceState } from '../state/device.ts';
import type { BudgetName } from '../state/effort.ts';
import { emit } from '../state/events.ts';
import type { Origin } from '../state/files/read.ts';
import type { Item, Ledger } from '../state/ledger.ts';
import { isLong } from '../state/outcome.ts';
import { Runs } from '../state/runs.ts';
import type { ViewSpec } from './types.ts';

/**
 * @fires address-change
 * @fires device-missing
 */
export abstract class View<Settings> extends LitElement {
  @property({ attribute: false }) spec!: ViewSpec<Settings>;
  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) ledger!: Ledger;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };
  @property({ attribute: false }) place!: Place;
  /** Where and when the file was written whose ledger and device are shown; null for those of this device. */
  @property({ attribute: false }) recorded: Origin | null = null;
  /** Set from the address before anything is drawn. */
  @state() protected settings!: Settings;
  @state() protected notices: readonly string[] = [];

  protected readonly runs = new Runs(this, (missing) => emit(this, 'device-missing', { missing }));
  protected capabilities: Capabilities = defaultCapabilities;
  /** What the results shown are results of. */
  private measured = '';

  /** How thoroughly Run measures. */
  protected abstract get effort(): BudgetName;
  /** What Run measures, in order. */
  protected abstract items(): readonly Item[];
  /** Equal for settings that differ only in what is shown of the same measurements. */
  protected abstract measuredBy(settings: Settings): string;
  /** Why Run does nothing although there is a GPU; null where it works. */
  protected abstract hindrance(): string | null;
  /** What Run fills. */
  protected abstract filled(): HTMLElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.shortcut);
    this.unwatch = watchShaders(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.shortcut);
    this.unwatch?.();
  }

  /** Ends that texts of kernels draw the view again when they come. */
  private unwatch: (() => void) | null = null;

  /** To the Run button, past all that can be chosen. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('ts-run-bar, ts-batch-bar')?.focus();
  }

  override willUpdate(properties: PropertyValues): void {
    if (properties.has('device')) this.adopt(this.device);
    if (properties.has('place')) this.readAddress();
  }

  /** The reader has chosen; `sameEntry` where Back should not come here again. */
  protected write(settings: Settings, what: string, sameEntry = false): void {
    this.notices = [];
    emit(this, 'address-change', { search: this.spec.write(settings), what, sameEntry });
    this.show(settings);
  }

  protected show(settings: Settings): void {
    const measured = this.measuredBy(settings);
    if (measured !== this.measured) {
      if (this.runs.running) this.runs.cancel('changed');
      else this.runs.note = '';
    }
    this.measured = measured;
    this.settings = settings;
  }

  protected blocked(): string | null {
    if (this.recorded !== null) return 'This is a recording';
    return this.device.kind === 'missing' ? 'No GPU to run on' : this.hindrance();
  }

  protected readonly run = (): void => {
    if (this.isRunning || this.blocked() !== null) return;
    this.start();
    // In one column Run stays visible while the results may not.
    reveal(this.filled());
  };

  /** Runs again what was refused since a dispatch would hold the GPU for long. */
  protected readonly runLong = (): void => {
    if (this.isRunning || this.blocked() !== null) return;
    void this.runs.run(this.host, this.longItems(), this.effort, true);
  };

  protected longItems(): readonly Item[] {
    return this.items().filter(({ key }) => {
      const result = this.ledger.result(key, this.effort);
      return result !== undefined && isLong(result);
    });
  }

  protected readonly cancel = (): void => this.stop();

  /** What Run does, Cancel ends and Escape asks about: of the ledger's runs, where a view has none of its own. */
  protected start(): void {
    void this.runs.run(this.host, this.items(), this.effort);
  }

  protected stop(): void {
    this.runs.cancel('cancelled');
  }

  protected get isRunning(): boolean {
    return this.runs.running !== null;
  }

  protected readonly dismiss = (): void => {
    this.notices = [];
  };

  private adopt(device: DeviceState): void {
    this.capabilities = device.kind === 'open' ? device.capabilities : defaultCapabilities;
    if (device.kind === 'open' && this.settings) this.show(this.settings);
  }

  private readAddress(): void {
    const { settings, notices } = this.spec.read(this.place.search);
    this.notices = [...this.place.notices, ...notices];
    this.show(settings);
    // What was corrected or means nothing must not travel on with the next copy of this address.
    const search = this.spec.write(settings);
    if (this.place.search !== '' && this.place.search !== search)
      emit(this, 'address-change', { search, what: 'read', sameEntry: true });
  }

  private readonly shortcut = (event: KeyboardEvent): void => {
    // The key belongs to the input method, which ends or takes back what is being composed.
    if (event.isComposing) return;
    // A dialog that is open is closed by it first.
    const isFree =
      !event.defaultPrevented && !event.composedPath().some((target) => target instanceof HTMLDialogElement);
    if (event.key === 'Escape' && isFree && this.isRunning) {
      event.preventDefault();
      this.cancel();
      return;
    }
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) this.run();
  };
}

/** Brings what a click has changed into sight, where it is not. */
export function reveal(element: HTMLElement | null): void {
  if (!element) return;
  const { top, bottom } = element.getBoundingClientRect();
  if (top > innerHeight - 160 || bottom < 160) element.scrollIntoView({ block: 'start', behavior: 'instant' });
}
