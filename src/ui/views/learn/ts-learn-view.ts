import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { evidenceOf } from '../../../lessons/numbers.ts';
import type { Lesson, Prediction } from '../../../lessons/types.ts';
import { base } from '../../look/styles.ts';
import { Answers } from '../../state/answers.ts';
import type { BudgetName } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Item } from '../../state/ledger.ts';
import { near } from '../../state/near.ts';
import { lessons, loadLesson } from '../lessons.ts';
import { View } from '../view.ts';
import { EvidenceBook } from './evidence.ts';
import { type Progress, predictionsOf, progressOf, shownEvidence } from './progress.ts';
import type { LearnSettings } from './settings.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-unloaded.ts';
import './ts-front-door.ts';

/** The front door, and behind it the lessons: each asks for a prediction, shows what happens, and says why. */
@customElement('ts-learn-view')
export class TsLearnView extends View<LearnSettings> {
  static override styles = [
    base,
    css`
      :host {
        padding: 0 24px 48px;
        max-width: 1120px;
        margin: 0 auto;
      }
      .loading {
        min-height: 80vh;
        padding-top: 24px;
      }
      @media (max-width: 719px) {
        :host {
          padding: 0 16px 32px;
        }
      }
    `,
  ];

  @state() private lesson: Lesson | null = null;
  @state() private isUnloaded = false;
  /** Id of the lesson that is open or being loaded; "" for the front door, null before anything is. */
  private opened: string | null = null;
  private readonly answers = new Answers(() => localStorage);
  private readonly book = new EvidenceBook(
    this,
    this.runs,
    (missing) => emit(this, 'device-missing', { missing }),
    () => this.isSoftware,
    () => this.capabilities,
  );
  /** Evidence that has been asked for without the reader's doing: figures that nothing is predicted of. */
  private readonly played = new Set<string>();
  private progress: Progress | null = null;

  private get isSoftware(): boolean {
    return this.device.kind === 'open' && this.device.report.adapter.software;
  }

  protected override get effort(): BudgetName {
    return 'quick';
  }

  /** Which runs there are depends on the prediction that the reader is at: `start` knows. */
  protected override items(): readonly Item[] {
    return [];
  }

  protected override measuredBy({ lesson }: LearnSettings): string {
    return lesson;
  }

  protected override hindrance(): string | null {
    return this.progress?.at ? null : 'Nothing to run here';
  }

  protected override filled(): HTMLElement | null {
    return null;
  }

  protected override get isRunning(): boolean {
    return this.book.isRunning;
  }

  /** Runs what the reader has just predicted. */
  protected override start(): void {
    const at = this.progress?.at;
    if (at && this.lesson && this.answers.get(this.lesson.id, at.id) !== undefined) void this.makeFor(at);
  }

  protected override stop(): void {
    this.book.cancel();
  }

  /** To where the lesson, or the page, begins. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('ts-lesson, ts-front-door')?.focus();
  }

  protected override show(settings: LearnSettings): void {
    super.show(settings);
    const head = lessons.find(({ id }) => id === settings.lesson);
    if (settings.lesson !== '' && !head) {
      const guess = near(
        settings.lesson,
        lessons.map(({ id }) => id),
      );
      const meant = guess === null ? '.' : `; did you mean ${guess}?`;
      const notice = `lesson=${settings.lesson} is not a lesson here${meant}`;
      if (!this.notices.includes(notice)) this.notices = [...this.notices, notice];
    }
    // The same settings are shown again when the device is known.
    if (this.opened === (head?.id ?? '')) return;
    this.opened = head?.id ?? '';
    this.lesson = null;
    this.isUnloaded = false;
    this.played.clear();
    this.book.open({});
    if (!head) return;
    // The front door needs neither charts nor replays.
    void Promise.all([loadLesson(head), import('./ts-lesson.ts')]).then(
      ([lesson]) => {
        if (this.opened !== lesson.id) return;
        this.book.open(lesson.evidence);
        this.lesson = lesson;
        // What was done before is shown again; what the reader has still to predict is not.
        const done = predictionsOf(lesson).filter(({ id }) => this.answers.get(lesson.id, id) !== undefined);
        this.play(done.flatMap(({ outcome }) => evidenceOf(outcome, lesson.numbers)));
      },
      () => {
        this.isUnloaded = true;
      },
    );
  }

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { lesson, answers, book } = this;
    const head = lessons.find(({ id }) => id === this.settings.lesson);
    document.title = `${head ? `${head.title} · ` : ''}Learn · Tilescope`;
    this.progress =
      lesson &&
      progressOf(lesson, {
        guess: ({ id }) => answers.get(lesson.id, id),
        data: (id) => book.of(id)?.data ?? null,
        isOutOfReach: ({ outcome }) => {
          const ids = evidenceOf(outcome, lesson.numbers);
          const cannotRun = this.device.kind === 'missing' || (this.device.kind === 'open' && book.lack(ids) !== null);
          return cannotRun && !book.isRecorded(ids);
        },
      });
  }

  override updated(): void {
    if (this.lesson && this.progress) this.play(shownEvidence(this.lesson, this.progress));
  }

  override render(): TemplateResult {
    const { lesson, progress, settings } = this;
    const head = lessons.find(({ id }) => id === settings.lesson);
    return html`
      <ts-notices .notices=${this.notices} @dismiss=${this.dismiss}></ts-notices>
      ${
        !head
          ? html`<ts-front-door .lessons=${lessons} .answers=${this.answers} .device=${this.device} .elsewhere=${settings.elsewhere}></ts-front-door>`
          : this.isUnloaded
            ? html`<ts-unloaded what="The lesson"></ts-unloaded>`
            : lesson && progress
              ? html`<ts-lesson
                  .lesson=${lesson}
                  .of=${lessons}
                  .progress=${progress}
                  .book=${this.book}
                  .answers=${this.answers}
                  .blocked=${this.device.kind === 'open' ? null : this.device.kind === 'missing' ? 'this page has found no GPU' : 'opening the GPU'}
                  .device=${this.device}
                  ?software=${this.isSoftware}
                  .elsewhere=${settings.elsewhere}
                  @guess=${this.guess}
                  @evidence-make=${this.makeEvidence}
                  @evidence-play=${this.playEvidence}
                  @evidence-cancel=${this.cancel}
                  @start-over=${this.startOver}
                ></ts-lesson>`
              : html`<p class="loading soft">Loading the lesson…</p>`
      }
    `;
  }

  private readonly guess = ({ detail: { prediction, guess } }: EventOf<'guess'>): void => {
    if (this.lesson) this.answers.set(this.lesson.id, prediction, guess);
    this.requestUpdate();
  };

  private readonly makeEvidence = ({ detail: { ids } }: EventOf<'evidence-make'>): void => {
    if (this.device.kind === 'open' && !this.isRunning) void this.book.make(this.host, ids);
  };

  private readonly playEvidence = ({ detail: { ids } }: EventOf<'evidence-play'>): void => {
    void this.book.play(ids);
  };

  private readonly startOver = (): void => {
    const { lesson } = this;
    if (!lesson) return;
    this.answers.forget(lesson.id);
    this.played.clear();
    this.book.open(lesson.evidence);
    this.requestUpdate();
    window.scrollTo(0, 0);
  };

  private makeFor({ outcome }: Prediction): Promise<void> {
    return this.book.make(this.host, evidenceOf(outcome, this.lesson?.numbers ?? {}));
  }

  /** Shows recordings that nobody has to ask for, each once. */
  private play(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.played.has(id) && !this.book.of(id) && this.book.isRecorded([id]));
    for (const id of fresh) this.played.add(id);
    if (fresh.length > 0) void this.book.play(fresh);
  }
}

declare module '../../state/events.ts' {
  interface Events {
    /** The lesson begins again, without what was predicted. */
    'start-over': null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-learn-view': TsLearnView;
  }
}
