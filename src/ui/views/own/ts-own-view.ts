import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { Refusal } from '../../../core/errors.ts';
import { type DType, NEEDS } from '../../../core/format.ts';
import { missingFeature } from '../../../gpu/limits.ts';
import { findKernel, source as savedSource } from '../../../kernels/index.ts';
import { blank, copyOf, headerOf } from '../../../kernels/own/index.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import type { LineCounts } from '../../parts/editor/line-counts.ts';
import type { LineValues } from '../../parts/editor/line-values.ts';
import type { TsEditor } from '../../parts/editor/ts-editor.ts';
import type { BudgetName } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Item } from '../../state/ledger.ts';
import { OwnKernels } from '../../state/own-kernels.ts';
import type { RefusalOf } from '../../state/refusals.ts';
import { defaultProblem, dtypesOf, operationOf, playable, quantitiesOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { View } from '../view.ts';
import { Declared } from './declared.ts';
import { readKernel, saveKernel } from './files.ts';
import { layout } from './layout.ts';
import { type OwnSettings, ownSearch } from './settings.ts';
import { Trial, type What } from './trial.ts';
import '../../parts/editor/ts-editor.ts';
import '../../parts/ts-fold.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-operation.ts';
import '../../parts/ts-problem.ts';
import '../../parts/ts-times.ts';
import '../../parts/ts-verdict.ts';
import './ts-own-beside.ts';
import './ts-own-knobs.ts';
import './ts-shelf.ts';

/** A kernel of the reader's own: written, run, traced, timed beside the ladder, kept in this browser. */
@customElement('ts-own-view')
export class TsOwnView extends View<OwnSettings> {
  static override styles = [base, benchLayout, layout];

  @state() private text = '';
  @state() private complaint = '';
  /** What a trace has counted by line. */
  @state() private counts: LineCounts | null = null;
  @query('ts-editor') private editor?: TsEditor;
  @query('ts-verdict') private verdict!: HTMLElement;
  private readonly kernels = new OwnKernels(() => localStorage);
  private readonly trial = new Trial(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly declared = new Declared(this);
  private opened: string | null = null;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.bar button')?.focus();
  }

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { name, problem } = this.settings;
    document.title = `New kernel · ${operationOf(problem).title} · Tilescope`;
    const key = JSON.stringify([name, name === '' ? problem.op : '']);
    if (key !== this.opened) this.turnPage(key);
    if (properties.has('place') && this.place.taken) void this.take(this.place.taken);
    void this.declared.of(problem, this.text);
  }

  /** Shows the kernel that the address names, or an empty one. */
  private turnPage(key: string): void {
    const { name, problem } = this.settings;
    this.opened = key;
    this.text = this.kernels.get(name) ?? blank(operationOf(problem));
    this.complaint =
      name === '' || this.kernels.get(name) !== undefined
        ? ''
        : `No kernel called ${name} is kept in this browser; you see an empty one.`;
    this.trial.forget();
  }

  override render(): TemplateResult {
    const { settings, device, trial, text, declared } = this;
    const { problem, name } = settings;
    const { outcome, results, running } = trial;
    const own = outcome.state === 'correct' || outcome.state === 'wrong' ? outcome.result : null;
    return html`
      <div class="top">
        <ts-notices .notices=${this.notices} @dismiss=${this.dismiss}></ts-notices>
        ${device.kind === 'missing' ? html`<ts-missing .missing=${device.missing}></ts-missing>` : nothing}
      </div>
      <div class="settings">
        <ts-operation .operation=${operationOf(problem)} @operation-change=${this.changeOperation}></ts-operation>
        <ts-shelf
          op=${problem.op}
          .kept=${this.kernels.all()}
          name=${name}
          @own-start=${this.begin}
          @own-open=${this.open}
          @own-remove=${this.discard}
          @own-import=${this.import}
        ></ts-shelf>
        <ts-own-knobs
          ?hidden=${declared.knobs.length === 0}
          .declared=${declared}
          .knobs=${declared.knobs}
          .written=${settings.knobs}
          .capabilities=${this.capabilities}
          @own-knobs-change=${this.changeKnobs}
        ></ts-own-knobs>
        <ts-fold label="Shape and input" now=${problemWords(problem)}>
          <ts-problem
            .problem=${problem}
            .dtypes=${dtypesOf(operationOf(problem))}
            .refusalOf=${this.dtypeRefusal}
            @problem-change=${this.changeProblem}
          ></ts-problem>
        </ts-fold>
      </div>
      <div class="result">
        <h2 class="visually-hidden">Your kernel</h2>
        <div class="bar">
          ${
            running
              ? html`<button class="primary" @click=${this.cancel}>${icons.stop}Cancel</button><span class="small soft">${WORDS[running.what]}</span>`
              : html`${this.button('run', 'Run')}${this.button('beside', 'Run beside the ladder')}${this.button('trace', 'Trace')}
                <button @click=${this.export}>Export .wgsl</button>`
          }
        </div>
        <p class="said small" role="status">${this.said()}</p>
        <ts-editor
          .source=${text}
          .saved=${text}
          .path=${`${name || 'own'}.wgsl`}
          hint="kept in this browser"
          .declared=${declared.outline}
          .values=${this.valuesHere()}
          .errors=${outcome.state === 'failed' ? outcome.errors : []}
          .counts=${this.counts}
          @source-change=${this.change}
        ></ts-editor>
        <ts-verdict .outcome=${outcome} @go-to-line=${this.goToLine} @run-long=${() => this.go('run', true)}></ts-verdict>
        ${own ? html`<ts-times .result=${own} .quantities=${quantitiesOf(problem)} .device=${device.kind === 'open' ? device.report : null}></ts-times>` : nothing}
        <ts-own-beside .results=${results}></ts-own-beside>
        <ts-own-trace
          .reply=${trial.trace}
          .text=${text}
          @go-to-line=${this.goToLine}
          @line-counts=${this.changeCounts}
          @line-lit=${this.light}
        ></ts-own-trace>
      </div>
    `;
  }

  protected override get effort(): BudgetName {
    return 'quick';
  }

  /** Its runs are no entries of the ledger, which holds kernels of the registry. */
  protected override items(): readonly Item[] {
    return [];
  }

  protected override measuredBy(settings: OwnSettings): string {
    return ownSearch(settings);
  }

  protected override hindrance(): string | null {
    return this.device.kind === 'opening' ? 'Waiting for the GPU' : this.fault();
  }

  protected override filled(): HTMLElement {
    return this.verdict;
  }

  protected override get isRunning(): boolean {
    return this.trial.running !== null;
  }

  protected override start(): void {
    this.go('run');
  }

  protected override stop(): void {
    this.trial.cancel('You cancelled it.');
  }

  private button(what: What, label: string): TemplateResult {
    const blocked = this.blocked() !== null;
    return html`<button class=${what === 'run' ? 'primary' : ''} data-what=${what} aria-disabled=${blocked ? 'true' : 'false'} @click=${() => this.go(what)}>
      ${what === 'run' ? icons.play : nothing}${label}
    </button>`;
  }

  private go(what: What, allowLong = false): void {
    if (this.isRunning || this.blocked() !== null) return;
    if (what === 'trace')
      import('./ts-own-trace.ts').catch(() => {
        this.complaint = 'What shows a trace could not be loaded: reload the page.';
      });
    const { problem, knobs } = this.settings;
    const asked = { problem, knobs: this.declared.chosen(knobs), source: this.text };
    void this.trial.start(what, this.host, asked, allowLong);
  }

  /** What is wrong with the header, in a sentence; null where nothing is. */
  private fault(): string | null {
    try {
      headerOf(this.text);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  private said(): TemplateResult {
    const fault = this.fault();
    if (fault !== null) return html`<span class="fault">${fault}.</span>`;
    const note = this.complaint || this.trial.note || this.declared.fault(this.settings.knobs);
    if (this.trial.isLong) {
      return html`<span class="soft">${note}</span> <button data-what="trace-long" @click=${() => this.go('trace', true)}>Trace it anyway</button>`;
    }
    return html`<span class="soft">${note || 'What you write is kept in this browser, and nowhere else.'}</span>`;
  }

  /** A type is refused where the device cannot store it, whatever the text: what else the text needs, a run says. */
  private readonly dtypeRefusal: RefusalOf = (dtype) =>
    missingFeature(NEEDS[dtype as DType].features, this.capabilities.features);

  private valuesHere(): LineValues {
    const chosen = this.declared.chosen(this.settings.knobs);
    return Object.fromEntries(Object.entries(chosen).map(([key, value]) => [key, String(value)]));
  }

  private turnTo(settings: OwnSettings, what: string): void {
    this.write(settings, what);
    this.requestUpdate();
  }

  private readonly change = ({ detail }: EventOf<'source-change'>): void => {
    this.put(detail.source);
  };

  /** Keeps the text; one that has no name yet gets that of its operation. */
  private put(text: string): void {
    const { settings } = this;
    const name = settings.name || this.kernels.free(settings.problem.op);
    this.text = text;
    this.complaint = this.kernels.put(name, text)
      ? ''
      : 'This browser keeps nothing: export the kernel before you leave the page.';
    this.trial.forget();
    this.opened = JSON.stringify([name, '']);
    if (name !== settings.name) this.turnTo({ ...settings, name }, 'name');
  }

  private readonly begin = ({ detail: { from } }: EventOf<'own-start'>): void => {
    const { problem } = this.settings;
    const kernel = from === null ? undefined : findKernel(problem.op, from);
    const text = kernel ? copyOf(problem.op, kernel.id, savedSource(kernel)) : blank(operationOf(problem));
    const name = this.kernels.free(kernel ? `${problem.op} from ${Number.parseInt(kernel.id, 10)}` : problem.op);
    this.kernels.put(name, text);
    this.turnTo({ problem, name, knobs: {} }, 'start');
  };

  private readonly open = ({ detail: { name } }: EventOf<'own-open'>): void => {
    this.turnTo({ problem: this.problemFor(this.kernels.get(name) ?? ''), name, knobs: {} }, 'open');
  };

  private readonly discard = ({ detail: { name } }: EventOf<'own-remove'>): void => {
    this.kernels.remove(name);
    if (name === this.settings.name) this.turnTo({ ...this.settings, name: '', knobs: {} }, 'remove');
    else this.requestUpdate();
  };

  private readonly import = ({ detail: { file } }: EventOf<'own-import'>): Promise<void> => this.take(file);

  private async take(file: File): Promise<void> {
    let text: string;
    try {
      text = await readKernel(file);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.complaint = `${error.message}.`;
      return;
    }
    const name = this.kernels.free(file.name.replace(/\.wgsl$/i, ''));
    this.kernels.put(name, text);
    this.turnTo({ problem: this.problemFor(text), name, knobs: {} }, 'import');
  }

  /** The problem shown, or the worked example of the operation that the text is for. */
  private problemFor(text: string): OwnSettings['problem'] {
    const { problem } = this.settings;
    const [, op] = /^\/\/ op: *(\S+)/m.exec(text) ?? [];
    const operation = playable.find(({ id }) => id === op);
    return !operation || operation.id === problem.op ? problem : defaultProblem(operation, dtypesOf(operation));
  }

  private readonly export = (): void => {
    saveKernel(this.settings.name || 'own', this.text);
  };

  private readonly changeOperation = ({ detail: { operation } }: EventOf<'operation-change'>): void => {
    this.turnTo({ problem: defaultProblem(operation, dtypesOf(operation)), name: '', knobs: {} }, 'operation');
  };

  private readonly changeProblem = ({ detail }: EventOf<'problem-change'>): void => {
    this.trial.forget();
    this.turnTo({ ...this.settings, problem: { ...this.settings.problem, ...detail.change } }, detail.what);
  };

  private readonly changeKnobs = ({ detail: { key, knobs } }: EventOf<'own-knobs-change'>): void => {
    this.trial.forget();
    this.turnTo({ ...this.settings, knobs }, `knob ${key}`);
  };

  private readonly changeCounts = ({ detail }: EventOf<'line-counts'>): void => {
    this.counts = detail.counts;
  };

  private readonly light = ({ detail }: EventOf<'line-lit'>): void => {
    this.editor?.light(detail.line);
  };

  private readonly goToLine = ({ detail }: EventOf<'go-to-line'>): void => {
    void this.editor?.goTo(detail.line, detail.column);
  };
}

const WORDS: Readonly<Record<What, string>> = {
  run: 'Running…',
  beside: 'Running all kernels…',
  trace: 'Tracing…',
};

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-view': TsOwnView;
  }
}
