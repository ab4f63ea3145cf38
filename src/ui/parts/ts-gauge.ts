import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { significant } from '../look/format.ts';
import { base, hatch } from '../look/styles.ts';

/** Ends of the scale, as powers of ten. */
const LOW = -4;
const HIGH = 2;

/** The largest error as a share of the error that is allowed, on a logarithmic scale with the limit marked. */
@customElement('ts-gauge')
export class TsGauge extends LitElement {
  static override styles = [
    base,
    hatch,
    css`
      .scale {
        position: relative;
        height: 12px;
        margin: 6px 0 2px;
      }
      .allowed,
      .beyond {
        position: absolute;
        top: 4px;
        height: 4px;
      }
      .allowed {
        left: 0;
        background: color-mix(in srgb, var(--correct) 35%, transparent);
        border-radius: 2px 0 0 2px;
      }
      .beyond {
        --hatch: var(--wrong);
        right: 0;
        border: 1px solid color-mix(in srgb, var(--wrong) 45%, transparent);
        border-left: 0;
        border-radius: 0 2px 2px 0;
      }
      .limit {
        position: absolute;
        top: -1px;
        width: 2px;
        height: 14px;
        margin-left: -1px;
        background: var(--ink);
      }
      .mark {
        position: absolute;
        top: 0;
        width: 12px;
        height: 12px;
        margin-left: -6px;
        border: 2px solid var(--ground);
        border-radius: 50%;
        background: var(--correct);
      }
      .mark.out {
        border-radius: 0;
        rotate: 45deg;
        background: var(--wrong);
      }
      .ticks {
        position: relative;
        height: 16px;
        font-family: var(--mono);
        color: var(--soft);
        font-size: 11px;
        line-height: 16px;
      }
      .ticks span {
        position: absolute;
        translate: -50%;
        white-space: nowrap;
      }
      .ticks span:first-child {
        translate: 0;
      }
      .ticks span:last-child {
        translate: -100%;
      }
    `,
  ];

  /** Null before a run. */
  @property({ attribute: false }) ratio: number | 'Infinity' | null = null;

  override render(): TemplateResult {
    const ratio = this.ratio === null ? null : Number(this.ratio);
    const label =
      ratio === null
        ? 'No run yet; the scale goes from 0 to 100 times the allowed error'
        : `The largest error is ${significant(ratio)} ${ratio > 1 ? 'times' : 'of'} the allowed error`;
    return html`
      <div class="scale" role="img" aria-label=${label}>
        <div class="allowed" .style=${`width: ${place(1)}%`}></div>
        <div class="beyond hatch" .style=${`width: ${100 - place(1)}%`}></div>
        <div class="limit" .style=${`left: ${place(1)}%`}></div>
        ${ratio === null ? '' : html`<div class="mark ${ratio <= 1 ? '' : 'out'}" .style=${`left: ${place(ratio)}%`}></div>`}
      </div>
      <div class="ticks" aria-hidden="true">
        <span .style=${'left: 0'}>exact</span>
        <span .style=${`left: ${place(0.01)}%`}>0.01</span>
        <span .style=${`left: ${place(1)}%`}>1 allowed</span>
        <span .style=${'left: 100%'}>100×</span>
      </div>
    `;
  }
}

/** Where a ratio stands on the scale, in percent. */
function place(ratio: number): number {
  if (!(ratio > 0)) return ratio === 0 ? 0 : 100;
  return Math.min(100, Math.max(0, ((Math.log10(ratio) - LOW) / (HIGH - LOW)) * 100));
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-gauge': TsGauge;
  }
}
