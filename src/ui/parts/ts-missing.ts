import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import * as icons from '../look/icons.ts';
import { base, hatch } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import type { Missing } from '../state/missing.ts';
import { stepsFor } from './missing-steps.ts';
import './ts-copy.ts';

/**
 * Why there is no WebGPU, and what to do.
 *
 * @fires retry - where asking again may help
 */
@customElement('ts-missing')
export class TsMissing extends LitElement {
  static override styles = [
    base,
    hatch,
    css`
      .panel {
        position: relative;
        padding: 4px 0 12px 16px;
      }
      .stripe {
        --hatch: var(--failed);
        position: absolute;
        inset: 0 auto 0 0;
        width: 6px;
        border: 1px solid var(--failed);
        border-radius: 2px;
      }
      h2 {
        align-items: flex-start;
        color: var(--failed);
        font-size: 18px;
        line-height: 24px;
      }
      h2 .icon {
        width: 20px;
        height: 20px;
        margin-top: 2px;
      }
      ol {
        margin-top: 8px;
        padding-left: 20px;
        list-style: decimal;
      }
      li {
        margin-top: 4px;
        padding-left: 4px;
      }
      p {
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) missing: Missing | null = null;

  override render(): TemplateResult | typeof nothing {
    const { missing } = this;
    if (!missing) return nothing;
    return html`<section class="panel" role="alert">
      <div class="stripe hatch"></div>
      <h2>${icons.alert}<span>${missing.title}</span></h2>
      <p>${missing.what}</p>
      <ol>
        ${stepsFor(missing.lack, navigator.userAgent).map((step) => html`<li>${withCopies(step)}</li>`)}
      </ol>
      ${
        missing.lack === 'insecure' || missing.lack === 'no-gpu'
          ? nothing
          : html`<p><button @click=${this.retry}>Ask for the GPU again</button></p>`
      }
      <p class="soft">Without a GPU the lessons, the recordings, every kernel’s code and all modelled numbers are still there.</p>
    </section>`;
  }

  private retry(): void {
    emit(this, 'retry');
  }
}

const MARK = /^[.,:;]/;

/** A step with its parts between backquotes ready to be copied. */
function withCopies(step: string): readonly (string | TemplateResult)[] {
  const parts = step.split('`');
  return parts.map((part, at) => {
    if (at % 2 === 0) return at === 0 ? part : part.replace(MARK, '');
    return html`<ts-copy .text=${part} .mark=${MARK.exec(parts[at + 1])?.[0] ?? ''}></ts-copy>`;
  });
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-missing': TsMissing;
  }
}
