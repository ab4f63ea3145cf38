import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { WrongMap } from '../../core/wrong-map.ts';
import { count } from '../look/format.ts';
import { base } from '../look/styles.ts';

/** Side of a cell, in pixels. */
const CELL = 6;

/** Where in an output its wrong elements lie. One column is drawn as a row: a vector reads from left to right. */
@customElement('ts-wrong-map')
export class TsWrongMap extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        margin-top: 12px;
      }
      svg {
        margin-top: 4px;
        outline: 1px solid var(--edge);
      }
      .wrong {
        fill: var(--wrong);
        background: var(--wrong);
      }
      .unseen {
        fill: var(--line);
        background: var(--line);
      }
      .some {
        opacity: 0.6;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        margin-top: 4px;
      }
      i {
        display: inline-block;
        width: 10px;
        height: 10px;
        margin-right: 6px;
        outline: 1px solid var(--edge);
      }
    `,
  ];

  @property({ attribute: false }) map: WrongMap | null = null;

  override render(): TemplateResult | typeof nothing {
    const { map } = this;
    if (!map) return nothing;
    const { tensor, rows, columns, height, width, shares } = map;
    const isVector = width === 1;
    const [across, down] = isVector ? [height, 1] : [width, height];
    const bad = shares.filter((share) => share !== null && share > 0).length;
    const size = isVector ? `${count(rows)} elements` : `${count(rows)} × ${count(columns)}`;
    const what = `${tensor} (${size})`;
    const parts = `${count(bad)} of ${count(shares.length)} parts`;
    const label = `${parts} of ${tensor} have wrong elements`;
    const key: readonly (readonly [form: string, what: string, isThere: boolean])[] = [
      ['wrong', 'all wrong', shares.includes(1)],
      ['wrong some', 'some wrong', shares.some((share) => share !== null && share > 0 && share < 1)],
      ['', 'right', shares.includes(0)],
      ['unseen', 'not compared', shares.includes(null)],
    ];
    return html`<p class="small soft">Where ${what} is wrong: ${parts}</p>
      <svg role="img" aria-label=${label} width=${across * CELL} height=${down * (isVector ? 2 * CELL : CELL)}
        viewBox="0 0 ${across} ${down}" preserveAspectRatio="none">
        ${shares.map((share, at) => this.cell(share, at % across, Math.floor(at / across)))}
      </svg>
      <ul class="small soft" aria-label="Of the elements of a part that were looked at">
        ${key.map(([form, what, isThere]) => (isThere ? html`<li><i class=${form}></i>${what}</li>` : nothing))}
      </ul>`;
  }

  private cell(share: number | null, x: number, y: number): TemplateResult | typeof nothing {
    if (share === 0) return nothing;
    // Even one element in a thousand has to be seen.
    const opacity = share === null ? 1 : 0.35 + 0.65 * share;
    return svg`<rect class=${share === null ? 'unseen' : 'wrong'} x=${x} y=${y} width="1" height="1" fill-opacity=${opacity} />`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-wrong-map': TsWrongMap;
  }
}
