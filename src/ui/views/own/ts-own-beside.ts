import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { findKernel } from '../../../kernels/index.ts';
import { OWN } from '../../../kernels/own/index.ts';
import type { Result } from '../../../lab/result.ts';
import { duration, figureText, significant } from '../../look/format.ts';
import { STATES, stateOf } from '../../look/states.ts';
import { base } from '../../look/styles.ts';

/** A kernel of the reader's own in the ladder of its operation, each with its verdict and its time. */
@customElement('ts-own-beside')
export class TsOwnBeside extends LitElement {
  static override styles = [
    base,
    css`
      section {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .scroll {
        margin-top: 4px;
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 4px 8px;
        border-bottom: 1px solid var(--line);
        text-align: left;
      }
      th {
        color: var(--soft);
        font-size: 12px;
        font-weight: 400;
      }
      .own {
        background: var(--accent-ground);
        font-weight: 600;
      }
      .right {
        text-align: right;
        white-space: nowrap;
      }
      td.right {
        font-family: var(--mono);
      }
      /* The icon stands for the verdict there. */
      @media (max-width: 479px) {
        .word {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) results: readonly Result[] = [];

  override render(): TemplateResult | typeof nothing {
    const { results } = this;
    if (results.length < 2) return nothing;
    const own = results.find(({ kernel }) => kernel === OWN)?.time?.medianNs ?? null;
    return html`<section aria-label="Beside the ladder">
      <h2>Beside the ladder</h2>
      <div class="scroll" tabindex="0" role="group" aria-label="Kernels with their verdicts and times">
        <table>
          <thead>
            <tr><th scope="col">kernel</th><th scope="col"><span class="word">verdict</span></th><th scope="col" class="right">median</th><th scope="col" class="right">yours takes</th></tr>
          </thead>
          <tbody>
            ${results.map((result) => row(result, own))}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

/** `own`: the median of the reader's kernel in ns; null where it has none. */
function row(result: Result, own: number | null): TemplateResult {
  const { icon, word } = STATES[stateOf(result, false, false)];
  const ns = result.time?.medianNs ?? null;
  const isOwn = result.kernel === OWN;
  const ratio = isOwn || own === null || ns === null ? '' : `${significant(own / ns)}× the time`;
  const title = isOwn ? 'Your kernel' : (findKernel(result.op, result.kernel)?.title ?? result.kernel);
  return html`<tr class=${isOwn ? 'own' : ''}>
    <td>${isOwn ? nothing : html`<span class="soft">${Number.parseInt(result.kernel, 10)}</span> `}${title}</td>
    <td><span class="state">${icon}<span class="word">${word}</span></span></td>
    <td class="right">${ns === null ? '–' : figureText(duration(ns))}</td>
    <td class="right">${ratio}</td>
  </tr>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-beside': TsOwnBeside;
  }
}
