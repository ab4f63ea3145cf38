import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';

/**
 * What of the address could not be used, until it is dismissed.
 *
 * @fires dismiss
 */
@customElement('ts-notices')
export class TsNotices extends LitElement {
  static override styles = [
    base,
    css`
      .notice {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
        padding: 4px 4px 4px 12px;
        border: 1px dashed var(--unresolved);
        border-radius: 4px;
      }
      .icon {
        color: var(--unresolved);
      }
      ul {
        flex: 1;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) notices: readonly string[] = [];

  override render(): TemplateResult {
    return html`<div role="status">
      ${
        this.notices.length > 0
          ? html`<div class="notice">${icons.alert}
              <ul>${this.notices.map((notice) => html`<li>${notice}</li>`)}</ul>
              <button class="quiet" @click=${() => emit(this, 'dismiss')}>Dismiss</button></div>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-notices': TsNotices;
  }
}
