import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { FirstQuestion, LessonHead } from '../../../lessons/types.ts';
import { base } from '../../look/styles.ts';
import type { Answers } from '../../state/answers.ts';
import type { DeviceState } from '../../state/device.ts';
import { learnSearch } from './settings.ts';

/** What the page is for, the three things to do first, and the list of lessons. */
@customElement('ts-front-door')
export class TsFrontDoor extends LitElement {
  static override styles = [
    base,
    css`
      .door {
        padding: 32px 0 8px;
      }
      h2 {
        display: block;
        max-width: 22em;
        font-size: 32px;
        line-height: 40px;
        letter-spacing: -0.02em;
        text-wrap: balance;
      }
      .what {
        max-width: 40em;
        margin-top: 12px;
        font-size: 18px;
        line-height: 28px;
      }
      .doors {
        display: grid;
        grid-template-columns: minmax(0, 5fr) minmax(0, 4fr) minmax(0, 4fr);
        gap: 16px;
        margin-top: 24px;
      }
      .doors a {
        display: block;
        padding: 16px;
        border: 1px solid var(--edge);
        border-radius: 6px;
        color: var(--ink);
        text-decoration: none;
      }
      .doors a:hover {
        background: var(--raised);
      }
      .doors a.first {
        border-color: var(--accent);
        background: var(--accent-ground);
      }
      .doors b {
        display: block;
        color: var(--accent);
        font-size: 17px;
        line-height: 24px;
      }
      .doors span {
        display: block;
        margin-top: 4px;
      }
      .ask h3 {
        text-wrap: balance;
        margin-top: 24px;
        font-size: 16px;
        line-height: 24px;
      }
      .guesses {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 8px;
      }
      .guesses a {
        display: inline-flex;
        align-items: center;
        min-height: 36px;
        padding: 2px 12px;
        border: 1px solid var(--edge);
        border-radius: 18px;
        text-decoration: none;
      }
      .guesses a:hover {
        background: var(--raised);
      }
      h3 {
        display: block;
        margin-top: 40px;
        font-size: 18px;
        line-height: 28px;
      }
      .lessons {
        margin-top: 4px;
        border-bottom: 1px solid var(--line);
      }
      .lessons a {
        display: grid;
        grid-template-columns: 32px minmax(0, 1fr) auto;
        align-items: baseline;
        gap: 0 8px;
        padding: 10px 0;
        border-top: 1px solid var(--line);
        color: var(--ink);
        text-decoration: none;
      }
      .lessons a:hover b {
        text-decoration: underline;
      }
      .number {
        display: grid;
        place-items: center;
        width: 24px;
        height: 24px;
        border: 1px solid var(--edge);
        border-radius: 50%;
        font: 12px/1 var(--mono);
      }
      .lessons b {
        font-size: 16px;
        line-height: 24px;
        color: var(--accent);
      }
      .question {
        grid-column: 2 / -1;
      }
      @media (max-width: 719px) {
        .door {
          padding-top: 20px;
        }
        h2 {
          font-size: 25px;
          line-height: 32px;
        }
        .what {
          font-size: 16px;
          line-height: 24px;
        }
        .doors {
          grid-template-columns: minmax(0, 1fr);
          gap: 8px;
          margin-top: 16px;
        }
        .doors a {
          padding: 12px 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) lessons: readonly LessonHead[] = [];
  @property({ attribute: false }) answers!: Answers;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };
  @property() elsewhere = '';

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.doors a')?.focus();
  }

  override render(): TemplateResult {
    const { lessons } = this;
    const [first] = lessons;
    const noGpu = this.device.kind === 'missing';
    return html`<section class="door" aria-labelledby="title">
      <h2 id="title">Why is one GPU kernel ten times as fast as another?</h2>
      <p class="what">
        Tilescope runs small GPU programs, called kernels, in your browser and on your own GPU. Guess which is faster, run
        it, and see why: what each line of its code asks of memory. Every output is checked against a reference, and no
        time is shown without that check.
      </p>
      <nav class="doors" aria-label="Where to begin">
        <a class="first" href=${this.link(first?.id ?? '')}>
          <b>Start the first lesson</b>
          <span>${first?.title ?? ''}, in ${first?.minutes ?? 0} minutes: you guess, then you see.${noGpu ? ' It works without a GPU, from recordings.' : ''}</span>
        </a>
        <a href="?view=kernel">
          <b>${noGpu ? 'Read a kernel' : 'Run a kernel'}</b>
          <span>${noGpu ? 'Its code, what it should cost, and a recorded trace of it. Running it needs a GPU.' : 'Turn its knobs or edit its code; see if it is right, how fast it is, and why.'}</span>
        </a>
        <a href="?view=device">
          <b>${noGpu ? 'Look at measured GPUs' : 'Measure this GPU'}</b>
          <span>Caches, bandwidth, bank conflicts, the cost of a launch${noGpu ? ', as recorded on other devices' : ': all in under a minute, beside a recorded GPU'}.</span>
        </a>
      </nav>
    </section>
    ${first?.first ? this.ask(first, first.first) : nothing}
    <section aria-labelledby="list">
      <h3 id="list">The lessons</h3>
      <ol class="lessons">
        ${lessons.map((lesson) => this.line(lesson))}
      </ol>
    </section>`;
  }

  /** The first question of the first lesson: whoever answers it is in the lesson, and sees what comes of it. */
  private ask({ id }: LessonHead, { id: prediction, askHtml, labels }: FirstQuestion): TemplateResult | typeof nothing {
    if (this.answers.count(id) > 0) return nothing;
    return html`<section class="ask" aria-labelledby="guess">
      <h3 id="guess">${unsafeHTML(askHtml)} Guess:</h3>
      <p class="guesses">
        ${labels.map(
          (label) =>
            html`<a href=${this.link(id)} @click=${() => this.answers.set(id, prediction, label)}>${label}</a>`,
        )}
      </p>
    </section>`;
  }

  private line({ id, number, title, minutes, question }: LessonHead): TemplateResult {
    const isBegun = this.answers.count(id) > 0;
    return html`<li>
      <a href=${this.link(id)}>
        <span class="number">${number}</span>
        <b>${title}</b>
        <span class="small soft">${minutes} min${isBegun ? ', begun' : ''}</span>
        <span class="question soft">${question}</span>
      </a>
    </li>`;
  }

  private link(lesson: string): string {
    return learnSearch({ lesson, elsewhere: this.elsewhere });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-front-door': TsFrontDoor;
  }
}
