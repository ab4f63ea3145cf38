import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Result } from '../../../lab/result.ts';
import type { Run } from '../../../lessons/types.ts';
import { type Named, type Place, placed, type Roof, type Roofs } from '../../../model/roofline.ts';
import type { Found, Row } from '../../../probes/types.ts';
import { capital, figureText, measure, percent, plain, stopped, typeset } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { OwnWidth } from '../../parts/own-width.ts';
import { valueText } from '../../parts/probe/finding.ts';
import { drawMark, drawRoofline, HEIGHT, operationsOf } from '../../parts/probe/roofline-chart.ts';
import { placedRuns } from './placed.ts';

/** Runs of a lesson under the roofs that a probe has measured on the same device: as a chart, and in words. */
@customElement('ts-lesson-roofline')
export class TsLessonRoofline extends LitElement {
  static override styles = [
    base,
    css`
      .drawing {
        overflow: hidden;
      }
      li {
        padding: 4px 0;
        border-top: 1px solid var(--line);
        font-size: 13px;
      }
      .mark {
        display: inline-block;
        margin-right: 4px;
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly Run[] = [];
  /** In the same order. */
  @property({ attribute: false }) results: readonly Result[] = [];
  /** What the probe has found, and its rows. */
  @property({ attribute: false }) found: readonly Found[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  private readonly width = new OwnWidth(this);

  override render(): TemplateResult {
    const { results, found, rows, runs } = this;
    const { points, works, roofs } = placedRuns(results, found, rows);
    const ops = operationsOf(points).placed;
    const unit = points.find((point) => point.unit !== '')?.unit ?? '';
    return html`
      <div class="drawing" aria-hidden="true" .style=${`height: ${HEIGHT}px`}>${this.drawing(points, roofs)}</div>
      <ul>
        ${runs.map(({ label }, at) => {
          const place = ops.indexOf(points[at].op);
          const mark = place < 0 ? '' : html`<span class="mark" aria-hidden="true">${drawMark(place)}</span>`;
          return html`<li>${mark}<b>${capital(label)}:</b> ${placeWords(works[at], roofs, unit)}</li>`;
        })}
        ${[roofs.memory, roofs.arithmetic].map((roof) => html`<li>${roofWords(roof)}</li>`)}
      </ul>
    `;
  }

  /** Without the links of its points: the list under it has what they would lead to. */
  private drawing(points: Parameters<typeof drawRoofline>[0]['points'], roofs: Roofs): Element | null {
    const width = this.width.px;
    return width === 0 ? null : drawRoofline({ points, roofs, width, hrefOf: () => null });
  }
}

function placeWords(work: Named | null, roofs: Roofs, unit: string): string {
  if (!work) return 'no time, so no place.';
  const { intensity, rate, share, bound }: Place = placed(work, roofs);
  const of = share === null ? '' : `, ${figureText(percent(share))} of the roof that ${bound} sets`;
  return `${figureText(plain(intensity, `${unit}/B`))}, ${figureText(measure({ value: rate, unit: `G${unit}/s` }))}${of}.`;
}

function roofWords(roof: Roof): TemplateResult {
  const value = valueText(roof);
  if (value === null) return html`${roof.title}: <b>withheld</b>. ${capital(stopped(typeset(roof.withheld ?? '')))}`;
  return html`${roof.title}: ${value}.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-lesson-roofline': TsLessonRoofline;
  }
}
