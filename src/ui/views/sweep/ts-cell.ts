import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Refusal } from '../../../core/errors.ts';
import { withCommas } from '../../../core/words.ts';
import type { DeviceReport, Result } from '../../../lab/result.ts';
import { base } from '../../look/styles.ts';
import { chosenKernel } from '../../parts/chosen.ts';
import { fromResult, type Outcome } from '../../state/outcome.ts';
import { kernelOf, operationOf, quantitiesOf, toSavedSearch, toSearch } from '../../state/settings.ts';
import type { Cell } from './grid.ts';
import '../../parts/ts-times.ts';
import '../../parts/ts-verdict.ts';

/** One cell of a sweep: its verdict, its time, its knobs, and the way to its kernel. */
@customElement('ts-cell')
export class TsCell extends LitElement {
  static override styles = [
    base,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 4px 16px;
      }
      h2 {
        font-size: 15px;
      }
      .open {
        display: inline-flex;
        align-items: center;
        min-height: 32px;
      }
      .knobs {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 4px 16px;
        padding: 12px 0 16px;
        border-top: 1px solid var(--line);
      }
      .knobs div {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 8px;
        border-bottom: 1px solid var(--line);
      }
      dt {
        color: var(--soft);
      }
      .taken {
        padding-bottom: 12px;
      }
      .swept {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) cell: Cell | null = null;
  /** What the axes say of it, "Workgroup size 64, inputs 256". */
  @property({ attribute: false }) name = '';
  /** Keys of the axes. */
  @property({ attribute: false }) swept: readonly string[] = [];
  @property({ attribute: false }) result: Result | undefined;
  /** Why it cannot run, with what would work. */
  @property({ attribute: false }) refusal: Refusal | null = null;
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) device: DeviceReport | null = null;

  override render(): TemplateResult {
    const { cell, result, device } = this;
    if (!cell) {
      return html`<section aria-label="Cell">
        <h2>A cell of the map</h2>
        <p class="soft">Choose one to see its verdict, its time and its knobs. The arrow keys move over the map.</p>
      </section>`;
    }
    const { settings } = cell;
    const isTimed = result?.status === 'correct' || result?.status === 'wrong';
    return html`<section aria-label="Cell">
      <div class="head">
        <h2>${this.name}</h2>
        <a class="open" href=${(result ? toSavedSearch : toSearch)(settings)}>Open in the Kernel view</a>
      </div>
      <ts-verdict .outcome=${this.outcome(cell)} .knobs=${kernelOf(settings).knobs}></ts-verdict>
      <ts-times .result=${isTimed ? result : null} .quantities=${quantitiesOf(settings)} .device=${device}></ts-times>
      <dl class="knobs small" aria-label="Knobs and shape">
        ${kernelOf(settings).knobs.map(({ key, title }) => this.pair(key, title, settings.knobs[key]))}
        ${operationOf(settings).parameters.map(({ key, title, advanced, default: initial }) =>
          advanced && settings.shape[key] === initial ? nothing : this.pair(key, title, settings.shape[key]),
        )}
        ${this.pair('dtype', 'Storage type', settings.dtype)}
      </dl>
      ${result?.chosen ? html`<p class="taken">It took ${chosenKernel(settings, result.chosen)}.</p>` : nothing}
    </section>`;
  }

  private pair(key: string, title: string, value: number | string): TemplateResult {
    const text = typeof value === 'number' ? withCommas(value) : value;
    return html`<div class=${this.swept.includes(key) ? 'swept' : ''}><dt>${title}</dt><dd class="mono">${text}</dd></div>`;
  }

  private outcome({ settings }: Cell): Outcome {
    const { result, refusal } = this;
    if (result) {
      const outcome = fromResult(result, false);
      // The lines of a compiler's messages are marked where the code is, and knobs are turned where they are.
      if (outcome.state === 'failed')
        return { ...outcome, errors: [], next: 'Open it in the Kernel view to look into it.' };
      return outcome.state === 'refused' ? { ...outcome, works: [] } : outcome;
    }
    if (refusal) return { state: 'refused', rule: refusal.message, works: [] };
    const gates = operationOf(settings)
      .gates(settings)
      .map(({ name }) => name);
    return { state: this.running ? 'running' : 'idle', gates };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-cell': TsCell;
  }
}
