import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { At, Row } from '../../../probes/types.ts';
import { FigureKeys, figure, source } from '../../look/figure.ts';
import { count, duration, measure, plain, timeInterval } from '../../look/format.ts';
import { base } from '../../look/styles.ts';

/** Every row of a probe: the same as its charts, and what they do not draw. Rows to come have their places already. */
@customElement('ts-probe-table')
export class TsProbeTable extends LitElement {
  static override styles = [
    base,
    css`
      .scroll {
        overflow-x: auto;
      }
      table {
        border-collapse: collapse;
      }
      th,
      td {
        padding: 2px 12px 2px 0;
        text-align: right;
        white-space: nowrap;
        vertical-align: baseline;
      }
      th {
        font-weight: 600;
        font-size: 12px;
      }
      thead th {
        border-bottom: 1px solid var(--line);
        vertical-align: bottom;
      }
      tbody tr:nth-child(even) {
        background: var(--raised);
      }
    `,
  ];

  /** Whose rows they are. */
  @property({ attribute: false }) who = '';
  @property({ attribute: false }) planned: readonly Pick<Row, 'at' | 'model'>[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { rows } = this;
    const lines = this.planned.length > 0 ? this.planned : rows;
    const axes = [...new Set(lines.flatMap(({ at }) => Object.keys(at)))];
    const measures = titled(rows.flatMap((row) => row.measures));
    const models = titled(lines.flatMap(({ model }) => model));
    const measured = new Map(rows.map((row) => [nameOf(row.at), row]));
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Rows of ${this.who}">
      <table>
        <thead>
          <tr>
            ${axes.map((axis) => html`<th scope="col">${axis}</th>`)}
            <th scope="col">time</th>
            <th scope="col">95% interval</th>
            ${measures.map(({ title }) => html`<th scope="col">${title.toLowerCase()}</th>`)}
            ${models.map(({ title }) => html`<th scope="col">${title}<br />${source('modelled')}</th>`)}
            <th scope="col">samples</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map(({ at, model }) => this.line(at, model, measured.get(nameOf(at)), axes, measures, models))}
        </tbody>
      </table>
    </div>`;
  }

  private line(
    at: At,
    model: Row['model'],
    row: Row | undefined,
    axes: readonly string[],
    measures: readonly Titled[],
    models: readonly Titled[],
  ): TemplateResult {
    const value = (key: string): TemplateResult => {
      const found = row?.measures.find((one) => one.key === key);
      return found ? figure(measure(found)) : html``;
    };
    const { medianNs = null, intervalNs = null } = row ?? {};
    const dropped = row && row.dropped > 0 ? `, ${row.dropped} dropped` : '';
    return html`<tr>
      ${axes.map((axis) => html`<td class="mono">${placeText(at[axis])}</td>`)}
      <td>${medianNs === null ? untimed(row) : figure(duration(medianNs))}</td>
      <td>${intervalNs ? figure(timeInterval(...intervalNs, medianNs ?? undefined)) : ''}</td>
      ${measures.map(({ key }) => html`<td>${value(key)}</td>`)}
      ${models.map(({ key }) => {
        const found = model.find((one) => one.key === key);
        return html`<td>${found ? figure(plain(found.value, found.unit)) : ''}</td>`;
      })}
      <td class="soft small">${row ? (row.withheld ?? `${row.samplesNs.length}${dropped}${row.again ? ', taken again' : ''}${row.cutAfterMs === undefined ? '' : ', cut short'}`) : ''}</td>
    </tr>`;
  }
}

interface Titled {
  readonly key: string;
  readonly title: string;
}

function untimed(row: Row | undefined): string {
  if (!row) return '–';
  return row.withheld === undefined ? 'unresolved' : 'withheld';
}

function placeText(value: At[string] | undefined): string {
  return typeof value === 'number' ? count(value) : (value ?? '');
}

function titled(all: readonly Titled[]): readonly Titled[] {
  return all.filter(({ key }, at) => all.findIndex((one) => one.key === key) === at);
}

function nameOf(at: At): string {
  return JSON.stringify(at);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-probe-table': TsProbeTable;
  }
}
