import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { DTYPES, type DType } from '../../../core/format.ts';
import type { Knob } from '../../../kernels/types.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { type RooflinePoint, unplaced } from '../../../lab/roofline.ts';
import type { Roofs } from '../../../model/roofline.ts';
import { source } from '../../look/figure.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import type { Whose } from '../../state/files/write.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';
import { rooflineOffer } from './offer.ts';
import type { TsRooflineChart } from './ts-roofline-chart.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-share.ts';
import './ts-roofline-chart.ts';

/** What the data are stored as, as a knob. */
const precision: Knob = {
  key: 'dtype',
  title: 'Data stored as',
  default: 'f32',
  values: DTYPES,
  doc: 'Kernels that take f16 mostly store it and compute in f32: each is under the roof of what it computes with.',
};

/** Which kernels are not placed, and where they are. */
function leftOut(dtype: DType, canChoose: boolean): string {
  const names = unplaced(dtype);
  if (names.length === 0) return '';
  const elsewhere = canChoose && dtype === 'f32' ? '; choose f16 above for them' : '';
  return `Kernels that do not take ${dtype} are left out${elsewhere}: ${names.join(', ')}.`;
}

/**
 * Every kernel under the roofs of one device: measured here on request, or recorded.
 *
 * @fires roofline-run
 * @fires roofline-cancel
 * @fires knob-change - detail: { key, value }
 */
@customElement('ts-roofline')
export class TsRoofline extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        margin-top: 24px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      ts-knob {
        max-width: 400px;
        margin-left: 0;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 16px;
        align-items: center;
      }
    `,
  ];

  @property({ attribute: false }) points: readonly RooflinePoint[] = [];
  @property({ attribute: false }) roofs!: Roofs;
  /** Of the probe that measured the roofs; empty until it has. */
  @property({ attribute: false }) results: readonly ProbeResult[] = [];
  /** Whose device it is. */
  @property({ attribute: false }) whose: Whose = { report: null, origin: null };
  /** Where the points come from, of a recording; null of this device. */
  @property({ attribute: false }) recorded: string | null = null;
  /** Whether the roofs were measured in the run of these kernels, and the probe above them in another one. */
  @property({ type: Boolean }) apart = false;
  /** Of this device: how many points there will be, whether they are being measured, why they cannot be, how that ended. */
  @property({ attribute: false }) total = 0;
  @property({ attribute: false }) dtype: DType = 'f32';
  @property({ attribute: false }) refusalOf: RefusalOf = NOTHING_REFUSED;
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) blocked: string | null = null;
  @property({ attribute: false }) note = '';
  @query('ts-roofline-chart') private readonly drawn!: TsRooflineChart;

  override render(): TemplateResult {
    const { points, roofs, results, whose, recorded, running } = this;
    const left = leftOut(this.dtype, recorded === null && this.refusalOf('f16') === null);
    const offered = { whose, roofs, results, points: running ? [] : points };
    return html`
      <div class="head">
        <h2>Every kernel under these roofs</h2>
        ${recorded === null ? source('measured') : html`<span class="source recorded">recorded ${recorded}</span>`}
        ${recorded === null ? this.button() : nothing}
      </div>
      ${recorded === null ? html`<ts-knob data-key="dtype" .knob=${precision} .value=${this.dtype} .refusalOf=${this.refusalOf}></ts-knob>` : nothing}
      <p class="small soft" role="status">${this.note}</p>
      ${this.apart ? html`<p class="small">These roofs were measured again in the run of these kernels, so they differ a little from the rates above.</p>` : nothing}
      <ts-roofline-chart .points=${points} .roofs=${roofs} ?unmeasured=${results.length === 0 && points.length === 0}></ts-roofline-chart>
      ${left === '' ? nothing : html`<p class="small soft">${left}</p>`}
      <ts-share .offer=${rooflineOffer(offered, () => this.drawn.chart)}></ts-share>
    `;
  }

  private button(): TemplateResult {
    const { blocked, points, total, running } = this;
    const label = running ? `${points.length} of ${total} kernels…` : 'Measure every kernel';
    const cancel = html`<button @click=${() => emit(this, 'roofline-cancel', {})}>Cancel</button>`;
    const waits = running || blocked !== null;
    return html`${running ? cancel : nothing}<button aria-disabled=${waits} title=${blocked ?? ''} @click=${() => waits || emit(this, 'roofline-run', {})}>${label}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-roofline': TsRoofline;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    'roofline-run': Readonly<Record<string, never>>;
    'roofline-cancel': Readonly<Record<string, never>>;
  }
}
