import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SiteCounts } from '../../../trace/report.ts';
import { source } from '../../look/figure.ts';
import { capital } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { hangOf } from '../../parts/editor/hang.ts';
import { byLine, sentenceOf } from '../../parts/inside/counters.ts';

/** Some lines of a kernel as they stand in its file, and what the trace counted at each. */
@customElement('ts-code-lines')
export class TsCodeLines extends LitElement {
  static override styles = [
    base,
    css`
      .name {
        font-weight: 600;
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        margin: 0;
        font-size: 13px;
        line-height: 20px;
      }
      ol {
        margin-top: 8px;
        font: 12.5px/20px var(--mono);
      }
      li {
        display: grid;
        grid-template-columns: 32px minmax(0, 1fr);
        padding: 1px 0;
      }
      .number {
        color: var(--soft);
        -webkit-user-select: none;
        user-select: none;
      }
      code {
        font: inherit;
        padding-left: var(--hang);
        text-indent: calc(-1 * var(--hang));
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .said {
        grid-column: 2;
        padding: 2px 0 6px;
        font: 12px/16px var(--sans);
        color: var(--soft);
      }
      .counted code {
        box-shadow: -8px 0 0 var(--ground), -10px 0 0 var(--accent);
      }
    `,
  ];

  @property() name = '';
  @property() text = '';
  @property({ attribute: false }) sites: readonly SiteCounts[] = [];
  /** A part of the line that is shown. */
  @property() at = '';
  /** Lines before and after it. */
  @property({ attribute: false }) linesBefore = 0;
  @property({ attribute: false }) linesAfter = 0;

  override render(): TemplateResult {
    const all = this.text.split('\n');
    const at = all.findIndex((line) => line.includes(this.at));
    const lines = all.slice(Math.max(0, at - this.linesBefore), at + this.linesAfter + 1);
    const first = Math.max(0, at - this.linesBefore) + 1;
    const counted = byLine(this.sites);
    const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
    return html`<p class="name">${this.name} ${source('modelled')}</p>
      <ol>
        ${lines.map((line, index) => {
          const own = counted.get(first + index);
          return html`<li class=${own ? 'counted' : ''}>
            <span class="number">${first + index}</span><code .style=${`--hang: ${hangOf(line.slice(indent))}ch`}>${line.slice(indent)}</code>
            ${own ? html`<span class="said">${capital(sentenceOf(own))}</span>` : ''}
          </li>`;
        })}
      </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-code-lines': TsCodeLines;
  }
}
