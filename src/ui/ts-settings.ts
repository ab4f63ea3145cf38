import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DType } from '../core/dtype.ts';
import { findKernel, kernelsOf } from '../kernels/index.ts';
import type { Knob, KnobValue } from '../kernels/types.ts';
import type { Operation } from '../ops/types.ts';
import type { Refusals } from './examine.ts';
import * as icons from './icons.ts';
import {
  DEFAULT_SEED,
  defaults,
  isSeed,
  kernelOf,
  operationOf,
  playable,
  type Settings,
  withKernel,
} from './settings.ts';
import { base } from './styles.ts';
import type { Standing } from './ts-ladder.ts';
import './ts-knob.ts';
import './ts-ladder.ts';
import './ts-parameter.ts';

const NO_REFUSALS: ReadonlyMap<KnobValue, string> = new Map();

/**
 * All that can be chosen, from the operation down to the seed.
 *
 * @fires settings-change - detail: { settings, what } where `what` names the control, so that repeated turns of one
 *   knob can be one step of Back
 */
@customElement('ts-settings')
export class TsSettings extends LitElement {
  static override styles = [
    base,
    css`
      section + section {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 4px 12px;
        min-height: 32px;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .chips button[aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent-ground);
        box-shadow: inset 0 0 0 1px var(--accent);
        font-weight: 600;
      }
      .operations button {
        padding: 0 8px;
        font-size: 13px;
      }
      .presets {
        width: 100%;
        margin-top: 4px;
        font-family: var(--sans);
      }
      .formula {
        margin: 8px 0 4px;
      }
      ts-ladder {
        margin-top: 12px;
      }
      ts-knob,
      ts-parameter {
        margin-top: 10px;
      }
      .field {
        margin-top: 8px;
      }
      .field label {
        flex: 1;
        font-weight: 600;
      }
      .field select {
        width: 100%;
        font-family: var(--sans);
      }
      .seed {
        display: flex;
        gap: 4px;
      }
      .seed input {
        flex: 1;
        width: 80px;
      }
      .doc {
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) settings: Settings = defaults();
  /** What the device offers; undefined until it is known. */
  @property({ attribute: false }) features: ReadonlySet<string> | undefined;
  @property({ attribute: false }) refusals: Refusals = new Map();
  @property({ attribute: false }) kernelRefusals: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) standings: ReadonlyMap<string, Standing> = new Map();

  override render(): TemplateResult {
    const { settings } = this;
    const operation = operationOf(settings);
    const kernel = kernelOf(settings);
    const initial = defaults(operation, kernel, this.features);
    const chosen = operation.presets.find((preset) => this.isPreset(preset));
    return html`
      <section aria-label="Operation and kernel" @kernel-change=${this.changeKernel}>
        <h2 class="visually-hidden">Operation</h2>
          <div class="chips operations" role="group" aria-label="Operation">
            ${playable.map(
              (choice) =>
                html`<button aria-pressed=${choice.id === operation.id} @click=${() => this.changeOperation(choice)}>${choice.title}</button>`,
            )}
          </div>
        <p class="formula mono">${operation.formula}</p>
        <p class="small soft">${operation.summary}</p>
        <ts-ladder
          .kernels=${kernelsOf(operation.id)}
          .chosen=${kernel.id}
          .refusals=${this.kernelRefusals}
          .standings=${this.standings}
        ></ts-ladder>
      </section>
      <section aria-label="Knobs of the kernel" @knob-change=${this.changeKnob}>
        <h2>Knobs of this kernel</h2>
        ${kernel.knobs.length === 0 ? html`<p class="soft">This kernel has none.</p>` : nothing}
        ${repeat(
          kernel.knobs,
          ({ key }) => `${kernel.op} ${key}`,
          (knob) =>
            html`<ts-knob data-key=${knob.key} .knob=${knob} .value=${settings.knobs[knob.key]} .refusals=${this.refusals.get(knob.key) ?? NO_REFUSALS}></ts-knob>`,
        )}
      </section>
      <section aria-label="Shape" @parameter-change=${this.changeParameter} @knob-change=${this.changeKnob}>
        <h2>Shape</h2>
        <select class="presets" aria-label="Shapes to start from" @change=${this.changePreset}>
          ${operation.presets.map(
            (preset, index) => html`<option value=${index} ?selected=${preset === chosen}>${preset.title}</option>`,
          )}
          <option value="" ?selected=${chosen === undefined} disabled>Your own shape</option>
        </select>
        ${repeat(
          operation.parameters,
          ({ key }) => `${operation.id} ${key}`,
          (parameter) =>
            html`<ts-parameter data-key=${parameter.key} .parameter=${parameter} .value=${settings.shape[parameter.key]} .initial=${parameter.default}></ts-parameter>`,
        )}
        <ts-knob
          data-key="dtype"
          .knob=${dtypeKnob(kernel.dtypes, initial.dtype)}
          .value=${settings.dtype}
          .refusals=${this.refusals.get('dtype') ?? NO_REFUSALS}
        ></ts-knob>
      </section>
      <section aria-label="Input">
        <h2>Input</h2>
        ${this.input(operation)} ${this.seed()}
      </section>
    `;
  }

  private input(operation: Operation): TemplateResult {
    const { settings } = this;
    const first = operation.inputCases[0];
    const current = operation.inputCases.find(({ id }) => id === settings.input) ?? first;
    return html`<div class="field">
      <div class="head">
        <label for="input">Values</label>
        ${current === first ? html`<span class="soft small">default</span>` : this.reset('Values', first.title, { input: first.id })}
      </div>
      <select id="input" aria-describedby="input-doc" @change=${(event: Event) => this.change({ input: (event.target as HTMLSelectElement).value }, 'input')}>
        ${operation.inputCases.map((item) => html`<option value=${item.id} ?selected=${item === current}>${item.title}</option>`)}
      </select>
      <p class="doc small soft" id="input-doc">Brings to light: ${current.exposes}.</p>
    </div>`;
  }

  private seed(): TemplateResult {
    const { seed } = this.settings;
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

  private reset(title: string, to: string, change: Partial<Settings>): TemplateResult {
    return html`<button class="quiet small" aria-label="Reset ${title} to ${to}" title="Changed. Reset to ${to}"
      @click=${() => this.change(change, `reset ${title}`)}>${icons.undo}${to}</button>`;
  }

  private isPreset(preset: Operation['presets'][number]): boolean {
    const { shape, dtype } = this.settings;
    const fits = Object.entries(preset.shape).every(([key, value]) => shape[key] === value);
    return fits && (preset.dtype === undefined || preset.dtype === dtype || !this.offers(preset.dtype));
  }

  private readonly changePreset = (event: Event): void => {
    const { shape, dtype } = operationOf(this.settings).presets[Number((event.target as HTMLSelectElement).value)];
    const type = dtype !== undefined && this.offers(dtype) ? { dtype } : {};
    this.change({ shape: { ...this.settings.shape, ...shape }, ...type }, 'preset');
  };

  private offers(dtype: DType): boolean {
    const here = dtype !== 'f16' || this.features === undefined || this.features.has('shader-f16');
    return here && kernelOf(this.settings).dtypes.includes(dtype);
  }

  private changeOperation(operation: Operation): void {
    if (operation.id === this.settings.op) return;
    const { seed } = this.settings;
    this.change({ ...defaults(operation, undefined, this.features), seed }, 'operation');
  }

  private readonly changeKernel = ({ detail }: CustomEvent<{ id: string }>): void => {
    const kernel = findKernel(this.settings.op, detail.id);
    if (kernel) this.change(withKernel(this.settings, kernel), 'kernel');
  };

  private readonly changeParameter = ({ detail }: CustomEvent<{ key: string; value: number }>): void => {
    this.change({ shape: { ...this.settings.shape, [detail.key]: detail.value } }, detail.key);
  };

  private readonly changeKnob = ({ detail }: CustomEvent<{ key: string; value: KnobValue }>): void => {
    const { key, value } = detail;
    if (key === 'dtype') this.change({ dtype: value as DType }, key);
    else this.change({ knobs: { ...this.settings.knobs, [key]: value } }, key);
  };

  private readonly changeSeed = (event: Event): void => {
    const entry = event.target as HTMLInputElement;
    const seed = entry.value.trim() === '' ? Number.NaN : Number(entry.value);
    if (isSeed(seed)) this.change({ seed }, 'seed');
    else entry.value = String(this.settings.seed);
  };

  private change(part: Partial<Settings>, what: string): void {
    const settings = { ...this.settings, ...part };
    this.dispatchEvent(new CustomEvent('settings-change', { detail: { settings, what } }));
  }
}

function dtypeKnob(values: readonly DType[], initial: DType): Knob {
  return {
    key: 'dtype',
    title: 'Storage type',
    default: initial,
    values,
    doc: 'How inputs and outputs lie in memory: f16 takes half the bytes of f32, so a kernel bound by memory can take half the time. Sums are f32.',
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-settings': TsSettings;
  }
}
