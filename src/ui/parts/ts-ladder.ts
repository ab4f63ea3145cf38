import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Refusal } from '../../core/errors.ts';
import type { Kernel } from '../../kernels/types.ts';
import { duration, figureText, typeset } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base, hatch } from '../look/styles.ts';
import { explained, termStyles } from '../look/terms.ts';
import { emit } from '../state/events.ts';
import { numberOf } from '../state/settings.ts';
import { ruleText } from '../state/titles.ts';

/** How a kernel last did on the problem shown. */
export interface Standing {
  readonly correct: boolean;
  readonly medianNs: number | null;
}

/**
 * The kernels of an operation as a numbered ladder; the chosen one says what it teaches.
 *
 * @fires kernel-change - detail: { id }
 */
@customElement('ts-ladder')
export class TsLadder extends LitElement {
  static override styles = [
    base,
    hatch,
    termStyles,
    css`
      .rung {
        border-top: 1px solid var(--line);
      }
      .rung:last-child {
        border-bottom: 1px solid var(--line);
      }
      label {
        position: relative;
        display: grid;
        /* The last column is kept free for a result, so that none makes a title wrap. */
        grid-template-columns: 20px 1fr 68px;
        align-items: center;
        gap: 8px;
        min-height: 36px;
        padding: 4px 8px;
        line-height: 16px;
        font-size: 13px;
        cursor: pointer;
      }
      label:hover {
        background-color: var(--raised);
      }
      input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .number {
        display: grid;
        place-items: center;
        width: 20px;
        height: 20px;
        border: 1px solid var(--edge);
        border-radius: 50%;
        font: 11px/1 var(--mono);
      }
      .chosen {
        background: var(--accent-ground);
        box-shadow: inset 3px 0 0 var(--accent);
      }
      .chosen .number {
        background: var(--accent);
        border-color: var(--accent);
        color: var(--on-accent);
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }
      .standing {
        display: flex;
        align-items: center;
        justify-content: flex-end;
        gap: 4px;
        font-size: 12px;
        white-space: nowrap;
      }
      .standing .icon {
        width: 11px;
        height: 11px;
      }
      .standing.right .icon {
        color: var(--correct);
      }
      .standing.bad {
        color: var(--wrong);
      }
      .teaches {
        padding: 2px 8px 10px 36px;
      }
    `,
  ];

  @property({ attribute: false }) kernels: readonly Kernel[] = [];
  @property({ attribute: false }) chosen = '';
  /** Why each kernel that this device cannot run at all is refused. */
  @property({ attribute: false }) refusals: ReadonlyMap<string, Refusal> = new Map();
  @property({ attribute: false }) standings: ReadonlyMap<string, Standing> = new Map();

  override render(): TemplateResult {
    return html`<div role="radiogroup" aria-label="Kernel">
      ${repeat(
        this.kernels,
        (kernel) => kernel.id,
        (kernel) => this.rung(kernel),
      )}
    </div>`;
  }

  private rung(kernel: Kernel): TemplateResult {
    const chosen = kernel.id === this.chosen;
    const refusal = this.refusals.get(kernel.id);
    return html`<div class="rung ${chosen ? 'chosen' : ''}">
      <label class=${refusal ? 'hatch' : ''} title=${refusal ? ruleText(refusal.message, kernel.knobs) : nothing}>
        <input
          type="radio"
          name="kernel"
          value=${kernel.id}
          .checked=${chosen}
          @change=${() => this.choose(kernel)}
        />
        <span class="number" aria-hidden="true">${numberOf(kernel)}</span>
        <span class="title">${kernel.title}</span>
        ${refusal ? html`<span class="standing soft">${icons.dash}refused</span>` : this.standing(kernel)}
      </label>
      ${chosen ? html`<p class="teaches terms small">${explained(typeset(kernel.teaches))}</p>` : nothing}
    </div>`;
  }

  private standing(kernel: Kernel): TemplateResult | typeof nothing {
    const standing = this.standings.get(kernel.id);
    if (!standing) return nothing;
    if (!standing.correct) return html`<span class="standing bad">${icons.cross}wrong</span>`;
    const figure = standing.medianNs === null ? 'correct' : figureText(duration(standing.medianNs));
    return html`<span class="standing right mono">${icons.check}<span class="visually-hidden">correct, </span>${figure}</span>`;
  }

  private choose(kernel: Kernel): void {
    emit(this, 'kernel-change', { id: kernel.id });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-ladder': TsLadder;
  }
}
