import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import type { What } from './trial.ts';

declare module '../../state/events.ts' {
  interface Events {
    /** Run or trace the kernel; `allowLong` also where that would hold the GPU for long. */
    'own-go': { readonly what: What; readonly allowLong: boolean };
    'own-export': null;
    /** Bring back the kernel that was deleted last. */
    'own-restore': null;
  }
}

const RUNNING: Readonly<Record<What, string>> = {
  run: 'Running…',
  beside: 'Running all kernels…',
  trace: 'Tracing…',
};

/**
 * What can be done with the reader's own kernel, and under it what is to be said of that.
 *
 * @fires own-go
 * @fires own-export
 * @fires own-restore
 * @fires cancel
 */
@customElement('ts-own-bar')
export class TsOwnBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 12px 0 8px;
      }
      .said {
        min-height: 20px;
      }
      .fault {
        color: var(--wrong);
      }
    `,
  ];

  @property({ type: Boolean }) blocked = false;
  /** What is going on; null where nothing is. */
  @property({ attribute: false }) running: What | null = null;
  /** What is wrong with the kernel's header, in a sentence; null where nothing is. */
  @property({ attribute: false }) fault: string | null = null;
  @property() note = '';
  /** Whether the last trace was not made since it would hold the GPU for long. */
  @property({ type: Boolean }) long = false;
  /** Name of the kernel that has just been deleted; "" where none has. */
  @property() gone = '';
  /** What had the focus before an update, which may take it away. */
  private had: Element | null = null;

  override willUpdate(): void {
    this.had = this.shadowRoot?.activeElement ?? null;
  }

  /** A run, its end and a kernel that comes back take buttons away: the focus goes to what stands for them. */
  override updated(properties: PropertyValues<this>): void {
    if (!this.had || this.had.isConnected) return;
    const ended = properties.get('running');
    this.renderRoot.querySelector<HTMLElement>(ended ? `[data-what=${ended}]` : '.bar button')?.focus();
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.bar button')?.focus();
  }

  override render(): TemplateResult {
    const { running } = this;
    return html`<div class="bar">
        ${
          running
            ? html`<button class="primary" @click=${() => emit(this, 'cancel')}>${icons.stop}Cancel</button><span class="small soft">${RUNNING[running]}</span>`
            : html`${this.button('run', 'Run')}${this.button('beside', 'Run beside the ladder')}${this.button('trace', 'Trace')}
              <button @click=${() => emit(this, 'own-export')}>Export .wgsl</button>`
        }
      </div>
      <p class="said small" role="status">${this.said()}</p>`;
  }

  private button(what: What, label: string): TemplateResult {
    return html`<button class=${what === 'run' ? 'primary' : ''} data-what=${what} aria-disabled=${this.blocked ? 'true' : 'false'}
      @click=${() => emit(this, 'own-go', { what, allowLong: false })}>${what === 'run' ? icons.play : nothing}${label}</button>`;
  }

  private said(): TemplateResult {
    const { fault, note, long, gone } = this;
    return html`${fault === null ? html`<span class="soft">${note}</span>` : html`<span class="fault">${fault}.</span>`}
      ${long && fault === null ? html`<button data-what="trace-long" @click=${() => emit(this, 'own-go', { what: 'trace', allowLong: true })}>Trace it anyway</button>` : nothing}
      ${gone === '' ? nothing : html`<span class="soft">${gone} is deleted.</span> <button @click=${() => emit(this, 'own-restore')}>Bring it back</button>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-bar': TsOwnBar;
  }
}
