import * as Plot from '@observablehq/plot';
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Result } from '../../../lab/result.ts';
import { measureOf } from '../../../lessons/numbers.ts';
import type { Figure } from '../../../lessons/types.ts';
import { withoutStyleElement } from '../../look/drawing.ts';
import { commonMeasure, commonTime } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { OwnWidth } from '../../parts/own-width.ts';

const HEIGHT = 240;
const SIZE = 2 ** 20;

interface Point {
  readonly x: number | string;
  readonly y: number;
}

/** Results of one kernel over one knob or one size: a sweep in small. */
@customElement('ts-curve')
export class TsCurve extends LitElement {
  static override styles = [
    base,
    css`
      .drawing {
        overflow: hidden;
      }
      .drawing svg {
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) figure!: Extract<Figure, { kind: 'curve' }>;
  @property({ attribute: false }) results: readonly Result[] = [];
  private readonly width = new OwnWidth(this);
  private drawing: Element | null = null;
  override willUpdate(_: PropertyValues): void {
    this.drawing = this.width.px > 0 ? this.draw() : null;
  }

  override render(): TemplateResult {
    const { points, label } = this.values();
    const said = points.map(({ x, y }) => `${x}: ${Number(y.toPrecision(3))}`).join('; ');
    return html`<p class="visually-hidden">${label} by ${this.figure.title}: ${said}.</p>
      <div class="drawing" aria-hidden="true" .style=${`height: ${HEIGHT}px`}>${this.drawing}</div>`;
  }

  /** In a unit that suits all of them. */
  private values(): { readonly points: readonly Point[]; readonly label: string } {
    const { x, measure } = this.figure;
    const raw = this.results.flatMap((result) => {
      const y = measureOf(result, measure);
      const at = result.knobs[x] ?? result.shape[x];
      return y === null || at === undefined ? [] : [{ x: at, y }];
    });
    const values = raw.map(({ y }) => y);
    const found = this.results[0]?.measures.find(({ key }) => key === measure);
    const isBytes = measure === 'scratch' || measure === 'peak';
    const [size, unit] = isBytes
      ? [SIZE, 'MiB']
      : measure === 'time'
        ? commonTime(values)
        : commonMeasure(values, found?.unit ?? '');
    const what =
      measure === 'time' ? 'Time' : isBytes ? 'Scratch memory' : found ? `${found.title} per second` : measure;
    return { points: raw.map(({ x: at, y }) => ({ x: at, y: y / size })), label: `${what}, ${unit}` };
  }

  private draw(): Element {
    const { points, label } = this.values();
    const isNamed = points.some(({ x }) => typeof x === 'string');
    const { scale, title } = this.figure;
    return withoutStyleElement(
      Plot.plot({
        width: this.width.px,
        height: HEIGHT,
        marginLeft: 56,
        marginTop: 28,
        // The title of the axis lies beneath the number of its last tick.
        marginBottom: 42,
        style: { background: 'transparent', fontFamily: 'var(--sans)', fontSize: '11px', overflow: 'visible' },
        x: {
          type: isNamed ? 'point' : scale === 'log' ? 'log' : 'linear',
          ...(scale === 'log' ? { base: 2, tickFormat: 'd', ticks: points.map(({ x }) => Number(x)) } : {}),
          label: title,
          labelArrow: 'none',
        },
        y: { label, labelArrow: 'none', grid: true, zero: true, nice: true },
        marks: [
          Plot.line([...points], { x: 'x', y: 'y', stroke: 'var(--accent)', strokeWidth: 1.5 }),
          Plot.dot([...points], { x: 'x', y: 'y', stroke: 'var(--accent)', fill: 'var(--ground)', r: 3 }),
          Plot.frame({ stroke: 'var(--line)' }),
        ],
      }),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-curve': TsCurve;
  }
}
