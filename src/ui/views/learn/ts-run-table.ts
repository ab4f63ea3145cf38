import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { findKernel } from '../../../kernels/index.ts';
import type { Result } from '../../../lab/result.ts';
import { formatted, measureOf } from '../../../lessons/numbers.ts';
import type { Run } from '../../../lessons/types.ts';
import { FigureKeys, figure } from '../../look/figure.ts';
import { bytes, duration, measure as measureFigure, NONE } from '../../look/format.ts';
import { STATES, stateOf } from '../../look/states.ts';
import { base } from '../../look/styles.ts';
import { onKernel, toSavedSearch } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';

/**
 * Runs side by side: each with its verdict, its time, and how it stands to the first or to the one named. Times of different
 * problems have no ratio that means anything: in its place is the rate.
 */
@customElement('ts-run-table')
export class TsRunTable extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      caption {
        padding-bottom: 4px;
        text-align: left;
        color: var(--soft);
        font-size: 12px;
        line-height: 16px;
      }
      th,
      td {
        padding: 4px 0 4px 12px;
        border-bottom: 1px solid var(--line);
        text-align: right;
        white-space: nowrap;
        font-weight: 400;
      }
      th:first-child {
        padding-left: 0;
        text-align: left;
        white-space: normal;
      }
      thead th {
        color: var(--soft);
        font-size: 12px;
      }
      .state {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .correct {
        color: var(--correct);
      }
      .wrong {
        color: var(--wrong);
      }
      .failed {
        color: var(--failed);
      }
      .unresolved {
        color: var(--unresolved);
      }
      .bar {
        display: block;
        height: 8px;
        margin-top: 4px;
        border-radius: 2px;
        background: var(--sky);
      }
      @media (max-width: 479px) {
        .state span {
          display: none;
        }
        th,
        td {
          padding-left: 6px;
          font-size: 12px;
        }
        thead th {
          white-space: normal;
        }
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly Run[] = [];
  /** In the same order. */
  @property({ attribute: false }) results: readonly Result[] = [];
  /** Label of the run that the others are compared with; null for the first. */
  @property({ attribute: false }) baseline: string | null = null;
  /** Shown in a column of its own: "wall", "scratch", "peak" or the key of a measure; null for the headline. */
  @property({ attribute: false }) measure: string | null = null;
  @property({ type: Boolean, attribute: 'recorded' }) isRecorded = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { runs, results, baseline } = this;
    const base =
      results[
        Math.max(
          0,
          runs.findIndex(({ label }) => label === baseline),
        )
      ];
    const baseNs = base?.time?.medianNs ?? null;
    const most = Math.max(1, ...results.map(({ time }) => time?.medianNs ?? 0));
    const problems = [...new Set(results.map((result) => problemWords(result)))];
    const isOne = problems.length === 1;
    const against =
      runs[
        Math.max(
          0,
          runs.findIndex(({ label }) => label === baseline),
        )
      ].label;
    return html`<div class="box" tabindex="0" role="group" aria-label="Runs">
      <table>
        <caption>${isOne ? `${problems[0]}; median time of one dispatch; speed in multiples of “${against}”` : `${problems.length > 2 ? 'Several problems' : problems.join('; ')}; median time of one dispatch`}</caption>
        <thead>
          <tr><th scope="col">Run</th><th scope="col">Verdict</th><th scope="col">Time</th><th scope="col">${isOne ? 'Speed' : this.measured(null)}</th><th scope="col">${this.measured(this.measure)}</th></tr>
        </thead>
        <tbody>
          ${results.map((result, at) => this.row(runs[at], result, isOne ? baseNs : null, most, isOne))}
        </tbody>
      </table>
    </div>`;
  }

  private row(run: Run, result: Result, baseNs: number | null, most: number, isOne: boolean): TemplateResult {
    const state = stateOf(result, false, false);
    const { icon, word } = STATES[state];
    const ns = result.time?.medianNs ?? null;
    const ratio = ns === null || baseNs === null ? '' : formatted(baseNs / ns, 'number');
    return html`<tr>
      <th scope="row">
        ${this.linked(run, result)}
        ${isOne ? html`<span class="bar" aria-hidden="true" .style=${`width: ${ns === null ? 0 : (100 * ns) / most}%`}></span>` : nothing}
      </th>
      <td><span class="state ${state}">${icon}<span>${word}</span></span></td>
      <td>${figure(ns === null ? NONE : duration(ns))}</td>
      <td>${!isOne ? this.value(result, null) : ratio === '' ? '–' : `${ratio}×`}</td>
      <td>${this.value(result, this.measure)}</td>
    </tr>`;
  }

  /** A link to where the reader can turn its knobs; an edited text cannot be named by one. */
  private linked(run: Run, result: Result): TemplateResult | string {
    const kernel = findKernel(result.op, result.kernel);
    if (run.edit || !kernel) return run.label;
    const { op, shape, dtype, seed, input, knobs } = result;
    const settings = { ...onKernel({ op, shape, dtype, seed, input }, kernel), knobs };
    return html`<a href=${toSavedSearch(settings)}>${run.label}</a>`;
  }

  private measured(measure: string | null): string {
    if (measure === 'wall') return 'By the host’s clock';
    if (measure === 'scratch') return 'Scratch';
    if (measure === 'peak') return 'Peak memory';
    const [found] = this.results.flatMap(({ measures }) =>
      measures.filter(({ key }) => (measure ?? measures[0].key) === key),
    );
    return found ? `${found.title} per second` : 'Rate';
  }

  private value(result: Result, measure: string | null): TemplateResult {
    if (measure === 'wall') {
      const ns = measureOf(result, measure);
      return html`${figure(ns === null ? NONE : duration(ns))}`;
    }
    if (measure === 'scratch' || measure === 'peak') {
      const value = measureOf(result, measure);
      return html`${figure(value === null ? NONE : bytes(value))}`;
    }
    const found = measure === null ? result.measures[0] : result.measures.find(({ key }) => key === measure);
    return html`${figure(found ? measureFigure(found) : NONE)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-run-table': TsRunTable;
  }
}
