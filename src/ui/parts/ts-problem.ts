import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DType } from '../../core/format.ts';
import type { Knob } from '../../kernels/types.ts';
import type { Operation, Parameter, Problem } from '../../ops/types.ts';
import { fields } from '../look/fields.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { type EventOf, emit } from '../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../state/refusals.ts';
import { DEFAULT_SEED, defaultProblem, defaults, isSeed, operationOf } from '../state/settings.ts';
import './ts-knob.ts';
import './ts-parameter.ts';

/**
 * The problem to solve: shape, storage type, input values, seed.
 *
 * @fires problem-change - detail: { change, what } where `what` names the control, so that repeated turns of one can be
 *   one step of Back
 */
@customElement('ts-problem')
export class TsProblem extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      .presets {
        margin-top: 4px;
      }
      .seed {
        display: flex;
        gap: 4px;
      }
      .seed input {
        flex: 1;
        width: 80px;
      }
    `,
  ];

  @property({ attribute: false }) problem: Problem = defaults();
  /** Storage types that can be chosen. */
  @property({ attribute: false }) dtypes: readonly DType[] = [];
  /** Knobs whose titles are used to state a rule. */
  @property({ attribute: false }) knobs: readonly Knob[] = [];
  /** Why storage types would be refused. */
  @property({ attribute: false }) refusalOf: RefusalOf = NOTHING_REFUSED;
  /** Keys of parameters that are set elsewhere. */
  @property({ attribute: false }) elsewhere: readonly string[] = [];
  /** Keys of advanced parameters that stand among the others, since they were changed. */
  @state() private lifted: ReadonlySet<string> = new Set();
  private isOpen = false;

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('problem')) return;
    const before = properties.get('problem');
    // One that is changed or reset under "More options", or here, stays under the reader's hand.
    if (before?.op !== this.problem.op) this.lifted = new Set(this.changed());
    else if (!this.isOpen) this.lifted = new Set([...this.lifted, ...this.changed()]);
  }

  override render(): TemplateResult {
    const { problem, dtypes } = this;
    const operation = operationOf(problem);
    const chosen = operation.presets.find((preset) => this.isPreset(preset));
    const shown = operation.parameters.filter(({ key }) => !this.elsewhere.includes(key));
    const isMore = ({ key, advanced }: Parameter): boolean => advanced === true && !this.lifted.has(key);
    const more = shown.filter(isMore);
    return html`
      <section aria-label="Shape" @parameter-change=${this.changeParameter} @knob-change=${this.changeDtype}>
        <h2>Shape</h2>
        <select class="presets" aria-label="Shapes to start from" @change=${this.changePreset}>
          ${operation.presets.map(
            (preset, index) => html`<option value=${index} .selected=${preset === chosen}>${preset.title}</option>`,
          )}
          <option value="" .selected=${chosen === undefined} disabled>Your own shape</option>
        </select>
        ${this.parameters(
          operation,
          shown.filter((parameter) => !isMore(parameter)),
        )}
        ${
          more.length > 0
            ? html`<details .open=${this.isOpen} @toggle=${this.toggle}>
                <summary>More options <span class="soft small">${more.length}</span></summary>
                ${this.parameters(operation, more)}
              </details>`
            : nothing
        }
        <ts-knob
          data-key="dtype"
          .knob=${dtypeKnob(dtypes, defaultProblem(operation, dtypes).dtype)}
          .knobs=${this.knobs}
          .value=${problem.dtype}
          .refusalOf=${this.refusalOf}
        ></ts-knob>
      </section>
      <section aria-label="Input">
        <h2>Input</h2>
        ${this.input(operation)} ${this.seed()}
      </section>
    `;
  }

  private parameters(operation: Operation, parameters: readonly Parameter[]): unknown {
    return repeat(
      parameters,
      ({ key }) => `${operation.id} ${key}`,
      (parameter) =>
        html`<ts-parameter data-key=${parameter.key} .parameter=${parameter} .value=${this.problem.shape[parameter.key]} .initial=${parameter.default}></ts-parameter>`,
    );
  }

  private input(operation: Operation): TemplateResult {
    const first = operation.inputCases[0];
    const current = operation.inputCases.find(({ id }) => id === this.problem.input) ?? first;
    return html`<div class="field">
      <div class="head">
        <label for="input">Values</label>
        ${current === first ? html`<span class="soft small">default</span>` : this.reset('Values', first.title, { input: first.id })}
      </div>
      <select id="input" aria-describedby="input-doc" @change=${(event: Event) => this.change({ input: (event.target as HTMLSelectElement).value }, 'input')}>
        ${operation.inputCases.map((item) => html`<option value=${item.id} .selected=${item === current}>${item.title}</option>`)}
      </select>
      <p class="doc small soft" id="input-doc">Finds: ${current.exposes}.</p>
    </div>`;
  }

  private seed(): TemplateResult {
    const { seed } = this.problem;
    return html`<div class="field">
      <div class="head">
        <label for="seed">Seed</label>
        ${seed === DEFAULT_SEED ? html`<span class="soft small">default</span>` : this.reset('Seed', String(DEFAULT_SEED), { seed: DEFAULT_SEED })}
      </div>
      <div class="seed">
        <input id="seed" type="number" min="0" step="1" .value=${String(seed)} aria-describedby="seed-doc" @change=${this.changeSeed} />
        <button @click=${() => this.change({ seed: Math.floor(Math.random() * 2 ** 31) }, 'new seed')}>New seed</button>
      </div>
      <p class="doc small soft" id="seed-doc">Starts the random numbers: the same seed gives the same inputs in every browser.</p>
    </div>`;
  }

  private reset(title: string, to: string, change: Partial<Problem>): TemplateResult {
    return html`<button class="quiet small" aria-label="Reset ${title} to ${to}" title="Changed. Reset to ${to}"
      @click=${() => this.change(change, `reset ${title}`)}>${icons.undo}${to}</button>`;
  }

  /** Keys of advanced parameters that are not at their defaults. */
  private changed(): string[] {
    return operationOf(this.problem)
      .parameters.filter(({ key, advanced, default: initial }) => advanced && this.problem.shape[key] !== initial)
      .map(({ key }) => key);
  }

  private readonly toggle = (event: Event): void => {
    this.isOpen = (event.target as HTMLDetailsElement).open;
    if (!this.isOpen) this.lifted = new Set(this.changed());
  };

  private isPreset(preset: Operation['presets'][number]): boolean {
    return Object.entries(preset.shape).every(([key, value]) => this.problem.shape[key] === value);
  }

  private readonly changePreset = (event: Event): void => {
    const { shape } = operationOf(this.problem).presets[Number((event.target as HTMLSelectElement).value)];
    this.change({ shape: { ...this.problem.shape, ...shape } }, 'preset');
  };

  private readonly changeParameter = ({ detail }: EventOf<'parameter-change'>): void => {
    this.change({ shape: { ...this.problem.shape, [detail.key]: detail.value } }, detail.key);
  };

  private readonly changeDtype = ({ detail }: EventOf<'knob-change'>): void => {
    this.change({ dtype: detail.value as DType }, 'dtype');
  };

  private readonly changeSeed = (event: Event): void => {
    const entry = event.target as HTMLInputElement;
    const seed = entry.value.trim() === '' ? Number.NaN : Number(entry.value);
    if (isSeed(seed)) this.change({ seed }, 'seed');
    else entry.value = String(this.problem.seed);
  };

  private change(change: Partial<Problem>, what: string): void {
    emit(this, 'problem-change', { change, what });
  }
}

function dtypeKnob(values: readonly DType[], initial: DType): Knob {
  return {
    key: 'dtype',
    title: 'Storage type',
    default: initial,
    values,
    doc: 'How inputs and outputs are stored: f16 takes half the bytes of f32, so a kernel bound by memory can take half the time. Sums are f32.',
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-problem': TsProblem;
  }
}
