import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Knob, KnobValue } from '../../kernels/types.ts';
import { typeset } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base, hatch } from '../look/styles.ts';
import { explained, termStyles } from '../look/terms.ts';
import { emit } from '../state/events.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../state/refusals.ts';
import { ruleText } from '../state/titles.ts';

/** As many values are shown side by side; more become a slider. */
const MOST_CHIPS = 12;
/** As many stand on the title's own line, if they are short. */
const MOST_INLINE = 3;
const MOST_INLINE_LETTERS = 14;
const STEP: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/**
 * One knob: every value shown where they are few, a slider where they are many. Arrow keys step through the values
 * that work; one that does not can be picked with the pointer, and then its rule stands under the knob.
 *
 * @fires knob-change - detail: { key, value }
 */
@customElement('ts-knob')
export class TsKnob extends LitElement {
  static override styles = [
    base,
    hatch,
    termStyles,
    css`
      :host {
        position: relative;
        padding-left: 12px;
        border-left: 2px solid transparent;
        margin-left: -14px;
      }
      :host([changed]) {
        border-left-color: var(--accent);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 32px;
      }
      .title {
        font-weight: 600;
      }
      .value {
        font-weight: 600;
      }
      .grow {
        flex: 1;
      }
      .reset {
        padding: 0 6px;
        margin-right: -6px;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .chip {
        position: relative;
        display: block;
      }
      .chip input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .chip span {
        display: flex;
        align-items: center;
        min-width: 32px;
        height: 32px;
        padding: 0 6px;
        justify-content: center;
        border: 1px solid var(--edge);
        border-radius: 4px;
        font-family: var(--mono);
        font-size: 12px;
        font-variant-numeric: tabular-nums;
      }
      .chip input:hover + span {
        background-color: var(--raised);
      }
      .chip.refused span {
        border-style: dashed;
        color: var(--soft);
      }
      .chip input:checked + span {
        border-color: var(--accent);
        background-color: var(--accent-ground);
        box-shadow: inset 0 0 0 1px var(--accent);
        color: var(--ink);
        font-weight: 600;
      }
      .chip.initial span {
        text-decoration: underline;
        text-decoration-style: dotted;
        text-decoration-thickness: 1px;
        text-underline-offset: 4px;
      }
      .chip input:focus-visible + span {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      .slider {
        display: grid;
        grid-template-columns: 32px 1fr 32px;
        align-items: center;
        gap: 8px;
      }
      .slider button {
        padding: 0;
        font-family: var(--mono);
      }
      input[type='range'] {
        width: 100%;
        height: 32px;
        margin: 0;
        accent-color: var(--accent);
        cursor: pointer;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        padding: 0 40px;
        margin-top: -6px;
      }
      .rule {
        --hatch: var(--refused);
        display: flex;
        gap: 6px;
        margin-top: 4px;
        padding: 6px 8px;
        border: 1px dashed var(--edge);
        border-radius: 4px;
      }
      .rule .icon {
        margin-top: 1px;
      }
      .doc {
        margin-top: 2px;
      }
      .chips + .doc {
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) knob!: Knob;
  /** All knobs whose titles are used to state a rule; if empty, only this one. */
  @property({ attribute: false }) knobs: readonly Knob[] = [];
  @property({ attribute: false }) value: KnobValue = 0;
  /** Why each value that would be refused would be, with everything else as it is. */
  @property({ attribute: false }) refusalOf: RefusalOf = NOTHING_REFUSED;
  @property({ type: Boolean, reflect: true }) changed = false;

  override willUpdate(properties: PropertyValues<this>): void {
    if (properties.has('value') || properties.has('knob')) this.changed = this.value !== this.knob.default;
  }

  /** Whatever the reader has picked, what counts is shown: the choice may have been refused. */
  override updated(): void {
    const { knob, value } = this;
    for (const [at, input] of this.renderRoot.querySelectorAll<HTMLInputElement>('.chip input').entries())
      input.checked = knob.values[at] === value;
  }

  override render(): TemplateResult {
    const { knob, value } = this;
    const many = knob.values.length > MOST_CHIPS;
    const inline = knob.values.length <= MOST_INLINE && knob.values.join('').length <= MOST_INLINE_LETTERS;
    const rule = this.rule(value);
    return html`
      <div class="head">
        <span class="title" id="title">${knob.title}</span>
        ${many ? html`<span class="value mono">${value}</span>` : nothing}
        ${knob.unit ? html`<span class="soft small">${knob.unit}</span>` : nothing}
        <span class="grow"></span>
        ${
          this.changed
            ? html`<button class="reset quiet small" @click=${() => this.pick(knob.default)}
                aria-label="Reset ${knob.title} to ${knob.default}" title="Changed. Reset to ${knob.default}">
                ${icons.undo}<span class="mono">${knob.default}</span>
              </button>`
            : inline
              ? nothing
              : html`<span class="soft small">default</span>`
        }
        ${inline ? this.chips() : nothing}
      </div>
      ${inline ? nothing : many ? this.slider() : this.chips()}
      <div role="status">${rule ? html`<p class="rule hatch small">${icons.dash}<span>${rule}</span></p>` : nothing}</div>
      <p class="doc terms soft small" id="doc">${explained(typeset(knob.doc), ['invocation', 'pitch', 'bank', 'line'])}</p>
    `;
  }

  /** Why a value is refused; null where it works. */
  private rule(value: KnobValue): string | null {
    const refusal = this.refusalOf(value);
    return refusal && ruleText(refusal.message, this.knobs.length > 0 ? this.knobs : [this.knob]);
  }

  private chips(): TemplateResult {
    return html`<div class="chips" role="radiogroup" aria-labelledby="title" aria-describedby="doc" @keydown=${this.key}>
      ${repeat(
        this.knob.values,
        (value) => value,
        (value) => {
          const rule = this.rule(value);
          const initial = value === this.knob.default;
          return html`<label class="chip ${rule ? 'refused' : ''} ${initial ? 'initial' : ''}" title=${rule ?? (initial ? 'default' : nothing)}>
            <input
              type="radio"
              name="value"
              @change=${() => this.pick(value)}
              aria-label=${rule ? `${value}, refused: ${rule}` : String(value)}
            /><span class=${rule ? 'hatch' : ''}>${value}</span>
          </label>`;
        },
      )}
    </div>`;
  }

  private slider(): TemplateResult {
    const { values, unit } = this.knob;
    const at = values.indexOf(this.value);
    return html`<div class="slider" @keydown=${this.key}>
        <button data-repeats @click=${() => this.step(-1)} aria-label="Previous value that works">−</button>
        <input
          type="range"
          min="0"
          max=${values.length - 1}
          .value=${String(at)}
          @input=${(event: Event) => this.pick(values[Number((event.target as HTMLInputElement).value)])}
          aria-labelledby="title"
          aria-describedby="doc"
          aria-valuetext="${this.value} ${unit ?? ''}"
        />
        <button data-repeats @click=${() => this.step(1)} aria-label="Next value that works">+</button>
      </div>
      <div class="ends soft small mono" aria-hidden="true"><span>${values[0]}</span><span>${values[values.length - 1]}</span></div>`;
  }

  private readonly key = (event: KeyboardEvent): void => {
    const step = STEP[event.key];
    if (step === undefined || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.step(step);
  };

  /** To the next value in this direction that works; stays where there is none. */
  private step(direction: number): void {
    const { values } = this.knob;
    let at = values.indexOf(this.value) + direction;
    while (at >= 0 && at < values.length && this.refusalOf(values[at])) at += direction;
    if (at < 0 || at >= values.length) return;
    this.pick(values[at]);
    if (values.length <= MOST_CHIPS) this.renderRoot.querySelectorAll<HTMLInputElement>('.chip input')[at]?.focus();
  }

  private pick(value: KnobValue): void {
    emit(this, 'knob-change', { key: this.knob.key, value });
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-knob': TsKnob;
  }
}
