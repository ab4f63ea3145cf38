import { css, html, LitElement, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { significant } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import type { Point, Replay } from './replay.ts';

/** Elements of an array that get a line each. */
const LINES = 8;
const HEIGHT = 40;
const WIDTH = 1000;
/** Beyond it a number stands for "none yet", and would flatten the rest. */
const EXTREME = 1e30;

/** The variables of one lane over the steps: what they hold now, and how they came there. */
@customElement('ts-watched')
export class TsWatched extends LitElement {
  static override styles = [
    base,
    css`
      .variable {
        display: grid;
        grid-template-columns: 76px minmax(0, 1fr) 84px;
        align-items: center;
        gap: 8px;
        padding: 2px 0;
      }
      svg {
        width: 100%;
        height: 40px;
        border-block: 1px solid var(--line);
      }
      polyline {
        fill: none;
        stroke: var(--accent);
        stroke-width: 2;
        vector-effect: non-scaling-stroke;
      }
      .later {
        stroke: var(--soft);
        stroke-width: 1.5;
        stroke-dasharray: 6 2;
      }
      .now {
        stroke: var(--edge);
        vector-effect: non-scaling-stroke;
      }
      code {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .value {
        font-size: 12px;
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) replay!: Replay;
  @property({ type: Number }) step = 0;
  @property({ type: Number }) lane = 0;
  private histories: ReadonlyMap<number, readonly Point[]> = new Map();

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('replay') && !properties.has('lane')) return;
    const { replay, lane } = this;
    const own = replay.steps.memories.flatMap(({ space }, at) => (space === 'function' ? [at] : []));
    this.histories = new Map(own.map((memory) => [memory, replay.history(memory, lane)]));
  }

  override render(): TemplateResult {
    return html`${[...this.histories].map(([memory, points]) => this.variable(this.replay.steps.memories[memory].name, points))}`;
  }

  private variable(name: string, points: readonly Point[]): TemplateResult {
    const past = points.filter(({ step }) => step <= this.step);
    const last = past.at(-1);
    const elements = [...new Set(points.map(({ element }) => element))].sort((a, b) => a - b).slice(0, LINES);
    const usual = points.map(({ value }) => value).filter((value) => Math.abs(value) < EXTREME);
    const [low, high] = [Math.min(...usual), Math.max(...usual)];
    const x = (step: number): number => (WIDTH * step) / Math.max(1, this.replay.length - 1);
    const y = (value: number): number =>
      HEIGHT - 3 - ((HEIGHT - 6) * (Math.max(low, Math.min(high, value)) - low)) / (high - low || 1);
    // A variable holds its value until the next store: steps, not slopes.
    const line = (of: readonly Point[], until: number): string =>
      of.map(({ step, value }, at) => `${x(step)},${y(value)} ${x(of[at + 1]?.step ?? until)},${y(value)}`).join(' ');
    const end = this.replay.length - 1;
    const value = last ? `${elements.length > 1 ? `[${last.element}] ` : ''}${significant(last.value)}` : '–';
    return html`<div class="variable">
      <code class="small">${name}</code>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name} over the steps: ${past.length} values so far, now ${value}">
        ${
          usual.length === 0
            ? ''
            : elements.map((element) => {
                const own = points.filter((point) => point.element === element);
                const before = own.filter(({ step }) => step <= this.step);
                return svg`<polyline class="later" points=${line(own, end)} /><polyline points=${line(before, this.step)} />`;
              })
        }
        ${svg`<line class="now" x1=${x(this.step)} x2=${x(this.step)} y1="0" y2=${HEIGHT} />`}
      </svg>
      <span class="value mono">${value}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-watched': TsWatched;
  }
}
