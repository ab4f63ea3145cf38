import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Phase } from '../../lab/protocol.ts';
import { duration, figureText } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { STATES, type State } from '../look/states.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import { doubtWords } from '../state/missing.ts';

const PHASES: readonly (readonly [Phase, string])[] = [
  ['inputs', 'inputs'],
  ['compile', 'compile'],
  ['run', 'run'],
  ['verify', 'verify'],
  ['time', 'time'],
  ['verify again', 'recheck'],
];

/** How a run ended: its state, the verdict in a word, and its median time where it has one. */
export interface Ended {
  readonly state: State;
  readonly word: string;
  readonly time: string;
}

/**
 * Run and Cancel, with what is done and what is left between them. Its height is the same in every state.
 *
 * @fires run
 * @fires cancel
 * @fires verdict-show
 */
@customElement('ts-run-bar')
export class TsRunBar extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        background: var(--ground);
        border-bottom: 1px solid var(--line);
        padding: 8px 0;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .primary {
        min-width: 96px;
        min-height: 36px;
      }
      .status {
        flex: 1;
        min-width: 0;
        max-height: 32px;
        overflow: hidden;
      }
      .verdict {
        flex: none;
        font-weight: 600;
      }
      .verdict.correct {
        color: var(--correct);
      }
      .verdict.wrong {
        color: var(--wrong);
      }
      .verdict.failed {
        color: var(--failed);
      }
      .verdict.refused {
        color: var(--refused);
      }
      .time {
        display: none;
      }
      /* The verdict and the time stand where the reader turns the knobs. */
      @media (max-width: 719px) {
        .time {
          display: inline;
          font-weight: 400;
        }
        .status:has(+ .verdict) {
          visibility: hidden;
        }
        .verdict {
          padding: 0;
        }
      }
      @media (max-width: 379px) {
        .primary {
          min-width: 0;
        }
        .word {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      .track {
        height: 4px;
        margin-top: 8px;
        background: var(--line);
        border-radius: 2px;
        overflow: hidden;
      }
      .done {
        height: 100%;
        background: var(--accent);
        transition: width var(--fast);
      }
      ol {
        display: flex;
        flex-wrap: wrap;
        gap: 0 10px;
        height: 16px;
        overflow: hidden;
        margin-top: 4px;
        color: var(--soft);
        font-size: 11px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 3px;
        white-space: nowrap;
      }
      /* Room for the check mark and for bold letters is there from the start, so that nothing moves. */
      li::before {
        content: '·';
        width: 9px;
        text-align: center;
      }
      li:has(.icon)::before {
        display: none;
      }
      li .icon {
        width: 9px;
        height: 9px;
      }
      li span::after {
        content: attr(data-word);
        display: block;
        height: 0;
        font-weight: 600;
        visibility: hidden;
      }
      li[aria-current] {
        color: var(--ink);
        font-weight: 600;
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  @property({ type: Boolean }) running = false;
  /** What is being done now; null before the first step. */
  @property({ attribute: false }) phase: Phase | null = null;
  /** Which candidate of a race is looked at, in words; null while none is. */
  @property({ attribute: false }) choice: string | null = null;
  /** Why Run does nothing now; null where it works. */
  @property({ attribute: false }) blocked: string | null = null;
  /** One sentence on the last run. */
  @property({ attribute: false }) note = '';
  /** How far the run behind the result shown got; null if there is none. */
  @property({ attribute: false }) came: Phase | null = null;
  /** How the last run of these settings ended; null if there is none. */
  @property({ attribute: false }) verdict: Ended | null = null;
  /** Whether another tab measures, so that this run waits. */
  @property({ type: Boolean }) waits = false;
  /** How long a GPU that a cancelled kernel may still hold gets to answer, in milliseconds; null where none does. */
  @property({ attribute: false }) doubtMs: number | null = null;
  @state() private seconds = 0;
  private started = 0;
  private furthest = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  override willUpdate(properties: PropertyValues<this>): void {
    if (properties.has('running')) {
      clearInterval(this.timer);
      this.furthest = 0;
      if (this.running) {
        this.started = performance.now();
        this.seconds = 0;
        this.timer = setInterval(() => {
          this.seconds = (performance.now() - this.started) / 1000;
        }, 250);
      }
    }
    // Gates run through the same phases before the problem itself does: the bar only ever grows.
    const reached = PHASES.findIndex(([phase]) => phase === this.phase);
    this.furthest = Math.max(this.furthest, reached);
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.primary')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  override render(): TemplateResult {
    const { running, phase: current, came } = this;
    const reached = running ? this.furthest : PHASES.findIndex(([phase]) => phase === came) + 1;
    const share = (reached + (running ? 0.5 : 0)) / PHASES.length;
    const status =
      running && this.waits
        ? 'another tab of this page is measuring: waiting until it has finished'
        : running && this.doubtMs !== null
          ? doubtWords(this.doubtMs)
          : running
            ? `${this.choice ?? current ?? 'waiting for the GPU'}, ${this.seconds < 1 ? 'just started' : figureText(duration(this.seconds * 1e9))}`
            : (this.blocked ?? this.note);
    return html`
      <div class="row">
        <button class="primary" aria-disabled=${running || this.blocked !== null} aria-describedby="status"
          @click=${this.run} title="Ctrl+Enter">${icons.play}Run</button>
        <button aria-disabled=${!running} @click=${this.cancel} title="Escape">${icons.stop}<span class="word">Cancel</span></button>
        <span class="status small soft" id="status" title=${status}>${status}</span>
        ${this.ended()}
      </div>
      <div class="track" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${Math.round(share * 100)}>
        <div class="done" .style=${`width: ${share * 100}%`}></div>
      </div>
      <ol aria-label="Steps of a run">
        ${PHASES.map(
          ([phase, word], index) =>
            html`<li aria-current=${running && phase === current ? 'step' : nothing}>
              ${index < reached ? icons.check : nothing}<span data-word=${word}>${word}</span>
            </li>`,
        )}
      </ol>
    `;
  }

  private ended(): TemplateResult | typeof nothing {
    const { verdict, running } = this;
    if (!verdict || running) return nothing;
    return html`<button class="quiet verdict ${verdict.state}" title="Go to the verdict" @click=${() => emit(this, 'verdict-show')}
      >${STATES[verdict.state].icon}${verdict.word}${verdict.time ? html` <span class="time mono">${verdict.time}</span>` : nothing}</button>`;
  }

  private run(): void {
    if (!this.running && this.blocked === null) emit(this, 'run');
  }

  private cancel(): void {
    if (this.running) emit(this, 'cancel');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-run-bar': TsRunBar;
  }
}
