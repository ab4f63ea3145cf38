import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Refusal } from '../../../core/errors.ts';
import type { KnobValue } from '../../../kernels/types.ts';
import { duration, figureText } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { stateOf } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import { type BudgetName, budgetKnob } from '../../state/effort.ts';
import type { EventOf } from '../../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';
import { defaultProblem, dtypesOf, operationOf } from '../../state/settings.ts';
import { ruleText } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { BenchView } from '../bench-view.ts';
import { commonRefusal, type Rung, rungsOf, withSuggestions } from './rungs.ts';
import { type LadderSettings, ladderSearch } from './settings.ts';
import type { Row } from './ts-rungs.ts';
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
        <ts-problem
          .problem=${problem}
          .dtypes=${dtypesOf(operation)}
          .refusalOf=${this.dtypeRefusal}
          @problem-change=${this.changeProblem}
        ></ts-problem>
      </div>
      <div class="result">
        <h2 class="visually-hidden">The kernels side by side</h2>
        ${this.bar('kernels')}
        <ts-work .problem=${problem}></ts-work>
        ${common ? html`<p class="rule hatch" role="status">${icons.dash}<span>Every kernel is refused. ${ruleText(common.message, this.rungs[0].kernel.knobs)}</span></p>` : nothing}
        <ts-rungs
          .rows=${rows}
          .common=${common !== null}
          .wall=${device.kind === 'open' && device.report.timer.source === 'wall'}
        ></ts-rungs>
        ${this.footnote('Kernels run with the knobs that they come with, four at a time in turn, so that they share the machine’s moods. Speeds are ratios of medians.')}
      </div>
      <p class="visually-hidden" role="status">${this.announcement(rows)}</p>
    `;
  }

  protected override measuredBy = ladderSearch;

  protected override items(): readonly Rung[] {
    return this.rungs.filter(({ refusal }) => refusal === null);
  }

  protected override hindrance(): string | null {
    return this.items().length === 0 ? 'Nothing to run: every kernel is refused' : null;
  }

  protected override filled(): HTMLElement {
    return this.table;
  }

  private row(rung: Rung): Row {
    const result = this.ledger.result(rung.key, this.effort);
    const phase = this.runs.phaseOf(rung.key);
    return { ...rung, result, phase, state: stateOf(result, rung.refusal !== null, phase !== null) };
  }

  private announcement(rows: readonly Row[]): string {
    if (this.runs.running || !rows.some(({ result }) => result)) return '';
    const correct = rows.filter(({ result }) => result?.status === 'correct').length;
    const timed = rows.flatMap(({ kernel, result }) => {
      const ns = result?.time?.medianNs;
      return ns ? [{ title: kernel.title, ns }] : [];
    });
    const [best] = timed.sort((a, b) => a.ns - b.ns);
    return `${correct} of ${rows.length} kernels correct.${best ? ` Fastest: ${best.title}, ${figureText(duration(best.ns))}.` : ''}`;
  }

  private readonly changeOperation = ({ detail: { operation } }: EventOf<'operation-change'>): void => {
    const { seed } = this.settings.problem;
    const problem = { ...defaultProblem(operation, dtypesOf(operation)), seed };
    this.write({ ...this.settings, problem }, 'operation');
  };

  private readonly changeProblem = ({ detail }: EventOf<'problem-change'>): void => {
    this.write({ ...this.settings, problem: { ...this.settings.problem, ...detail.change } }, detail.what);
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
