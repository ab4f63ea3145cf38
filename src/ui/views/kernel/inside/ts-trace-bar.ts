import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KernelPlan } from '../../../../gpu/plan.ts';
import type { Phase } from '../../../../lab/protocol.ts';
import { lanesOf, workgroupsOf } from '../../../../lab/trace-log.ts';
import { machines } from '../../../../model/machines.ts';
import { count } from '../../../look/format.ts';
import * as icons from '../../../look/icons.ts';
import { base } from '../../../look/styles.ts';
import { emit } from '../../../state/events.ts';
import type { TraceOptions } from '../../../state/traces.ts';
import { MOST_NAMED, namedWorkgroups } from '../settings.ts';

/**
 * What is to be traced and for which machine it is counted, Trace and Cancel, and one line on how it stands. Its height is
 * the same in every state but that in which it waits for the reader's word.
 *
 * @fires trace
 * @fires trace-long
 * @fires cancel
 * @fires options-change
 */
@customElement('ts-trace-bar')
export class TsTraceBar extends LitElement {
  static override styles = [
    base,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 12px;
        margin-top: 8px;
      }
      label {
        display: block;
        flex: 1 1 140px;
        min-width: 0;
      }
      select,
      input {
        display: block;
        width: 100%;
      }
      .status {
        min-height: 48px;
        margin-top: 8px;
      }
      .status button {
        display: block;
        margin: 8px 0;
      }
      .fault {
        color: var(--wrong);
      }
    `,
  ];

  @property({ attribute: false }) options!: TraceOptions;
  /** Null where the settings are refused. */
  @property({ attribute: false }) plan: KernelPlan | null = null;
  /** Why Trace does nothing now; null where it works. */
  @property({ attribute: false }) blocked: string | null = null;
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) phase: Phase | null = null;
  /** Whether another tab measures, so that this trace waits. */
  @property({ type: Boolean }) waits = false;
  /** One sentence on the last trace. */
  @property({ attribute: false }) note = '';
  /** Whether that was not made since it would hold the GPU for long. */
  @property({ type: Boolean }) long = false;
  /** What is wrong with the numbers given; empty where nothing is. */
  @state() private fault = '';

  override render(): TemplateResult {
    const { running, blocked, fault, options } = this;
    const named = Array.isArray(options.workgroups) ? options.workgroups : null;
    return html`
      <div class="row">
        <button class="primary" aria-disabled=${running || blocked !== null || fault !== ''} aria-describedby="status"
          @click=${this.trace}>${icons.play}Trace</button>
        <button aria-disabled=${!running} @click=${this.cancel}>${icons.stop}Cancel</button>
      </div>
      <div class="row small">
        <label>Workgroups
          <select @change=${this.changeChoice}>
            <option value="all" .selected=${options.workgroups === 'all'}>all that fit</option>
            <option value="sample" .selected=${options.workgroups === 'sample'}>first, middle, last</option>
            <option value="named" .selected=${named !== null}>by number</option>
          </select>
        </label>
        ${
          named
            ? html`<label>Numbers
                <input type="text" inputmode="numeric" .value=${named.join(', ')} aria-invalid=${fault ? 'true' : 'false'} @change=${this.changeNumbers} />
              </label>`
            : nothing
        }
        <label>Counted for
          <select @change=${this.changeMachine}>
            ${machines.map(({ id, title }) => html`<option value=${id} .selected=${options.machine === id}>${title}</option>`)}
          </select>
        </label>
      </div>
      <p class="status small ${fault ? 'fault' : 'soft'}" id="status">
        <span role="status">${this.said()}</span>${this.idle()} ${this.long && !running ? html`<button @click=${() => emit(this, 'trace-long')}>Trace it anyway</button>` : nothing}
      </p>
    `;
  }

  /** What is heard too. */
  private said(): string {
    const { running, waits, phase, fault, blocked, note } = this;
    if (running && waits) return 'Another tab of this page is measuring: waiting until it has finished.';
    if (running) return `${phase ? WORDS[phase] : 'Waiting for the GPU'}…`;
    return fault || (blocked === null ? note : '');
  }

  /** What is only seen, where that says nothing: it changes with every knob. */
  private idle(): string {
    return this.said() ? '' : (this.blocked ?? this.cost());
  }

  /** What a trace will do, before there is one. */
  private cost(): string {
    const { plan } = this;
    if (!plan) return '';
    const passes = plan.passes.map((pass) => {
      const of = workgroupsOf(pass);
      const lanes = lanesOf(pass);
      return `${count(of)} ${of === 1 ? 'workgroup' : 'workgroups'} of ${count(lanes)} ${lanes === 1 ? 'lane' : 'lanes'}`;
    });
    return `Runs a copy of this code that logs every access to memory on your device: ${passes.join(', then ')}. Where the log of all is too large, the first, the middle and the last are traced.`;
  }

  private trace(): void {
    if (!this.running && this.blocked === null && this.fault === '') emit(this, 'trace');
  }

  private cancel(): void {
    if (this.running) emit(this, 'cancel');
  }

  private changeChoice({ target }: Event): void {
    const { value } = target as HTMLSelectElement;
    this.fault = '';
    this.change({ workgroups: value === 'all' || value === 'sample' ? value : [0] });
  }

  private changeNumbers({ target }: Event): void {
    const numbers = namedWorkgroups((target as HTMLInputElement).value);
    if (numbers === null) this.fault = 'Workgroups are numbers with commas between them, such as 0, 7.';
    else if (numbers.length > MOST_NAMED) this.fault = `At most ${MOST_NAMED} workgroups can be named.`;
    else {
      this.fault = '';
      this.change({ workgroups: numbers });
    }
  }

  private changeMachine({ target }: Event): void {
    this.change({ machine: (target as HTMLSelectElement).value });
  }

  private change(change: Partial<TraceOptions>): void {
    emit(this, 'options-change', { options: { ...this.options, ...change } });
  }
}

const WORDS: Readonly<Record<Phase, string>> = {
  plan: 'Planning',
  inputs: 'Making inputs',
  compile: 'Compiling',
  run: 'Running',
  verify: 'Counting',
  time: 'Timing',
  'verify again': 'Checking again',
};

declare module '../../../state/events.ts' {
  interface Events {
    /** A trace is asked for. */
    trace: null;
    /** The same, though it will hold the GPU for long. */
    'trace-long': null;
    /** `isCorrection` if the address asked for something that is not here. */
    'options-change': { readonly options: TraceOptions; readonly isCorrection?: boolean };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-trace-bar': TsTraceBar;
  }
}
