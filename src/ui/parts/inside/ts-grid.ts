import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { StepMemory } from '../../../trace/steps.ts';
import { count } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import type { Marks } from './replay.ts';

/** Columns and rows that are shown at a time. */
const COLUMNS = 64;
const ROWS = 32;
/** Words of a row where nothing says how long one is: as many as there are banks. */
const ROW = 32;

/** Side of a cell in pixels: smaller where a row has many. */
function cellOf(across: number): number {
  return across > 16 ? 6 : 10;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/** One memory as a grid of its scalars: light to dark by value, and marked where this step reads or writes. */
@customElement('ts-grid')
export class TsGrid extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        max-width: 100%;
      }
      figure {
        min-width: 132px;
      }
      canvas {
        display: block;
        max-width: 100%;
        height: auto;
        outline: 1px solid var(--line);
        background: var(--raised);
      }
      .read {
        color: var(--accent);
      }
      .write {
        color: var(--wrong);
      }
    `,
  ];

  @property({ attribute: false }) memory!: StepMemory;
  /** Scalars in a row; null where nothing says how long one is. */
  @property({ attribute: false }) pitch: number | null = null;
  /** Its scalars; NaN where nothing is known. Empty if it is too large to be drawn. */
  @property({ attribute: false }) cells: Float32Array = new Float32Array();
  /** What this step does to it; null where it does nothing. */
  @property({ attribute: false }) marks: Marks | null = null;
  /** Counts up with each step: the cells are changed in place. */
  @property({ type: Number }) step = 0;
  /** Null if the memory is too large to be drawn. */
  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;
  private corner = { row: 0, column: 0 };

  override connectedCallback(): void {
    super.connectedCallback();
    dark.addEventListener('change', this.redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    dark.removeEventListener('change', this.redraw);
  }

  /** A canvas does not follow the page's colours by itself. */
  private readonly redraw = (): void => this.draw();

  override render(): TemplateResult {
    const { name, space, bytes, scalar } = this.memory;
    const does = this.marks && `${this.marks.kind === 'read' ? 'reads' : 'writes'} ${count(this.marks.cells.length)}`;
    const heading = html`<p class="small"><strong>${name}</strong> <span class=${this.marks?.kind ?? 'soft'}>${does ?? ''}</span></p>`;
    if (this.cells.length === 0)
      return html`${heading}<p class="small soft">${space}, too large to be drawn: ${count(bytes / scalar)} elements</p>`;
    const { columns, rows } = this.size();
    this.corner = this.window(columns);
    const [across, down] = [Math.min(columns, COLUMNS), Math.min(rows, ROWS)];
    const part =
      across < columns || down < rows
        ? `, from row ${count(this.corner.row)}, column ${count(this.corner.column)}`
        : '';
    return html`<figure>
      <figcaption>
        ${heading}
        <p class="small soft">${space}, rows of ${count(columns)}${part}</p>
      </figcaption>
      <canvas width=${across * cellOf(across)} height=${down * cellOf(across)} role="img" aria-label="${name}: this step ${does ?? 'touches none'} of its elements"></canvas>
    </figure>`;
  }

  override updated(): void {
    this.draw();
  }

  private size(): { readonly columns: number; readonly rows: number } {
    const columns = Math.min(this.pitch ?? ROW, this.cells.length);
    return { columns, rows: Math.ceil(this.cells.length / columns) };
  }

  /** Where the part begins that is shown: it holds the first cell of this step, and stays while it does. */
  private window(columns: number): { row: number; column: number } {
    const first = this.marks?.cells[0];
    if (first === undefined) return this.corner;
    const [row, column] = [Math.floor(first / columns), first % columns];
    return { row: row - (row % ROWS), column: column - (column % COLUMNS) };
  }

  private draw(): void {
    const { canvas, cells, corner } = this;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const style = getComputedStyle(canvas);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const { columns } = this.size();
    const across = Math.min(columns, COLUMNS);
    const cell = cellOf(across);
    const down = canvas.height / cell;
    context.clearRect(0, 0, canvas.width, canvas.height);
    let most = 0;
    const indexOf = (row: number, column: number): number => (corner.row + row) * columns + corner.column + column;
    for (let row = 0; row < down; row++)
      for (let column = 0; column < across; column++) {
        const value = Math.abs(cells[indexOf(row, column)]);
        if (value > most && Number.isFinite(value)) most = value;
      }
    const marked = new Set(this.marks?.cells);
    for (let row = 0; row < down; row++) {
      for (let column = 0; column < across; column++) {
        const index = indexOf(row, column);
        if (index >= cells.length) continue;
        const [x, y] = [column * cell, row * cell];
        const value = cells[index];
        context.globalAlpha = Number.isNaN(value) ? 0 : most === 0 ? 0.04 : 0.04 + 0.6 * (Math.abs(value) / most);
        context.fillStyle = colour('--ink');
        context.fillRect(x, y, cell - 1, cell - 1);
        context.globalAlpha = 1;
        if (Number.isNaN(value)) this.unknown(context, x, y, cell, colour('--edge'));
        if (marked.has(index))
          this.mark(context, x, y, cell, colour(this.marks?.kind === 'read' ? '--sky' : '--vermillion'));
      }
    }
  }

  /** A dot where no value is known. */
  private unknown(context: CanvasRenderingContext2D, x: number, y: number, cell: number, colour: string): void {
    context.fillStyle = colour;
    context.fillRect(x + cell / 2 - 1, y + cell / 2 - 1, 1, 1);
  }

  /** A frame where this step reads, a full cell where it writes: by form and not by colour alone. */
  private mark(context: CanvasRenderingContext2D, x: number, y: number, cell: number, colour: string): void {
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 2;
    if (this.marks?.kind === 'read') context.strokeRect(x + 1, y + 1, cell - 3, cell - 3);
    else context.fillRect(x, y, cell - 1, cell - 1);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-grid': TsGrid;
  }
}
