import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { both } from '../../../core/words.ts';
import { findKernel, findOperation } from '../../../kernels/index.ts';
import { type RooflinePoint, workOf } from '../../../lab/roofline.ts';
import { placed as placedOf, type Roof, type Roofs } from '../../../model/roofline.ts';
import { FigureKeys, figure } from '../../look/figure.ts';
import {
  capital,
  duration,
  measure,
  percent,
  plain,
  significant,
  stopped,
  timeInterval,
  typeset,
} from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { OwnWidth } from '../../parts/own-width.ts';
import { intervalText } from '../../parts/probe/finding.ts';
import { drawFill, drawMark, drawRoofline, HEIGHT, operationsOf } from '../../parts/probe/roofline-chart.ts';
import { defaultProblem, onKernel, toSavedSearch } from '../../state/settings.ts';

/** Kernels under two roofs, as a chart and as a table. A point, and its name in the table, opens the kernel. */
@customElement('ts-roofline-chart')
export class TsRooflineChart extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        padding-top: 4px;
      }
      .chart {
        margin-top: 8px;
      }
      .key {
        margin-bottom: 4px;
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        min-height: 16px;
      }
      .key li,
      .key span {
        display: flex;
        gap: 4px;
        align-items: center;
      }
      .drawing {
        overflow: hidden;
      }
      .scroll {
        overflow-x: auto;
      }
      summary {
        min-height: 32px;
        line-height: 32px;
        cursor: pointer;
        width: fit-content;
      }
      table {
        border-collapse: collapse;
      }
      th,
      td {
        padding: 4px 12px 4px 0;
        text-align: right;
        white-space: nowrap;
        vertical-align: baseline;
      }
      th:first-child {
        text-align: left;
      }
      thead th {
        border-bottom: 1px solid var(--line);
        font-size: 12px;
        vertical-align: bottom;
      }
      tbody tr:nth-child(even) {
        background: var(--raised);
      }
      tbody a {
        display: inline-block;
        min-height: 24px;
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) points: readonly RooflinePoint[] = [];
  @property({ attribute: false }) roofs!: Roofs;
  /** Whether neither the roofs nor any kernel has been measured. */
  @property({ type: Boolean, attribute: 'unmeasured' }) isUnmeasured = false;
  private readonly width = new OwnWidth(this);
  private drawing: Element | null = null;

  constructor() {
    super();
    new FigureKeys(this);
  }

  /** What a picture of it shows. */
  get chart(): Element | null {
    return this.renderRoot.querySelector('.chart');
  }

  override willUpdate(): void {
    const { points, roofs } = this;
    const width = this.width.px;
    this.drawing = width > 0 ? drawRoofline({ points, roofs, width, hrefOf }) : null;
    // The table has the same links for the keyboard.
    for (const link of this.drawing?.querySelectorAll('a') ?? []) link.setAttribute('tabindex', '-1');
  }

  override render(): TemplateResult {
    const { points, roofs } = this;
    const { placed, moving } = operationsOf(points);
    return html`
      <p class="small soft">The full mark counts the bytes that the problem needs: each input once, each output once. The hollow
        one counts the bytes that the kernel’s requests ask memory for, from its trace. Caches serve what lies between the two.</p>
      <p class="visually-hidden">Roofline: the rate of each kernel by its operations per byte; ${points.length === 0 ? 'nothing is measured yet' : `${points.length} kernels, all of them in the table`}.</p>
      <div class="chart">
        <ul class="key small" aria-label="Operations">
          ${placed.map((op, at) => html`<li><span aria-hidden="true">${drawMark(at)}</span>${titleOf(op)}</li>`)}
          <li><span aria-hidden="true">${drawFill(true)}</span>bytes needed</li>
          <li><span aria-hidden="true">${drawFill(false)}</span>bytes traced</li>
        </ul>
        <div class="drawing" aria-hidden="true" .style=${`height: ${HEIGHT}px`} @click=${this.follow}>${this.drawing}</div>
        <ul class="small">${this.isUnmeasured ? html`<li class="soft">The roofs come from the probe above: run it first.</li>` : [roofs.memory, roofs.arithmetic, ...(roofs.half ? [roofs.half] : [])].map(roofLine)}${moving.length > 0 ? html`<li class="soft">Not drawn, since they only move bytes: ${both(moving.map(titleOf))}.</li>` : nothing}</ul>
      </div>
      ${this.table()}
    `;
  }

  private table(): TemplateResult | typeof nothing {
    const { points } = this;
    if (points.length === 0) return nothing;
    const unit = points.find((point) => point.unit !== '')?.unit ?? '';
    return html`<details>
      <summary>All ${points.length} kernels as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Kernels under the roofs">
        <table>
          <thead>
            <tr>
              <th scope="col">kernel</th>
              <th scope="col">median</th>
              <th scope="col">99% interval</th>
              <th scope="col">G${unit}/s</th>
              <th scope="col">${unit}/B needed</th>
              <th scope="col">of its roof</th>
              <th scope="col">${unit}/B traced</th>
              <th scope="col">of its roof</th>
              <th scope="col">traced / needed</th>
            </tr>
          </thead>
          <tbody>${points.map((point) => this.line(point))}</tbody>
        </table>
      </div>
    </details>`;
  }

  private line(point: RooflinePoint): TemplateResult {
    const { op, kernel, medianNs, intervalNs, reason, untraced, tracedBytes, compulsoryBytes } = point;
    const href = hrefOf(point);
    const title = `${op} ${kernel}`;
    const name = html`<th scope="row">${href === null ? title : html`<a href=${href}>${title}</a>`}</th>`;
    if (medianNs === null)
      return html`<tr>${name}<td colspan="8">${stopped(typeset(`${point.status}: ${reason ?? ''}`))}</td></tr>`;
    const [needed, traced] = (['compulsoryBytes', 'tracedBytes'] as const).map((by) => {
      const work = workOf(point, by);
      return work ? placedOf(work, this.roofs) : null;
    });
    const share = (value: number | null | undefined) => (value == null ? '' : figure(percent(value)));
    return html`<tr>${name}
      <td>${figure(duration(medianNs))}</td>
      <td>${intervalNs ? figure(timeInterval(...intervalNs, medianNs)) : ''}</td>
      <td>${needed ? figure(plain(needed.rate)) : ''}</td>
      <td>${needed ? figure(plain(needed.intensity)) : ''}</td>
      <td>${share(needed?.share)}</td>
      <td title=${untraced ?? ''}>${traced ? figure(plain(traced.intensity)) : '–'}</td>
      <td>${share(traced?.share)}</td>
      <td>${tracedBytes && compulsoryBytes ? `${significant(tracedBytes / compulsoryBytes)}×` : ''}</td>
    </tr>`;
  }

  /** The page turns to a kernel by the table's links; those of a drawing would load the page again. */
  private readonly follow = (event: MouseEvent): void => {
    const link = event.composedPath().find((target) => target instanceof SVGAElement);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = link.href.baseVal;
    const same = [...this.renderRoot.querySelectorAll('tbody a')].find((other) => other.getAttribute('href') === to);
    if (!(same instanceof HTMLElement)) return;
    event.preventDefault();
    same.click();
  };
}

function titleOf(op: string): string {
  return findOperation(op)?.title ?? op;
}

/** The Kernel view on the point's problem; null where there is no such kernel here. */
function hrefOf({ op, kernel, shape, dtype }: RooflinePoint): string | null {
  const [operation, found] = [findOperation(op), findKernel(op, kernel)];
  if (!operation || !found) return null;
  const problem = { ...defaultProblem(operation, found.dtypes), dtype };
  return toSavedSearch(onKernel({ ...problem, shape: { ...problem.shape, ...shape } }, found));
}

function roofLine({ title, unit, value, interval, withheld }: Roof): TemplateResult {
  if (value === null)
    return html`<li>${title}: <b>withheld</b>. ${capital(stopped(typeset(withheld ?? '')))} Shares of a roof are not shown.</li>`;
  const ends = intervalText({ value, interval, unit });
  return html`<li>${title}: ${figure(measure({ value, unit }))}${ends === null ? '' : `, ${ends}`}</li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-roofline-chart': TsRooflineChart;
  }
}
