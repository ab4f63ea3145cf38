import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { withCommas } from '../../../core/words.ts';
import { formatted, isRight } from '../../../lessons/numbers.ts';
import type { Axis, Choice, Form, Prediction } from '../../../lessons/types.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import type { Guess } from '../../state/answers.ts';
import { emit } from '../../state/events.ts';
import { layout } from './predict-layout.ts';

/** Steps of an axis from one end to the other. */
const STEPS = 120;

/**
 * A prediction: what is asked, the reader's guess, and beside it the outcome, once it is there.
 *
 * @fires guess
 * @fires evidence-make
 * @fires evidence-play
 * @fires evidence-cancel
 */
@customElement('ts-predict')
export class TsPredict extends LitElement {
  static override styles = [base, layout];

  @property({ attribute: false }) prediction!: Prediction;
  /** How its outcome is written. */
  @property({ attribute: false }) form: Form = 'count';
  /** Undefined until the reader has decided. */
  @property({ attribute: false }) guess: Guess | undefined;
  /** Null until it is there. */
  @property({ attribute: false }) outcome: number | string | null = null;
  /** Where the outcome comes from, in one sentence. */
  @property() origin = '';
  /** What it needs. */
  @property({ attribute: false }) evidence: readonly string[] = [];
  /** What will be run: "a trace of neuron 2". */
  @property() what = '';
  /** Why nothing can be run here; null where it can. */
  @property({ attribute: false }) blocked: string | null = null;
  /** Whether that is only so until the device has opened. */
  @property({ type: Boolean }) opening = false;
  @property({ type: Boolean }) running = false;
  @property({ type: Boolean, attribute: 'recorded' }) isRecorded = false;
  /** Whether the device is emulated by the processor. */
  @property({ type: Boolean }) software = false;
  /** Why the last run brought nothing. */
  @property() note = '';
  @state() private chosen: Guess = null;
  @state() private position = STEPS / 2;

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('prediction') || properties.get('prediction')?.id === this.prediction.id) return;
    this.chosen = null;
    this.position = STEPS / 2;
  }

  override updated(properties: PropertyValues<this>): void {
    if (!this.wasDecidedHere) return;
    const isDecided = properties.has('guess') && properties.get('guess') === undefined;
    const isThere = properties.has('outcome') && properties.get('outcome') === null && this.guess !== undefined;
    // Who was asked goes on from the answer, by keyboard too.
    if (this.outcome !== null && (isDecided || isThere))
      this.renderRoot.querySelector<HTMLElement>('.outcome')?.focus();
    else if (isDecided || this.isStuck) {
      const isOut = this.blocked !== null && !this.opening;
      const can = isOut ? 'button:not([aria-disabled=true])' : 'button';
      this.renderRoot.querySelector<HTMLElement>(`.row ${can}`)?.focus();
    }
  }

  /** Whether the focus waits at a button for a device that has not come. */
  private get isStuck(): boolean {
    if (this.guess === undefined || this.opening) return false;
    return this.shadowRoot?.activeElement?.getAttribute('aria-disabled') === 'true';
  }

  /** Whether the reader has decided while this was shown, and not in an earlier visit. */
  private wasDecidedHere = false;

  override render(): TemplateResult {
    const { prediction, guess } = this;
    return html`<div class="box" role="group" aria-labelledby="ask">
      <p class="ask" id="ask">${unsafeHTML(prediction.askHtml)}</p>
      ${prediction.axis ? this.axis(prediction.axis) : this.choices()}
      ${guess === undefined ? this.decide() : this.run()}
      ${guess === undefined || this.outcome === null ? nothing : this.result(this.outcome, guess)}
    </div>`;
  }

  private choices(): TemplateResult {
    const { prediction, guess, outcome } = this;
    const { choices } = prediction;
    return html`<div class="choices" role="radiogroup" aria-labelledby="ask">
      ${choices.map((choice) => {
        const isChosen = (guess === undefined ? this.chosen : guess) === choice.label;
        const isFixed = guess !== undefined;
        const right = outcome !== null && isFixed && isRight(choice, outcome, choices);
        return html`<label class="choice ${isChosen ? 'chosen' : ''} ${isFixed ? 'fixed' : ''}">
          <input type="radio" name="choice" value=${choice.label} .checked=${isChosen} ?disabled=${isFixed}
            @change=${() => this.choose(choice)} />
          <span>${choice.label}</span>
          <span class="mark">${
            right
              ? html`<span class="mark right">${icons.check}${isChosen ? 'your guess' : 'the outcome'}</span>`
              : isChosen && isFixed
                ? html`<span class="mark ${outcome === null ? '' : 'off'}">${outcome === null ? nothing : icons.cross}your guess</span>`
                : nothing
          }</span>
        </label>`;
      })}
    </div>`;
  }

  private axis(axis: Axis): TemplateResult {
    const { guess, outcome, form } = this;
    const own = typeof guess === 'number' ? guess : valueAt(axis, this.position);
    const text = formatted(own, form);
    const ends = (title: string): TemplateResult =>
      html`<div class="ends" aria-hidden="true"><span>${short(axis.from, form)}</span><span class="title">${title}</span><span>${short(axis.to, form)}</span></div>`;
    if (guess === undefined)
      return html`<div class="axis">
        <label>${axis.title}: <b>${text}</b>
          <input type="range" min="0" max=${STEPS} step="1" .value=${String(this.position)} aria-valuetext=${text}
            @input=${this.slide} />
        </label>
        ${ends('')}
      </div>`;
    return html`<div class="axis">
      <div class="track" aria-hidden="true">
        ${typeof guess === 'number' ? pin(axis, guess, 'guess', `your guess ${text}`) : nothing}
        ${typeof outcome === 'number' ? pin(axis, outcome, 'real', formatted(outcome, form)) : nothing}
      </div>
      ${ends(`${axis.title}${axis.scale === 'log' ? ', logarithmic' : ''}`)}
    </div>`;
  }

  private decide(): TemplateResult {
    const isReady = this.prediction.axis !== null || this.chosen !== null;
    return html`<p class="row">
      <button class="primary" aria-disabled=${isReady ? 'false' : 'true'} @click=${() => isReady && this.take(true)}>Lock in my guess</button>
      <button class="quiet" @click=${() => this.take(false)}>Show me without a guess</button>
      <span class="status small soft">${isReady ? '' : 'Choose one: the outcome is shown only then.'}</span>
    </p>`;
  }

  private run(): TemplateResult {
    const { running, blocked, evidence, outcome } = this;
    const primary = outcome === null ? 'primary' : '';
    return html`<p class="row">
      ${
        blocked !== null && outcome !== null
          ? nothing
          : // One button in both states, so that it keeps the focus.
            html`<button class=${blocked === null && !running ? primary : ''} aria-disabled=${blocked === null || running ? 'false' : 'true'}
              @click=${this.press}>${running ? icons.stop : icons.play}${running ? 'Cancel' : 'Run it on this GPU'}</button>`
      }
      ${
        this.isRecorded && (blocked === null || outcome === null)
          ? html`<button class=${blocked === null ? '' : primary} aria-disabled=${running} @click=${() => running || emit(this, 'evidence-play', { ids: evidence })}>Show the recording</button>`
          : nothing
      }
      <span class="status small soft" role="status">${this.status()}</span>
    </p>`;
  }

  private readonly press = (): void => {
    if (this.running) emit(this, 'evidence-cancel');
    else if (this.blocked === null) emit(this, 'evidence-make', { ids: this.evidence });
  };

  private status(): string {
    const { running, note, outcome, origin, blocked, what } = this;
    if (running) return `Running ${what}…`;
    if (note !== '') return note;
    if (outcome !== null) return origin;
    if (blocked !== null) return `It cannot run here: ${blocked}.`;
    return `This runs ${what}${this.software ? '; a software adapter may take a minute or more' : ''}.`;
  }

  private result(outcome: number | string, guess: Guess): TemplateResult {
    return html`<div class="outcome" tabindex="-1" role="group" aria-label="Outcome">
      <p><b>${this.verdict(outcome, guess)}</b></p>
      <p>${unsafeHTML(this.prediction.becauseHtml)}</p>
    </div>`;
  }

  private verdict(outcome: number | string, guess: Guess): string {
    const { prediction, form } = this;
    const { choices, axis } = prediction;
    const isNumber = typeof outcome === 'number';
    const said = formatted(outcome, form, choices);
    if (axis && isNumber) {
      if (typeof guess !== 'number') return `It is ${said}.`;
      const apart = guess > 0 && outcome > 0 ? Math.max(guess / outcome, outcome / guess) : Number.POSITIVE_INFINITY;
      const how = apart < 1.15 ? 'You have it' : apart < 2 ? 'Close' : 'Not this time';
      return `${how}: you said ${formatted(guess, form)}, and it is ${said}.`;
    }
    const right = choices.find((choice) => isRight(choice, outcome, choices));
    const answer = `${right ? `“${right.label}”` : said}${isNumber && right && right.is === undefined ? ` (${said})` : ''}`;
    if (guess === null) return `The outcome: ${answer}.`;
    return right?.label === guess ? `You have it: ${answer}.` : `You said “${guess}”. The outcome: ${answer}.`;
  }

  private choose(choice: Choice): void {
    this.chosen = choice.label;
  }

  private slide({ target }: Event): void {
    this.position = Number((target as HTMLInputElement).value);
  }

  private take(isGuess: boolean): void {
    const { axis, id } = this.prediction;
    const guess = axis ? valueAt(axis, this.position) : this.chosen;
    this.wasDecidedHere = true;
    emit(this, 'guess', { prediction: id, guess: isGuess ? guess : null });
  }
}

/** The value at a step of an axis, to three digits. */
function valueAt({ from, to, scale }: Axis, position: number): number {
  const share = position / STEPS;
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  return Number(value.toPrecision(3));
}

/** For the end of an axis, whose title says what is counted: "1×" and not "1 times", in full: "4,096×". */
function short(value: number, form: Form): string {
  return form === 'times' ? `${withCommas(value)}×` : formatted(value, form);
}

function pin({ from, to, scale }: Axis, value: number, kind: 'guess' | 'real', text: string): TemplateResult {
  const share = scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  const at = Math.max(0, Math.min(1, share));
  return html`<span class="pin ${kind} ${at > 0.5 ? 'far' : ''}" .style=${`left: ${100 * at}%`}><span>${text}</span></span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-predict': TsPredict;
  }
}
