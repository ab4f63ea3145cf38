import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Found, Model, Panel, Row } from '../../../probes/types.ts';
import { typeset } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { OwnWidth } from '../own-width.ts';
import { drawPanel, heightOf } from './chart.ts';
import { drawKey, drawLimit, drawModelKey, drawProven } from './key.ts';
import { type Drawn, drawnOf } from './points.ts';

/** One chart of a probe. It is as high before there are rows as after; the table under all of them says the same in words. */
@customElement('ts-panel')
export class TsPanel extends LitElement {
  static override styles = [
    base,
    css`
      h3 {
        font-size: 13px;
        line-height: 20px;
        font-weight: 600;
      }
      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        min-height: 16px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      li svg {
        flex: none;
      }
      .unused {
        visibility: hidden;
        padding-left: 24px;
      }
      .drawing {
        overflow: hidden;
      }
      .drawing svg {
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) panel!: Panel;
  /** What is going to be measured, so that the axes have their ends. */
  @property({ attribute: false }) planned: readonly Pick<Row, 'at' | 'model'>[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ attribute: false }) found: readonly Found[] = [];
  /** Rows of the device beside this one. */
  @property({ attribute: false }) beside: readonly Row[] = [];
  private readonly width = new OwnWidth(this);
  private drawn: Drawn | null = null;
  private drawing: readonly Element[] = [];
  override willUpdate(properties: PropertyValues): void {
    if (['panel', 'planned', 'rows', 'found', 'beside'].some((name) => properties.has(name)))
      this.drawn = drawnOf(this.panel, this.planned, this.rows, this.found, this.beside);
    this.drawing = this.drawn && this.width.px > 0 ? drawPanel(this.panel, this.drawn, this.width.px) : [];
  }

  override render(): TemplateResult | typeof nothing {
    const { panel, drawn } = this;
    if (!drawn || drawn.series.length === 0) return nothing;
    const { series } = drawn;
    return html`
      <h3>${panel.title}</h3>
      <ul class="key small" aria-label="Curves">
        ${series.filter((name) => name !== '').map((name, at) => html`<li><span aria-hidden="true">${drawKey(at)}</span>${name}</li>`)}
        ${(panel.over ?? []).map((model) => this.modelKey(model, drawn))}
        ${panel.limit ? html`<li><span aria-hidden="true">${drawLimit()}</span>${panel.limit.title}</li>` : nothing}
        ${drawn.proven.length > 0 ? html`<li><span aria-hidden="true">${drawProven()}</span>found</li>` : nothing}
      </ul>
      <p class="visually-hidden">${this.spoken(drawn)}</p>
      <div class="drawing" aria-hidden="true" .style=${`height: ${heightOf(panel, drawn, this.width.px)}px`}>${this.drawing}</div>
    `;
  }

  /** One that says nothing of these rows keeps its place, or what is beneath would move when the last row comes. */
  private modelKey({ key, title, from }: Model, drawn: Drawn): TemplateResult {
    const at = Math.max(
      0,
      drawn.over.findIndex((one) => one.key === key),
    );
    const model = drawn.over[at];
    const isDrawn = model?.key === key;
    return html`<li class=${isDrawn ? '' : 'unused'}><span aria-hidden="true">${isDrawn ? drawModelKey(this.panel, model, at, drawn) : nothing}</span>model: ${typeset(`${title}, ${from}`)}</li>`;
  }

  private spoken({ points, title, unit, places }: Drawn): string {
    const { x } = this.panel;
    const count = points.length === 0 ? 'nothing is measured yet' : `${points.length} values`;
    const axis = x.scale === 'names' ? `of ${places.length} kinds` : `by ${x.title.toLowerCase()}`;
    return `${this.panel.title}: ${title || 'values'}${unit === '' ? '' : `, ${unit},`} ${axis}; ${count}.`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-panel': TsPanel;
  }
}
