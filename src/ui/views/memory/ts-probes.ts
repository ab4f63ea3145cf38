import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Probe } from '../../../probes/types.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { type Standing, standingOf } from './standing.ts';

/**
 * The probes in their reading order, each with its state and its own Run.
 *
 * @fires probe-show - detail: { id }
 * @fires probe-run - detail: { id }
 */
@customElement('ts-probes')
export class TsProbes extends LitElement {
  static override styles = [
    base,
    css`
      li {
        display: flex;
        gap: 4px;
        border-bottom: 1px solid var(--line);
        padding: 2px 0;
      }
      .show {
        flex: 1;
        min-width: 0;
        flex-direction: column;
        align-items: flex-start;
        gap: 0;
        padding: 4px 8px;
        border-color: transparent;
        text-align: left;
        white-space: normal;
      }
      .show[aria-current='true'] {
        background: var(--accent-ground);
        box-shadow: inset 2px 0 0 var(--accent);
      }
      .run {
        align-self: center;
        border-color: transparent;
        color: var(--accent);
      }
      .head {
        display: flex;
        gap: 6px;
        align-items: center;
        font-weight: 600;
      }
      .correct {
        color: var(--correct);
      }
      .wrong {
        color: var(--wrong);
      }
      .failed {
        color: var(--failed);
      }
      .idle {
        color: var(--soft);
      }
      .unresolved {
        color: var(--unresolved);
      }
      @media (max-width: 719px) {
        .asks {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) probes: readonly Probe[] = [];
  @property({ attribute: false }) shown = '';
  @property({ attribute: false }) standing: (id: string) => Standing = () => standingOf(null, false);
  /** Why nothing can be run now; null where it can. */
  @property({ attribute: false }) blocked: string | null = null;

  override render(): TemplateResult {
    return html`<ul aria-label="Probes">
      ${this.probes.map((probe) => this.line(probe))}
    </ul>`;
  }

  private line({ id, title, asks }: Probe): TemplateResult {
    const [name] = title.split(':');
    const { look, icon, word } = this.standing(id);
    const { blocked } = this;
    return html`<li>
      <button class="show" data-probe=${id} aria-current=${id === this.shown} @click=${() => emit(this, 'probe-show', { id })}>
        <span class="head">${name}<span class=${look} title=${word}>${icon}</span
          ><span class="visually-hidden">${word}</span></span>
        <span class="asks small soft">${asks}</span>
      </button>
      <button class="run" data-run=${id} aria-label="Run ${name}" title=${blocked ?? `Run ${name}`} aria-disabled=${blocked !== null}
        @click=${() => blocked === null && emit(this, 'probe-run', { id })}>${icons.play}</button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-probes': TsProbes;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    'probe-show': { readonly id: string };
    'probe-run': { readonly id: string };
  }
}
