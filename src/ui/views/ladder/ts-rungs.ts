import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { verdictWords } from '../../../lab/outcome.ts';
import type { Result } from '../../../lab/result.ts';
import { FigureKeys, figure, source } from '../../look/figure.ts';
import {
  commonMeasure,
  commonTime,
  duration,
  type Figure,
  figureText,
  measure,
  NONE,
  significant,
} from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { STATES, type State } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import { termStyles } from '../../look/terms.ts';
import { emit } from '../../state/events.ts';
import { toSavedSearch, toSearch } from '../../state/settings.ts';
import { details, reasonOf, times } from './rung-details.ts';
import type { Rung } from './rungs.ts';
import { rungsLayout } from './rungs-layout.ts';
import { SORTS, type SortName } from './settings.ts';
import { fastest, type Gain, gainsOf, isShownFastest, leastGain, sorted, type Timed } from './standing.ts';
import '../../parts/ts-speed.ts';

/** A kernel with what is known of it by now. */
export interface Row extends Rung {
  readonly state: State;
  /** What is happening to it, where something is. */
  readonly phase: string | null;
  readonly result: Result | undefined;
}

/** Results after which the units are settled. */
const ENOUGH = 4;

type TimedRow = Row & Timed;

/** What all rows are set against. */
interface Measures {
  readonly rows: readonly TimedRow[];
  /** The fastest, then those that tie with it. */
  readonly lead: readonly TimedRow[];
  /** The fastest sample of all. */
  readonly fullNs: number | null;
  /** One unit for all times, and one for all rates, so that a column can be read down. */
  readonly timeUnit: Unit;
  readonly rateUnit: Unit;
}

type Unit = readonly [size: number, unit: string];

/**
 * The kernels of an operation side by side, a line each, so that one screen shows the whole ladder: is it right, how fast
 * is it, and what did it gain over the one that it builds on. The rest of what is known of a kernel opens under its line.
 *
 * @fires sort-change - detail: { sort }
 */
@customElement('ts-rungs')
export class TsRungs extends LitElement {
  static override styles = [base, hatch, termStyles, rungsLayout];

  @property({ attribute: false }) rows: readonly Row[] = [];
  /** Whether one rule refuses every row: it stands above them, so that they need not repeat it. */
  @property({ type: Boolean }) common = false;
  /** Whether times are wall-clock times. */
  @property({ type: Boolean }) wall = false;
  @property({ attribute: false }) sort: SortName = 'order';
  /** Whether results still arrive: rows keep their places until then. */
  @property({ type: Boolean }) running = false;
  /** Rows whose details are open, by operation and kernel. */
  @state() private opened: ReadonlySet<string> = new Set();

  private units: Pick<Measures, 'timeUnit' | 'rateUnit'> = { timeUnit: [1e6, 'ms'], rateUnit: [1, ''] };
  /** The requests for which they were chosen. */
  private unitsOf = '';

  constructor() {
    super();
    new FigureKeys(this);
  }

  /** Units are chosen by the first few results of a problem: with others later all figures would move. */
  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('rows')) return;
    const asked = this.rows.map(({ key }) => key).join();
    const medians = this.rows.flatMap(({ result }) => result?.time?.medianNs ?? []);
    if (asked === this.unitsOf || medians.length === 0) return;
    const rates = this.rows.flatMap(({ result }) => result?.measures[0] ?? []);
    const values = rates.map(({ value }) => value);
    this.units = { timeUnit: commonTime(medians), rateUnit: commonMeasure(values, rates[0]?.unit ?? '') };
    if (medians.length >= ENOUGH || !this.running) this.unitsOf = asked;
  }

  override render(): TemplateResult {
    const rows = this.rows.map((row) => ({ ...row, time: row.result?.time }));
    const samples = rows.flatMap(({ time }) => (time?.minNs ? [time.minNs] : []));
    const measures: Measures = {
      rows,
      lead: fastest(rows),
      fullNs: samples.length > 0 ? Math.min(...samples) : null,
      ...this.units,
    };
    return html`<table role="table" aria-label="Kernels">
      <thead role="rowgroup">
        <tr role="row" class="small">
          <th role="columnheader" scope="col"><span class="sort">kernel ${this.sorting()}</span></th>
          <th role="columnheader" scope="col">verdict</th>
          <th role="columnheader" scope="col" class="number-head">${this.wall ? 'wall' : 'GPU'} time</th>
          <th role="columnheader" scope="col" title="Bars start at zero; the line across a bar’s end is the 99% interval of the median, or, with fewer than 15 samples, goes from p90 to minimum">speed ${source('measured')}</th>
          <th role="columnheader" scope="col" class="number-head">rate</th>
          <th role="columnheader" scope="col" class="number-head">gain over</th>
          <th role="columnheader" scope="col"><span class="visually-hidden">details</span></th>
        </tr>
      </thead>
      ${repeat(sorted(rows, this.running ? 'order' : this.sort), nameOf, (row) => this.rung(row, measures))}
    </table>`;
  }

  private sorting(): TemplateResult {
    return html`<span role="group" aria-label="Sort kernels by">
      ${SORTS.map(
        (sort) =>
          html`<button aria-pressed=${sort === this.sort} @click=${() => emit(this, 'sort-change', { sort })}>by ${sort}</button>`,
      )}
    </span>`;
  }

  private rung(row: TimedRow, measures: Measures): TemplateResult {
    const { kernel, number, state } = row;
    // The verdict stands where only the time is unresolved.
    const { icon, word: known } = STATES[state === 'unresolved' ? 'correct' : state];
    const word = row.phase ?? (row.result ? verdictWords(row.result) : known);
    const verdict = row.result?.verdict;
    const isPart = verdict && verdict.checked < verdict.total;
    const isOpen = this.opened.has(nameOf(row));
    return html`<tbody role="rowgroup" class=${state} data-kernel=${kernel.id}>
      <tr role="row" class="figures">
        <th role="rowheader" scope="row" class="kernel">
          <div><span class="number" aria-hidden="true">${number}</span>
          <a href=${(row.result ? toSavedSearch : toSearch)(row.settings)} title="${kernel.title}: open in the Kernel view">${kernel.title}</a></div>
        </th>
        <td role="cell" class="verdict">
          <span class="state" title=${word}>${icon}<span class="word">${word}</span></span>${isPart ? html`<span class="small soft" title="Part of the output was checked">, part</span>` : nothing}
        </td>
        ${this.measured(row, measures)}
        <td role="cell" class="more">
          <button class="quiet" aria-expanded=${isOpen} aria-label="Details of ${number} ${kernel.title}" @click=${() => this.toggle(nameOf(row))}>${icons.chevron}</button>
        </td>
      </tr>
      ${
        isOpen
          ? html`<tr role="row" class="details small">
              <td role="cell" colspan="7">${details(row, { gains: gainsOf(row, measures.rows), bestNs: measures.lead[0]?.time?.medianNs ?? null })}</td>
            </tr>`
          : nothing
      }
    </tbody>`;
  }

  private measured(row: TimedRow, { rows, lead, fullNs, timeUnit, rateUnit }: Measures): TemplateResult {
    const { state } = row;
    if (state === 'refused' && this.common) return html`<td role="cell" colspan="4" class="reason"></td>`;
    const reason = reasonOf(row);
    if (reason) {
      return html`<td role="cell" colspan="4" class="reason small ${state === 'refused' ? 'hatch' : ''}"><p title=${reason}>${reason}</p></td>`;
    }
    const measured = row.time ?? null;
    const median = measured?.medianNs ? scaledTo(duration(measured.medianNs), measured.medianNs, timeUnit) : NONE;
    const ends = measured?.intervalNs?.map((ns) => significant(ns / timeUnit[0])).join(' to ');
    const [headline] = row.result?.measures ?? [];
    const gain = leastGain(gainsOf(row, rows));
    const isLead = lead.includes(row);
    const word =
      !isLead || lead.length === 0 ? '' : lead.length > 1 ? 'tie' : isShownFastest(row, rows) ? 'fastest' : 'lowest';
    return html`
      <td role="cell" class="time" aria-label=${median === NONE ? nothing : figureText(median)}>
        ${
          state === 'unresolved'
            ? html`<span class="unresolved" title="The timer is too coarse for this kernel on this shape">${icons.question}unresolved</span>`
            : html`${figure(median)}${ends ? html`<span class="ends small soft" title="99% interval of the median">${ends}</span>` : nothing}`
        }
      </td>
      <td role="cell" class="speed"><ts-speed .time=${measured} .fullNs=${fullNs} .bestNs=${lead[0]?.time?.medianNs ?? null} ?lead=${isLead} .word=${word}></ts-speed></td>
      <td role="cell" class="rate">${figure(headline ? scaledTo(measure(headline), headline.value, rateUnit) : NONE)}</td>
      <td role="cell" class="gain">
        ${gain === null ? figure(NONE) : html`${gained(gain)} <span class="to soft small">kernel ${gain.over}</span>`}
      </td>
    `;
  }

  private toggle(name: string): void {
    const opened = new Set(this.opened);
    if (!opened.delete(name)) opened.add(name);
    this.opened = opened;
  }
}

/** A ratio that is shown to differ from 1, or that it is not. */
function gained({ ratio, interval, outcome, sideBySide }: Gain): TemplateResult {
  if (ratio === null) return figure(NONE);
  const about = interval
    ? `99%: ${interval.map((end) => significant(end)).join(' to ')}×`
    : 'fewer than 15 samples show nothing';
  const title = `${figureText(times(ratio))}; ${about}${sideBySide ? '' : '; not timed side by side'}`;
  if (outcome === 'inconclusive') return html`<span title=${title}>inconclusive,</span>`;
  return html`<span title=${title}>${figure(times(ratio))}</span>`;
}

/** The same figure in another unit. */
function scaledTo(shown: Figure, value: number, [size, unit]: Unit): Figure {
  return { ...shown, value: significant(value / size), unit };
}

function nameOf({ kernel }: Row): string {
  return `${kernel.op} ${kernel.id}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-rungs': TsRungs;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    'sort-change': { readonly sort: SortName };
  }
}
