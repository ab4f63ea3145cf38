import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Capabilities, Knob } from '../../../kernels/types.ts';
import { base } from '../../look/styles.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Declared } from './declared.ts';
import type { OwnSettings } from './settings.ts';
import '../../parts/ts-knob.ts';

/**
 * The knobs that the header of a kernel declares; nothing where it declares none.
 *
 * @fires own-knobs-change
 */
@customElement('ts-own-knobs')
export class TsOwnKnobs extends LitElement {
  static override styles = [
    base,
    css`
      ts-knob {
        margin-top: 10px;
      }
    `,
  ];

  @property({ attribute: false }) declared!: Declared;
  /** Those of `declared`: another list where the text declares others. */
  @property({ attribute: false }) knobs: readonly Knob[] = [];
  /** As the address has them. */
  @property({ attribute: false }) written: OwnSettings['knobs'] = {};
  @property({ attribute: false }) capabilities!: Capabilities;

  override render(): TemplateResult | typeof nothing {
    const { declared, knobs, written, capabilities } = this;
    if (knobs.length === 0) return nothing;
    const chosen = declared.chosen(written);
    return html`<section aria-label="Knobs of your kernel" @knob-change=${this.change}>
      <h2>Knobs of your kernel</h2>
      ${repeat(
        knobs,
        ({ key }) => key,
        (knob) =>
          html`<ts-knob
            data-key=${knob.key}
            .knob=${knob}
            .knobs=${knobs}
            .value=${chosen[knob.key] ?? knob.default}
            .refusalOf=${declared.refusalOf(knob.key, chosen, capabilities)}
          ></ts-knob>`,
      )}
    </section>`;
  }

  private readonly change = ({ detail: { key, value } }: EventOf<'knob-change'>): void => {
    const { declared, written } = this;
    const all = { ...declared.chosen(written), [key]: value };
    const texts = Object.fromEntries(Object.entries(all).map(([one, at]) => [one, String(at)]));
    // Without those that are at their defaults again.
    const left = Object.keys(declared.chosen(texts));
    emit(this, 'own-knobs-change', { key, knobs: Object.fromEntries(left.map((one) => [one, texts[one]])) });
  };
}

declare module '../../state/events.ts' {
  interface Events {
    /** `key` is the knob that was turned, `knobs` all that differ from their defaults now. */
    'own-knobs-change': { readonly key: string; readonly knobs: OwnSettings['knobs'] };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-knobs': TsOwnKnobs;
  }
}
