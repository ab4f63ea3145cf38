import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { GradedGoal } from '../../tasks/index.ts';
import { capital, stopped, typeset } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { explainer, termStyles } from '../look/terms.ts';
import { emit } from '../state/events.ts';

type Explain = ReturnType<typeof explainer>;

/** A goal before anything has been graded. */
export type GoalShown = Pick<GradedGoal, 'id' | 'text'> & Partial<GradedGoal>;

const WORDS: Readonly<Record<GradedGoal['state'], string>> = {
  met: 'met',
  missed: 'not met',
  unknown: 'not known',
};

/**
 * The goals of a task: each met or not, with what was counted and the line to look at.
 *
 * @fires go-to-line
 */
@customElement('ts-goals')
export class TsGoals extends LitElement {
  static override styles = [
    base,
    termStyles,
    css`
      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr);
        gap: 0 8px;
        padding: 6px 0;
        border-top: 1px solid var(--line);
      }
      .icon {
        margin-top: 2px;
        color: var(--soft);
      }
      .met .icon {
        color: var(--correct);
      }
      .missed .icon {
        color: var(--wrong);
      }
      .missed .text {
        font-weight: 600;
      }
      .value {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        grid-column: 2;
        overflow-wrap: anywhere;
      }
      button {
        margin-left: 8px;
        padding: 0 8px;
        font-size: 12px;
      }
    `,
  ];

  @property({ attribute: false }) goals: readonly GoalShown[] = [];

  override render(): TemplateResult {
    const explain = explainer();
    return html`<ul aria-label="Goals">
      ${this.goals.map((goal) => this.one(goal, explain))}
    </ul>`;
  }

  private one({ text, state, value = '', line = null }: GoalShown, explain: Explain): TemplateResult {
    const icon = state === 'met' ? icons.check : state === 'missed' ? icons.cross : icons.ring;
    const said = state ? html`<span class="visually-hidden">: ${WORDS[state]}</span>` : nothing;
    const at =
      line === null
        ? nothing
        : html`<button @click=${() => emit(this, 'go-to-line', { line, column: 1 })}>Line ${line}</button>`;
    const isSaid = value !== '' || line !== null;
    return html`<li class=${state ?? ''}>
      ${icon}
      <span class="text terms">${explain(text)}${said}</span>
      ${isSaid ? html`<p class="value small soft">${value === '' ? '' : capital(stopped(typeset(value)))}${at}</p>` : nothing}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-goals': TsGoals;
  }
}
