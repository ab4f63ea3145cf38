import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Refusal } from '../../../core/errors.ts';
import { suggest } from '../../../lab/plan.ts';
import { source } from '../../look/figure.ts';
import { stopped } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base, hatch } from '../../look/styles.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { EventOf } from '../../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';
import { kernelOf, operationOf, toRequest } from '../../state/settings.ts';
import { ruleText } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { BenchView } from '../bench-view.ts';
import { offerOf, whoseOf } from '../share.ts';
import { reveal } from '../view.ts';
import { type Cell, type Grid, gridOf, inRunningOrder, MOST_CELLS, refusalByType } from './grid.ts';
import { drawnMap, nameOf, type SweepMap } from './map.ts';
import { SHOWN, type Shown, type SweepSettings, sweepSearch } from './settings.ts';
import './ts-cell.ts';
import '../../parts/heat-map/ts-heat-map.ts';
import './ts-sweep-settings.ts';

/** One kernel over two axes of knobs or sizes: a heat map that fills in as its cells are measured. */
@customElement('ts-sweep-view')
export class TsSweepView extends BenchView<SweepSettings> {
  static override styles = [
    base,
    hatch,
    benchLayout,
    css`
      @media (min-width: 1200px) {
        :host {
          grid-template-columns: minmax(256px, 300px) minmax(0, 1fr) minmax(340px, 400px);
          grid-template-areas: 'notices notices notices' 'settings result cell';
        }
        ts-cell {
          position: sticky;
          top: 0;
          align-self: start;
        }
      }
      @media (min-width: 720px) and (max-width: 1199px) {
        :host {
          grid-template-areas: 'notices notices' 'settings result' 'settings cell';
          grid-template-rows: auto auto 1fr;
        }
      }
      ts-cell {
        grid-area: cell;
        padding-top: 12px;
        scroll-margin-top: 72px;
      }
      /* Room for its longest form, so that the map under it stays where it is. */
      .best {
        min-height: 80px;
        padding: 12px 0 8px;
      }
      @media (max-width: 719px) {
        .best {
          min-height: 120px;
        }
      }
      .show {
        display: flex;
        gap: 4px;
      }
      .show button[aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent-ground);
        box-shadow: inset 0 0 0 1px var(--accent);
        font-weight: 600;
      }
      .note {
        margin: 12px 0;
      }
      ts-heat-map {
        scroll-margin-top: 96px;
      }
    `,
  ];

  @query('ts-heat-map') private readonly chart!: HTMLElement | null;
  @query('ts-cell') private readonly details!: HTMLElement;
  private grid: Grid = { columns: [], rows: [], cells: [] };
  private dtypeRefusal: RefusalOf = NOTHING_REFUSED;
  private map: SweepMap | null = null;
  private readonly suggestions = new WeakMap<Cell, Refusal>();
  /** What the map was made from, so that a step of the progress bar does not draw it again. */
  private drawn = '';

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { settings, runs, ledger } = this;
    if (properties.has('settings') || properties.has('device') || properties.has('place')) {
      this.grid = gridOf(settings, this.capabilities);
      this.dtypeRefusal = refusalByType(settings, this.capabilities);
      this.drawn = '';
      document.title = `Sweep · ${kernelOf(settings.base).title} · ${operationOf(settings.base).title} · Tilescope`;
    }
    const running = this.grid.cells.filter(({ key }) => runs.phaseOf(key) !== null).map(({ id }) => id);
    const drawn = `${ledger.version} ${running.join(' ')}`;
    if (properties.has('ledger')) this.drawn = '';
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.map = drawnMap(this.grid, settings, (key) => ledger.result(key, this.effort), new Set(running));
  }

  override render(): TemplateResult {
    const { device, runs, ledger, settings } = this;
    const cell = this.cellShown();
    return html`
      ${this.notice()}
      <ts-sweep-settings
        class="settings"
        .settings=${settings}
        .dtypeRefusal=${this.dtypeRefusal}
        @sweep-change=${this.changeSettings}
      ></ts-sweep-settings>
      <div class="result">
        <h2 class="visually-hidden">The map</h2>
        ${this.bar('cells')}
        <p class="best">${this.best()}</p>
        <div role="status">${this.rule()}</div>
        ${this.heatMap()}
        ${this.footnote('Colours are on a logarithmic scale; bright is fast. Four cells at a time take turns, so that a change of clock or load affects them alike.')}
      </div>
      <ts-cell
        .cell=${cell}
        .name=${cell ? nameOf(settings, cell) : ''}
        .swept=${[settings.x.key, ...(settings.y ? [settings.y.key] : [])]}
        .result=${cell ? ledger.result(cell.key, this.effort) : undefined}
        .refusal=${cell && this.suggested(cell)}
        .running=${cell !== null && runs.phaseOf(cell.key) !== null}
        .device=${device.kind === 'open' ? device.report : null}
      ></ts-cell>
      <p class="visually-hidden" role="status">${runs.running ? '' : (this.map?.spoken ?? '')}</p>
    `;
  }

  protected override measuredBy(settings: SweepSettings): string {
    return sweepSearch({ ...settings, cell: '', show: 'time' });
  }

  protected override items(): readonly Cell[] {
    return inRunningOrder(this.grid, this.settings);
  }

  protected override hindrance(): string | null {
    if (this.grid.cells.length === 0) return 'Too many cells';
    return this.items().length === 0 ? 'Nothing to run: every cell is refused' : null;
  }

  protected override filled(): HTMLElement | null {
    return this.chart;
  }

  private heatMap(): TemplateResult | typeof nothing {
    const { map, settings } = this;
    if (!map) return nothing;
    return html`<ts-heat-map
      .columns=${map.columns}
      .rows=${map.rows}
      .columnTitle=${map.columnTitle}
      .rowTitle=${map.rowTitle}
      .cells=${map.cells}
      .measure=${map.measure}
      .scaleText=${map.scaleText}
      .smallIsFast=${settings.show === 'time'}
      .selected=${settings.cell}
      @cell-select=${this.select}
      >${this.toggle()}</ts-heat-map
    >
    <ts-share .offer=${this.offer(map)}></ts-share>`;
  }

  private offer({ measure, columnTitle, rowTitle }: SweepMap): Offer {
    const { base } = this.settings;
    return offerOf({
      name: `sweep-${base.op}-${base.kernel}`,
      title: `${kernelOf(base).title} · ${operationOf(base).title}: ${measure} by ${columnTitle}${rowTitle ? ` and ${rowTitle}` : ''}`,
      whose: whoseOf(this.device, this.recorded),
      entries: this.entries(this.grid.cells),
      chart: () => this.chart,
      search: this.spec.write(this.settings),
      figure: 'sweep',
    });
  }

  private toggle(): TemplateResult {
    return html`<div class="show" role="group" aria-label="Show">
      ${SHOWN.map(
        (shown) =>
          html`<button aria-pressed=${shown === this.settings.show} @click=${() => this.turnTo(shown)}>${shown === 'time' ? 'Time' : 'Rate'}</button>`,
      )}
    </div>`;
  }

  private best(): TemplateResult {
    const best = this.map?.best;
    if (!best)
      return html`<span class="soft">Each cell is verified, then timed. Cells that a rule refuses are marked before anything runs.</span>`;
    return html`<span class="soft">Best so far:</span> <b>${best.name}</b> ${source('measured')}<br />
      <span class="mono">${best.figures}</span>${best.against ? html`<span class="soft">, ${best.against}</span>` : nothing}`;
  }

  /** The chosen one, or else the best once it is known. */
  private cellShown(): Cell | null {
    const { grid, settings, map, runs } = this;
    const chosen = grid.cells.find(({ id }) => id === settings.cell);
    const best = runs.running ? undefined : grid.cells.find(({ id }) => id === map?.best?.id);
    return chosen ?? best ?? null;
  }

  /** Why a cell is refused, with what would work; that is looked for once, and only for a cell that is shown. */
  private suggested(cell: Cell): Refusal | null {
    if (!cell.refusal) return null;
    const known = this.suggestions.get(cell);
    const refusal = known ?? suggest(toRequest(cell.settings), cell.refusal, this.capabilities);
    this.suggestions.set(cell, refusal);
    return refusal;
  }

  /** Why there is nothing to run, or nothing to draw. */
  private rule(): TemplateResult | typeof nothing {
    const { columns, rows, cells } = this.grid;
    const text =
      cells.length === 0
        ? `${columns.length} × ${rows.length} values are ${columns.length * rows.length} cells, and a sweep has at most ${MOST_CELLS}: take some values away`
        : cells.every(({ refusal }) => refusal !== null)
          ? `All ${cells.length} cells are refused. The first: ${ruleText(this.suggested(cells[0])?.message ?? '', kernelOf(this.settings.base).knobs)}`
          : null;
    return text === null ? nothing : html`<p class="rule hatch">${icons.dash}<span>${stopped(text)}</span></p>`;
  }

  private readonly select = ({ detail }: EventOf<'cell-select'>): void => {
    this.write({ ...this.settings, cell: detail.id }, 'cell', true);
    void this.updateComplete.then(() => reveal(this.details));
  };

  private turnTo(show: Shown): void {
    this.write({ ...this.settings, show }, 'show');
  }

  private readonly changeSettings = ({ detail }: EventOf<'sweep-change'>): void => {
    this.write(detail.settings, detail.what);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-sweep-view': TsSweepView;
  }
}
