import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { withCommas } from '../../core/words.ts';
import type { Parameter } from '../../ops/types.ts';
import { stopped } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import { parameterFault } from '../state/parameter-fault.ts';

/**
 * One parameter of the shape: a size, a real, a flag or a choice. A value out of its range is not taken; the range is said.
 *
 * @fires parameter-change - detail: { key, value }
 */
@customElement('ts-parameter')
export class TsParameter extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        padding-left: 12px;
        border-left: 2px solid transparent;
        margin-left: -14px;
      }
      :host([changed]) {
        border-left-color: var(--accent);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 6px;
        min-height: 32px;
      }
      label {
        font-weight: 600;
      }
      .grow {
        flex: 1;
      }
      .reset {
        padding: 0 6px;
        margin-right: -6px;
      }
      .entry {
        display: flex;
        gap: 4px;
        margin-left: auto;
      }
      .entry input {
        width: 96px;
        text-align: right;
      }
      .entry button {
        padding: 0 8px;
        font-family: var(--mono);
      }
      .flag {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 32px;
        cursor: pointer;
      }
      .flag input {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--accent);
      }
      .fault {
        display: flex;
        gap: 6px;
        margin-top: 4px;
        color: var(--wrong);
      }
      .doc {
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) parameter!: Parameter;
  @property({ attribute: false }) value = 0;
  /** What it is without the reader's change: the preset's or the parameter's own. */
  @property({ attribute: false }) initial = 0;
  @property({ type: Boolean, reflect: true }) changed = false;
  @state() private fault: string | null = null;

  override willUpdate(properties: PropertyValues<this>): void {
    this.changed = this.value !== this.initial;
    if (properties.has('value')) this.fault = null;
  }

  override render(): TemplateResult {
    const { parameter } = this;
    const reset = this.changed
      ? html`<button class="reset quiet small" @click=${() => this.take(this.initial)}
          aria-label="Reset ${parameter.title} to ${this.initial}" title="Changed. Reset to ${this.initial}">
          ${icons.undo}
        </button>`
      : nothing;
    if (parameter.kind === 'flag') {
      return html`<div class="head">
          <label class="flag"
            ><input type="checkbox" .checked=${this.value === 1} aria-describedby="doc"
              @change=${(event: Event) => this.take((event.target as HTMLInputElement).checked ? 1 : 0)}
            />${parameter.title}</label
          ><span class="grow"></span>${reset}
        </div>
        <p class="doc soft small" id="doc">${parameter.doc}</p>`;
    }
    if (parameter.choices) {
      return html`<div class="head">
          <label for="entry">${parameter.title}</label>
          <span class="grow"></span>${reset}
        </div>
        <select id="entry" aria-describedby="doc" @change=${(event: Event) => this.take((event.target as HTMLSelectElement).selectedIndex)}>
          ${parameter.choices.map((word, at) => html`<option .selected=${at === this.value}>${word}</option>`)}
        </select>
        <p class="doc soft small" id="doc">${parameter.doc}</p>`;
    }
    const size = parameter.kind === 'size';
    return html`<div class="head">
        <label for="entry">${parameter.title}</label>
        ${parameter.unit ? html`<span class="soft small">${parameter.unit}</span>` : nothing}
        ${reset}
      <div class="entry">
        <input
          id="entry"
          type="number"
          inputmode=${size ? 'numeric' : 'decimal'}
          min=${parameter.min}
          max=${parameter.max}
          step=${size ? 1 : 'any'}
          .value=${String(this.value)}
          aria-describedby="doc fault"
          aria-invalid=${this.fault !== null}
          @change=${this.commit}
          @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && this.commit(event)}
        />
        ${
          size
            ? html`<button data-repeats @click=${() => this.take(this.scaled(0.5))} aria-disabled=${this.scaled(0.5) === this.value} aria-label="÷2: halve ${parameter.title}">÷2</button>
                <button data-repeats @click=${() => this.take(this.scaled(2))} aria-disabled=${this.scaled(2) === this.value} aria-label="×2: double ${parameter.title}">×2</button>`
            : nothing
        }
      </div>
      </div>
      <p class="fault small" id="fault" role="status">${this.fault ? html`${icons.alert}<span>${stopped(this.fault)}</span>` : nothing}</p>
      <p class="doc soft small" id="doc">${parameter.doc}
        <span class="mono">${withCommas(parameter.min)}</span> to
        <span class="mono">${withCommas(parameter.max)}</span>.</p>`;
  }

  private readonly commit = (event: Event): void => {
    const { value: written } = event.target as HTMLInputElement;
    const value = written.trim() === '' ? Number.NaN : Number(written);
    this.fault = parameterFault(this.parameter, value);
    if (this.fault === null) this.take(value);
  };

  private scaled(factor: number): number {
    const { min, max } = this.parameter;
    return Math.min(max, Math.max(min, Math.trunc(this.value * factor)));
  }

  private take(value: number): void {
    if (value !== this.value) emit(this, 'parameter-change', { key: this.parameter.key, value });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-parameter': TsParameter;
  }
}
