import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import type { Table } from '../state/files/table.ts';
import type { itemsOf } from './share-items.ts';

/** What can leave the page, and how each is made when it is asked for: null for what there is not yet. */
export interface Offer {
  /** Name of the files, without its ending. */
  readonly name: string;
  /** The heading of a picture. */
  readonly title: string;
  /** A document of one of the schemas in bench/; left out where there never is one. */
  readonly json?: (() => Promise<object>) | null;
  /** Left out where there never is one. */
  readonly table?: (() => Promise<Table>) | null;
  /** The element that is the chart; left out where no picture of it can be made. */
  readonly chart?: (() => Element | null) | null;
  /** A link that opens the page as it stands; null where something else already gives it. */
  readonly link: (() => Promise<string>) | null;
  /** The kind of figure that shows the document on another page. */
  readonly figure: string | null;
  /** Why there is no document yet, where that is not that nothing was measured. */
  readonly lack?: string;
}

/**
 * A menu of all ways in which what is shown can leave the page, and of the way back: a link, JSON, CSV, SVG, PNG, and the two
 * lines of HTML of a figure.
 *
 * @fires file-open
 */
@customElement('ts-share')
export class TsShare extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-height: 32px;
        margin: 8px 0;
      }
      .anchor {
        position: relative;
      }
      .menu {
        position: absolute;
        z-index: 15;
        top: calc(100% + 4px);
        left: 0;
        width: max-content;
        max-width: min(320px, 90vw);
        padding: 4px;
        background: var(--ground);
        border: 1px solid var(--edge);
        border-radius: 4px;
      }
      :host([end]) .menu {
        left: auto;
        right: 0;
      }
      .menu button {
        display: flex;
        justify-content: flex-start;
        width: 100%;
        border-color: transparent;
        text-align: left;
        white-space: normal;
      }
      .menu li + li.apart {
        margin-top: 4px;
        padding-top: 4px;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  @property({ attribute: false }) offer!: Offer;
  /** Whether the menu hangs from the right end. */
  @property({ type: Boolean, reflect: true }) end = false;
  /** Or is to be, once what it lists has come. */
  @state() private open = false;
  @state() private said = '';
  /** Null until the menu is first opened. */
  @state() private items: typeof itemsOf | null = null;
  @query('input') private readonly picker!: HTMLInputElement;
  @query('.toggle') private readonly toggle!: HTMLElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('focusout', this.leave);
    this.addEventListener('keydown', this.escape);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('focusout', this.leave);
    this.removeEventListener('keydown', this.escape);
  }

  override render(): TemplateResult {
    return html`
      <div class="anchor">
        <button class="toggle" aria-expanded=${this.open && this.items !== null} @click=${this.flip}>Share and save…<span class="visually-hidden"> ${this.offer.title}</span></button>
      <input type="file" accept=".json,.wgsl,application/json" hidden aria-label="File to open" @change=${this.choose} />
      ${
        this.open && this.items
          ? html`<ul class="menu" id="menu">
              ${this.items(this.offer).map(
                ({ id, label, act }) =>
                  html`<li><button data-save=${id} aria-disabled=${act === null} title=${act === null ? (this.offer.lack ?? 'There is nothing to save yet') : nothing}
                    @click=${() => act && this.take(act)}>${label}</button></li>`,
              )}
              <li class="apart"><button data-save="open" @click=${() => this.picker.click()}>Open a file…</button></li>
            </ul>`
          : nothing
      }
      </div>
      <slot></slot>
      <span class="small soft" role="status">${this.said}</span>
    `;
  }

  private async take(act: () => Promise<string>): Promise<void> {
    this.said = await act().catch(() => 'This browser did not allow it.');
    this.close();
  }

  private close(): void {
    if (!this.open) return;
    this.open = false;
    this.toggle.focus();
  }

  private readonly flip = async (): Promise<void> => {
    // Safari leaves it elsewhere, and Escape would not get here.
    this.toggle.focus();
    // Until it has come, a second press asks for the same; whoever leaves meanwhile has closed it.
    this.open = this.items === null || !this.open;
    this.items ??= await import('./share-items.ts').then(
      ({ itemsOf }) => itemsOf,
      () => null,
    );
    this.said = this.items ? '' : 'The menu could not be loaded: reload the page.';
    this.open &&= this.items !== null;
  };

  private readonly choose = (): void => {
    const file = this.picker.files?.[0];
    // The same file may be chosen again, after it was written again.
    this.picker.value = '';
    this.open = false;
    if (file) emit(this, 'file-open', { file });
  };

  private readonly leave = ({ relatedTarget }: FocusEvent): void => {
    // Where nothing takes the focus, such as the dialog that picks a file, the menu stays.
    if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.open = false;
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    // It closes the menu, and does not end a run.
    event.preventDefault();
    this.close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-share': TsShare;
  }
}
