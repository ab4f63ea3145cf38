import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Problem } from '../../ops/types.ts';
import { FigureKeys, figure, source } from '../look/figure.ts';
import { bytes, operations, plain, type Quantity } from '../look/format.ts';
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
        text-decoration: underline dashed 1px var(--edge);
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
    const { flops, bytesRead, bytesWritten } = operationOf(this.problem).work(shape, dtype);
    const facts: readonly (readonly [string, Quantity])[] = [
      ['operations', operations(flops)],
      ['read', bytes(bytesRead)],
      ['written', bytes(bytesWritten)],
      ['per byte', plain(flops / (bytesRead + bytesWritten), 'FLOP/B')],
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
