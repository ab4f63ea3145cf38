import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Time } from '../../lab/result.ts';
import { duration, figureText, percent, timeInterval } from '../look/format.ts';
import { base } from '../look/styles.ts';

/**
 * One kernel's speed as a bar from zero, as long as its share of the fastest sample of all, with the 99%
 * interval of its median as a line across its end, or from p90 to minimum where samples are too few for one. A scale from zero keeps a kernel at half the speed half as long.
 */
@customElement('ts-speed')
export class TsSpeed extends LitElement {
  static override styles = [
    base,
    css`
      .track {
        position: relative;
        height: 16px;
        border-left: 1px solid var(--edge);
      }
      svg {
        width: 100%;
        height: 100%;
      }
      .bar {
        fill: color-mix(in srgb, var(--accent) 55%, var(--ground));
      }
      :host([lead]) .bar {
        fill: var(--correct);
      }
      .spread {
        fill: none;
        stroke: var(--ink);
        vector-effect: non-scaling-stroke;
      }
      .word {
        position: absolute;
        inset: 0 auto 0 6px;
        color: var(--ground);
        font-size: 11px;
        line-height: 16px;
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) time: Time | null = null;
  /** The fastest sample of all bars: the full length. */
  @property({ attribute: false }) fullNs: number | null = null;
  /** The fastest median. */
  @property({ attribute: false }) bestNs: number | null = null;
  /** Whether it is the fastest, or ties with it; `word` says which. */
  @property({ type: Boolean, reflect: true }) lead = false;
  @property({ attribute: false }) word = '';

  override render(): TemplateResult {
    const { time, fullNs, bestNs } = this;
    if (!time?.medianNs || !time.minNs || !time.p90Ns || !fullNs || !bestNs) return html`<div class="track"></div>`;
    const share = (ns: number): number => (100 * fullNs) / ns;
    const [low, high] = time.intervalNs ?? [time.minNs, time.p90Ns];
    const [slow, quick] = [share(high), share(low)];
    const about = time.intervalNs ? '99% interval of the median' : 'minimum to p90';
    const label = `${this.word ? `${this.word}, ` : ''}${figureText(percent(bestNs / time.medianNs))} of the fastest kernel’s speed; ${time.samplesNs.length} samples: median ${figureText(duration(time.medianNs))}, ${about} ${figureText(timeInterval(low, high, time.medianNs))}`;
    return html`<div class="track" role="img" aria-label=${label} title=${label}>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar" width=${share(time.medianNs)} height="16" />
        <path class="spread" d="M${slow} 3V13M${slow} 8H${quick}M${quick} 3V13" />
      </svg>
      ${this.word ? html`<span class="word" aria-hidden="true">${this.word}</span>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-speed': TsSpeed;
  }
}
