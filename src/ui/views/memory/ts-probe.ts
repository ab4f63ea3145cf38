import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Found, Panel, Row } from '../../../probes/types.ts';
import { FigureKeys, source } from '../../look/figure.ts';
import { capital, typeset } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base, hatch } from '../../look/styles.ts';
import {
  basisOf,
  intervalText,
  leftOutOf,
  reasonOf,
  valueFigure,
  WITHHELD,
  withheldStyles,
} from '../../parts/probe/finding.ts';
import { standingOf } from './standing.ts';
import '../../parts/probe/ts-panel.ts';
import './ts-probe-table.ts';

/** What a processor's emulation shows of memory. */
const PROCESSOR =
  'A software adapter: the CPU emulates the GPU, so what you see here is the processor’s own caches and cores.';

/** What one device showed in one probe: whether it was right, the charts, every row, and what the rows together show. */
@customElement('ts-probe')
export class TsProbe extends LitElement {
  static override styles = [
    base,
    hatch,
    withheldStyles,
    css`
      .who {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 8px;
        overflow-wrap: anywhere;
      }
      @media (min-width: 1200px) {
        .who.paired {
          align-content: start;
          min-height: 40px;
        }
      }
      /* Room for the longest form of all three lines, so that the charts under them stay where they are. */
      .verdict {
        display: flex;
        gap: 8px;
        min-height: 40px;
        margin-top: 4px;
      }
      .verdict .icon {
        margin-top: 2px;
      }
      .correct {
        color: var(--correct);
      }
      .wrong {
        color: var(--wrong);
      }
      .failed {
        color: var(--failed);
      }
      .unresolved {
        color: var(--unresolved);
      }
      .note {
        display: flex;
        gap: 6px;
        margin-top: 4px;
      }
      /* Whether it is said is known only once the device is open. */
      .note.none {
        visibility: hidden;
      }
      /* Its place is kept beside a software adapter, and not where one device stands over the other. */
      @media (max-width: 1199px) {
        .note.none.recorded {
          display: none;
        }
      }
      .note .icon {
        color: var(--unresolved);
      }
      ts-panel {
        margin-top: 16px;
      }
      details {
        margin-top: 8px;
      }
      summary {
        min-height: 32px;
        line-height: 32px;
        cursor: pointer;
        width: fit-content;
        min-width: 32px;
      }
      .found {
        margin-top: 8px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .found li {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        padding: 6px 0;
        border-bottom: 1px solid var(--line);
      }
      .found .head {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        align-items: baseline;
        justify-content: space-between;
        /* The frame of what is withheld is higher than a line. */
        padding-bottom: 2px;
      }
      .value {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        align-items: baseline;
      }
    `,
  ];

  /** The device, and of a recording its host and date. */
  @property({ attribute: false }) who = '';
  @property({ attribute: false }) recorded: string | null = null;
  @property({ type: Boolean }) software = false;
  @property({ attribute: false }) panels: readonly Panel[] = [];
  @property({ attribute: false }) planned: readonly Pick<Row, 'at' | 'model'>[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** Rows of the device beside this one, which the charts have their axes in common with. */
  @property({ attribute: false }) beside: readonly Row[] = [];
  /** Null where the run has not ended: nothing is concluded then. */
  @property({ attribute: false }) result: ProbeResult | null = null;
  @property({ type: Boolean }) running = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { panels, planned, rows, result } = this;
    const found = result?.found ?? [];
    const count = Math.max(planned.length, rows.length);
    return html`
      <p class="who ${this.beside.length > 0 ? 'paired' : ''}"><b>${this.who}</b>${this.recorded === null ? source('measured') : html`<span class="source recorded">recorded ${this.recorded}</span>`}</p>
      ${
        this.software || this.recorded === null || this.beside.length > 0
          ? html`<p class="note small soft ${this.software ? '' : 'none'} ${this.recorded === null ? '' : 'recorded'}">${icons.alert}<span>${PROCESSOR}</span></p>`
          : nothing
      }
      ${this.verdict()}
      <div class="charts">${panels.map((panel) => html`<ts-panel .panel=${panel} .planned=${planned} .rows=${rows} .found=${found} .beside=${this.beside}></ts-panel>`)}</div>
      ${
        count === 0
          ? nothing
          : html`<details>
              <summary>All ${count} rows as a table</summary>
              <ts-probe-table .who=${this.who} .planned=${planned} .rows=${rows}></ts-probe-table>
            </details>`
      }
      <div class="found">
        <h2>What the rows show</h2>
        ${found.length > 0 ? html`<ul>${found.map(finding)}</ul>` : html`<p class="soft">${this.nothingFound()}</p>`}
      </div>
    `;
  }

  /** All of its charts. */
  get charts(): Element | null {
    return this.renderRoot.querySelector('.charts');
  }

  private nothingFound(): string {
    if (!this.result) return 'Nothing is concluded before every row is measured.';
    return this.result.rows.length > 0
      ? 'Nothing is concluded from these rows.'
      : 'There are no rows to conclude from.';
  }

  private verdict(): TemplateResult {
    const { result, running, rows, planned } = this;
    const { look, icon, word } = standingOf(result, running);
    const hasParts = rows.some(({ cutAfterMs }) => cutAfterMs !== undefined);
    return html`<p class="verdict"><span class=${look}>${icon}</span><span><b class=${look}>${capital(word)}.</b> ${said()}</span></p>`;

    function said(): string {
      if (result?.status === 'correct')
        return `Checked before and after each ${hasParts ? 'finished step' : 'step'} was timed: ${typeset(result.verdict?.method ?? 'nothing')}.${leftOutOf(rows)}`;
      if (result) return reasonOf(result);
      if (running)
        return `${rows.length} of ${planned.length} rows are measured; each step is checked before and after.`;
      return `${planned.length} steps; the output of each is checked before and after it is timed.`;
    }
  }
}

function finding(found: Found): TemplateResult {
  const value = html`<span class="value">${valueFigure(found)} <span class="soft small mono">${intervalText(found)}</span></span>`;
  return html`<li>
    <span class="head"><span>${typeset(found.title)}</span>${found.value === null ? WITHHELD : value}</span>
    <span class="small ${found.outside ? 'unresolved' : 'soft'}">${basisOf(found)}</span>
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-probe': TsProbe;
  }
}
