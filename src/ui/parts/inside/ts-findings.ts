import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TraceResult } from '../../../lab/trace-result.ts';
import type { Finding, FindingKind } from '../../../trace/report.ts';
import { count, stopped, typeset } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';

const KINDS: Readonly<Record<FindingKind, string>> = {
  'out-of-bounds': 'out of bounds',
  race: 'race',
  uninitialized: 'read before written',
  'barrier-divergence': 'barrier not reached by all lanes',
  'written-twice': 'written twice',
};

/**
 * What the sanitizer has to say: exact, not modelled, and no part of the verdict on the output.
 *
 * @fires go-to-line
 */
@customElement('ts-findings')
export class TsFindings extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        height: var(--findings-height, 132px);
        margin-top: 4px;
        overflow-y: auto;
        border-block: 1px solid var(--line);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 4px 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .kind {
        font-weight: 600;
        color: var(--wrong);
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 32px;
        font-weight: 600;
      }
      .clean {
        color: var(--correct);
      }
      .lines {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 0 4px;
      }
      button {
        padding: 0 6px;
        font-size: 12px;
      }
    `,
  ];

  /** Null until there is a trace. */
  @property({ attribute: false }) result: TraceResult | null = null;
  /** Set where there is no code beside it whose lines could be gone to. */
  @property({ type: Boolean, attribute: 'unlinked' }) isUnlinked = false;

  override render(): TemplateResult {
    const { result } = this;
    return html`<section aria-label="Sanitizer">
      <h3>Sanitizer</h3>
      <div class="box" tabindex="0" role="group" aria-label="What the sanitizer finds">
        ${result ? this.all(result) : html`<p class="small soft">Looks for races, indices past a buffer or an array, reads of what nothing has written, and barriers that not all lanes reach.</p>`}
      </div>
    </section>`;
  }

  private all({ findings, notes, traced }: TraceResult): TemplateResult {
    const scope = traced?.complete ? '' : ' in what was traced';
    const state =
      findings.length === 0
        ? html`<p class="state clean">${icons.check}Nothing found${scope}</p>`
        : html`<p class="state kind">${icons.cross}${count(findings.length)} ${findings.length === 1 ? 'finding' : 'findings'}, whatever the output says</p>`;
    return html`${state}
      <ul>
        ${findings.map((finding) => this.one(finding))}
        ${notes.map((note) => html`<li class="small soft">Note: ${stopped(typeset(note))}</li>`)}
      </ul>`;
  }

  private one({ kind, message, times, first, second }: Finding): TemplateResult {
    const named = [...new Set([first.line, ...(second ? [second.line] : [])])].filter((line) => line > 0);
    const lines = this.isUnlinked ? [] : named;
    const more = times > 1 ? ` And ${count(times - 1)} more like it.` : '';
    return html`<li class="small">
      <span class="kind">${KINDS[kind]}</span> ${stopped(typeset(message))}${more}
      <span class="lines">
        ${lines.map((line) => html`<button @click=${() => emit(this, 'go-to-line', { line, column: 1 })}>Line ${line}</button>`)}
      </span>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-findings': TsFindings;
  }
}
