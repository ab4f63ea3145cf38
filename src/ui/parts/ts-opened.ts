import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { day } from '../../lab/recorded-on.ts';
import { source } from '../look/figure.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import type { Opened } from '../state/files/opened.ts';

/**
 * Above the views while they show a file: whose numbers these are, and the way back to this device.
 *
 * @fires close-file
 */
@customElement('ts-opened')
export class TsOpened extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        border-bottom: 1px solid var(--line);
        background: var(--accent-ground);
      }
      p {
        display: flex;
        align-items: center;
        gap: 0 8px;
        max-width: 1920px;
        min-height: 40px;
        margin: 0 auto;
        padding: 4px 24px;
        overflow-wrap: anywhere;
      }
      .source {
        color: var(--ink);
      }
      button {
        flex: none;
        margin-left: auto;
        background: var(--ground);
      }
      @media (max-width: 719px) {
        p {
          flex-wrap: wrap;
          padding: 4px 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) opened!: Opened;

  override render(): TemplateResult {
    const { name, origin } = this.opened;
    const software = origin.adapter.software ? ', a software adapter' : '';
    return html`<p>${source('recorded')}
      <span><b>${name}</b>: ${origin.adapter.description}${software} (${origin.host}), ${day(origin.createdAt)}.
      <span class="soft">What is marked as measured was measured there.</span></span>
      <button @click=${() => emit(this, 'close-file')}>Close the file</button></p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-opened': TsOpened;
  }
}
