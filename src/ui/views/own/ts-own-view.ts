import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { Refusal } from '../../../core/errors.ts';
import { blank } from '../../../kernels/own/index.ts';
import { base } from '../../look/styles.ts';
import type { LineCounts } from '../../parts/editor/line-counts.ts';
import type { TsEditor } from '../../parts/editor/ts-editor.ts';
import type { BudgetName } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { OwnFile } from '../../state/files/own.ts';
import type { Item } from '../../state/ledger.ts';
import { OwnKernels } from '../../state/own-kernels.ts';
import { defaultProblem, dtypesOf, operationOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { whoseOf } from '../share.ts';
import { View } from '../view.ts';
import { Declared, typeRefusal } from './declared.ts';
import { readKernel, saveKernel } from './files.ts';
import { layout } from './layout.ts';
import type { Shown } from './offer.ts';
import { type OwnSettings, ownSearch } from './settings.ts';
import { headerFault, problemFor, started } from './texts.ts';
import { Trial, type What } from './trial.ts';
import '../../parts/editor/ts-editor.ts';
import '../../parts/ts-fold.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-operation.ts';
import '../../parts/ts-problem.ts';
import './ts-own-bar.ts';
import './ts-own-found.ts';
import './ts-own-knobs.ts';
import './ts-shelf.ts';

const LINKED = 'This link brought a kernel along. It is shown and has not been run: read it before you press Run.';
const NOT_KEPT = 'This browser keeps nothing: export the kernel before you leave the page.';

/** A kernel of the reader's own: written, run, traced, timed beside the ladder, kept in this browser. */
@customElement('ts-own-view')
export class TsOwnView extends View<OwnSettings> {
  static override styles = [base, benchLayout, layout];

  @state() private text = '';
  @state() private complaint = '';
  /** What a trace has counted by line. */
  @state() private counts: LineCounts | null = null;
  @query('ts-editor') private editor?: TsEditor;
  @query('ts-own-found') private found!: HTMLElement;
  private readonly kernels = new OwnKernels(() => localStorage);
  private readonly trial = new Trial(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly declared = new Declared(this);
  private opened: string | null = null;
  /** The kernel of the file that is open; null where none is. */
  private file: OwnFile | null = null;
  /** Whether the browser has kept the text when it was last asked to. */
  private isKept = true;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('ts-own-bar')?.focus();
  }

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { problem } = this.settings;
    document.title = `New kernel · ${operationOf(problem).title} · Tilescope`;
    const file = properties.has('place') ? this.place.file?.own : undefined;
    if (file) {
      this.file = file;
      this.opened = null;
    } else if (properties.has('recorded')) this.leaveFile();
    if (pageOf(this.settings) !== this.opened) this.turnPage();
    if (properties.has('place')) this.arrive();
    void this.declared.of(problem, this.text);
  }

  /** The file is closed, or one of other kernels is opened: its kernel stays with the reader, who may go on from it. */
  private leaveFile(): void {
    const { file, settings, text } = this;
    this.file = null;
    if (file?.text !== text) return;
    const name = this.kernels.nameFor(file.problem.op, text);
    if (pageOf(settings) === this.opened) this.keep({ ...settings, name: settings.name || name }, text, 'close');
    else this.kernels.put(name, text);
  }

  /** What the reader comes with: a file to import, or a text that a link has brought. */
  private arrive(): void {
    const { taken, code } = this.place;
    if (taken) void this.take(taken);
    if (code === undefined || code === this.text) return;
    const { name, ...rest } = this.settings;
    const notices = [...this.notices, LINKED];
    this.keep({ ...rest, name: this.kernels.nameFor(name || rest.problem.op, code) }, code, 'link');
    this.notices = notices;
  }

  /** Shows the kernel that the address names, that of the file, or an empty one. */
  private turnPage(): void {
    const { file, settings } = this;
    const { name, problem } = settings;
    this.opened = pageOf(settings);
    const kept = this.kernels.get(name);
    this.complaint =
      name === '' || kept !== undefined
        ? ''
        : `No kernel called ${name} is kept in this browser; you see an empty one.`;
    if (name === '' && file?.problem.op === problem.op) {
      this.text = file.text;
      if (file.trace) this.loadTrace();
      this.trial.show(file.results, file.trace);
      return;
    }
    this.text = kept ?? blank(operationOf(problem));
    this.trial.forget();
  }

  override render(): TemplateResult {
    const { settings, device, trial, text, declared } = this;
    const { problem, name } = settings;
    const { outcome, results, running } = trial;
    const whose = whoseOf(device, this.recorded);
    const shown: Shown = { problem, text, whose, search: ownSearch(settings) };
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
            .refusalOf=${typeRefusal(this.capabilities)}
            @problem-change=${this.changeProblem}
          ></ts-problem>
        </ts-fold>
      </div>
      <div class="result">
        <h2 class="visually-hidden">Your kernel</h2>
        <ts-own-bar
          ?blocked=${this.blocked() !== null}
          .running=${running?.what ?? null}
          .fault=${headerFault(text)}
          note=${this.note()}
          ?long=${trial.isLong}
          @own-go=${({ detail }: EventOf<'own-go'>) => this.go(detail.what, detail.allowLong)}
          @own-export=${this.export}
          @cancel=${this.cancel}
        ></ts-own-bar>
        <ts-editor
          .source=${text}
          .saved=${text}
          .path=${`${name || 'own'}.wgsl`}
          hint=${this.hint()}
          .declared=${declared.outline}
          .values=${declared.values(settings.knobs)}
          .errors=${outcome.state === 'failed' ? outcome.errors : []}
          .counts=${this.counts}
          @source-change=${this.change}
        ></ts-editor>
        <ts-own-found
          .shown=${shown}
          .outcome=${outcome}
          .results=${results}
          .report=${device.kind === 'open' ? device.report : null}
          @go-to-line=${this.goToLine}
          @run-long=${() => this.go('run', true)}
        ></ts-own-found>
        <ts-own-trace
          .reply=${trial.trace}
          .shown=${shown}
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
    return this.device.kind === 'opening' ? 'Waiting for the GPU' : headerFault(this.text);
  }

  protected override filled(): HTMLElement {
    return this.found;
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

  private go(what: What, allowLong = false): void {
    if (this.isRunning || this.blocked() !== null) return;
    if (what === 'trace') this.loadTrace();
    const { problem, knobs } = this.settings;
    const asked = { problem, knobs: this.declared.chosen(knobs), source: this.text };
    void this.trial.start(what, this.host, asked, allowLong);
  }

  private loadTrace(): void {
    import('./ts-own-trace.ts').catch(() => {
      this.complaint = 'What shows a trace could not be loaded: reload the page.';
    });
  }

  private note(): string {
    if (this.recorded) return 'This is a recording. Close the file to run the kernel here.';
    const note = this.complaint || this.trial.note || this.declared.fault(this.settings.knobs);
    return note || 'What you write is kept in this browser, and nowhere else.';
  }

  private hint(): string {
    if (this.file !== null && this.text === this.file.text) return 'as in the file';
    return this.isKept ? 'kept in this browser' : 'not kept in this browser';
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
    this.keep(name === settings.name ? settings : { ...settings, name }, text, 'name');
  }

  private readonly begin = ({ detail: { from } }: EventOf<'own-start'>): void => {
    const { problem } = this.settings;
    const { wish, text } = started(problem, from);
    this.keep({ problem, name: this.kernels.free(wish), knobs: {} }, text, 'start');
  };

  private readonly open = ({ detail: { name } }: EventOf<'own-open'>): void => {
    this.turnTo({ problem: problemFor(this.kernels.get(name) ?? '', this.settings.problem), name, knobs: {} }, 'open');
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
    this.keep({ problem: problemFor(text, this.settings.problem), name, knobs: {} }, text, 'import');
  }

  /** Keeps a text under the name in these settings, and shows it with them. */
  private keep(settings: OwnSettings, text: string, what: string): void {
    this.text = text;
    this.isKept = this.kernels.put(settings.name, text);
    this.complaint = this.isKept ? '' : NOT_KEPT;
    this.trial.forget();
    this.opened = pageOf(settings);
    if (settings !== this.settings) this.turnTo(settings, what);
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

/** Equal for settings that show the same text. */
function pageOf({ name, problem }: OwnSettings): string {
  return JSON.stringify([name, name === '' ? problem.op : '']);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-view': TsOwnView;
  }
}
