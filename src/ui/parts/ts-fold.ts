import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { fields } from '../look/fields.ts';
import { Narrow } from '../look/narrow.ts';
import { base } from '../look/styles.ts';

/** Settings that a phone folds into one line, which says what is chosen; a wide screen simply shows them. */
@customElement('ts-fold')
export class TsFold extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      details {
        margin: 0;
      }
      summary {
        min-height: 40px;
      }
      summary b {
        flex: none;
        color: var(--ink);
      }
      .now {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      details[open] {
        padding-bottom: 12px;
      }
    `,
  ];

  @property() label = '';
  /** What is chosen inside, in a few words. */
  @property() now = '';
  private readonly narrow = new Narrow(this);

  override render(): TemplateResult {
    if (!this.narrow.matches) return html`<slot></slot>`;
    return html`<details>
      <summary><b>${this.label}</b><span class="now soft small">${this.now}</span></summary>
      <slot></slot>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-fold': TsFold;
  }
}
