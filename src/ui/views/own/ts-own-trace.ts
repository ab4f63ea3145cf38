import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TraceReply } from '../../../lab/trace-result.ts';
import { defaultMachine, findMachine } from '../../../model/machines.ts';
import { count } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { NO_COUNTS } from '../../parts/editor/line-counts.ts';
import { basis, type Counter, counters, lineCountsOf } from '../../parts/inside/counters.ts';
import { type EventOf, emit } from '../../state/events.ts';
import { type Shown, traceOffer } from './offer.ts';
import '../../parts/inside/ts-findings.ts';
import '../../parts/inside/ts-replay.ts';
import '../../parts/inside/ts-request.ts';
import '../../parts/inside/ts-sites.ts';
import '../../parts/inside/ts-traffic.ts';
import '../../parts/ts-share.ts';

/**
 * What a trace has found of a kernel of the reader's own, shown as the Kernel view shows it.
 *
 * @fires go-to-line
 * @fires line-counts
 * @fires line-lit
 */
@customElement('ts-own-trace')
export class TsOwnTrace extends LitElement {
  static override styles = [
    base,
    css`
      section {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .part,
      h3 {
        margin-top: 20px;
      }
      /* Here nothing beneath has to stay where it is. */
      ts-findings {
        --findings-height: auto;
      }
      .stepping {
        margin-top: 8px;
      }
    `,
  ];

  /** Null where nothing has been traced. */
  @property({ attribute: false }) reply: TraceReply | null = null;
  /** The kernel that was traced. */
  @property({ attribute: false }) shown!: Shown;
  @state() private counter: Counter = counters[0];
  @state() private isStepping = false;

  override updated(properties: PropertyValues): void {
    const sites = this.reply?.result.sites;
    if (properties.has('reply') || (sites && properties.has('counter')))
      emit(this, 'line-counts', { counts: sites ? lineCountsOf(sites, this.counter) : NO_COUNTS });
  }

  override render(): TemplateResult | typeof nothing {
    const { reply, shown } = this;
    if (!reply) return nothing;
    const { result } = reply;
    const machine = findMachine(result.machine) ?? defaultMachine;
    const lines = shown.text.split('\n');
    return html`<section aria-label="Inside the kernel">
      <h2>Inside the kernel</h2>
      <p class="small soft">${basis(machine)}</p>
      <ts-findings class="part" .result=${result} @go-to-line=${this.passOn}></ts-findings>
      <ts-traffic class="part" .totals=${result.totals}></ts-traffic>
      <ts-sites
        class="part"
        .sites=${result.sites}
        .counter=${this.counter}
        .text=${lines}
        @counter-change=${this.choose}
        @go-to-line=${this.passOn}
      ></ts-sites>
      <h3>What lanes touch together</h3>
      <ts-request .steps=${reply.steps} .machine=${machine} missing="The workgroup that would be drawn accesses no memory."></ts-request>
      <ts-share .offer=${traceOffer(shown, reply, () => this.renderRoot.querySelector('ts-request')?.chart ?? null)}></ts-share>
      <h3>Step by step</h3>
      ${this.stepping(reply, lines)}
    </section>`;
  }

  private stepping({ steps }: TraceReply, lines: readonly string[]): TemplateResult {
    if (steps.length === 0) return html`<p class="small soft">This workgroup accesses no memory.</p>`;
    const { isStepping } = this;
    return html`
      ${
        isStepping
          ? html`<p class="small soft">Workgroup ${count(steps[0].workgroup)}, as it ran ${this.shown.whose.origin ? 'where the file was written' : 'on your device'}.</p>
            <ts-replay .steps=${steps} .text=${lines} @line-lit=${this.light}></ts-replay>`
          : html`<p class="small soft">One workgroup, line by line: the cells that it reads and writes, with their values, and how its variables change.</p>`
      }
      <p class="stepping"><button aria-expanded=${isStepping} @click=${this.step}>${isStepping ? 'Close' : 'Step through'}</button></p>`;
  }

  private readonly step = (): void => {
    this.isStepping = !this.isStepping;
  };

  private readonly choose = ({ detail }: EventOf<'counter-change'>): void => {
    this.counter = detail.counter;
  };

  private readonly passOn = ({ detail }: EventOf<'go-to-line'>): void => {
    emit(this, 'go-to-line', detail);
  };

  private readonly light = ({ detail }: EventOf<'line-lit'>): void => {
    emit(this, 'line-lit', detail);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-trace': TsOwnTrace;
  }
}
