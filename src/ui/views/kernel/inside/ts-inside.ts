import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KernelPlan } from '../../../../gpu/plan.ts';
import type { Host } from '../../../../lab/protocol.ts';
import type { TraceResult } from '../../../../lab/trace-result.ts';
import { defaultMachine, findMachine, type Machine } from '../../../../model/machines.ts';
import type { SiteCounts } from '../../../../trace/report.ts';
import type { Steps } from '../../../../trace/steps.ts';
import { source } from '../../../look/figure.ts';
import { count } from '../../../look/format.ts';
import { base } from '../../../look/styles.ts';
import { NO_COUNTS } from '../../../parts/editor/line-counts.ts';
import { basis, type Counter, counters, lineCountsOf } from '../../../parts/inside/counters.ts';
import { type EventOf, emit } from '../../../state/events.ts';
import type { Whose } from '../../../state/files/write.ts';
import type { Item, Ledger } from '../../../state/ledger.ts';
import { isRecorded, type Recorded } from '../../../state/recordings.ts';
import { type Traced, type TraceOptions, Traces } from '../../../state/traces.ts';
import type { Inside } from '../settings.ts';
import { NearRecording } from './near-recording.ts';
import { lanesOffer, offerOf } from './offer.ts';
import { noteOn, unknownMachine } from './words.ts';
import '../../../parts/ts-share.ts';
import './ts-compare.ts';
import '../../../parts/inside/ts-findings.ts';
import '../../../parts/inside/ts-replay.ts';
import '../../../parts/inside/ts-request.ts';
import '../../../parts/inside/ts-sites.ts';
import './ts-trace-bar.ts';
import '../../../parts/inside/ts-traffic.ts';

const NONE: readonly SiteCounts[] = [];

/**
 * What the kernel shown does inside: a trace of its code, saved or edited, as it ran on this device.
 *
 * @fires go-to-line
 * @fires line-counts
 * @fires line-lit
 * @fires device-missing
 * @fires options-change
 */
@customElement('ts-inside')
export class TsInside extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        border-top: 1px solid var(--line);
        padding: 12px 0 16px;
      }
      .stepping {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
      }
      .origin {
        min-height: 32px;
      }
      h3,
      .part {
        margin-top: 20px;
      }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) ledger!: Ledger;
  /** What is shown, with its edited text where it has one. */
  @property({ attribute: false }) item!: Item;
  /** The text shown. */
  @property() text = '';
  /** Null where the settings are refused. */
  @property({ attribute: false }) plan: KernelPlan | null = null;
  /** Whose device traces. */
  @property({ attribute: false }) whose: Whose = { report: null, origin: null };
  /** Why nothing can be traced now; null where it can. */
  @property({ attribute: false }) blocked: string | null = null;
  /** What a trace takes in, as the address has it. */
  @property({ attribute: false }) asked!: Inside;
  @state() private counter: Counter = counters[0];
  /** Whether anything has been traced: from then on there is a place for it. */
  @state() private isOpen = false;
  /** Whether a workgroup is gone through step by step. */
  @state() private isStepping = false;

  private readonly recording = new NearRecording(this);
  private readonly traces = new Traces(this, (missing) => emit(this, 'device-missing', { missing }));
  private options!: TraceOptions;
  private traced: Traced | undefined;
  /** One sentence on a machine that the address asked for and that is not here. */
  private unknown = '';
  /** What the editor last received. */
  private sent: { readonly sites: readonly SiteCounts[]; readonly counter: Counter } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.escape);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.escape);
  }

  /** As it does with a run. */
  private readonly escape = (event: KeyboardEvent): void => {
    const isFree = !event.defaultPrevented && !event.isComposing;
    const isInDialog = event.composedPath().some((target) => target instanceof HTMLDialogElement);
    if (event.key !== 'Escape' || !isFree || isInDialog || !this.traces.running) return;
    event.preventDefault();
    this.cancel();
  };

  override willUpdate(properties: PropertyValues<this>): void {
    const { running } = this.traces;
    if (this.isElsewhere(properties)) this.unknown = '';
    this.unknown = unknownMachine(this.asked.machine) || this.unknown;
    if (properties.has('item') && running && running.item.key !== this.item.key)
      this.traces.cancel('You changed a setting, so the trace was cancelled.');
    this.options = this.chosen();
    this.traced = this.traces.find(this.item, this.options);
    if (properties.has('item')) this.recording.show(this.item);
    this.isOpen ||= this.traced !== undefined;
  }

  /** Whether something else is to be traced than before, and not only because a machine was corrected. */
  private isElsewhere(properties: PropertyValues<this>): boolean {
    const [item, asked] = [properties.get('item'), properties.get('asked')];
    if (item && item.key !== this.item.key) return true;
    return !!asked && !unknownMachine(asked.machine) && JSON.stringify(asked) !== JSON.stringify(this.asked);
  }

  /** What the address asks for; if it leaves that open, what an opened file holds. */
  private chosen(): TraceOptions {
    const { workgroups, machine } = this.asked;
    const isOpen = workgroups === 'all' && machine === '';
    const held = isOpen ? this.traces.all().find(({ tookMs }) => tookMs === null) : undefined;
    if (held) return { workgroups: held.workgroups, machine: held.machine };
    return { workgroups, machine: findMachine(machine)?.id ?? defaultMachine.id };
  }

  override updated(): void {
    this.sendCounts();
    const { workgroups, machine } = this.asked;
    // What means nothing must not travel on with the next copy of the address.
    if (unknownMachine(machine) !== '')
      emit(this, 'options-change', { options: { workgroups, machine: '' }, isCorrection: true });
  }

  override render(): TemplateResult {
    const { traced, traces, options } = this;
    const result = traced?.reply.result ?? null;
    return html`<section aria-label="Inside the kernel">
      <h2>Inside the kernel</h2>
      <ts-trace-bar
        .options=${options}
        .plan=${this.plan}
        .blocked=${this.blocked}
        .running=${traces.running !== null}
        .phase=${traces.running?.phase ?? null}
        .waits=${traces.running?.waits ?? false}
        .note=${traces.note || this.unknown || (traced ? noteOn(traced) : '')}
        .long=${traces.waiting(this.item)?.values === false}
        @trace=${this.trace}
        @trace-long=${this.traceLong}
        @cancel=${this.cancel}
        @options-change=${this.changeOptions}
      ></ts-trace-bar>
      ${this.isOpen ? this.opened(result) : nothing}
      ${this.together()}
      ${this.stepping()}
    </section>`;
  }

  /** What lanes touch in one request: of the trace, or before there is one of the recording. */
  private together(): TemplateResult {
    const recorded = this.traced ? null : this.recording.found;
    const steps = this.traced?.reply.steps ?? recorded?.steps ?? [];
    return html`<h3>What lanes touch together ${recorded ? source('recorded') : nothing}</h3>
      <p class="origin small soft">${recorded ? `${recorded.words} A trace shows your settings on your device.` : this.traced ? 'Of this trace, as the device executed it.' : ''}</p>
      <ts-request
        .steps=${steps}
        .machine=${recorded ? defaultMachine : this.machine}
        .missing=${this.missing()}
        ?roomy=${this.isOpen || isRecorded(this.item)}
      ></ts-request>
      <ts-share .offer=${lanesOffer(this.item, this.traced ?? recorded, this.whose, () => this.renderRoot.querySelector('ts-request')?.chart ?? null)}></ts-share>`;
  }

  private stepping(): TemplateResult {
    const own = this.traces.find(this.item, this.valued());
    const recorded = own ? null : this.recording.found;
    const steps = own?.reply.steps ?? recorded?.steps;
    const canTrace = !this.blocked && !own;
    const isRunning = this.traces.running !== null;
    return html`<h3>Step by step ${this.isStepping && recorded ? source('recorded') : nothing}</h3>
      ${
        this.isStepping && steps
          ? this.stepped(steps, recorded, own ?? recorded)
          : html`<p class="small soft">One workgroup, line by line: the cells that it reads and writes, with their values, and how its variables change.</p>`
      }
      <p class="stepping">
        ${
          // One button in both states, so that it keeps the focus.
          steps
            ? html`<button aria-expanded=${this.isStepping} @click=${this.stepThrough}>${this.isStepping ? 'Close' : `Step through${recorded ? ' the recording' : ''}`}</button>`
            : nothing
        }
        ${canTrace ? html`<button aria-disabled=${isRunning} @click=${this.traceValues}>${isRunning ? 'Tracing…' : 'Trace with values'}</button>` : nothing}
        ${this.isStepping && !own ? html`<span class="small soft">${this.traces.note}</span>` : nothing}
        ${this.isStepping && this.traces.waiting(this.item)?.values ? html`<button @click=${this.traceLong}>Trace it anyway</button>` : nothing}
      </p>`;
  }

  private stepped(steps: readonly Steps[], recorded: Recorded | null, shown: Traced | Recorded | null): TemplateResult {
    if (steps.length === 0) return html`<p class="small soft">This workgroup accesses no memory.</p>`;
    return html`<p class="small soft">${recorded ? recorded.words : `Workgroup ${count(steps[0].workgroup)}, as it ran on the device.`}</p>
      <ts-share .offer=${offerOf('steps', this.item, shown, this.whose)}></ts-share>
      <ts-replay .steps=${steps} .text=${this.text.split('\n')} @line-lit=${this.light}></ts-replay>`;
  }

  /** The same for one workgroup, with values. */
  private valued(): TraceOptions {
    return { machine: this.options.machine, workgroups: [this.traced?.reply.steps[0]?.workgroup ?? 0], values: true };
  }

  private opened(result: TraceResult | null): TemplateResult {
    return html`
      <p class="small soft">${basis(this.machine)}</p>
      <ts-findings class="part" .result=${result} @go-to-line=${this.passOn}></ts-findings>
      <ts-traffic class="part" .totals=${result?.totals ?? null}></ts-traffic>
      <ts-sites
        class="part"
        .sites=${result?.sites ?? []}
        .counter=${this.counter}
        .text=${this.text.split('\n')}
        @counter-change=${this.changeCounter}
        @go-to-line=${this.passOn}
      ></ts-sites>
      <ts-compare class="part" .item=${this.item} .result=${result} .others=${this.others()}></ts-compare>`;
  }

  /** Other traces that are counted for the same machine. */
  private others(): readonly Traced[] {
    const { traced, options } = this;
    return this.traces.all().filter((one) => one !== traced && !one.values && one.machine === options.machine);
  }

  private get machine(): Machine {
    return findMachine(this.options.machine) ?? defaultMachine;
  }

  private missing(): string {
    if (this.traced) return 'The workgroup that would be drawn accesses no memory.';
    if (this.blocked) return `${this.blocked}.`;
    if (isRecorded(this.item) && !this.isOpen) return 'Loading the recording…';
    return 'A trace shows it for every line of this code, every time that it runs, and every group of lanes: press Trace.';
  }

  private readonly trace = (): void => {
    this.unknown = '';
    this.isOpen = true;
    void this.traces.run(this.host, this.item, this.options);
  };

  /** What the last trace was asked for. */
  private readonly traceLong = (): void => {
    const options = this.traces.waiting(this.item);
    if (options) void this.traces.run(this.host, this.item, options, true);
  };

  private readonly cancel = (): void => this.traces.cancel('You cancelled the trace.');

  private readonly stepThrough = (): void => {
    this.isStepping = !this.isStepping;
  };

  private readonly traceValues = (): void => {
    if (this.traces.running) return;
    this.isStepping = true;
    void this.traces.run(this.host, this.item, this.valued());
  };

  private readonly light = ({ detail }: EventOf<'line-lit'>): void => {
    emit(this, 'line-lit', detail);
  };

  private readonly changeOptions = ({ detail }: EventOf<'options-change'>): void => {
    this.traces.dismiss();
    this.unknown = '';
    const { workgroups, machine } = detail.options;
    emit(this, 'options-change', { options: { workgroups, machine: machine === defaultMachine.id ? '' : machine } });
  };

  private readonly changeCounter = ({ detail }: EventOf<'counter-change'>): void => {
    this.counter = detail.counter;
  };

  private readonly passOn = ({ detail }: EventOf<'go-to-line'>): void => {
    emit(this, 'go-to-line', detail);
  };

  /** Sends the editor what is to be shown beside the code, if that has changed. */
  private sendCounts(): void {
    const { isOpen, traced, counter } = this;
    const shown = isOpen ? { sites: traced?.reply.result.sites ?? NONE, counter } : null;
    if (this.sent?.sites === shown?.sites && this.sent?.counter === shown?.counter) return;
    this.sent = shown;
    emit(this, 'line-counts', { counts: shown ? lineCountsOf(shown.sites, shown.counter) : NO_COUNTS });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-inside': TsInside;
  }
}
