import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { intensitiesOf, rated } from '../../core/quantity.ts';
import type { Problem } from '../../ops/types.ts';
import { FigureKeys, figure, source } from '../look/figure.ts';
import { amount, type Figure, one, plain } from '../look/format.ts';
import { base } from '../look/styles.ts';
import { defaults, operationOf } from '../state/settings.ts';

/** The work that a problem asks of every kernel, in one line. */
@customElement('ts-work')
export class TsWork extends LitElement {
  static override styles = [
    base,
    css`
      dl {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 18px;
        padding: 12px 0 8px;
      }
      dl > div {
        display: flex;
        align-items: baseline;
        gap: 6px;
      }
      dt {
        color: var(--soft);
      }
      .figure {
        text-decoration: underline;
        text-decoration-style: dashed;
        text-decoration-thickness: 1px;
        text-decoration-color: var(--edge);
        text-underline-offset: 4px;
      }
    `,
  ];

  @property({ attribute: false }) problem: Problem = defaults();

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { shape, dtype } = this.problem;
    const quantities = operationOf(this.problem).quantities(shape, dtype);
    const facts: readonly (readonly [string, Figure])[] = [
      ...rated(quantities).map((quantity) => [quantity.title.toLowerCase(), amount(quantity)] as const),
      ...intensitiesOf(quantities).map(({ per, value, unit }) => [`per ${one(per.unit)}`, plain(value, unit)] as const),
    ];
    return html`<dl aria-label="Work of each kernel">
      <div><dt>Work of each kernel</dt><dd>${source('modelled')}</dd></div>
      ${facts.map(([label, quantity]) => html`<div><dt class="small">${label}</dt><dd>${figure(quantity, 'left')}</dd></div>`)}
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-work': TsWork;
  }
}
