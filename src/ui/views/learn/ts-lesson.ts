import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { evaluate, evidenceOf, withheld } from '../../../lessons/numbers.ts';
import type { Block, Data, Lesson, LessonHead, Prediction } from '../../../lessons/types.ts';
import { typeset } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import type { Answers } from '../../state/answers.ts';
import type { DeviceState } from '../../state/device.ts';
import { emit } from '../../state/events.ts';
import { type EvidenceBook, originWords } from './evidence.ts';
import { type Progress, predictionsOf, type SeenStep } from './progress.ts';
import { prose } from './prose.ts';
import { learnSearch } from './settings.ts';
import './ts-lesson-figure.ts';
import './ts-predict.ts';

/**
 * One lesson, as far as the reader has come.
 *
 * @fires guess
 * @fires evidence-make
 * @fires evidence-play
 * @fires evidence-cancel
 * @fires start-over
 */
@customElement('ts-lesson')
export class TsLesson extends LitElement {
  static override styles = [
    base,
    prose,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        max-width: 800px;
        margin: 0 auto;
      }
      .place {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        padding-top: 16px;
      }
      .place a {
        display: inline-flex;
        align-items: center;
        min-height: 32px;
      }
      .place span {
        line-height: 32px;
      }
      h2 {
        display: block;
        font-size: 28px;
        line-height: 36px;
        letter-spacing: -0.015em;
      }
      .question {
        margin-top: 8px;
        font-size: 18px;
        line-height: 28px;
        color: var(--soft);
      }
      .no-gpu {
        margin-top: 12px;
      }
      h3 {
        display: block;
        margin-top: 32px;
        font-size: 18px;
        line-height: 28px;
      }
      .rest {
        margin-top: 24px;
        padding: 12px 0;
        border-top: 1px dashed var(--line);
        color: var(--soft);
      }
      .end {
        margin-top: 32px;
        padding-top: 8px;
        border-top: 1px solid var(--line);
      }
      .button {
        display: inline-flex;
        align-items: center;
        min-height: 36px;
        margin: 12px 0 0;
        padding: 0 14px;
        border: 1px solid var(--edge);
        border-radius: 4px;
        text-decoration: none;
      }
      .button.first {
        border-color: var(--accent);
        background: var(--accent-ground);
      }
      .button:hover {
        background: var(--raised);
      }
      .next {
        display: grid;
        gap: 0;
        margin-top: 4px;
      }
      .next a {
        display: inline-flex;
        align-items: center;
        min-height: 32px;
      }
      .over {
        margin-top: 16px;
      }
    `,
  ];

  @property({ attribute: false }) lesson!: Lesson;
  @property({ attribute: false }) of: readonly LessonHead[] = [];
  @property({ attribute: false }) progress!: Progress;
  /** Changes without becoming another one. */
  @property({ attribute: false, hasChanged: () => true }) book!: EvidenceBook;
  @property({ attribute: false }) answers!: Answers;
  /** Why nothing can be run; null where it can. */
  @property({ attribute: false }) blocked: string | null = null;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };
  /** Whether the device is emulated by the processor. */
  @property({ type: Boolean }) software = false;
  @property() elsewhere = '';

  /** To the first thing to do, or else the title. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  override render(): TemplateResult {
    const { lesson, of, progress } = this;
    const left = lesson.steps.length - progress.steps.length;
    return html`<article>
      <p class="place small soft">
        <a href=${learnSearch({ lesson: '', elsewhere: this.elsewhere })}>All lessons</a>
        <span>Lesson ${lesson.number} of ${of.length}</span>
        <span>about ${lesson.minutes} minutes</span>
      </p>
      <h2 tabindex="-1">${lesson.title}</h2>
      <p class="question">${lesson.question}</p>
      ${this.device.kind === 'missing' ? html`<p class="small soft no-gpu">Nothing can be run (${this.blocked}): each step can be seen from a recording.</p>` : nothing}
      ${progress.steps.map((step) => this.step(step))}
      ${
        progress.at
          ? html`<p class="rest small">${
              left > 0
                ? `${left} more ${left === 1 ? 'part follows' : 'parts follow'}: ${lesson.steps
                    .slice(progress.steps.length)
                    .map(({ title }) => `“${title}”`)
                    .join(', ')}. ${left === 1 ? 'It opens' : 'They open'}`
                : 'The rest opens'
            } when you have guessed and seen what happens.</p>`
          : this.end()
      }
    </article>`;
  }

  private step({ title, blocks }: SeenStep): TemplateResult {
    return html`<h3>${title}</h3>
      ${blocks.map((block) => this.block(block))}`;
  }

  private block(block: Block): TemplateResult {
    switch (block.kind) {
      case 'prose':
        return html`<div class="prose">${unsafeHTML(block.html)}</div>`;
      case 'predict':
        return this.predict(block.predict);
      case 'figure':
        return html`<ts-lesson-figure .figure=${block.figure} .lesson=${this.lesson} .book=${this.book} .blocked=${this.blocked} .device=${this.device}></ts-lesson-figure>`;
      default:
        return block satisfies never;
    }
  }

  private predict(predict: Prediction): TemplateResult {
    const { lesson, book, answers } = this;
    const evidence = evidenceOf(predict.outcome, lesson.numbers);
    const shown = evidence.map((id) => book.of(id));
    const dataOf = (id: string): Data | null => book.of(id)?.data ?? null;
    const outcome = evaluate(predict.outcome, lesson.numbers, dataOf);
    const isThere = shown.every((one) => one !== null);
    const isMissing = isThere && outcome === null;
    const reason = withheld(predict.outcome, lesson.numbers, dataOf);
    const none = isMissing
      ? `This device gave no value: ${typeset(reason ?? 'it refused the run, or its timer does not resolve it')}.${
          book.isRecorded(evidence) ? ' The recording has one.' : ''
        }`
      : '';
    return html`<ts-predict
      .prediction=${predict}
      .form=${lesson.numbers[predict.outcome].as}
      .guess=${answers.get(lesson.id, predict.id)}
      .outcome=${outcome}
      .origin=${isThere ? originWords(evidence.map((id) => ({ title: lesson.evidence[id].title, origin: book.of(id)?.origin ?? null }))) : ''}
      .evidence=${evidence}
      .what=${evidence.map((id) => lesson.evidence[id].title).join(' and ')}
      .blocked=${this.blocked ?? book.lack(evidence)}
      ?opening=${this.device.kind === 'opening'}
      ?running=${book.isRunning}
      ?software=${this.software}
      ?recorded=${book.isRecorded(evidence)}
      .note=${none || book.note(evidence)}
    ></ts-predict>`;
  }

  private end(): TemplateResult {
    const { lesson, answers, elsewhere } = this;
    const { task, explore, next } = lesson;
    const made = predictionsOf(lesson).filter(({ id }) => answers.get(lesson.id, id) !== undefined).length;
    return html`<section class="end" aria-label="Task and what to read next">
      ${
        task
          ? html`<h3>Your task</h3>
              <div class="prose"><p>${unsafeHTML(task.html)} Your answer is graded at once: on its result, and on what a trace of it counts.</p></div>
              <a class="button first" href=${`?view=tasks&task=${task.id}`}>Open the task</a>`
          : nothing
      }
      <h3>On your own device</h3>
      <div class="prose"><p>${unsafeHTML(explore.html)}</p></div>
      <a class="button" href=${explore.link}>Open it there</a>
      <h3>Next</h3>
      <ul class="next">
        ${next.map(({ title, to }) => html`<li><a href=${to.startsWith('?') ? to : learnSearch({ lesson: to, elsewhere })}>${title}</a></li>`)}
      </ul>
      ${made > 0 ? html`<p class="over"><button @click=${() => emit(this, 'start-over')}>Start this lesson over</button></p>` : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-lesson': TsLesson;
  }
}
