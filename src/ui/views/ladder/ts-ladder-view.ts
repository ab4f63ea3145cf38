import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Refusal } from '../../../core/errors.ts';
import type { KnobValue } from '../../../kernels/types.ts';
import { duration, figureText } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { stateOf } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import type { Offer } from '../../parts/ts-share.ts';
import { type BudgetName, budgetKnob } from '../../state/effort.ts';
import type { EventOf } from '../../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';
import { defaultProblem, dtypesOf, operationOf } from '../../state/settings.ts';
import { problemWords, ruleText } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { BenchView } from '../bench-view.ts';
import { offerOf, whoseOf } from '../share.ts';
import { commonRefusal, type Rung, rungsOf, withSuggestions } from './rungs.ts';
import { type LadderSettings, ladderSearch } from './settings.ts';
import { fastest } from './standing.ts';
import type { Row } from './ts-rungs.ts';
import '../../parts/ts-fold.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-operation.ts';
import '../../parts/ts-problem.ts';
import './ts-rungs.ts';
import '../../parts/ts-work.ts';

/** All kernels of an operation on one problem, side by side. */
@customElement('ts-ladder-view')
export class TsLadderView extends BenchView<LadderSettings> {
  static override styles = [
    base,
    hatch,
    benchLayout,
    css`
      .note {
        margin-top: 8px;
        min-height: 32px;
      }
      ts-rungs {
        margin-top: 8px;
        scroll-margin-top: 72px;
      }
    `,
  ];

  @query('ts-rungs') private readonly table!: HTMLElement;
  private rungs: readonly Rung[] = [];
  /** The rule that refuses every rung, where there is such a one. */
  private common: Refusal | null = null;
  private dtypeRefusal: RefusalOf = NOTHING_REFUSED;

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    if (!properties.has('settings') && !properties.has('device') && !properties.has('place')) return;
    const { problem } = this.settings;
    const operation = operationOf(problem);
    const rungs = rungsOf(problem, this.capabilities);
    this.common = commonRefusal(rungs);
    this.rungs = this.common ? rungs : withSuggestions(rungs, this.capabilities);
    const refusals = new Map<KnobValue, Refusal | null>(
      dtypesOf(operation).map((dtype) => [dtype, commonRefusal(rungsOf({ ...problem, dtype }, this.capabilities))]),
    );
    this.dtypeRefusal = (dtype) => refusals.get(dtype) ?? null;
    document.title = `Ladder · ${operation.title} · Tilescope`;
  }

  override render(): TemplateResult {
    const { common, device, settings } = this;
    const { problem } = settings;
    const operation = operationOf(problem);
    const rows = this.rungs.map((rung) => this.row(rung));
    return html`
      ${this.notice()}
      <div class="settings">
        <ts-operation .operation=${operation} @operation-change=${this.changeOperation}></ts-operation>
        <section aria-label="Effort" @knob-change=${this.changeBudget}>
          <ts-knob data-key="budget" .knob=${budgetKnob} .value=${settings.budget}></ts-knob>
        </section>
        <ts-fold label="Shape and input" now=${problemWords(problem)}>
          <ts-problem
            .problem=${problem}
            .dtypes=${dtypesOf(operation)}
            .refusalOf=${this.dtypeRefusal}
            @problem-change=${this.changeProblem}
          ></ts-problem>
        </ts-fold>
      </div>
      <div class="result">
        <h2 class="visually-hidden">The kernels side by side</h2>
        ${this.bar('kernels')}
        <p class="small soft">Each kernel builds on an earlier one and adds one idea. A run shows what each idea gains.</p>
        <ts-work .problem=${problem}></ts-work>
        <div role="status">${common ? html`<p class="rule hatch">${icons.dash}<span>Every kernel is refused. ${ruleText(common.message, this.rungs[0].kernel.knobs)}</span></p>` : nothing}</div>
        <ts-rungs
          .rows=${rows}
          .common=${common !== null}
          .sort=${settings.sort}
          ?running=${this.runs.running !== null}
          @sort-change=${this.changeSort}
          .wall=${device.kind === 'open' && device.report.timer.source === 'wall'}
        ></ts-rungs>
        ${this.footnote('Every kernel runs with its default knobs; eight at a time take turns, so that a change of clock or load affects them alike. Under each median is its 99% interval. A gain is the median of the ratios of all rounds, so it can differ from the ratio of the two medians. It is shown if the 99% interval of the ratio does not contain 1; otherwise it is inconclusive. For kernels that were not timed side by side, their samples must not overlap either.')}
        <ts-share .offer=${this.offer()}></ts-share>
      </div>
      <p class="visually-hidden" role="status">${this.announcement(rows)}</p>
    `;
  }

  protected override measuredBy(settings: LadderSettings): string {
    return ladderSearch({ ...settings, sort: 'order' });
  }

  protected override items(): readonly Rung[] {
    return this.rungs.filter(({ refusal }) => refusal === null);
  }

  protected override hindrance(): string | null {
    return this.items().length === 0 ? 'Nothing to run: every kernel is refused' : null;
  }

  protected override filled(): HTMLElement {
    return this.table;
  }

  private offer(): Offer {
    const { problem } = this.settings;
    return offerOf({
      name: `ladder-${problem.op}`,
      title: `${operationOf(problem).title}, kernels side by side: ${problemWords(problem)}`,
      whose: whoseOf(this.device, this.recorded),
      entries: this.entries(this.rungs),
      chart: () => this.table,
      search: this.spec.write(this.settings),
      figure: 'ladder',
    });
  }

  private row(rung: Rung): Row {
    const result = this.ledger.result(rung.key, this.effort);
    const phase = this.runs.phaseOf(rung.key);
    return { ...rung, result, phase, state: stateOf(result, rung.refusal !== null, phase !== null) };
  }

  private announcement(rows: readonly Row[]): string {
    if (this.runs.running || !rows.some(({ result }) => result)) return '';
    const correct = rows.filter(({ result }) => result?.status === 'correct').length;
    const lead = fastest(rows.map((row) => ({ ...row, time: row.result?.time })));
    const times = lead.map(({ kernel, time }) => `${kernel.title}, ${figureText(duration(time?.medianNs ?? 0))}`);
    const word = lead.length > 1 ? 'Fastest, in a tie' : 'Fastest';
    return `${correct} of ${rows.length} kernels correct.${lead.length > 0 ? ` ${word}: ${times.join('; ')}.` : ''}`;
  }

  private readonly changeOperation = ({ detail: { operation } }: EventOf<'operation-change'>): void => {
    const { seed } = this.settings.problem;
    const problem = { ...defaultProblem(operation, dtypesOf(operation)), seed };
    this.write({ ...this.settings, problem }, 'operation');
  };

  private readonly changeProblem = ({ detail }: EventOf<'problem-change'>): void => {
    this.write({ ...this.settings, problem: { ...this.settings.problem, ...detail.change } }, detail.what);
  };

  private readonly changeSort = ({ detail: { sort } }: EventOf<'sort-change'>): void => {
    this.write({ ...this.settings, sort }, 'sort');
  };

  private readonly changeBudget = ({ detail }: EventOf<'knob-change'>): void => {
    this.write({ ...this.settings, budget: detail.value as BudgetName }, 'budget');
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-ladder-view': TsLadderView;
  }
}
