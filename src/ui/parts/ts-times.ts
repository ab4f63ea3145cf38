import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Quantity, rated } from '../../core/quantity.ts';
import { FEWEST_SAMPLES } from '../../core/statistics.ts';
import { withCommas } from '../../core/words.ts';
import type { DeviceReport, Result, Time } from '../../lab/result.ts';
import { FigureKeys, figure, source } from '../look/figure.ts';
import { duration, figureText, measure, NONE, timeInterval } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base, hatch } from '../look/styles.ts';
import { explained, termStyles } from '../look/terms.ts';
import { SOFTWARE } from '../state/device.ts';
import './ts-samples.ts';

/** How fast is it? Only ever filled in under a verdict that is "correct". */
@customElement('ts-times')
export class TsTimes extends LitElement {
  static override styles = [
    base,
    hatch,
    termStyles,
    css`
      :host {
        border-top: 1px solid var(--line);
        padding: 12px 0 16px;
      }
      .lead {
        display: flex;
        align-items: baseline;
        gap: 12px;
        height: 44px;
      }
      .median {
        font-size: 30px;
        line-height: 44px;
        letter-spacing: -0.02em;
        word-spacing: -0.35em;
      }
      .interval {
        min-height: 32px;
      }
      .unresolved {
        --hatch: var(--unresolved);
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 0 12px;
        height: 36px;
        margin: 4px 0;
        border: 1px dashed var(--unresolved);
        border-radius: 4px;
        color: var(--unresolved);
        font-size: 16px;
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(116px, 1fr));
        gap: 8px;
        margin-top: 8px;
      }
      .median .unit {
        font-size: 18px;
      }
      dt {
        color: var(--soft);
      }
      dd {
        height: 20px;
      }
      .note {
        display: flex;
        gap: 6px;
        margin-top: 8px;
        min-height: 32px;
      }
      .note .icon {
        color: var(--unresolved);
      }
    `,
  ];

  /** A finished run of the settings shown, or null. */
  @property({ attribute: false }) result: Result | null = null;
  /** What the problem asks for: their places are kept until there is a result. */
  @property({ attribute: false }) quantities: readonly Quantity[] = [];
  @property({ attribute: false }) device: DeviceReport | null = null;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const time_ = this.result?.time ?? null;
    const measures = this.result?.measures ?? [];
    const wallOnly = time_?.source === 'wall';
    return html`<section aria-label="Times">
      <h2 class="terms"><span>${explained(wallOnly ? 'Wall time of one dispatch' : 'GPU time of one dispatch')}</span> ${source('measured')}</h2>
      <div class="lead">${this.lead()}</div>
      <p class="interval terms small soft">${this.interval()}</p>
      <ts-samples
        .samplesNs=${time_?.samplesNs ?? []}
        .medianNs=${time_?.medianNs ?? null}
        .minNs=${time_?.minNs ?? null}
        .p90Ns=${time_?.p90Ns ?? null}
      ></ts-samples>
      <dl>
        ${rated(this.quantities).map(({ key, title }) => {
          const found = measures.find((one) => one.key === key);
          return html`<div><dt class="small">${title.toLowerCase()}</dt><dd>${figure(found ? measure(found) : NONE, 'left')}</dd></div>`;
        })}
        <div title="The first dispatch on this problem. It may pay for memory that is touched for the first time and for a low clock, so it is not among the samples."><dt class="small">first run</dt><dd>${figure(time_?.firstNs ? duration(time_.firstNs) : NONE)}</dd></div>
        <div><dt class="small">wall time</dt><dd>${figure(time_?.wallNs ? duration(time_.wallNs) : NONE)}</dd></div>
        <div><dt class="small">compile</dt><dd>${figure(time_ ? duration(time_.compileMs * 1e6) : NONE)}</dd></div>
      </dl>
      <p class="note small soft">${this.note()}</p>
    </section>`;
  }

  private lead(): TemplateResult {
    const { result } = this;
    if (result?.time && !result.time.resolved) {
      return html`<span class="unresolved hatch">${icons.question}Unresolved</span>`;
    }
    const median = result?.time?.medianNs ?? null;
    return html`<span class="median">${figure(median === null ? NONE : duration(median), 'left')}</span>
      ${median === null ? nothing : html`<span class="soft">median</span>`}`;
  }

  private interval(): TemplateResult | string {
    const { result, device } = this;
    if (!result) {
      if (!device) return 'Timed after the verdict, and only if it is correct.';
      const { source: from, quantumNs, floorNs } = device.timer;
      const floor = floorNs === null ? '' : `; a dispatch that does nothing takes ${figureText(duration(floorNs))}`;
      return from === 'gpu'
        ? `Timed after the verdict.${quantumNs > 0 ? ` The timer’s step is ${figureText(duration(quantumNs))}${floor}.` : ''}`
        : 'No GPU clock here: times are wall-clock times over a batch.';
    }
    const { time: measured } = result;
    if (!measured) return 'The output is wrong, so nothing was timed: a time would mean nothing.';
    const batch = `${withCommas(measured.dispatchesPerSample)} ${measured.dispatchesPerSample === 1 ? 'dispatch' : 'dispatches'}`;
    if (!measured.resolved || measured.minNs === null || measured.p90Ns === null) {
      return `The timer’s step is ${figureText(duration(measured.quantumNs))}; ${batch} of this kernel ${measured.dispatchesPerSample === 1 ? 'takes' : 'take'} less than 100 steps. Take a larger shape.`;
    }
    const dropped = measured.dropped ? `, ${measured.dropped} dropped for bad timestamps` : '';
    return html`${median(measured)}${figure(timeInterval(measured.minNs, measured.p90Ns, measured.medianNs ?? measured.p90Ns), 'left')}: ${explained(`minimum to p90 of ${measured.samplesNs.length} samples${dropped}, ${batch} each, ${measured.caches} caches`, ['p90', 'warm caches'])}`;
  }

  private note(): TemplateResult | string {
    const { device, result } = this;
    if (device?.adapter.software) {
      return html`${icons.alert}<span>${SOFTWARE}</span>`;
    }
    if (result?.time?.source === 'wall') return 'No GPU clock here: wall-clock time over a batch, submission included.';
    return 'Wall time includes submission and the wait for completion. Upload and readback are in neither.';
  }
}

/** Between which times the median lies, if there are enough samples for that. */
function median({ medianNs, intervalNs, samplesNs }: Time): TemplateResult | string {
  if (!intervalNs) return samplesNs.length < FEWEST_SAMPLES ? 'No interval: fewer than 15 samples. ' : '';
  return html`Median: ${figure(timeInterval(...intervalNs, medianNs ?? undefined), 'left')} (99%). `;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-times': TsTimes;
  }
}
