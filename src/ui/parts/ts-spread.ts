import * as Plot from '@observablehq/plot';
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Time } from '../../lab/result.ts';
import { duration, figureText, timeInterval } from '../look/format.ts';
import { type Domain, ticks } from '../look/scale.ts';
import { base } from '../look/styles.ts';

const ROW_HEIGHT = 28;
const AXIS_HEIGHT = 20;
/** Room for half a tick's text at either end, and for all of it with a gap. */
const SIDE = 20;
const LABEL = 48;

/**
 * One kernel's samples on the logarithmic axis that all kernels share: every sample as a faint stroke, minimum to p90 as
 * a bar, the median as a dot. Without a time it is the bare axis.
 */
@customElement('ts-spread')
export class TsSpread extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        min-height: ${ROW_HEIGHT}px;
      }
      :host([axis]) {
        min-height: ${AXIS_HEIGHT}px;
      }
      .empty {
        height: ${ROW_HEIGHT}px;
        margin: 0 ${SIDE}px;
        background: linear-gradient(var(--line), var(--line)) 0 50% / 100% 1px no-repeat;
      }
      :host([axis]) .empty {
        height: ${AXIS_HEIGHT}px;
        background: none;
      }
      svg {
        overflow: visible;
      }
    `,
  ];

  @property({ attribute: false }) time: Time | null = null;
  @property({ attribute: false }) domain: Domain | null = null;
  /** The fastest median, drawn through all rows. */
  @property({ attribute: false }) bestNs: number | null = null;
  /** Whether only the axis is drawn. */
  @property({ type: Boolean, reflect: true }) axis = false;
  @state() private width = 0;
  private chart: Element | null = null;
  private readonly sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry.contentRect.width);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  override willUpdate(_: PropertyValues): void {
    const { domain, width } = this;
    this.chart = domain && width > 2 * SIDE ? this.draw(domain, width) : null;
  }

  override render(): TemplateResult {
    const { time } = this;
    if (!this.chart) return html`<div class="empty"></div>`;
    if (this.axis || !time?.medianNs || time.minNs === null || time.p90Ns === null)
      return html`<div aria-hidden="true">${this.chart}</div>`;
    const label = `${time.samplesNs.length} samples: median ${figureText(duration(time.medianNs))}, minimum to p90 ${figureText(timeInterval(time.minNs, time.p90Ns))}`;
    return html`<div role="img" aria-label=${label}><div aria-hidden="true">${this.chart}</div></div>`;
  }

  private draw(domain: Domain, width: number): Element {
    const { time, bestNs, axis } = this;
    const at = ticks(domain);
    const options: Plot.PlotOptions = {
      width,
      height: axis ? AXIS_HEIGHT : ROW_HEIGHT,
      marginLeft: SIDE,
      marginRight: SIDE,
      marginTop: 0,
      marginBottom: axis ? AXIS_HEIGHT : 0,
      style: { background: 'transparent', fontFamily: 'var(--mono)', fontSize: '11px' },
      x: { type: 'log', domain, axis: null },
      y: { axis: null },
    };
    if (axis) {
      // As many as there is room for, evenly.
      const step = Math.ceil((at.length * LABEL) / width);
      const labelled = at.filter((_, index) => index % step === 0);
      const labels = Plot.axisX(labelled, { tickSize: 0, tickPadding: 4, tickFormat: tickText, fill: 'var(--soft)' });
      return Plot.plot({ ...options, marks: [labels] });
    }
    const marks: Plot.Markish[] = [Plot.ruleX(at, { stroke: 'var(--line)' })];
    if (bestNs !== null) marks.push(Plot.ruleX([bestNs], { stroke: 'var(--correct)', strokeDasharray: '2 3' }));
    if (time?.medianNs && time.minNs !== null && time.p90Ns !== null) {
      const inRow = { insetTop: 8, insetBottom: 8 };
      marks.push(
        Plot.ruleX(time.samplesNs.slice(), {
          ...inRow,
          insetTop: 6,
          insetBottom: 6,
          stroke: 'var(--ink)',
          strokeOpacity: 0.25,
        }),
        Plot.ruleY([time], {
          x1: 'minNs',
          x2: 'p90Ns',
          y: null,
          stroke: 'var(--accent)',
          strokeWidth: 4,
          strokeOpacity: 0.55,
        }),
        Plot.dot([time], {
          x: 'medianNs',
          r: 4.5,
          fill: time.medianNs === bestNs ? 'var(--correct)' : 'var(--accent)',
          stroke: 'var(--ground)',
        }),
      );
    }
    return Plot.plot({ ...options, marks });
  }
}

/** "20 µs", without the digits of a measurement. */
function tickText(ns: number): string {
  const { value, unit } = duration(ns);
  return `${Number(value.replace(',', ''))} ${unit}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-spread': TsSpread;
  }
}
