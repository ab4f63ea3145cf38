import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Totals } from '../../../trace/report.ts';
import { FigureKeys, figure, source } from '../../look/figure.ts';
import { bytes, count, NONE, significant } from '../../look/format.ts';
import { base } from '../../look/styles.ts';

const ROWS = [
  ['compulsoryBytes', 'compulsory', 'each byte of the tensors that was touched, once'],
  ['bytesAsked', 'asked for', 'by all lanes together'],
  ['bytesFetched', 'moved', 'whole sectors of every request, between lanes and caches'],
  ['bytesFromMemory', 'from memory', 'what the modelled caches had to fetch'],
  ['bytesToMemory', 'to memory', 'what the modelled caches had to write back'],
] as const;

/** From the bytes that there are to the bytes that were moved for them. */
@customElement('ts-traffic')
export class TsTraffic extends LitElement {
  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr) max-content;
        align-items: center;
        gap: 0 10px;
        margin: 4px 0 0;
      }
      dl > div {
        display: contents;
      }
      dd {
        margin: 0;
      }
      dt,
      dd {
        height: 24px;
        line-height: 24px;
      }
      dt.small {
        line-height: 24px;
      }
      .bar {
        height: 10px;
        min-width: 1px;
        border: 1px dashed var(--edge);
        background: color-mix(in srgb, var(--sky) 45%, transparent);
      }
      .bar.fetched {
        background: color-mix(in srgb, var(--orange) 55%, transparent);
      }
      .sum {
        min-height: var(--sentence-height, 48px);
      }
      .track {
        display: flex;
        align-items: center;
      }
    `,
  ];

  /** Null until there is a trace. */
  @property({ attribute: false }) totals: Totals | null = null;
  /** What they are bytes of, where several of these stand on a page. */
  @property() of = '';
  /** Bytes that a whole bar stands for, so that several of these can be compared; 0 for its own largest. */
  @property({ attribute: false }) most = 0;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { totals } = this;
    const most = totals ? this.most || mostOf(totals) : 1;
    return html`<section aria-label=${`Bytes of storage${this.of && `, ${this.of}`}`}>
      <h3>Bytes of storage ${source('modelled')}</h3>
      <dl>
        ${ROWS.map(
          ([key, label, what]) => html`<div>
            <dt class="small soft" title=${what}>${label}</dt>
            <dd class="track" aria-hidden="true">
              ${totals ? html`<span class="bar ${key === 'bytesFetched' ? 'fetched' : ''}" .style=${`width: ${(100 * totals[key]) / most}%`}></span>` : nothing}
            </dd>
            <dd>${figure(totals ? bytes(totals[key]) : NONE)}</dd>
          </div>`,
        )}
      </dl>
      <p class="sum small soft">${totals ? sentence(totals) : ''}</p>
    </section>`;
  }
}

/** The largest number of bytes that is drawn. */
export function mostOf(totals: Totals): number {
  return Math.max(1, ...ROWS.map(([key]) => totals[key]));
}

function sentence({ bytesAsked, bytesFetched, compulsoryBytes, barriers }: Totals): string {
  const ratio =
    compulsoryBytes === 0
      ? ''
      : `For each byte of the tensors, lanes ask for ${significant(bytesAsked / compulsoryBytes)} bytes and ${significant(bytesFetched / compulsoryBytes)} are moved. `;
  const passed = barriers === 0 ? 'No barriers' : `${count(barriers)} ${barriers === 1 ? 'barrier' : 'barriers'}`;
  return `${ratio}${passed}.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-traffic': TsTraffic;
  }
}
