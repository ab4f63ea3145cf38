import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { withCommas } from '../../../core/words.ts';
import { findKernel, shader, shaderPath } from '../../../kernels/index.ts';
import { verdictWords } from '../../../lab/outcome.ts';
import { FigureKeys, figure } from '../../look/figure.ts';
import { duration, lowered, measure, NONE } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { difference } from '../../state/difference.ts';
import { emit } from '../../state/events.ts';
import type { Entry } from '../../state/ledger.ts';
import { kernelOf, numberOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';

/** Rows that are listed at first. */
const FEW = 12;
/** As many at most: they are drawn again with every step of a run. */
const MOST = 200;

/**
 * Runs on this device, newest first, those of earlier visits too: what was changed against what it brought.
 *
 * @fires recall - detail: { past }
 */
@customElement('ts-runs')
export class TsRuns extends LitElement {
  static override styles = [
    base,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        margin-top: 4px;
      }
      th,
      td {
        padding: 2px 0 2px 12px;
        text-align: right;
        font-weight: 400;
        white-space: nowrap;
      }
      th {
        color: var(--soft);
      }
      th:first-child,
      td:first-child {
        padding-left: 8px;
        text-align: left;
        white-space: normal;
      }
      th:last-child,
      td:last-child {
        padding-right: 8px;
      }
      /* The icon stands for the verdict there. */
      @media (max-width: 479px) {
        th,
        td {
          padding-left: 8px;
        }
        .word {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      tbody tr {
        border-top: 1px solid var(--line);
      }
      tr.current {
        background: var(--accent-ground);
      }
      td button {
        display: block;
        width: 100%;
        padding: 4px 0;
        text-align: left;
        white-space: normal;
        line-height: 16px;
        font-size: 12px;
        border: 0;
        color: var(--ink);
        text-decoration: underline;
        text-decoration-color: var(--edge);
        text-underline-offset: 3px;
        overflow-wrap: anywhere;
      }
      .edit {
        display: block;
        color: var(--accent);
      }
      .edit code {
        font-family: var(--mono);
      }
      .state {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .state .icon {
        width: 12px;
        height: 12px;
      }
      .correct {
        color: var(--correct);
      }
      .wrong {
        color: var(--wrong);
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly Entry[] = [];
  @property({ attribute: false }) current = '';
  /** Whether they are those of a file. */
  @property({ type: Boolean }) recorded = false;
  /** Whether those are listed that came before the last few. */
  @state() private all = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const title = this.recorded ? 'Runs in this file' : 'Your runs';
    return html`<section aria-label=${title}>
      <h2>${title}</h2>
      <table>
        <thead>
          <tr class="small"><th scope="col">settings</th><th scope="col"><span class="word">verdict</span></th><th scope="col">time</th><th scope="col">rate</th></tr>
        </thead>
        <tbody>
          ${this.runs.slice(0, this.all ? MOST : FEW).map((past) => this.row(past))}
        </tbody>
      </table>
      ${
        this.runs.length > FEW && !this.all
          ? html`<button class="quiet" @click=${() => this.showAll()}>${this.runs.length > MOST ? `Show the last ${MOST} of ${withCommas(this.runs.length)}` : `Show all ${this.runs.length}`}</button>`
          : nothing
      }
    </section>`;
  }

  private row(past: Entry): TemplateResult | typeof nothing {
    const { key, result } = past;
    if (!result) return nothing;
    const isCurrent = key === this.current;
    const [headline] = result.measures;
    return html`<tr class=${isCurrent ? 'current' : ''} aria-current=${isCurrent}>
      <td><button @click=${() => this.recall(past)}>${describe(past)}${edit(past)}</button></td>
      <td><span class="state ${result.status}">${result.status === 'correct' ? icons.check : icons.cross}<span class="word">${verdictWords(result)}</span></span></td>
      <td>${figure(result.time?.medianNs ? duration(result.time.medianNs) : NONE)}</td>
      <td>${figure(headline ? measure(headline) : NONE)}</td>
    </tr>`;
  }

  private showAll(): void {
    this.all = true;
  }

  private recall(past: Entry): void {
    emit(this, 'recall', { past });
  }
}

/** Where the text that ran departs from the saved one: "edited, line 31: i + 1u < p.inputs". */
function edit({ settings, source, result }: Entry): TemplateResult | typeof nothing {
  if (source === undefined) return nothing;
  const kernel = findKernel(settings.op, result?.chosen?.kernel ?? settings.kernel) ?? kernelOf(settings);
  const found = difference(shader(shaderPath(kernel)), source);
  if (!found) return nothing;
  const { line, text, more } = found;
  return html`<span class="edit">edited, line ${line}: ${text === '' ? 'removed' : html`<code>${text}</code>`}${
    more > 0 ? ` and ${more} more ${more === 1 ? 'line' : 'lines'}` : nothing
  }</span>`;
}

/** "2 Row-major; inputs 1,024, neurons 4,096, f32; workgroup size 128". */
function describe({ settings }: Entry): string {
  const kernel = kernelOf(settings);
  const knobs = kernel.knobs
    .filter((knob) => settings.knobs[knob.key] !== knob.default)
    .map((knob) => `${lowered(knob.title)} ${settings.knobs[knob.key]}`);
  return [
    `${numberOf(kernel)} ${kernel.title}`,
    problemWords(settings),
    ...(knobs.length > 0 ? [knobs.join(', ')] : []),
  ].join('; ');
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-runs': TsRuns;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    /** Back to the settings of a run. */
    recall: { readonly past: Entry };
  }
}
