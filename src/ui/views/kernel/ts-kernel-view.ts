import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Refusal } from '../../../core/errors.ts';
import type { Quantity } from '../../../core/quantity.ts';
import { outline, shader } from '../../../kernels/index.ts';
import { base } from '../../look/styles.ts';
import { type LineCounts, NO_COUNTS } from '../../parts/editor/line-counts.ts';
import type { TsEditor } from '../../parts/editor/ts-editor.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { TsVerdict } from '../../parts/ts-verdict.ts';
import { WhenNear } from '../../parts/when-near.ts';
import type { Standing as BesideStanding } from '../../state/baseline.ts';
import type { BudgetName } from '../../state/effort.ts';
import type { EventOf } from '../../state/events.ts';
import { type Examined, examine, kernelRefusals, shaderOf } from '../../state/examine.ts';
import { type Entry, type Item, itemOf } from '../../state/ledger.ts';
import { Refusals } from '../../state/refusals.ts';
import { kernelOf, operationOf, quantitiesOf, type Settings, sameProblem } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import { offerOf, whoseOf } from '../share.ts';
import { View } from '../view.ts';
import { EditedTexts } from './edited-texts.ts';
import { layout } from './layout.ts';
import { announcement, noteOn, phaseReached, verdictOf } from './outcome-words.ts';
import { Past } from './past.ts';
import { Pinning } from './pinning.ts';
import type { KernelSettings } from './settings.ts';
import { asksForSaved, besideStanding, errorsOf, lineValues, outcomeOf, standings } from './shown.ts';
import '../../parts/editor/ts-editor.ts';
import '../../parts/ts-facts.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-run-bar.ts';
import '../../parts/ts-share.ts';
import '../../parts/ts-times.ts';
import '../../parts/ts-unloaded.ts';
import '../../parts/ts-verdict.ts';
import './ts-settings.ts';

/**
 * The playground for one kernel: settings, result, code. A result is shown only with the very settings that it was made
 * with, whichever view has measured it.
 */
@customElement('ts-kernel-view')
export class TsKernelView extends View<KernelSettings> {
  static override styles = [base, layout];

  /** The kernel's text where it is not the saved one. */
  @state() private edited: string | undefined;
  /** What a trace has counted by line. */
  @state() private counts: LineCounts = NO_COUNTS;
  @query('ts-editor') private readonly editor!: TsEditor;
  @query('ts-verdict') private readonly verdict!: TsVerdict;

  private readonly inside = new WhenNear(this, '.inside', () => import('./inside/ts-inside.ts'));
  private readonly past = new Past(this, (event) => this.recall(event));
  private readonly pinning = new Pinning(this);
  private readonly texts = new EditedTexts((notice) => {
    if (!this.notices.includes(notice)) this.notices = [...this.notices, notice];
  });
  private examined!: Examined;
  private quantities: readonly Quantity[] = [];
  private refusals!: Refusals;
  private kernelRefusals: ReadonlyMap<string, Refusal> = new Map();

  override willUpdate(properties: PropertyValues): void {
    super.willUpdate(properties);
    if (properties.has('place')) this.arrive();
    // Pure functions of the settings, the code and the device: recomputed only when one of them has changed.
    const settings = properties.get('settings') as KernelSettings | undefined;
    if (properties.has('device') || (properties.has('settings') && !(settings && sameProblem(settings, this.settings))))
      this.kernelRefusals = kernelRefusals(this.settings, this.capabilities);
    if (properties.has('settings') || properties.has('device')) {
      document.title = `${kernelOf(this.settings).title} · ${operationOf(this.settings).title} · Tilescope`;
    }
    if (properties.has('settings') || properties.has('device') || properties.has('edited')) {
      this.examined = examine(this.settings, this.edited, this.capabilities);
      this.refusals = new Refusals(this.settings, this.examined.refusal, this.capabilities);
      this.quantities = quantitiesOf(this.examined.problem);
    }
  }

  override updated(properties: PropertyValues): void {
    // A trace is looked at where traces are.
    if (properties.has('place') && this.place.file?.holding.kind === 'trace')
      this.renderRoot.querySelector('.inside')?.scrollIntoView({ block: 'start', behavior: 'instant' });
  }

  override render(): TemplateResult {
    const { settings, device, examined, runs, ledger } = this;
    const operation = operationOf(settings);
    const path = this.path(settings);
    const { key } = this.item();
    const entry = ledger.latest(key);
    const outcome = outcomeOf(settings, examined, entry, runs.running !== null, this.recorded);
    const result = outcome.state === 'correct' || outcome.state === 'wrong' ? outcome.result : null;
    const report = device.kind === 'open' ? device.report : null;
    const standing = this.standing(entry);
    return html`
      <ts-notices .notices=${this.notices} @dismiss=${this.dismiss}></ts-notices>
      <ts-settings
        .settings=${settings}
        .refusals=${this.refusals}
        .kernelRefusals=${this.kernelRefusals}
        .standings=${standings(ledger, settings)}
        @settings-change=${this.changeSettings}
      ></ts-settings>
      <div class="result">
        <ts-run-bar
          .running=${runs.running !== null}
          .phase=${runs.running?.phase ?? null}
          .choice=${runs.running?.choice ?? null}
          .blocked=${this.blocked()}
          .note=${entry ? noteOn(entry) : runs.note}
          .came=${phaseReached(outcome)}
          .verdict=${verdictOf(outcome)}
          .waits=${runs.running?.waits ?? false}
          .doubtMs=${runs.running?.doubtMs ?? null}
          @run=${this.run}
          @cancel=${this.cancel}
          @verdict-show=${this.showVerdict}
        ></ts-run-bar>
        ${device.kind === 'missing' ? html`<ts-missing .missing=${device.missing}></ts-missing>` : nothing}
        <ts-verdict
          .outcome=${outcome}
          ?hidden=${device.kind === 'missing' && outcome.state === 'idle'}
          .knobs=${kernelOf(settings).knobs}
          @go-to-line=${this.goToLine}
          @knobs-change=${this.changeKnobs}
          @run-long=${this.runLong}
        ></ts-verdict>
        <ts-times .result=${result} .quantities=${this.quantities} .device=${report}></ts-times>
        <ts-facts
          .operation=${operation}
          .edited=${this.edited !== undefined}
          .problem=${examined.problem}
          .plan=${examined.planned?.plan ?? null}
          .chosen=${examined.planned?.chosen ?? null}
          .result=${result}
          .liveBytes=${entry?.liveBytes ?? null}
          .capabilities=${this.recorded === null ? this.capabilities : null}
        ></ts-facts>
        <ts-share .offer=${this.offer(entry)}>${this.pinning.button(standing)}</ts-share>
        ${this.pinning.beside(standing)}
      </div>
      <div class="code">
        <ts-editor
          .source=${this.edited ?? shader(path)}
          .saved=${shader(path)}
          .replaced=${this.texts.replaced(path)}
          .declared=${outline(path)}
          .path=${`shaders/${path}`}
          .values=${lineValues(examined.planned?.plan ?? null)}
          .errors=${errorsOf(outcome)}
          .counts=${this.counts}
          @source-change=${this.changeSource}
        ></ts-editor>
      </div>
      <div class="inside">
        ${this.inside.failed ? html`<ts-unloaded what="What shows the kernel’s inside"></ts-unloaded>` : nothing}
        <ts-inside
          ?hidden=${this.inside.failed}
          .host=${this.host}
          .ledger=${ledger}
          .item=${this.item()}
          .text=${this.edited ?? shader(path)}
          .plan=${examined.planned?.plan ?? null}
          .whose=${whoseOf(this.device, this.recorded)}
          .blocked=${this.blocked()}
          .asked=${settings.inside}
          @options-change=${this.changeInside}
          @go-to-line=${this.goToLine}
          @line-counts=${this.changeCounts}
          @line-lit=${this.light}
        ></ts-inside>
      </div>
      <div class="runs">${this.past.list(ledger.runs(), key, this.recorded !== null)}</div>
      <p class="visually-hidden" role="status">${announcement(outcome, runs.running?.waits ?? null, kernelOf(settings).knobs)}</p>
    `;
  }

  protected override get effort(): BudgetName {
    return 'full';
  }

  protected override items(): readonly Item[] {
    return [this.item()];
  }

  protected override measuredBy(settings: KernelSettings): string {
    return itemOf(settings, this.edited).key;
  }

  protected override hindrance(): string | null {
    return this.examined.fault ? 'Nothing to run: see the verdict' : null;
  }

  protected override filled(): HTMLElement {
    return this.verdict;
  }

  protected override show(settings: KernelSettings): void {
    this.edited = this.texts.of(this.path(settings));
    super.show(settings);
  }

  private item(): Item {
    return itemOf(this.settings, this.edited);
  }

  /** Of the WGSL shown; edits are kept by it. */
  private path(settings: Settings): string {
    return shaderOf(settings, this.capabilities);
  }

  /** The result shown, as it stands beside another; null where there is none. */
  private standing(entry: Entry | undefined): BesideStanding | null {
    if (!entry || this.runs.running) return null;
    return besideStanding(entry, this.device, this.recorded, this.path(entry.settings));
  }

  private offer(entry: Entry | undefined): Offer {
    const { settings, edited } = this;
    const entries = entry?.result && !this.runs.running ? [entry] : [];
    return offerOf({
      name: `${settings.op}-${settings.kernel}`,
      title: `${kernelOf(settings).title} · ${operationOf(settings).title}, ${problemWords(settings)}`,
      whose: whoseOf(this.device, this.recorded),
      entries,
      chart: () => this.renderRoot.querySelector('ts-times'),
      search: this.spec.write(settings),
      code: edited,
      figure: null,
    });
  }

  /** To another kernel or problem, of which the same is to be traced. */
  private go(settings: Settings, what: string): void {
    this.write({ ...settings, inside: this.settings.inside }, what);
  }

  private readonly changeInside = ({ detail }: EventOf<'options-change'>): void => {
    const { options, isCorrection } = detail;
    const { notices } = this;
    this.write({ ...this.settings, inside: options }, 'inside', isCorrection);
    if (isCorrection) this.notices = notices;
  };

  private readonly changeSettings = ({ detail }: EventOf<'settings-change'>): void => {
    this.go(detail.settings, detail.what);
  };

  private readonly changeKnobs = ({ detail: { change } }: EventOf<'knobs-change'>): void => {
    this.write({ ...this.settings, knobs: { ...this.settings.knobs, ...change } }, 'knobs');
    // The button that was pressed goes with the rule.
    this.focus();
  };

  private readonly showVerdict = (): void => {
    this.verdict.scrollIntoView({ block: 'start', behavior: 'instant' });
    this.verdict.focus();
  };

  private readonly changeSource = ({ detail: { source, whole } }: EventOf<'source-change'>): void => {
    this.texts.change(this.path(this.settings), source, whole);
    this.show(this.settings);
  };

  private readonly recall = ({ detail: { past } }: EventOf<'recall'>): void => {
    this.texts.recall(this.path(past.settings), past.source);
    this.go(past.settings, `recall ${past.key}`);
  };

  /** From another address, which may bring a text along or ask for the saved one. */
  private arrive(): void {
    const { code, file, search } = this.place;
    const path = this.path(this.settings);
    if (code !== undefined) this.texts.link(path, code, Boolean(file));
    else if (asksForSaved(search)) this.texts.reset(path);
    else return;
    this.show(this.settings);
  }

  private readonly changeCounts = ({ detail }: EventOf<'line-counts'>): void => {
    this.counts = detail.counts;
  };

  private readonly light = ({ detail }: EventOf<'line-lit'>): void => {
    this.editor.light(detail.line);
  };

  private readonly goToLine = ({ detail }: EventOf<'go-to-line'>): void => {
    void this.editor.goTo(detail.line, detail.column);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-kernel-view': TsKernelView;
  }
}
