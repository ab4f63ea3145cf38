import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { withCommas } from '../../../core/words.ts';
import { verdictWords } from '../../../lab/outcome.ts';
import { FigureKeys, figure } from '../../look/figure.ts';
import { duration, measure, NONE } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import type { Entry } from '../../state/ledger.ts';
import { kernelOf, numberOf, operationOf } from '../../state/settings.ts';

/**
 * Runs of this visit, newest first: what was changed against what it brought.
 *
 * @fires recall - detail: { past }
 */
@customElement('ts-runs')
export class TsRuns extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        border-top: 1px solid var(--line);
        padding: 12px 0 24px;
        min-height: 96px;
      }
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
        padding-left: 0;
        text-align: left;
        white-space: normal;
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

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    if (this.runs.length === 0) {
      return html`<section aria-label="Your runs">
        <h2>Your runs</h2>
        <p class="soft">Each run is listed here, so that you can compare what you changed. Choose one to go back to it.</p>
      </section>`;
    }
    return html`<section aria-label="Your runs">
      <h2>Your runs</h2>
      <table>
        <thead>
          <tr class="small"><th scope="col">settings</th><th scope="col">verdict</th><th scope="col">time</th><th scope="col">rate</th></tr>
        </thead>
        <tbody>
          ${this.runs.map((past) => this.row(past))}
        </tbody>
      </table>
    </section>`;
  }

  private row(past: Entry): TemplateResult | typeof nothing {
    const { key, result } = past;
    if (!result) return nothing;
    const isCurrent = key === this.current;
    const [headline] = result.measures;
    return html`<tr class=${isCurrent ? 'current' : ''} aria-current=${isCurrent}>
      <td><button @click=${() => this.recall(past)}>${describe(past)}</button></td>
      <td><span class="state ${result.status}">${result.status === 'correct' ? icons.check : icons.cross}${verdictWords(result)}</span></td>
      <td>${figure(result.time?.medianNs ? duration(result.time.medianNs) : NONE)}</td>
      <td>${figure(headline ? measure(headline) : NONE)}</td>
    </tr>`;
  }

  private recall(past: Entry): void {
    emit(this, 'recall', { past });
  }
}

/** "2 Row-major (edited); inputs 1,024, neurons 4,096, f32; workgroup size 128". */
function describe({ settings, source }: Entry): string {
  const kernel = kernelOf(settings);
  const knobs = kernel.knobs
    .filter((knob) => settings.knobs[knob.key] !== knob.default)
    .map((knob) => `${knob.title.toLowerCase()} ${settings.knobs[knob.key]}`);
  // A size of 0 stands for "as usual", and so does anything else that is not changed.
  const shape = operationOf(settings).parameters.flatMap(({ key, kind, choices, default: initial }) => {
    const value = settings.shape[key];
    const tells = kind === 'size' ? value !== 0 : value !== initial;
    return tells ? [`${key} ${choices?.[value] ?? withCommas(value)}`] : [];
  });
  return [
    `${numberOf(kernel)} ${kernel.title}${source === undefined ? '' : ' (edited)'}`,
    [...shape, settings.dtype].join(', '),
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
