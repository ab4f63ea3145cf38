import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Failure } from '../../core/errors.ts';
import type { Host } from '../../lab/protocol.ts';
import { findTask, type Grade, goalsOf, grade, type Task } from '../../tasks/index.ts';
import { count, duration, figureText, stopped } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { explained, termStyles } from '../look/terms.ts';
import type { DeviceState } from '../state/device.ts';
import { type EventOf, emit } from '../state/events.ts';
import { alone } from '../state/lock.ts';
import { stuck } from '../state/missing.ts';
import { fromError } from '../state/outcome.ts';
import { answers, isOwn } from '../state/solved.ts';
import type { TsEditor } from './editor/ts-editor.ts';
import { taskLayout } from './task-layout.ts';
import './editor/ts-editor.ts';
import './ts-goals.ts';

declare module '../state/events.ts' {
  interface Events {
    /** An answer to a task has been graded. */
    'task-graded': { readonly task: string; readonly passed: boolean };
  }
}

const NOT_KEPT = 'This browser keeps no storage for this page: your answer is lost when you reload.';
const SET_ASIDE = 'Your own text was kept: “Restore edit” above the code brings it back.';
const SET_ASIDE_FOR_NOW =
  'This browser keeps no storage for this page: “Restore edit” above the code brings your own text back until you reload.';

/** Timed samples of a right answer: enough for a median, soon done. */
const SAMPLES = 5;

/**
 * A task to solve on the page: what it asks, an editor, Check, and each goal met or not with what was counted. Hints come one
 * at a time. The reader's text and what has been solved stay in this browser.
 *
 * `<ts-task task-id="coalesce" .host=${host} .device=${device}></ts-task>`; without a device, or with none that is open, the
 * task can be read and edited, and Check says why it waits.
 *
 * @fires task-graded
 * @fires device-missing
 */
@customElement('ts-task')
export class TsTask extends LitElement {
  static override styles = [base, termStyles, taskLayout];

  @property({ attribute: 'task-id' }) taskId = '';
  @property({ attribute: false }) host: Host | null = null;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };

  @state() private source = '';
  @state() private graded: Grade | null = null;
  /** Ends the check in progress; null where there is none. */
  @state() private running: AbortController | null = null;
  @state() private note = '';
  @state() private hints = 0;
  @query('ts-editor') private editor?: TsEditor;
  private task: Task | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running?.abort();
  }

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('taskId')) return;
    this.running?.abort();
    this.task = findTask(this.taskId);
    this.source = answers.answer(this.taskId) ?? this.task?.start ?? '';
    this.graded = null;
    this.note = '';
    this.hints = 0;
  }

  override updated(properties: PropertyValues<this>): void {
    const { task } = this;
    if (!properties.has('taskId') || !task) return;
    // The line is looked for in the text shown: the reader's own may be longer, or no longer have it.
    const at = this.source.split('\n').findIndex((line) => task.at !== undefined && line.includes(task.at));
    void this.editor?.showLine(Math.max(at, 0) + 1);
  }

  override render(): TemplateResult {
    const { task, graded, running } = this;
    if (!task) return html`<p>There is no task “${this.taskId}”.</p>`;
    const blocked = this.blocked();
    return html`<section aria-labelledby="title">
      <h2 id="title">
        ${task.title} <span class="level">${task.level}</span>
        ${answers.isSolved(task.id) ? html`<span class="solved">${icons.check}solved</span>` : nothing}
      </h2>
      <p class="asks terms">${explained(task.asks)}</p>
      <div class="work">
        <ts-editor
          .source=${this.source}
          .saved=${task.start}
          .replaced=${answers.replaced(task.id)}
          .path=${`${task.id}.wgsl`}
          hint="editable: Check uses your text"
          .errors=${graded?.result?.failure?.diagnostics ?? []}
          @source-change=${this.change}
        ></ts-editor>
        <div>
          <div class="check">
            <button class="primary" aria-disabled=${running || blocked === null ? 'false' : 'true'} @click=${running ? this.cancel : this.check}
              >${running ? icons.stop : icons.play}${running ? 'Cancel' : 'Check'}</button>
            <span class="small soft">${running ? 'Checking…' : (blocked ?? 'Graded on what the kernel does, never on its time.')}</span>
          </div>
          <div class="said" role="status">${this.said()}</div>
          <ts-goals .goals=${graded?.goals ?? goalsOf(task)} @go-to-line=${this.goToLine}></ts-goals>
          ${this.help(task)}
        </div>
      </div>
    </section>`;
  }

  private said(): TemplateResult | typeof nothing {
    const { graded, note } = this;
    if (note) return html`<p>${note}</p>`;
    if (!graded) return nothing;
    if (graded.reason !== null) return html`<p>Not graded. ${stopped(graded.reason)}</p>`;
    const missed = graded.goals.filter(({ state }) => state !== 'met').length;
    if (!graded.passed) return html`<p>${count(missed)} of ${count(graded.goals.length)} goals to go.</p>`;
    const { result } = graded;
    const ns = result?.time?.medianNs ?? null;
    const software = this.device.kind === 'open' && this.device.report.adapter.software;
    const time =
      ns === null
        ? ''
        : ` It takes ${figureText(duration(ns))} here, which is not graded${software ? ' and, on a software adapter, says nothing about GPUs' : ''}.`;
    return html`<p class="passed">${icons.check}Solved: all goals are met.</p>
      <p class="small soft">${time}</p>`;
  }

  private help(task: Task): TemplateResult {
    const { hints } = this;
    const { length } = task.hints;
    const more = hints < length ? `Show hint ${hints + 1} of ${length}` : 'Show the solution';
    return html`<div class="hints">
      <h3>Hints</h3>
      <ol>
        ${task.hints.slice(0, hints).map((hint) => html`<li>${hint.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`))}</li>`)}
      </ol>
      <button @click=${() => this.reveal(task)}>${more}</button>
    </div>`;
  }

  private reveal(task: Task): void {
    if (this.hints < task.hints.length) {
      this.hints++;
      return;
    }
    const { source } = this;
    if (source === task.solution) return;
    this.put(task.solution, true);
    if (isOwn(task, source) && !this.note) this.note = SET_ASIDE;
  }

  private blocked(): string | null {
    const { device, host } = this;
    if (device.kind === 'missing') return 'No GPU to run on; hints and solution are there all the same.';
    return device.kind === 'opening' || !host ? 'Waiting for the GPU…' : null;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** To Check. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.check button')?.focus();
  }

  /** Grades the text shown; what Check does. */
  readonly check = async (): Promise<void> => {
    const { task, host, source } = this;
    if (!task || !host || this.running || this.blocked() !== null) return;
    const abort = new AbortController();
    this.running = abort;
    this.note = '';
    this.graded = null;
    try {
      const graded = await alone(
        () => grade(task, source, host, { samples: SAMPLES, signal: abort.signal }),
        abort.signal,
        () => {
          this.note = 'Another tab of this page measures; this one waits.';
        },
      );
      if (abort.signal.aborted) return;
      this.note = '';
      this.graded = graded;
      if (graded.passed) answers.solve(task.id);
      emit(this, 'task-graded', { task: task.id, passed: graded.passed });
      if (graded.restart) emit(this, 'device-missing', { missing: stuck() });
    } catch (error) {
      if (abort.signal.aborted) return;
      const outcome = fromError(error);
      this.note = outcome.state === 'failed' ? `${stopped(outcome.reason)} ${outcome.next}` : 'It was not graded.';
      if (error instanceof Failure && error.code === 'timeout') emit(this, 'device-missing', { missing: stuck() });
    } finally {
      if (this.running === abort) this.running = null;
    }
  };

  /** Ends the check in progress. */
  readonly cancel = (): void => {
    this.running?.abort();
    this.running = null;
    this.note = 'You cancelled the check.';
  };

  private readonly change = ({ detail }: EventOf<'source-change'>): void => this.put(detail.source, detail.whole);

  /** `whole` is set where the reader did not type the change. */
  private put(source: string, whole: boolean): void {
    const { task, source: shown } = this;
    if (!task) return;
    this.source = source;
    const answer = source === task.start ? undefined : source;
    const isKept = whole ? answers.replace(task, shown, answer) : answers.keep(task.id, answer);
    // What was graded was another text.
    this.graded = null;
    this.note = isKept ? '' : whole && isOwn(task, shown) ? SET_ASIDE_FOR_NOW : NOT_KEPT;
  }

  private readonly goToLine = ({ detail }: EventOf<'go-to-line'>): void => {
    void this.editor?.goTo(detail.line, detail.column);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-task': TsTask;
  }
}
