import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SiteCounts } from '../../../trace/report.ts';
import { source } from '../../look/figure.ts';
import { capital } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import type { LineCount } from '../editor/line-counts.ts';
import { byLine, type Counter, counters, lineCountsOf, sentenceOf } from './counters.ts';

/**
 * The counters of each line that accesses memory, with the sentence behind them; the one that is chosen stands in the
 * editor's gutter too.
 *
 * @fires counter-change
 * @fires go-to-line
 */
@customElement('ts-sites')
export class TsSites extends LitElement {
  static override styles = [
    base,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
      }
      .box {
        height: 208px;
        margin-top: 4px;
        overflow-y: auto;
        border-block: 1px solid var(--line);
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 60px 52px minmax(0, 1fr);
        gap: 8px;
        align-items: baseline;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      button {
        justify-content: flex-start;
        padding: 0;
        border-color: transparent;
        font-size: 12px;
      }
      .value {
        text-align: right;
        font-family: var(--mono);
        font-size: 12px;
      }
      li.most .value {
        font-weight: 700;
        box-shadow: inset 2px 0 var(--vermillion);
        background: color-mix(in srgb, var(--orange) 40%, transparent);
      }
      .said {
        padding: 6px 0;
      }
      code {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 11.5px;
      }
    `,
  ];

  @property({ attribute: false }) sites: readonly SiteCounts[] = [];
  @property({ attribute: false }) counter: Counter = counters[0];
  /** The text that was traced, line by line. */
  @property({ attribute: false }) text: readonly string[] = [];

  override render(): TemplateResult {
    const { sites, counter } = this;
    const { lines } = lineCountsOf(sites, counter);
    const all = [...byLine(sites)].sort(([a], [b]) => a - b);
    return html`<section aria-label="Counters by line">
      <div class="head">
        <h3>By line ${source('modelled')}</h3>
        <label class="small">Beside the code:
          <select @change=${this.choose}>
            ${counters.map((one) => html`<option value=${one.id} .selected=${one === counter}>${one.title}</option>`)}
          </select>
        </label>
      </div>
      <div class="box" tabindex="0" role="group" aria-label="Lines that access memory">
        <ol>
          ${all.map(([line, own]) => this.line(line, own, lines.get(line)))}
        </ol>
      </div>
    </section>`;
  }

  private line(line: number, own: readonly SiteCounts[], count: LineCount | undefined): TemplateResult {
    return html`<li class=${count?.weight === 1 ? 'most' : nothing}>
      <button class="quiet" @click=${() => emit(this, 'go-to-line', { line, column: own[0].column })}>Line ${line}</button>
      <span class="value">${count?.text || '–'}</span>
      <span class="said small"><code>${this.text[line - 1]?.trim() ?? ''}</code><span class="soft">${capital(sentenceOf(own))}</span></span>
    </li>`;
  }

  private choose({ target }: Event): void {
    const chosen = counters.find(({ id }) => id === (target as HTMLSelectElement).value);
    if (chosen) emit(this, 'counter-change', { counter: chosen });
  }
}

declare module '../../state/events.ts' {
  interface Events {
    /** Another counter is chosen for the gutter. */
    'counter-change': { readonly counter: Counter };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-sites': TsSites;
  }
}
