import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Operation } from '../../ops/types.ts';
import { fields } from '../look/fields.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import { playable } from '../state/settings.ts';

/**
 * Which operation, and what it computes.
 *
 * @fires operation-change - detail: { operation }
 */
@customElement('ts-operation')
export class TsOperation extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      .formula {
        margin: 8px 0 4px;
      }
    `,
  ];

  @property({ attribute: false }) operation: Operation = playable[0];

  override render(): TemplateResult {
    const { operation } = this;
    return html`<h2 class="visually-hidden">Operation</h2>
      <div class="chips" role="group" aria-label="Operation">
        ${playable.map(
          (choice) =>
            html`<button aria-pressed=${choice.id === operation.id} @click=${() => this.choose(choice)}>${choice.title}</button>`,
        )}
      </div>
      <p class="formula mono">${operation.formula}</p>
      <p class="small soft">${operation.summary}</p>`;
  }

  private choose(operation: Operation): void {
    if (operation.id !== this.operation.id) emit(this, 'operation-change', { operation });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-operation': TsOperation;
  }
}
