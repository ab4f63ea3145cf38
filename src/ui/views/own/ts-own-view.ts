import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base } from '../../look/styles.ts';
import { type LineCounts, NO_COUNTS } from '../../parts/editor/line-counts.ts';
import type { TsEditor } from '../../parts/editor/ts-editor.ts';
import type { BudgetName } from '../../state/effort.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { OwnFile } from '../../state/files/own.ts';
import { save } from '../../state/files/save.ts';
import type { Item } from '../../state/ledger.ts';
import { defaultProblem, dtypesOf, operationOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import { benchLayout } from '../bench-layout.ts';
import { whoseOf } from '../share.ts';
import { View } from '../view.ts';
import { Declared, typeRefusal } from './declared.ts';
import { layout } from './layout.ts';
import type { Shown } from './offer.ts';
import { type OwnSettings, ownSearch } from './settings.ts';
import { ShownText } from './shown-text.ts';
import { headerFault } from './texts.ts';
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

/** A kernel of the reader's own: written, run, traced, timed beside the ladder, kept in this browser. */
@customElement('ts-own-view')
export class TsOwnView extends View<OwnSettings> {
  static override styles = [base, benchLayout, layout];

  /** What a trace has counted by line. */
  @state() private counts: LineCounts = NO_COUNTS;
  @query('ts-editor') private editor?: TsEditor;
  @query('ts-own-found') private found!: HTMLElement;
  private readonly trial = new Trial(this, (missing) => emit(this, 'device-missing', { missing }));
  private readonly declared = new Declared(this);
  private readonly shown = new ShownText({
    settings: () => this.settings,
    turnTo: (settings, what) => this.turnTo(settings, what),
    turned: (file) => this.turned(file),
  });

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('storage', this.reread);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('storage', this.reread);
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('ts-own-bar')?.focus();
  }

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    const { problem } = this.settings;
    document.title = `New kernel · ${operationOf(problem).title} · Tilescope`;
    const { shown } = this;
    const file = properties.has('place') ? this.place.file?.own : undefined;
    if (file) shown.showFile(file);
    else if (properties.has('recorded')) shown.leaveFile();
    shown.follow();
    if (properties.has('place')) this.arrive();
    void this.declared.of(this.settings.problem, shown.text);
  }

  private arrive(): void {
    const { notices } = this;
    if (this.shown.arrive(this.place)) this.notices = [...notices, LINKED];
  }

  /** What was found is of another text; a file has what it found of its own. */
  private turned(file: OwnFile | null): void {
    if (!file) this.trial.forget();
    else {
      if (file.trace) this.loadTrace();
      this.trial.show(file.results, file.trace);
    }
  }

  override render(): TemplateResult {
    const { settings, device, trial, declared } = this;
    const { text } = this.shown;
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
          .kept=${this.shown.all}
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
          .gone=${this.shown.gone?.name ?? ''}
          @own-go=${({ detail }: EventOf<'own-go'>) => this.go(detail.what, detail.allowLong)}
          @own-export=${this.export}
          @own-restore=${this.restore}
          @cancel=${this.cancel}
        ></ts-own-bar>
        <ts-editor
          .source=${text}
          .saved=${text}
          .path=${`${name || 'own'}.wgsl`}
          hint=${this.shown.hint}
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
    return this.device.kind === 'opening' ? 'Waiting for the GPU' : headerFault(this.shown.text);
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
    this.shown.gone = null;
    if (what === 'trace') this.loadTrace();
    const { problem, knobs } = this.settings;
    const asked = { problem, knobs: this.declared.chosen(knobs), source: this.shown.text };
    void this.trial.start(what, this.host, asked, allowLong);
  }

  private loadTrace(): void {
    import('./ts-own-trace.ts').catch(() => {
      this.shown.complaint = 'What shows a trace could not be loaded: reload the page.';
      this.requestUpdate();
    });
  }

  private note(): string {
    if (this.recorded) return 'This is a recording. Close the file to run the kernel here.';
    const note = this.shown.complaint || this.trial.note || this.declared.fault(this.settings.knobs);
    return note || (this.shown.gone ? '' : 'What you write is kept in this browser, and nowhere else.');
  }

  private turnTo(settings: OwnSettings, what: string): void {
    if (settings !== this.settings) this.write(settings, what);
    this.requestUpdate();
  }

  /** Another tab has kept something: a kernel of the list, or the one shown. */
  private readonly reread = (): void => this.requestUpdate();

  private readonly change = ({ detail }: EventOf<'source-change'>): void => this.shown.write(detail.source);

  private readonly begin = ({ detail }: EventOf<'own-start'>): void => this.shown.begin(detail.from);

  private readonly open = ({ detail }: EventOf<'own-open'>): void => this.shown.open(detail.name);

  private readonly discard = ({ detail }: EventOf<'own-remove'>): void => this.shown.remove(detail.name);

  private readonly restore = (): void => this.shown.restore();

  private readonly import = ({ detail }: EventOf<'own-import'>): Promise<void> => this.shown.take(detail.file);

  private readonly export = (): void => {
    save(`${this.settings.name || 'own'}.wgsl`, 'text/plain', this.shown.text);
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

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-view': TsOwnView;
  }
}
