import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { findTask, type Task, tasks } from '../../../tasks/index.ts';
import { count } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import type { TsTask } from '../../parts/ts-task.ts';
import type { BudgetName } from '../../state/effort.ts';
import type { Item } from '../../state/ledger.ts';
import { answers } from '../../state/solved.ts';
import { lessonSearch, lessons } from '../lessons.ts';
import { View } from '../view.ts';
import { type TasksSettings, tasksSearch } from './settings.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-task.ts';

/** All tasks, and the one that the reader is at. */
@customElement('ts-tasks-view')
export class TsTasksView extends View<TasksSettings> {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0 32px;
        padding: 0 24px 48px;
      }
      nav,
      .task {
        min-width: 0;
        padding-top: 12px;
      }
      ts-notices,
      ts-missing {
        grid-column: 1 / -1;
      }
      ts-missing {
        padding-top: 12px;
      }
      @media (min-width: 1100px) {
        :host {
          grid-template-columns: 272px minmax(0, 1fr);
        }
      }
      @media (max-width: 600px) {
        :host {
          padding-inline: 16px;
        }
      }
      .list {
        margin-top: 8px;
      }
      @media (max-width: 1099px) {
        .list {
          max-height: 168px;
          overflow-y: auto;
          border-block: 1px solid var(--line);
        }
      }
      .list a {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 8px;
        min-height: 36px;
        padding: 2px 8px;
        line-height: 16px;
        border-radius: 4px;
        color: inherit;
        text-decoration: none;
      }
      .list a:hover {
        background: var(--raised);
      }
      .list a[aria-current='true'] {
        background: var(--accent-ground);
        font-weight: 600;
      }
      .number {
        display: grid;
        place-items: center;
        width: 20px;
        height: 20px;
        border: 1px solid var(--edge);
        border-radius: 50%;
        font: 11px/1 var(--mono);
      }
      .number.solved {
        border-color: var(--correct);
        color: var(--correct);
      }
      .number .icon {
        width: 12px;
        height: 12px;
      }
      .lesson {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 4px;
      }
      .lesson a {
        display: inline-flex;
        align-items: center;
        min-height: 32px;
      }
      .next {
        display: flex;
        flex-wrap: wrap;
        gap: 0 24px;
        margin-top: 24px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      .next a {
        display: inline-flex;
        align-items: center;
        min-height: 32px;
      }
    `,
  ];

  @query('ts-task') private shown!: TsTask;

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    document.title = `${(findTask(this.settings.task) ?? tasks[0]).title} · Tasks · Tilescope`;
  }

  /** The list scrolls by itself where it stands above the task. */
  override updated(properties: PropertyValues): void {
    super.updated(properties);
    if (!properties.has('settings')) return;
    const list = this.renderRoot.querySelector<HTMLElement>('.list');
    const current = list?.querySelector<HTMLElement>('[aria-current="true"]');
    if (list && current) list.scrollTop = current.offsetTop - list.offsetTop - 48;
  }

  override focus(): void {
    this.shown.focus();
  }

  override render(): TemplateResult {
    const { settings, device, host } = this;
    const task = findTask(settings.task) ?? tasks[0];
    const solved = tasks.filter(({ id }) => answers.isSolved(id)).length;
    const unknown =
      settings.task === '' || findTask(settings.task)
        ? []
        : [`task=${settings.task} is not a task here; you see ${task.id} instead.`];
    return html`
      <ts-notices .notices=${[...this.notices, ...unknown]} @dismiss=${this.forget}></ts-notices>
      ${device.kind === 'missing' ? html`<ts-missing .missing=${device.missing}></ts-missing>` : nothing}
      <nav aria-label="Tasks">
        <h2>Tasks <span class="small soft">${count(solved)} of ${count(tasks.length)} solved</span></h2>
        <ol class="list">
          ${tasks.map(
            ({ id, title, level }, at) => html`<li>
              <a href=${tasksSearch({ ...settings, task: id })} aria-current=${id === task.id ? 'true' : 'false'}>
                ${
                  answers.isSolved(id)
                    ? html`<span class="number solved">${icons.check}<span class="visually-hidden">solved</span></span>`
                    : html`<span class="number" aria-hidden="true">${at + 1}</span>`
                }
                <span>${title}</span><span class="small soft">${level}</span>
              </a>
            </li>`,
          )}
        </ol>
      </nav>
      <div class="task">
        ${this.lesson(task)}
        <ts-task task-id=${task.id} .host=${host} .device=${device} @task-graded=${() => this.requestUpdate()}></ts-task>
        ${this.next(task)}
      </div>
    `;
  }

  /** The way back to the lesson that ends with this task. */
  private lesson({ id }: Task): TemplateResult | typeof nothing {
    const lesson = lessons.find(({ taskId }) => taskId === id);
    if (!lesson) return nothing;
    const search = lessonSearch(lesson.id, this.settings.elsewhere);
    return html`<p class="lesson small soft">Lesson ${lesson.number}: <a href=${search}>${lesson.title}</a></p>`;
  }

  /** To what comes after it: the next lesson, where one has led here, and the next task. */
  private next(task: Task): TemplateResult | typeof nothing {
    const next = tasks[tasks.indexOf(task) + 1];
    const own = lessons.findIndex(({ taskId }) => taskId === task.id);
    const lesson = own < 0 ? undefined : lessons[own + 1];
    if (!next && !lesson) return nothing;
    return html`<p class="next">
      ${lesson ? html`<a href=${lessonSearch(lesson.id, this.settings.elsewhere)}>Next lesson: ${lesson.title}</a>` : nothing}
      ${next ? html`<a href=${tasksSearch({ ...this.settings, task: next.id })}>Next task: ${next.title}</a>` : nothing}
    </p>`;
  }

  protected override get effort(): BudgetName {
    return 'quick';
  }

  /** A check is no run of the ledger's: it is of the reader's own text. */
  protected override items(): readonly Item[] {
    return [];
  }

  protected override measuredBy(): string {
    return '';
  }

  protected override hindrance(): string | null {
    return null;
  }

  protected override filled(): HTMLElement | null {
    return null;
  }

  protected override get isRunning(): boolean {
    return this.shown?.isRunning ?? false;
  }

  protected override start(): void {
    void this.shown.check();
  }

  protected override stop(): void {
    this.shown.cancel();
  }

  private readonly forget = (): void => {
    const { settings } = this;
    this.dismiss();
    if (settings.task !== '' && !findTask(settings.task)) this.write({ ...settings, task: '' }, 'dismiss', true);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-tasks-view': TsTasksView;
  }
}
