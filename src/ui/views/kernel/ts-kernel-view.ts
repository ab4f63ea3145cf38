import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shader } from '../../../kernels/index.ts';
import type { Capabilities } from '../../../kernels/types.ts';
import { verdictWords } from '../../../lab/outcome.ts';
import { defaultCapabilities } from '../../../lab/plan.ts';
import type { Host, Phase } from '../../../lab/protocol.ts';
import type { DeviceReport, Result } from '../../../lab/result.ts';
import { capital, text, time } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import type { LineValues } from '../../parts/editor/line-values.ts';
import type { TsEditor } from '../../parts/editor/ts-editor.ts';
import { type DeviceState, isAnother } from '../../state/device.ts';
import { Edits } from '../../state/edits.ts';
import { type Examined, examine, kernelRefusals, knobRefusals, type Refusals, shaderOf } from '../../state/examine.ts';
import { Experiments } from '../../state/experiments.ts';
import type { CompileError, Outcome } from '../../state/outcome.ts';
import { defaults, fromSearch, kernelOf, keyOf, operationOf, type Settings, toSearch } from '../../state/settings.ts';
import { type Place, placeOf } from '../views.ts';
import { layout } from './layout.ts';
import type { Past } from './ts-runs.ts';
import '../../parts/ts-accesses.ts';
import '../../parts/ts-facts.ts';
import '../../parts/ts-missing.ts';
import '../../parts/ts-notices.ts';
import '../../parts/ts-run-bar.ts';
import './ts-runs.ts';
import './ts-settings.ts';
import '../../parts/ts-times.ts';
import '../../parts/ts-verdict.ts';

// The editor is most of the page's code, and the least urgent: its place is kept until it has come.
void import('../../parts/editor/ts-editor.ts');

const NOT_KEPT = 'This browser keeps no storage for this page: your edit is lost when you reload.';

/**
 * The playground for one kernel: settings, result, code. The address bar holds its state; a result is shown only with
 * the very settings that it was made with.
 *
 * @fires address-change - detail: { search, what }
 * @fires device-missing - detail: { missing }, when a run has shown that the GPU is gone
 */
@customElement('ts-kernel-view')
export class TsKernelView extends LitElement {
  static override styles = [base, layout];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };
  @property({ attribute: false }) place: Place = placeOf('');
  @state() private settings: Settings = defaults();
  @state() private notices: readonly string[] = [];
  /** The kernel's text where it is not the saved one. */
  @state() private edited: string | undefined;
  @query('ts-editor') private readonly editor!: TsEditor;
  @query('ts-verdict') private readonly verdict!: HTMLElement;

  private readonly edits = new Edits(() => globalThis.sessionStorage);
  private readonly experiments = new Experiments(this, (missing) =>
    this.dispatchEvent(new CustomEvent('device-missing', { detail: { missing } })),
  );
  private capabilities: Capabilities = defaultCapabilities;
  private report: DeviceReport | null = null;
  /** Until something is chosen the address may leave the storage type open, and the device decides it. */
  private dtypeChosen = false;
  private examined: Examined = { planned: null, problem: null, fault: null };
  private refusals: Refusals = new Map();
  private kernelRefusals: ReadonlyMap<string, string> = new Map();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.shortcut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.shortcut);
  }

  override willUpdate(properties: PropertyValues): void {
    if (properties.has('device')) this.adopt(this.device);
    if (properties.has('place')) this.readAddress();
    // Pure functions of the settings, the code and the device: recomputed only when one of them has changed.
    if (properties.has('settings') || properties.has('device')) {
      this.refusals = knobRefusals(this.settings, this.capabilities);
      this.kernelRefusals = kernelRefusals(this.settings, this.capabilities);
      document.title = `${kernelOf(this.settings).title} · ${operationOf(this.settings).title} · Tilescope`;
    }
    if (properties.has('settings') || properties.has('device') || properties.has('edited')) {
      this.examined = examine(this.settings, this.edited, this.capabilities);
    }
  }

  override render(): TemplateResult {
    const { settings, device, examined, experiments } = this;
    const operation = operationOf(settings);
    const path = this.path(settings);
    const key = this.key();
    const outcome = this.outcome(key);
    const finished = experiments.at(key);
    const result = outcome.state === 'correct' || outcome.state === 'wrong' ? outcome.result : null;
    const report = device.kind === 'open' ? device.report : null;
    return html`
      <ts-notices .notices=${this.notices} @dismiss=${() => (this.notices = [])}></ts-notices>
      <ts-settings
        .settings=${settings}
        .features=${device.kind === 'open' ? this.capabilities.features : undefined}
        .refusals=${this.refusals}
        .kernelRefusals=${this.kernelRefusals}
        .standings=${experiments.standings(settings)}
        @settings-change=${this.changeSettings}
      ></ts-settings>
      <div class="result">
        <ts-run-bar
          .running=${experiments.running !== null}
          .step=${experiments.running?.step ?? null}
          .blocked=${this.blocked()}
          .note=${finished ? finished.note : experiments.note}
          .came=${phaseReached(outcome)}
          @run=${this.run}
          @cancel=${this.cancel}
        ></ts-run-bar>
        ${device.kind === 'missing' ? html`<ts-missing .missing=${device.missing}></ts-missing>` : nothing}
        <ts-verdict
          .outcome=${outcome}
          ?hidden=${device.kind === 'missing' && outcome.state === 'idle'}
          @go-to-line=${this.goToLine}
        ></ts-verdict>
        <ts-times .result=${result} .device=${report}></ts-times>
        <ts-accesses .accesses=${examined.planned?.plan.accesses ?? []}></ts-accesses>
        <ts-facts
          .operation=${operation}
          .problem=${examined.problem}
          .plan=${examined.planned?.plan ?? null}
          .result=${result}
          .liveBytes=${finished?.liveBytes ?? null}
          .capabilities=${this.capabilities}
        ></ts-facts>
      </div>
      <div class="code">
        <ts-editor
          .source=${this.edited ?? shader(path)}
          .saved=${shader(path)}
          .path=${`shaders/${path}`}
          .values=${this.lineValues()}
          .errors=${errorsOf(outcome)}
          @source-change=${this.changeSource}
        ></ts-editor>
      </div>
      <ts-runs .runs=${experiments.runs} .current=${key} @recall=${this.recall}></ts-runs>
      <p class="visually-hidden" role="status">${announcement(outcome)}</p>
    `;
  }

  /** Of the WGSL in sight; edits are kept by it. */
  private path(settings: Settings): string {
    return shaderOf(settings, this.capabilities);
  }

  private key(): string {
    return keyOf(this.settings, this.edited);
  }

  /** What is true of the settings in sight: running, refused, finished, or not run yet. */
  private outcome(key: string): Outcome {
    const { problem, fault } = this.examined;
    const gates = problem
      ? operationOf(this.settings)
          .gates(problem)
          .map(({ name }) => name)
      : [];
    if (this.experiments.running?.key === key) return { state: 'running', gates };
    return fault ?? this.experiments.at(key)?.outcome ?? { state: 'idle', gates };
  }

  private blocked(): string | null {
    if (this.device.kind === 'missing') return 'No GPU to run on';
    if (this.examined.fault) return 'Nothing to run: see the verdict';
    return null;
  }

  private lineValues(): LineValues {
    const plan = this.examined.planned?.plan;
    if (!plan) return {};
    const numbers = { ...plan.constants, ...Object.assign({}, ...plan.passes.map((pass) => pass.overrides)) };
    return {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      ...plan.aliases,
    };
  }

  private readonly run = (): void => {
    if (this.experiments.running || this.blocked() !== null) return;
    void this.experiments.run(this.host, this.settings, this.edited);
    this.revealVerdict();
  };

  private readonly cancel = (): void => this.experiments.abandon('You cancelled the run.');

  /** In one column Run stays in sight while its result may not: then the result is brought to it. */
  private revealVerdict(): void {
    const { top, bottom } = this.verdict.getBoundingClientRect();
    if (top > innerHeight - 160 || bottom < 160) this.verdict.scrollIntoView({ block: 'start', behavior: 'instant' });
  }

  /** A device has come, gone or changed: results of another one are not shown as this one's. */
  private adopt(device: DeviceState): void {
    this.capabilities = device.kind === 'open' ? device.capabilities : defaultCapabilities;
    if (isAnother(this.report, device)) this.experiments.forget();
    if (device.kind !== 'open') return;
    this.report = device.report;
    if (this.dtypeChosen) this.show(this.settings);
    else this.readAddress();
  }

  private readAddress(): void {
    // Where the address names no storage type nobody has asked for f16: a device without it runs the example in f32.
    const features = this.device.kind === 'open' ? this.capabilities.features : undefined;
    const { settings, notices, dtype } = fromSearch(this.place.search, features);
    this.notices = notices;
    this.dtypeChosen = dtype;
    this.show(settings);
  }

  private write(settings: Settings, what: string): void {
    this.dtypeChosen = true;
    this.dispatchEvent(new CustomEvent('address-change', { detail: { search: toSearch(settings), what } }));
    this.show(settings);
  }

  private readonly changeSettings = ({ detail }: CustomEvent<{ settings: Settings; what: string }>): void => {
    this.notices = [];
    this.write(detail.settings, detail.what);
  };

  private show(settings: Settings): void {
    this.settings = settings;
    this.edited = this.edits.get(this.path(settings));
    this.experiments.turnTo(this.key());
  }

  private readonly changeSource = ({ detail }: CustomEvent<{ source: string }>): void => {
    const path = this.path(this.settings);
    const kept = this.edits.set(path, detail.source === shader(path) ? undefined : detail.source);
    if (!kept && !this.notices.includes(NOT_KEPT)) this.notices = [...this.notices, NOT_KEPT];
    this.show(this.settings);
  };

  private readonly recall = ({ detail: { past } }: CustomEvent<{ past: Past }>): void => {
    this.edits.set(this.path(past.settings), past.source);
    this.write(past.settings, `recall ${past.key}`);
  };

  private readonly goToLine = ({ detail }: CustomEvent<{ line: number; column: number }>): void => {
    this.editor.goTo(detail.line, detail.column);
  };

  private readonly shortcut = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.run();
  };
}

/** A wrong output is not timed. */
function phaseReached({ state }: Outcome): Phase | null {
  return state === 'correct' ? 'verify again' : state === 'wrong' ? 'verify' : null;
}

function errorsOf(outcome: Outcome): readonly CompileError[] {
  return outcome.state === 'failed' ? outcome.errors : [];
}

function announcement(outcome: Outcome): string {
  switch (outcome.state) {
    case 'idle':
    case 'running':
      return '';
    case 'refused':
      return `Refused: ${outcome.rule}.`;
    case 'failed':
      return `Failed: ${outcome.reason}.`;
    case 'correct':
    case 'wrong':
      return spoken(outcome.result);
    default:
      return outcome satisfies never;
  }
}

function spoken(result: Result): string {
  const { status, reason, time: measured } = result;
  const verdict = capital(verdictWords(result));
  if (status === 'wrong') return `${verdict}: ${reason}.`;
  if (measured?.medianNs) return `${verdict}. ${text(time(measured.medianNs))} a dispatch.`;
  return measured ? `${verdict}. The time is unresolved.` : `${verdict}.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-kernel-view': TsKernelView;
  }
}
