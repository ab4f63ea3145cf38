import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';

type Choice = readonly [id: string, name: string];
type Which = 'from' | 'beside';

/**
 * Whose measurements are shown, and which others beside them; in a row with the attribute of that name. Its slot is for what
 * else can be opened.
 *
 * @fires fingerprint-change - detail: { which, id }
 * @fires file-open
 */
@customElement('ts-sources')
export class TsSources extends LitElement {
  static override styles = [
    base,
    css`
      label {
        display: block;
        font-weight: 600;
      }
      label + label {
        margin-top: 8px;
      }
      select {
        display: block;
        width: 100%;
        margin-top: 4px;
        font-weight: 400;
      }
      .open {
        margin-top: 8px;
      }
      p {
        margin-top: 4px;
      }
      :host([row]) section {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr)) auto;
        gap: 4px 16px;
        align-items: end;
      }
      :host([row]) :is(label, .open) {
        margin-top: 0;
      }
      :host([row]) .hint {
        grid-column: 1 / -1;
        margin-top: 0;
      }
      @media (max-width: 719px) {
        :host([row]) section {
          grid-template-columns: minmax(0, 1fr);
          justify-items: start;
        }
        :host([row]) label {
          width: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ attribute: false }) from = '';
  @property({ attribute: false }) beside = '';
  /** Whether there is no device here whose measurements could be shown. */
  @property({ type: Boolean }) gone = false;
  @query('input') private readonly picker!: HTMLInputElement;

  override render(): TemplateResult {
    return html`<section aria-label="Measurements">
      ${this.select('from', 'Measurements of', 'this device')} ${this.select('beside', 'Beside them', 'nothing')}
      <button class="open" @click=${() => this.picker.click()}>Open a fingerprint…</button>
      <input type="file" accept=".json,application/json" hidden aria-label="Fingerprint file" @change=${this.open} />
      <p class="small soft hint">Or drop one here: the JSON that <span class="mono">npm run device -- --fingerprint --json FILE</span> writes<slot></slot>.</p>
    </section>`;
  }

  /** Whatever the reader has chosen, what is shown counts. */
  override updated(): void {
    for (const select of this.renderRoot.querySelectorAll('select')) select.value = this[select.dataset.which as Which];
  }

  private select(which: Which, label: string, none: string): TemplateResult {
    const chosen = this[which];
    // Nothing stands beside itself.
    const others = which === 'from' ? this.choices : this.choices.filter(([id]) => id !== this.from || id === chosen);
    const choices: readonly Choice[] = [['', none], ...others];
    const isGone = which === 'from' && this.gone;
    return html`<label>${label}
      <select data-which=${which} @change=${(event: Event) =>
        emit(this, 'fingerprint-change', { which, id: (event.target as HTMLSelectElement).value })}>
        ${choices.map(([id, name]) => html`<option value=${id} ?disabled=${isGone && id === ''}>${name}</option>`)}
      </select>
    </label>`;
  }

  private readonly open = (): void => {
    const file = this.picker.files?.[0];
    // The same file may be chosen again, after it was written again.
    this.picker.value = '';
    if (file) emit(this, 'file-open', { file });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-sources': TsSources;
  }
}

declare module '../state/events.ts' {
  interface Events {
    'fingerprint-change': { readonly which: Which; readonly id: string };
  }
}
