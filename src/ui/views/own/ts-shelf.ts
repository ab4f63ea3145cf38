import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { kernelsOf } from '../../../kernels/index.ts';
import { fields } from '../../look/fields.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import type { OwnKernel } from '../../state/own-kernels.ts';

declare module '../../state/events.ts' {
  interface Events {
    /** Start a kernel: an empty body, or a copy of the kernel with this id. */
    'own-start': { readonly from: string | null };
    'own-open': { readonly name: string };
    'own-remove': { readonly name: string };
    'own-import': { readonly file: File };
  }
}

/** What the select's first choice stands for. */
const EMPTY = '';

/**
 * Where a kernel of the reader's own comes from: an empty body, a copy of a rung, a file, or those kept here.
 *
 * @fires own-start
 * @fires own-open
 * @fires own-remove
 * @fires own-import
 */
@customElement('ts-shelf')
export class TsShelf extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      .row {
        display: flex;
        gap: 8px;
        margin-top: 8px;
      }
      .row select {
        flex: 1;
      }
      ul {
        margin-top: 8px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      li .open {
        flex: 1;
        justify-content: flex-start;
        min-width: 0;
        overflow: hidden;
        border-color: transparent;
        text-overflow: ellipsis;
      }
      li .open[aria-current='true'] {
        background: var(--accent-ground);
        font-weight: 600;
      }
    `,
  ];

  /** Id of the operation. */
  @property() op = '';
  @property({ attribute: false }) kept: readonly OwnKernel[] = [];
  /** The one that is open. */
  @property() name = '';
  @state() private from = EMPTY;

  override willUpdate(properties: Map<string, unknown>): void {
    if (properties.has('op')) this.from = EMPTY;
  }

  override render(): TemplateResult {
    const rungs = kernelsOf(this.op).filter(({ shader }) => shader === undefined);
    return html`<section aria-label="Start">
        <h2>Start</h2>
        <div class="row">
          <select aria-label="What to start from" @change=${this.choose}>
            <option value=${EMPTY} .selected=${this.from === EMPTY}>Bindings and an empty body</option>
            ${rungs.map(({ id, title }) => html`<option value=${id} .selected=${this.from === id}>Copy of ${Number.parseInt(id, 10)}: ${title}</option>`)}
          </select>
        </div>
        <div class="row">
          <button @click=${() => emit(this, 'own-start', { from: this.from === EMPTY ? null : this.from })}>New kernel</button>
          <button @click=${this.pick}>Import a .wgsl…</button>
          <input type="file" accept=".wgsl,text/plain" hidden aria-label="WGSL file" @change=${this.take} />
        </div>
      </section>
      ${
        this.kept.length === 0
          ? nothing
          : html`<section aria-label="Kept in this browser">
              <h2>Kept in this browser</h2>
              <ul>
                ${this.kept.map(
                  ({ name }) => html`<li>
                    <button class="open" aria-current=${name === this.name ? 'true' : 'false'} @click=${() => emit(this, 'own-open', { name })}>${name}</button>
                    <button class="quiet" aria-label="Delete ${name}" @click=${() => emit(this, 'own-remove', { name })}>${icons.cross}</button>
                  </li>`,
                )}
              </ul>
            </section>`
      }`;
  }

  private readonly choose = (event: Event): void => {
    this.from = (event.target as HTMLSelectElement).value;
  };

  private readonly pick = (): void => {
    this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')?.click();
  };

  private readonly take = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // The same file may be chosen again after it has been changed.
    input.value = '';
    if (file) emit(this, 'own-import', { file });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-shelf': TsShelf;
  }
}
