import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { STATES, type State } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { OwnWidth } from '../own-width.ts';
import { colourScale, drawHeatMap, drawLegend, type Spot } from './chart.ts';
import { CELL_HEIGHT, heatMapLayout } from './layout.ts';

const LEAST_WIDTH = 48;
const MOST_WIDTH = 96;
/** Advance of one letter of an axis, in 12 px monospace. */
const LETTER = 7.3;
const STEPS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** A cell as it is drawn and as it is read out. */
export interface HeatCell extends Spot {
  readonly id: string;
  /** "Workgroup size 64, inputs 256: correct, 1.23 ms". */
  readonly label: string;
}

/**
 * A heat map over two axes. The drawing is Observable Plot's; over it lies a grid of buttons, one stop of the Tab key,
 * in which the arrow keys move. What it holds stands beside the names of the axes.
 *
 * @fires cell-select - detail: { id }
 */
@customElement('ts-heat-map')
export class TsHeatMap extends LitElement {
  static override styles = [base, hatch, heatMapLayout];

  @property({ attribute: false }) columns: readonly string[] = [];
  @property({ attribute: false }) rows: readonly string[] = [];
  @property({ attribute: false }) columnTitle = '';
  /** Empty where there is one row only. */
  @property({ attribute: false }) rowTitle = '';
  /** Row by row. */
  @property({ attribute: false }) cells: readonly HeatCell[] = [];
  /** What the colours mean, with its unit. */
  @property({ attribute: false }) measure = '';
  @property({ attribute: false }) smallIsFast = true;
  /** A value of the scale, in the unit of `measure`. */
  @property({ attribute: false }) scaleText: (value: number) => string = String;
  @property({ attribute: false }) selected = '';
  private readonly width = new OwnWidth(this);
  /** The width that the map was last drawn for. */
  private drawnPx = 0;
  /** The cell that Tab reaches. */
  @state() private held = '';
  private drawing: Element | null = null;
  private ramp: Element | null = null;
  override willUpdate(properties: PropertyValues): void {
    if (!this.cells.some(({ id }) => id === this.held)) this.held = this.cells[0]?.id ?? '';
    if (properties.has('selected') && this.selected !== '') this.held = this.selected;
    const drawn = ['cells', 'columns', 'rows', 'measure', 'smallIsFast'];
    const isResized = this.width.px !== this.drawnPx;
    this.drawnPx = this.width.px;
    if (isResized || drawn.some((name) => properties.has(name))) this.draw();
  }

  override render(): TemplateResult {
    const { columns, rows, cells, columnTitle, rowTitle, drawing } = this;
    const side = this.side();
    const template = `grid-template-columns: ${side}px repeat(${columns.length}, ${this.cellWidth()}px)`;
    return html`
      <div class="top">
        <p class="axes small"><span>→ <b>${columnTitle}</b></span>${rowTitle ? html`<span>↓ <b>${rowTitle}</b></span>` : nothing}</p>
        <slot></slot>
      </div>
      <div class="scroll">
        <div class="map" .style=${`width: ${side + columns.length * this.cellWidth()}px`} @keydown=${this.move}>
          <div class="drawing" .style=${`left: ${side}px`} aria-hidden="true">${drawing}</div>
          <div role="grid" aria-label="${this.measure} by ${columnTitle}${rowTitle ? ` and ${rowTitle}` : ''}">
            <div role="row" class="row heads" .style=${template}>
              <span role="columnheader" class="head side"><span class="visually-hidden">${rowTitle || 'row'}</span></span>
              ${columns.map((column) => html`<span role="columnheader" class="head">${column}</span>`)}
            </div>
            ${rows.map(
              (row, at) =>
                html`<div role="row" class="row" .style=${template}>
                  <span role="rowheader" class="head side">${row || html`<span class="visually-hidden">only row</span>`}</span>
                  ${repeat(
                    cells.slice(at * columns.length, (at + 1) * columns.length),
                    ({ id }) => id,
                    (cell) => this.cell(cell),
                  )}
                </div>`,
            )}
          </div>
        </div>
      </div>
      <ul class="states small" aria-label="Cells by state">${this.states()}</ul>
      <div class="ramp" role="img" aria-label="${this.measure}: ${this.smallIsFast ? 'small' : 'large'} values are bright">${this.ramp}</div>
    `;
  }

  private cell({ id, state, label }: HeatCell): TemplateResult {
    return html`<div role="gridcell" class="cell ${state}" aria-selected=${id === this.selected}>
      <button data-cell=${id} tabindex=${id === this.held ? 0 : -1} aria-label=${label} title=${label}
        @click=${() => this.select(id)} @focus=${() => (this.held = id)}></button>
    </div>`;
  }

  /** Every state that a cell can be in, whether one is or not: what the signs mean, and how many there are. */
  private states(): readonly TemplateResult[] {
    const shown: readonly State[] = ['correct', 'wrong', 'refused', 'unresolved', 'failed', 'running', 'idle'];
    const entries = shown.map((state) => {
      const count = this.cells.filter((cell) => cell.state === state).length;
      const { icon, word } = STATES[state];
      return html`<li class="${state} ${count === 0 ? 'soft' : ''}"><span class="swatch ${state === 'refused' || state === 'unresolved' ? 'hatch' : ''}"
          >${state === 'correct' || state === 'idle' ? nothing : icon}</span
        ><span>${word} <span class="mono">${count === 0 ? nothing : count}</span></span></li>`;
    });
    const isTie = this.cells.some((cell) => cell.isTie);
    return [
      html`<li class="best"><span class="swatch" aria-hidden="true">${isTie ? '≈' : '★'}</span>best so far${isTie ? ', ties' : nothing}</li>`,
      ...entries,
    ];
  }

  private draw(): void {
    const { cells, columns, rows } = this;
    const values = cells.flatMap(({ value }) => value ?? []);
    const colour = colourScale(values.length > 0 ? values : [1], this.smallIsFast);
    this.ramp = values.length > 0 ? drawLegend(colour, this.measure, this.scaleText) : null;
    if (this.width.px === 0 || cells.length === 0) this.drawing = null;
    else {
      this.drawing = drawHeatMap({
        columns: columns.length,
        rows: rows.length,
        cellWidth: this.cellWidth(),
        cellHeight: CELL_HEIGHT,
        spots: cells,
        colour,
      });
    }
  }

  /** Width of the row labels. */
  private side(): number {
    return Math.ceil(Math.max(...this.rows.map((row) => row.length), 0) * LETTER) + 16;
  }

  private cellWidth(): number {
    const { columns } = this;
    const longest = Math.max(...columns.map((column) => column.length), 0) * LETTER + 8;
    const fitting = Math.floor((this.width.px - this.side()) / Math.max(1, columns.length));
    return Math.ceil(Math.max(LEAST_WIDTH, longest, Math.min(MOST_WIDTH, fitting)));
  }

  private readonly move = (event: KeyboardEvent): void => {
    const from = this.cells.find(({ id }) => id === this.held);
    if (!from) return;
    const ends: Readonly<Record<string, number>> = { Home: 0, End: this.columns.length - 1 };
    const [columns, rows] = STEPS[event.key] ?? [0, 0];
    const column = ends[event.key] ?? from.column + columns;
    const to = this.cells.find((cell) => cell.column === column && cell.row === from.row + rows);
    if (!to || to === from) return;
    event.preventDefault();
    this.held = to.id;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(`[data-cell="${CSS.escape(to.id)}"]`)?.focus(),
    );
  };

  private select(id: string): void {
    emit(this, 'cell-select', { id });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-heat-map': TsHeatMap;
  }
}
