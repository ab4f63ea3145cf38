import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { verdictWords } from '../../../lab/outcome.ts';
import type { Result } from '../../../lab/result.ts';
import { FigureKeys, figure, source } from '../../look/figure.ts';
import {
  bytes,
  count,
  duration,
  type Figure,
  figureText,
  measure,
  NONE,
  percent,
  plain,
  stopped,
  timeInterval,
  typeset,
} from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { type Domain, decades } from '../../look/scale.ts';
import { STATES, type State } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import { chosenKernel } from '../../parts/chosen.ts';
import { numberOf, toSavedSearch, toSearch } from '../../state/settings.ts';
import { ruleText } from '../../state/titles.ts';
import type { Rung } from './rungs.ts';
import { rungsLayout } from './rungs-layout.ts';
import '../../parts/ts-spread.ts';

/** A kernel with what is known of it by now. */
export interface Row extends Rung {
  readonly state: State;
  /** What is happening to it, where something is. */
  readonly phase: string | null;
  readonly result: Result | undefined;
}

/** Medians that all rows are set against. */
interface Measures {
  readonly firstNs: number | null;
  readonly bestNs: number | null;
  readonly domain: Domain | null;
}

/** The kernels of an operation side by side: is it right, how fast is it, and what did it change. */
@customElement('ts-rungs')
export class TsRungs extends LitElement {
  static override styles = [base, hatch, rungsLayout];

  @property({ attribute: false }) rows: readonly Row[] = [];
  /** Whether one rule refuses every row: it stands above them, so that they need not repeat it. */
  @property({ type: Boolean }) common = false;
  /** Whether times are wall-clock times. */
  @property({ type: Boolean }) wall = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const measures = measuresOf(this.rows);
    return html`<table role="table" aria-label="Kernels">
      <thead role="rowgroup">
        <tr role="row" class="small">
          <th role="columnheader" scope="col">kernel</th>
          <th role="columnheader" scope="col">verdict</th>
          <th role="columnheader" scope="col" class="number-head">${this.wall ? 'wall' : 'GPU'} time ${source('measured')}</th>
          <th role="columnheader" scope="col" class="axis">
            <span class="visually-hidden">spread of the samples</span>
            <ts-spread axis .domain=${measures.domain}></ts-spread>
          </th>
          <th role="columnheader" scope="col" class="number-head">rate</th>
          <th role="columnheader" scope="col" class="number-head">speed against</th>
        </tr>
      </thead>
      ${repeat(
        this.rows,
        ({ kernel }) => `${kernel.op} ${kernel.id}`,
        (row) => this.rung(row, measures),
      )}
    </table>`;
  }

  private rung(row: Row, measures: Measures): TemplateResult {
    const { kernel, number, state } = row;
    // The verdict stands where only the time is unresolved.
    const { icon, word: known } = STATES[state === 'unresolved' ? 'correct' : state];
    const word = row.result ? verdictWords(row.result) : known;
    return html`<tbody role="rowgroup" class=${state} data-kernel=${kernel.id}>
      <tr role="row" class="figures">
        <th role="rowheader" scope="row" class="kernel">
          <div><span class="number" aria-hidden="true">${number}</span>
          <a href=${(row.result ? toSavedSearch : toSearch)(row.settings)} title="Open in the Kernel view">${kernel.title}</a></div>
        </th>
        <td role="cell" class="verdict">
          <span class="state">${icon}<span>${row.phase ?? word}</span></span>
          <span class="checked small soft">${checked(row)}</span>
        </td>
        ${this.measured(row, measures)}
      </tr>
      <tr role="row" class="lesson small">
        <td role="cell" colspan="6">
          <p>${kernel.teaches}</p>
          ${facts(row)}
        </td>
      </tr>
    </tbody>`;
  }

  private measured({ state, kernel, refusal, result }: Row, { firstNs, bestNs, domain }: Measures): TemplateResult {
    const reason = state === 'refused' ? (refusal?.message ?? result?.reason) : result?.reason;
    if (state === 'refused' && this.common) return html`<td role="cell" colspan="4"></td>`;
    if (reason) {
      const text = state === 'refused' ? ruleText(reason, kernel.knobs) : stopped(typeset(reason));
      return html`<td role="cell" colspan="4" class="reason small ${state === 'refused' ? 'hatch' : ''}"><p title=${text}>${text}</p></td>`;
    }
    const measured = result?.time ?? null;
    const median = measured?.medianNs ?? null;
    const [headline, ...others] = result?.measures ?? [];
    const interval =
      measured?.minNs && measured.p90Ns ? figure(timeInterval(measured.minNs, measured.p90Ns)) : html`&nbsp;`;
    return html`
      <td role="cell" class="pair time" aria-label=${median === null ? nothing : `${figureText(duration(median))}`}>
        ${
          state === 'unresolved'
            ? html`<span class="unresolved">${icons.question}unresolved</span><span class="small soft">timer too coarse</span>`
            : html`<span class="lead">${figure(median === null ? NONE : duration(median))}</span><span class="small soft">${interval}</span>`
        }
      </td>
      <td role="cell" class="spread"><ts-spread .time=${measured} .domain=${domain} .bestNs=${bestNs}></ts-spread></td>
      <td role="cell" class="pair rate">
        <span>${figure(headline ? measure(headline) : NONE)}</span>
        ${others.length === 0 ? html`<span class="small soft">&nbsp;</span>` : others.map((one) => html`<span class="small soft">${figure(measure(one))}</span>`)}
      </td>
      <td role="cell" class="pair speed">
        <span>${figure(ratio(firstNs, median))} <span class="to soft small">${median === null ? nothing : 'kernel 1'}</span></span>
        <span class="small soft">${median === null ? html`&nbsp;` : html`${figure(share(bestNs, median))} <span class="to">the best</span>`}</span>
      </td>
    `;
  }
}

/** What the plan says before a run. */
function facts({ settings, plan, chosen, result }: Row): TemplateResult | typeof nothing {
  if (!plan) return nothing;
  const grids = plan.passes.map(({ workgroups: [x, y, z], workgroupSize }) => {
    const size = workgroupSize.filter((side, axis) => axis === 0 || side > 1).join(' × ');
    return `${count(x * y * z)} of ${size}`;
  });
  const invocations = grids.join().endsWith('of 1') ? 'invocation' : 'invocations';
  const shared = Math.max(...plan.passes.map(({ workgroupBytes }) => workgroupBytes));
  const scratch = plan.buffers.reduce((sum, buffer) => sum + (buffer.use === 'scratch' ? buffer.bytes : 0), 0);
  const taken = result?.chosen ?? chosen;
  return html`<p class="facts soft">
    ${source('modelled')}
    ${taken ? html`<span><b>takes</b> ${chosenKernel(settings, taken)}</span>` : nothing}
    <span><b>workgroups</b> <span class="mono">${grids.join(', then ')} ${invocations}</span></span>
    <span><b>workgroup memory</b> <span class="mono">${figureText(bytes(shared))}</span></span>
    <span><b>scratch</b> <span class="mono">${figureText(bytes(scratch))}</span></span>
  </p>`;
}

/** How much of the output the verdict is about, in few words; all of them on hover. */
function checked({ result }: Row): TemplateResult | typeof nothing {
  const verdict = result?.verdict;
  if (!verdict) return nothing;
  const share =
    verdict.checked === verdict.total
      ? `all ${count(verdict.total)}`
      : `part, ${figureText(percent(verdict.checked / verdict.total))}`;
  return html`<span title=${`Checked: ${verdict.method}`}><span class="visually-hidden">checked: </span>${share}</span>`;
}

/** How many times as fast as another median. */
function ratio(otherNs: number | null, ns: number | null): Figure {
  if (otherNs === null || ns === null) return NONE;
  const { value, raw } = plain(otherNs / ns);
  return { value: `${value}×`, unit: '', raw: `${raw} times as fast` };
}

/** The speed as a share of the best one's. */
function share(bestNs: number | null, ns: number | null): Figure {
  return bestNs === null || ns === null ? NONE : percent(bestNs / ns);
}

function measuresOf(rows: readonly Row[]): Measures {
  const times = rows.flatMap(({ result }) => (result?.time?.medianNs ? [result.time] : []));
  const medians = times.flatMap(({ medianNs }) => (medianNs === null ? [] : [medianNs]));
  const first = rows.find(({ kernel }) => numberOf(kernel) === 1);
  return {
    firstNs: first?.result?.time?.medianNs ?? null,
    bestNs: medians.length > 0 ? Math.min(...medians) : null,
    domain: decades(times.flatMap(({ samplesNs }) => samplesNs)),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-rungs': TsRungs;
  }
}
