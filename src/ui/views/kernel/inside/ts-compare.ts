import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TraceResult } from '../../../../lab/trace-result.ts';
import { source } from '../../../look/figure.ts';
import { base } from '../../../look/styles.ts';
import type { Item } from '../../../state/ledger.ts';
import type { Traced } from '../../../state/traces.ts';
import { byBuffer, inAll, named, type Row } from './compare.ts';

/** This trace beside another one of this visit: another kernel, another knob, an edit. */
@customElement('ts-compare')
export class TsCompare extends LitElement {
  static override styles = [
    base,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
      }
      label {
        flex: 1;
        min-width: 160px;
      }
      select {
        max-width: 100%;
      }
      .box {
        height: 240px;
        margin-top: 4px;
        overflow: auto;
        border-block: 1px solid var(--line);
      }
      .none {
        min-height: 32px;
        margin-top: 4px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 3px 0 3px 12px;
        text-align: right;
        font-weight: 400;
      }
      th:first-child {
        padding-left: 0;
        text-align: left;
      }
      thead th {
        color: var(--soft);
      }
      tbody tr {
        border-top: 1px solid var(--line);
      }
      td {
        font-family: var(--mono);
      }
      .differs td {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) item!: Item;
  /** Of the item; null until it is traced. */
  @property({ attribute: false }) result: TraceResult | null = null;
  /** The others of this visit. */
  @property({ attribute: false }) others: readonly Traced[] = [];
  @state() private chosen: Traced | null = null;

  override render(): TemplateResult {
    const { others, item } = this;
    const chosen = others.find((one) => one === this.chosen) ?? null;
    return html`<section aria-label="Beside another trace">
      <div class="head">
        <h3>Side by side ${source('modelled')}</h3>
        <label class="small">Compare with
          <select ?disabled=${others.length === 0} @change=${this.choose}>
            <option value="">no other trace</option>
            ${others.map((one, at) => html`<option value=${at} .selected=${one === chosen}>${named(one.item, item)}</option>`)}
          </select>
        </label>
      </div>
      ${chosen ? this.table(chosen) : html`<p class="none small soft">${others.length === 0 ? 'Trace another kernel, another knob or an edit, and both can stand side by side here.' : ''}</p>`}
    </section>`;
  }

  private table(other: Traced): TemplateResult {
    const sides = [other.reply.result, this.result] as const;
    return html`<div class="box" tabindex="0" role="group" aria-label="Two traces">
      <table class="small">
        <thead>
          <tr><th scope="col"><span class="visually-hidden">counter</span></th><th scope="col">${named(other.item, this.item)}</th><th scope="col">shown</th></tr>
        </thead>
        <tbody>${[...inAll(sides), ...byBuffer(sides)].map(line)}</tbody>
      </table>
    </div>`;
  }

  private choose({ target }: Event): void {
    const { value } = target as HTMLSelectElement;
    this.chosen = value === '' ? null : (this.others[Number(value)] ?? null);
  }
}

function line({ label, values: [first, second] }: Row): TemplateResult {
  return html`<tr class=${first === second ? '' : 'differs'}><th scope="row">${label}</th><td>${first}</td><td>${second}</td></tr>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-compare': TsCompare;
  }
}
