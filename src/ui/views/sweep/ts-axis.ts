import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KnobValue } from '../../../kernels/types.ts';
import type { Axis } from '../../../lab/sweep.ts';
import { fields } from '../../look/fields.ts';
import { stopped } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { defaults, type Settings } from '../../state/settings.ts';
import { type Dimension, dimensionsOf, idOf, initialValues, powersOfTwo, valueIn } from './dimensions.ts';
import { axisOver } from './settings.ts';

/** As many values are shown side by side; more, and ranges, are written as a list. */
const MOST_CHIPS = 16;
const HALVINGS = 4;
const DOUBLINGS = 2;

/**
 * One axis of a sweep: what it goes along, and which values.
 *
 * @fires axis-change - detail: { axis }; null for no axis
 */
@customElement('ts-axis')
export class TsAxis extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      label {
        font-weight: 600;
      }
      .values {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        margin-top: 6px;
      }
      .chips button {
        font-family: var(--mono);
        font-size: 12px;
      }
      .chips button[aria-pressed='false'] {
        color: var(--soft);
      }
      .values input {
        flex: 1;
        min-width: 120px;
      }
      .fault {
        display: flex;
        gap: 6px;
        margin-top: 4px;
        color: var(--wrong);
      }
      .doc {
        margin-top: 4px;
      }
    `,
  ];

  @property() label = '';
  /** Null for no axis. */
  @property({ attribute: false }) axis: Axis | null = null;
  @property({ attribute: false }) settings: Settings = defaults();
  /** Whether there may be none. */
  @property({ type: Boolean }) optional = false;
  @state() private fault = '';

  override render(): TemplateResult {
    const { axis } = this;
    const dimensions = dimensionsOf(this.settings);
    const chosen = axis && dimensions.find(({ id }) => id === idOf(axis));
    const options = (of: Axis['of']): TemplateResult[] =>
      dimensions
        .filter((dimension) => dimension.of === of)
        .map(({ id, title }) => html`<option value=${id} .selected=${id === chosen?.id}>${title}</option>`);
    const knobs = options('knob');
    return html`
      <div class="head"><label for="dimension">${this.label}</label></div>
      <select id="dimension" @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}>
        ${knobs.length > 0 ? html`<optgroup label="Knobs of the kernel">${knobs}</optgroup>` : nothing}
        <optgroup label="Shape">${options('shape')}</optgroup>
        ${this.optional ? html`<option value="" .selected=${axis === null}>No second axis</option>` : nothing}
      </select>
      ${chosen && axis ? this.values(chosen, axis) : nothing}
    `;
  }

  private values(dimension: Dimension, { values }: Axis): TemplateResult {
    const { legal, title, unit, doc } = dimension;
    const body =
      legal && legal.length <= MOST_CHIPS
        ? html`<div class="values chips" role="group" aria-label="Values of ${title}">
            ${legal.map(
              (value) =>
                html`<button aria-pressed=${values.includes(value)} @click=${() => this.toggle(dimension, value)}>${value}</button>`,
            )}
          </div>`
        : html`<div class="values">
            <input type="text" aria-label="Values of ${title}, separated by commas" aria-describedby="fault doc" aria-invalid=${this.fault !== ''}
              spellcheck="false" autocomplete="off" .value=${values.join(', ')}
              @change=${(event: Event) => this.list(dimension, (event.target as HTMLInputElement).value)} />
            ${
              legal
                ? nothing
                : html`<button class="small" @click=${() => this.take(dimension, powersOfTwo(dimension, Number(valueIn(dimension, this.settings)), HALVINGS, DOUBLINGS))}>Powers of 2</button>`
            }
          </div>`;
    return html`${body}
      <p class="fault small" id="fault" role="status">${this.fault ? html`${icons.alert}<span>${stopped(this.fault)}</span>` : nothing}</p>
      <p class="doc small soft" id="doc">${values.length} ${values.length === 1 ? 'value' : 'values'}${unit ? `, in ${unit}` : ''}. ${doc}</p>`;
  }

  private choose(id: string): void {
    const dimension = dimensionsOf(this.settings).find((one) => one.id === id);
    this.fault = '';
    this.tell(dimension ? axisOver(dimension, this.settings) : null);
  }

  private toggle(dimension: Dimension, value: KnobValue): void {
    const values = this.axis?.values ?? [];
    const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
    this.fault = next.length === 0 ? 'An axis needs at least one value' : '';
    if (next.length > 0) this.take(dimension, next);
  }

  private list(dimension: Dimension, text: string): void {
    const words = text.split(/[\s,;]+/).filter((word) => word !== '');
    const wrong = words.find((word) => dimension.parse(word) === null);
    const values = words.flatMap((word) => dimension.parse(word) ?? []);
    if (wrong !== undefined) {
      this.fault = dimension.legal
        ? `${wrong} is not a value of ${dimension.title}, e.g. ${initialValues(dimension, this.settings).join(', ')}`
        : `${wrong} does not work: ${dimension.fault(Number(wrong))}`;
    } else if (values.length === 0) this.fault = 'An axis needs at least one value';
    else this.take(dimension, values);
  }

  private take(dimension: Dimension, values: readonly KnobValue[]): void {
    this.fault = '';
    this.tell({ key: dimension.key, of: dimension.of, values: dimension.order(values) });
  }

  private tell(axis: Axis | null): void {
    emit(this, 'axis-change', { axis });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-axis': TsAxis;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    /** Null for no axis. */
    'axis-change': { readonly axis: Axis | null };
  }
}
