import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Verdict, WorstElement } from '../../core/judge.ts';
import type { WrongMap } from '../../core/wrong-map.ts';
import type { Knob } from '../../kernels/types.ts';
import { verdictWords } from '../../lab/outcome.ts';
import { FigureKeys, figure } from '../look/figure.ts';
import { capital, count, element, NONE, plain, significant, stopped, typeset } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { STATES } from '../look/states.ts';
import { base, hatch } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import type { Outcome } from '../state/outcome.ts';
import { changeWords, comparedWords, otherCheck, ruleText } from '../state/titles.ts';
import { verdictLayout } from './verdict-layout.ts';
import { WhenDrawn } from './when-drawn.ts';
import './ts-gauge.ts';
import './ts-unloaded.ts';

/** More letters of the four numbers of the worst element do not fit in one line, each at least as wide as its title. */
const MOST_LETTERS = 48;
const TITLE_LETTERS = 6;

/** More ways out of a rule would be a list to read. */
const MOST_CHANGES = 3;

/**
 * Is it right? The first of the three questions, so it stands first and never moves.
 *
 * @fires go-to-line - detail: { line, column }
 * @fires knobs-change - detail: { change }
 * @fires run-long
 */
@customElement('ts-verdict')
export class TsVerdict extends LitElement {
  static override styles = [base, hatch, verdictLayout];

  @property({ attribute: false }) outcome: Outcome = { state: 'idle', gates: [] };

  /** What it is a verdict on, where several of these stand on a page. */
  @property() of = '';

  /** Knobs whose titles are used to state a rule and to offer a way out of it. */
  @property({ attribute: false }) knobs: readonly Knob[] = [];

  private readonly drawn = new WhenDrawn(this, 'ts-wrong-map', () => import('./ts-wrong-map.ts'));

  constructor() {
    super();
    new FigureKeys(this);
  }

  /** To its heading, from where the rest can be read. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus(options);
  }

  override render(): TemplateResult {
    const { outcome } = this;
    const { icon, word: known } = STATES[outcome.state];
    const word = capital('result' in outcome ? verdictWords(outcome.result) : known);
    return html`<section class="panel ${outcome.state}" aria-label=${`Verdict${this.of && `: ${this.of}`}`}>
      <div class="stripe ${outcome.state === 'refused' ? 'hatch' : ''}"></div>
      <h2 class="state" tabindex="-1">${icon}${word}</h2>
      ${this.body()}
    </section>`;
  }

  private body(): TemplateResult {
    const { outcome } = this;
    switch (outcome.state) {
      case 'idle':
        return html`<p class="what">
            A run checks the output against a float64 reference, element by element, with an error bound derived for
            this shape.
          </p>
          ${this.measure(null, outcome.gates)}`;
      case 'running':
        return html`<p class="what">The verdict comes first, then the times.</p>
          ${this.measure(null, outcome.gates)}`;
      case 'refused':
        return html`<p class="what">${ruleText(outcome.rule, this.knobs)}</p>
          ${
            this.knobs.length > 0 && outcome.works.length > 0
              ? html`<p class="works">
                  ${outcome.works
                    .slice(0, MOST_CHANGES)
                    .map(
                      (change) =>
                        html`<button @click=${() => emit(this, 'knobs-change', { change })}>Set ${changeWords(change, this.knobs, ' to ')}</button>`,
                    )}
                </p>`
              : nothing
          }
          ${
            outcome.isLong
              ? html`<p class="works"><button @click=${() => emit(this, 'run-long')}>Run it anyway</button></p>
                  <p class="next soft">Only smaller problems were run so far. Save your work in other windows first: while the GPU is busy, the screen may freeze.</p>`
              : html`<p class="next soft">Nothing was run. Once that is changed, you can run it.</p>`
          }`;
      case 'failed':
        return html`<p class="what">${stopped(outcome.reason)}</p>
          ${
            outcome.errors.length > 0
              ? html`<ul class="errors" tabindex="0" aria-label="Compiler messages">
                  ${outcome.errors.map(
                    (error) =>
                      html`<li>
                        <button @click=${() => this.goTo(error.line, error.column)}>line ${error.line}</button>
                        <span>${error.message}</span>
                      </li>`,
                  )}
                </ul>`
              : nothing
          }
          <p class="next soft">${outcome.next}</p>`;
      case 'correct':
      case 'wrong': {
        const { verdict, reason } = outcome.result;
        if (!verdict) return html`<p class="what">${reason ?? ''}</p>`;
        const checked = stopped(
          `Output elements compared one by one with a float64 reference: ${comparedWords(verdict)}`,
        );
        return html`<p class="what">
            ${outcome.state === 'wrong' ? html`<strong>${stopped(typeset(reason ?? ''))}</strong> ` : nothing}${checked}
          </p>
          ${this.measure(verdict, [])}
          ${verdict.where ? this.map(verdict.where) : nothing}`;
      }
      default:
        return outcome satisfies never;
    }
  }

  /** Gauge, worst element and gates; the same lines with and without a verdict, so that nothing jumps. */
  private measure(verdict: Verdict | null, gates: readonly string[]): TemplateResult {
    const worst = verdict?.worst ?? null;
    const ratio = verdict ? Number(verdict.ratio) : null;
    // The largest error of all may be that of a gate or a later run; the element is the problem's own.
    const isElsewhere = verdict !== null && ratio !== null && worst !== null && Number(worst.ratio) < ratio;
    const shown = [worst?.actual, worst?.expected, worst?.error, worst?.bound].map((value) =>
      value === undefined ? NONE : element(value, worst?.bound === 0),
    );
    const letters = shown.reduce((sum, { value }) => sum + Math.max(TITLE_LETTERS, value.length), 0);
    const gate = isElsewhere && verdict?.gates.find((one) => Number(one.ratio) === ratio);
    return html`
      <p class="ratio">
        Largest error:
        ${ratio === null ? figure(NONE) : figure(plain(ratio), 'left')}
        <span class="soft">${ratio !== null && ratio > 1 ? '×' : 'of'} the allowed error${ratio === 0 ? ', exact' : ''}${isElsewhere ? `, in ${gate ? `the gate “${gate.name}”` : otherCheck(verdict)}` : ''}</span>
      </p>
      <ts-gauge .ratio=${verdict ? verdict.ratio : null}></ts-gauge>
      <p class="where small soft">
        Worst element${isElsewhere ? ` of this problem, with ${significant(Number(worst.ratio))} of its allowed error` : ''}:
        ${worst ? html`<span class="mono">${place(worst)}</span>` : '–'}
      </p>
      <dl class="worst ${letters > MOST_LETTERS ? 'long' : ''}">
        ${['got', 'expected', 'error', 'allowed'].map(
          (label, index) =>
            html`<div><dt class="small">${label}</dt>
              <dd>${figure(shown[index], index < 2 ? 'left' : 'right')}</dd></div>`,
        )}
      </dl>
      ${(verdict?.gates ?? gates).length > 0 ? html`<p class="before small soft">Also checked on inputs chosen to expose faults:</p>` : nothing}
      <ul class="gates small" aria-label="Gates: problems that the kernel must also solve">
        ${
          verdict
            ? verdict.gates.map(
                (gate) =>
                  html`<li class=${gate.correct ? 'pass' : 'fail'}>
                    ${gate.correct ? icons.check : icons.cross}<span
                      >${gate.name}: ${gate.correct ? 'passed' : 'failed'},
                      ${gate.ratio === 0 ? 'exact' : html`ratio ${significant(Number(gate.ratio))}`},
                      ${gate.checked === gate.total ? `all ${count(gate.total)}` : `${count(gate.checked)} of ${count(gate.total)}`}</span
                    >
                  </li>`,
              )
            : gates.map((name) => html`<li class="soft">${icons.ring}<span>${name}: to be checked first</span></li>`)
        }
      </ul>
    `;
  }

  private map(where: WrongMap): TemplateResult {
    return this.drawn.failed
      ? html`<ts-unloaded what="The map of the wrong elements"></ts-unloaded>`
      : html`<ts-wrong-map .map=${where}></ts-wrong-map>`;
  }

  private goTo(line: number, column: number): void {
    emit(this, 'go-to-line', { line, column });
  }
}

/** "y[17], tile 1, lane 17". */
function place(worst: WorstElement): string {
  const parts = [`${worst.tensor}[${worst.at.join(', ')}]`];
  if (worst.tile !== undefined) parts.push(`tile ${worst.tile}`);
  if (worst.lane !== undefined) parts.push(`lane ${worst.lane}`);
  return parts.join(', ');
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-verdict': TsVerdict;
  }
}
