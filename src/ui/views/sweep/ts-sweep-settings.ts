import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { findKernel, kernelsOf } from '../../../kernels/index.ts';
import type { Knob } from '../../../kernels/types.ts';
import type { Axis } from '../../../lab/sweep.ts';
import { fields } from '../../look/fields.ts';
import { typeset } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { explained, termStyles } from '../../look/terms.ts';
import { type BudgetName, budgetKnob } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';
import { defaults, kernelOf, numberOf, operationOf, type Settings } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import { idOf } from './dimensions.ts';
import { defaultSweep, type SweepSettings, sweepKernel, sweptSizes } from './settings.ts';
import './ts-axis.ts';
import '../../parts/ts-fold.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-operation.ts';
import '../../parts/ts-problem.ts';

/**
 * What to sweep: the kernel, two axes, and what stays fixed.
 *
 * @fires sweep-change - detail: { settings, what }
 */
@customElement('ts-sweep-settings')
export class TsSweepSettings extends LitElement {
  static override styles = [
    base,
    fields,
    termStyles,
    css`
      .kernel {
        margin-top: 12px;
      }
      .teaches {
        margin-top: 4px;
      }
      ts-axis + ts-axis {
        margin-top: 12px;
      }
      .first {
        margin-top: 0;
      }
      .changed {
        padding-left: 12px;
        border-left: 2px solid var(--accent);
        margin-left: -14px;
      }
      .problem {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      @media (max-width: 719px) {
        .problem {
          padding-top: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) settings: SweepSettings = defaultSweep(defaults());
  /** Why every cell would be refused with another storage type. */
  @property({ attribute: false }) dtypeRefusal: RefusalOf = NOTHING_REFUSED;

  override render(): TemplateResult {
    const { base: settings, x, y, budget } = this.settings;
    const operation = operationOf(settings);
    const kernel = kernelOf(settings);
    const axes = y ? [x, y] : [x];
    const sweptKnobs = axes.filter(({ of }) => of === 'knob').map(({ key }) => key);
    const swept = sweptSizes(this.settings);
    const fixed = kernel.knobs.filter(({ key }) => !sweptKnobs.includes(key));
    return html`
      <section aria-label="Operation and kernel">
        <ts-operation .operation=${operation} @operation-change=${this.changeOperation}></ts-operation>
        <select class="kernel" aria-label="Kernel" @change=${this.changeKernel}>
          ${kernelsOf(operation.id).map(
            (choice) =>
              html`<option value=${choice.id} .selected=${choice === kernel}>${numberOf(choice)} ${choice.title}</option>`,
          )}
        </select>
        <p class="teaches terms small soft">${explained(typeset(kernel.teaches))}</p>
      </section>
      <section aria-label="Axes">
        <ts-axis data-axis="x" label="→ Across" .axis=${x} .settings=${settings}
          @axis-change=${({ detail }: EventOf<'axis-change'>) => this.changeAxis('x', detail.axis)}></ts-axis>
        <ts-axis data-axis="y" label="↓ Down" optional .axis=${y} .settings=${settings}
          @axis-change=${({ detail }: EventOf<'axis-change'>) => this.changeAxis('y', detail.axis)}></ts-axis>
      </section>
      <section aria-label="Effort" @knob-change=${this.changeBudget}>
        <ts-knob data-key="budget" .knob=${budgetKnob} .value=${budget}></ts-knob>
      </section>
      ${fixed.length > 0 ? this.fixed(fixed) : nothing}
      <ts-fold class="problem" label="Shape and input" now=${problemWords(settings, swept)}>
        <ts-problem
          .problem=${settings}
          .dtypes=${kernel.dtypes}
          .knobs=${kernel.knobs}
          .refusalOf=${this.dtypeRefusal}
          .elsewhere=${swept}
          @problem-change=${this.changeProblem}
        ></ts-problem>
      </ts-fold>
    `;
  }

  private fixed(knobs: readonly Knob[]): TemplateResult {
    const { knobs: values, op } = this.settings.base;
    const changed = knobs.filter(({ key, default: initial }) => values[key] !== initial);
    const tell = changed.map(({ key, title }) => `${title}: ${values[key]}`).join(', ');
    return html`<section aria-label="Fixed knobs" @knob-change=${this.changeKnob}>
      <details class="first">
        <summary>Knobs that stay fixed <span class="soft small">${knobs.length}</span></summary>
        ${repeat(
          knobs,
          ({ key }) => `${op} ${key}`,
          (knob) => html`<ts-knob data-key=${knob.key} .knob=${knob} .value=${values[knob.key]}></ts-knob>`,
        )}
      </details>
      <p class="small ${changed.length > 0 ? 'changed' : 'soft'}">${changed.length > 0 ? `Changed: ${tell}.` : 'All at their defaults.'}</p>
    </section>`;
  }

  private readonly changeOperation = ({ detail }: EventOf<'operation-change'>): void => {
    const { seed } = this.settings.base;
    const settings = { ...defaults(detail.operation), seed };
    this.change(defaultSweep(settings, this.settings.budget), 'operation');
  };

  private readonly changeKernel = (event: Event): void => {
    const kernel = findKernel(this.settings.base.op, (event.target as HTMLSelectElement).value);
    if (kernel) this.change(sweepKernel(this.settings, kernel), 'kernel');
  };

  /** What the other axis goes along already is taken from it: the two change places. */
  private changeAxis(name: 'x' | 'y', axis: Axis | null): void {
    const { settings } = this;
    const other = name === 'x' ? settings.y : settings.x;
    const swap = axis && other && idOf(axis) === idOf(other) && idOf(axis) !== idOf(settings[name] ?? axis);
    const change = swap
      ? { x: settings.y ?? settings.x, y: settings.x }
      : name === 'x'
        ? { x: axis ?? settings.x }
        : { y: axis };
    this.change({ ...settings, ...change, cell: '' }, `axis ${name}`);
  }

  private readonly changeKnob = ({ detail }: EventOf<'knob-change'>): void => {
    const { key, value } = detail;
    this.changeBase({ knobs: { ...this.settings.base.knobs, [key]: value } }, key);
  };

  private readonly changeProblem = ({ detail }: EventOf<'problem-change'>): void => {
    this.changeBase(detail.change, detail.what);
  };

  private readonly changeBudget = ({ detail }: EventOf<'knob-change'>): void => {
    this.change({ ...this.settings, budget: detail.value as BudgetName }, 'budget');
  };

  private changeBase(part: Partial<Settings>, what: string): void {
    this.change({ ...this.settings, base: { ...this.settings.base, ...part } }, what);
  }

  private change(settings: SweepSettings, what: string): void {
    emit(this, 'sweep-change', { settings, what });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-sweep-settings': TsSweepSettings;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    'sweep-change': { readonly settings: SweepSettings; readonly what: string };
  }
}
