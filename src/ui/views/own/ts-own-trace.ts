import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TraceResult } from '../../../lab/trace-result.ts';
import type { SiteCounts } from '../../../trace/report.ts';
import { bytes, count, figureText, significant, stopped, typeset } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';

/**
 * What a trace has found of a kernel: the sanitizer's findings, and each access with what its requests touch.
 *
 * @fires go-to-line
 */
@customElement('ts-own-trace')
export class TsOwnTrace extends LitElement {
  static override styles = [
    base,
    css`
      section {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-top: 4px;
        font-weight: 600;
      }
      .clean {
        color: var(--correct);
      }
      .found {
        color: var(--wrong);
      }
      .scroll {
        margin-top: 8px;
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 12px;
      }
      th,
      td {
        padding: 2px 8px 2px 0;
        border-bottom: 1px solid var(--line);
        text-align: left;
        white-space: nowrap;
      }
      th {
        color: var(--soft);
        font-weight: 400;
      }
      td.number {
        font-family: var(--mono);
        text-align: right;
      }
      button {
        min-height: 24px;
        padding: 0 6px;
        font-size: 12px;
      }
    `,
  ];

  @property({ attribute: false }) result: TraceResult | null = null;

  override render(): TemplateResult | typeof nothing {
    const { result } = this;
    if (!result) return nothing;
    const { findings, totals, traced, sites } = result;
    const scope = traced?.complete ? '' : ' in what was traced';
    return html`<section aria-label="Trace">
      <h2>Trace <span class="source modelled">modelled</span></h2>
      ${
        findings.length === 0
          ? html`<p class="state clean">${icons.check}The sanitizer finds nothing${scope}</p>`
          : html`<p class="state found">${icons.cross}${count(findings.length)} ${findings.length === 1 ? 'finding' : 'findings'} of the sanitizer</p>
            <ul>${findings.map(({ message, first }) => html`<li class="small">${stopped(typeset(message))} ${this.line(first.line)}</li>`)}</ul>`
      }
      ${totals ? html`<p class="small soft">Fetched ${figureText(bytes(totals.bytesFetched))}; from memory, behind modelled caches, ${figureText(bytes(totals.bytesFromMemory))}; the least possible ${figureText(bytes(totals.compulsoryBytes))}. Barriers: ${count(totals.barriers)}.</p>` : nothing}
      <div class="scroll" tabindex="0" role="group" aria-label="Accesses by line">
        <table>
          <thead>
            <tr><th>Line</th><th>Access</th><th>Requests</th><th>A request touches</th></tr>
          </thead>
          <tbody>
            ${sites.map((site) => this.site(site))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private site(site: SiteCounts): TemplateResult {
    return html`<tr>
      <td>${this.line(site.line)}</td>
      <td>${site.access} <span class="mono">${site.buffer}</span></td>
      <td class="number">${count(site.requests)}</td>
      <td>${touched(site)}</td>
    </tr>`;
  }

  private line(line: number): TemplateResult | typeof nothing {
    if (line < 1) return nothing;
    return html`<button @click=${() => emit(this, 'go-to-line', { line, column: 1 })}>Line ${line}</button>`;
  }
}

/** "4 sectors, 4 needed" of storage; "2 passes, 1 needed" of workgroup memory. */
function touched({ space, requests, sectors, idealSectors, bankPasses, idealBankPasses }: SiteCounts): string {
  if (requests === 0) return 'nothing: out of bounds';
  const [has, needs, noun] =
    space === 'storage' ? [sectors, idealSectors, 'sectors'] : [bankPasses, idealBankPasses, 'bank passes'];
  return `${significant(has / requests)} ${noun}, ${significant(needs / requests)} needed`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-trace': TsOwnTrace;
  }
}
