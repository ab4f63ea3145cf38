import { css, html, LitElement, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { duration, figureText } from '../look/format.ts';
import { base } from '../look/styles.ts';

/** Every sample as a dot over the range from the fastest to the slowest, with the interval and the median marked. */
@customElement('ts-samples')
export class TsSamples extends LitElement {
  static override styles = [
    base,
    css`
      .strip {
        position: relative;
        height: 32px;
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .axis {
        stroke: var(--edge);
        vector-effect: non-scaling-stroke;
      }
      .interval {
        fill: var(--accent-ground);
      }
      .median {
        position: absolute;
        top: 2px;
        width: 2px;
        height: 28px;
        margin-left: -1px;
        background: var(--accent);
      }
      .dot {
        position: absolute;
        width: 8px;
        height: 8px;
        margin: -4px 0 0 -4px;
        border-radius: 50%;
        border: 1px solid var(--ground);
        background: var(--ink);
        opacity: 0.75;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        height: 16px;
        color: var(--soft);
        font-family: var(--mono);
        font-size: 11px;
        line-height: 16px;
      }
      .empty {
        position: absolute;
        inset: 8px 0;
        border-block: 1px dashed var(--line);
      }
    `,
  ];

  @property({ attribute: false }) samplesNs: readonly number[] = [];
  @property({ attribute: false }) medianNs: number | null = null;
  @property({ attribute: false }) minNs: number | null = null;
  @property({ attribute: false }) p90Ns: number | null = null;

  override render(): TemplateResult {
    const { samplesNs, medianNs, minNs, p90Ns } = this;
    if (samplesNs.length === 0 || medianNs === null || minNs === null || p90Ns === null) {
      return html`<div class="strip"><div class="empty"></div></div><div class="ends"></div>`;
    }
    const low = Math.min(...samplesNs);
    const high = Math.max(...samplesNs);
    const span = high - low || low * 0.01 || 1;
    // Half a dot of room at either end.
    const place = (ns: number): number => 1.5 + ((ns - low) / span) * 97;
    const label = `${samplesNs.length} samples from ${figureText(duration(low))} to ${figureText(duration(high))}, median ${figureText(duration(medianNs))}`;
    return html`
      <div class="strip" role="img" aria-label=${label}>
        <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
          ${svg`<rect class="interval" x=${place(minNs)} y="6" width=${place(p90Ns) - place(minNs)} height="20" />
            <line class="axis" x1="0" x2="100" y1="31.5" y2="31.5" />`}
        </svg>
        <div class="median" .style=${`left: ${place(medianNs)}%`}></div>
        ${samplesNs.map(
          (ns, index) =>
            html`<div class="dot" .style=${`left: ${place(ns)}%; top: ${10 + (index % 3) * 6}px`} title="sample ${index + 1}: ${figureText(duration(ns))}"></div>`,
        )}
      </div>
      <div class="ends" aria-hidden="true"><span>fastest ${figureText(duration(low))}</span><span>slowest ${figureText(duration(high))}</span></div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-samples': TsSamples;
  }
}
