import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { emit } from '../state/events.ts';
import { startWords } from '../state/lock.ts';
import { doubtWords } from '../state/missing.ts';
import { atMostWords, type Turn, timeLeft, timeLeftWords } from '../state/time-left.ts';

/**
 * Run and Cancel for many measurements, with how many are done and between what times the rest takes. Its height is the
 * same in every state. What is announced is that a run has started and how it ended, and not every step of it.
 *
 * @fires run
 * @fires cancel
 */
@customElement('ts-batch-bar')
export class TsBatchBar extends LitElement {
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
        /* As wide as its longest word, with the sign where it always is. */
        min-width: 164px;
        min-height: 36px;
        padding: 0 14px;
        justify-content: flex-start;
      }
      .status {
        flex: 1;
        min-width: 0;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        max-height: 32px;
        overflow: hidden;
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
      @media (max-width: 479px) {
        .row {
          flex-wrap: wrap;
          gap: 4px 8px;
        }
        .status {
          flex-basis: 100%;
          height: 16px;
          -webkit-line-clamp: 1;
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  @property({ type: Boolean }) running = false;
  /** Of the batch that runs. */
  @property({ attribute: false }) startedMs = 0;
  /** What it has measured in calls that have ended, and when the one in progress began. */
  @property({ attribute: false }) turns: readonly Turn[] = [];
  @property({ attribute: false }) turnMs = 0;
  @property({ attribute: false }) total = 0;
  @property({ attribute: false }) done = 0;
  /** How far it is, from 0 to 1. */
  @property({ attribute: false }) share = 0;
  /** What is measured, in the plural: "kernels". */
  @property() things = '';
  /** What Run does, in the words of its button, where that is more than to run things. */
  @property() does = '';
  /** How long all of it may take, in milliseconds, where that is limited: then that is what says how much is left. */
  @property({ attribute: false }) mostMs: number | null = null;
  /** How many could be run, and how many of them have no result. */
  @property({ attribute: false }) all = 0;
  @property({ attribute: false }) left = 0;
  /** Why Run does nothing now; null where it works. */
  @property({ attribute: false }) blocked: string | null = null;
  @property({ attribute: false }) note = '';
  /** Whether it says aloud that a run has started and how it ended, where the view does not. */
  @property({ type: Boolean }) announces = false;
  /** Whether another tab measures, so that this run waits; null until that is known. */
  @property({ attribute: false }) waits: boolean | null = null;
  /** How long a GPU that a cancelled kernel may still hold gets to answer, in milliseconds; null where none does. */
  @property({ attribute: false }) doubtMs: number | null = null;
  /** Which candidate of a race is looked at, in words; null while none is. */
  @property({ attribute: false }) choice: string | null = null;
  @state() private now = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('running')) return;
    clearInterval(this.timer);
    if (!this.running) return;
    this.now = performance.now();
    this.timer = setInterval(() => {
      this.now = performance.now();
    }, 500);
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.primary')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  override render(): TemplateResult {
    const { running, all, left, blocked } = this;
    const share = running ? this.share : all === 0 ? 0 : (all - left) / all;
    const first = this.does || (all === 1 ? 'Run' : `Run ${all} ${this.things}`);
    const again = this.does || 'Run again';
    const word = left === all ? first : left > 0 ? `Resume, ${left} left` : again;
    return html`
      <div class="row">
        <button class="primary" aria-disabled=${running || blocked !== null} aria-describedby="status"
          @click=${this.run} title="Ctrl+Enter">${icons.play}${running || blocked ? this.does || 'Run' : word}</button>
        <button aria-disabled=${!running} @click=${this.cancel} title="Escape">${icons.stop}Cancel</button>
        ${this.announces ? html`<span class="visually-hidden" role="status">${running ? startWords(this.waits) : this.note}</span>` : nothing}
        <span class="status small soft" id="status" title=${running ? nothing : this.status()}>${this.status()}</span>
      </div>
      <div class="track" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${Math.round(share * 100)}>
        <div class="done" .style=${`width: ${share * 100}%`}></div>
      </div>
    `;
  }

  private status(): string {
    const { running, blocked, note, all, left, things } = this;
    if (!running) return blocked ?? (note || (left < all ? `${all - left} of ${all} ${things} measured.` : ''));
    if (this.waits) return 'Another tab of this page is measuring: waiting until it has finished';
    if (this.doubtMs !== null) return doubtWords(this.doubtMs);
    const seconds = Math.round((this.now - this.startedMs) / 1000);
    const so = seconds < 1 ? ', just started' : `, ${seconds} s so far`;
    const choice = this.choice === null ? '' : `, ${this.choice}`;
    return `${this.done} of ${this.total} ${things}${choice}${so}${this.rest()}`;
  }

  private rest(): string {
    const { mostMs } = this;
    if (mostMs !== null) return `, ${atMostWords((this.startedMs + mostMs - this.now) / 1000)} left`;
    const measured = this.turns.reduce((sum, { done }) => sum + done, 0);
    const left = timeLeft(this.turns, this.total - measured);
    if (!left) return '';
    const spent = Math.max(0, this.now - this.turnMs) / 1000;
    const [shortest, longest] = left.map((rest) => rest - spent);
    // What runs now is slower than all before it: nothing that was measured says for how long.
    if (longest <= 0) return '';
    return `, ${timeLeftWords([Math.max(0, shortest), longest])} left`;
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
    'ts-batch-bar': TsBatchBar;
  }
}
