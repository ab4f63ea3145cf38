import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';

/** In the place of something whose code did not come: what that means, and the way out. */
@customElement('ts-unloaded')
export class TsUnloaded extends LitElement {
  static override styles = [
    base,
    css`
      section {
        margin-top: 12px;
        padding: 12px 16px;
        border: 1px dashed var(--failed);
        border-radius: 4px;
      }
      h2 {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 15px;
      }
      .icon {
        color: var(--failed);
      }
      p {
        max-width: 64ch;
        margin-top: 8px;
      }
    `,
  ];

  /** What is not there: "The Ladder view". */
  @property() what = '';

  override render(): TemplateResult {
    return html`<section role="alert">
      <h2>${icons.alert}<span>${this.what} could not be loaded</span></h2>
      <p>
        You are offline, or the page was updated since you opened it and its old files are gone. Reload it: your settings
        are in the address, and your edits are kept.
      </p>
      <p><button class="primary" @click=${() => location.reload()}>Reload the page</button></p>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-unloaded': TsUnloaded;
  }
}
