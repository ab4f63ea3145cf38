import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { check, copy } from '../look/icons.ts';
import { base } from '../look/styles.ts';

/** Text to be typed elsewhere: it breaks between words only, one click selects it, and a button copies it. */
@customElement('ts-copy')
export class TsCopy extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline;
      }
      code {
        padding: 1px 4px;
        background: var(--raised);
        border-radius: 3px;
        font-family: var(--mono);
        font-size: 0.92em;
        -webkit-user-select: all;
        user-select: all;
      }
      .word {
        white-space: nowrap;
      }
      button {
        padding: 0;
      }
    `,
  ];

  @property() text = '';
  /** A mark that follows it in the sentence: it stands before the button. */
  @property() mark = '';
  @state() private copied = false;

  override render(): TemplateResult {
    // A browser hides it from pages that are not secure.
    const clipboard = globalThis.navigator?.clipboard;
    return html`<code>${this.text.split(' ').map((word, at) => html`${at > 0 ? ' ' : nothing}<span class="word">${word}</span>`)}</code>${this.mark}${
      clipboard
        ? html` <button class="quiet" aria-label="Copy ${this.text}" title=${this.copied ? 'Copied' : 'Copy'} @click=${() => this.copy(clipboard)}>${this.copied ? check : copy}</button>`
        : nothing
    }`;
  }

  private async copy(clipboard: Clipboard): Promise<void> {
    this.copied = await clipboard.writeText(this.text).then(
      () => true,
      () => false,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-copy': TsCopy;
  }
}
