import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Refusal } from '../../../core/errors.ts';
import { findKernel, kernelsOf } from '../../../kernels/index.ts';
import { fields } from '../../look/fields.ts';
import { base } from '../../look/styles.ts';
import type { Standing } from '../../parts/ts-ladder.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Refusals } from '../../state/refusals.ts';
import { defaults, kernelOf, numberOf, operationOf, type Settings, withKernel } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import '../../parts/ts-fold.ts';
import '../../parts/ts-knob.ts';
import '../../parts/ts-ladder.ts';
import '../../parts/ts-operation.ts';
import '../../parts/ts-problem.ts';

/**
 * All that can be chosen for one kernel, from the operation down to the seed.
 *
 * @fires settings-change - detail: { settings, what } where `what` names the control, so that repeated turns of one
 *   knob can be one step of Back
 */
@customElement('ts-settings')
export class TsSettings extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      .kernels {
        margin-top: 12px;
      }
      .problem {
        margin-top: 16px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      /* The view orders its parts here, these among them. */
      @media (max-width: 719px) {
        :host {
          display: contents;
        }
        section {
          order: 2;
          padding-top: 12px;
        }
        .problem {
          order: 3;
          margin-top: 0;
          padding-top: 0;
        }
        .kernels {
          border-top: 1px solid var(--line);
        }
        section.knobs {
          order: 5;
          margin-top: 0;
          padding-bottom: 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) settings: Settings = defaults();
  @property({ attribute: false }) refusals!: Refusals;
  @property({ attribute: false }) kernelRefusals: ReadonlyMap<string, Refusal> = new Map();
  @property({ attribute: false }) standings: ReadonlyMap<string, Standing> = new Map();

  override render(): TemplateResult {
    const { settings, refusals } = this;
    const operation = operationOf(settings);
    const kernel = kernelOf(settings);
    return html`
      <section aria-label="Operation and kernel" @kernel-change=${this.changeKernel}>
        <ts-operation .operation=${operation} @operation-change=${this.changeOperation}></ts-operation>
        <ts-fold class="kernels" label="Kernel" now="${numberOf(kernel)} ${kernel.title}">
          <ts-ladder
            .kernels=${kernelsOf(operation.id)}
            .chosen=${kernel.id}
            .refusals=${this.kernelRefusals}
            .standings=${this.standings}
          ></ts-ladder>
        </ts-fold>
      </section>
      <section class="knobs" aria-label="Knobs of the kernel" @knob-change=${this.changeKnob}>
        <h2>Knobs of this kernel</h2>
        ${kernel.knobs.length === 0 ? html`<p class="soft">This kernel has none.</p>` : nothing}
        ${repeat(
          kernel.knobs,
          ({ key }) => `${kernel.op} ${key}`,
          (knob) =>
            html`<ts-knob data-key=${knob.key} .knob=${knob} .knobs=${kernel.knobs} .value=${settings.knobs[knob.key]} .refusalOf=${refusals.of(knob.key)}></ts-knob>`,
        )}
      </section>
      <ts-fold class="problem" label="Shape and input" now=${problemWords(settings)}>
        <ts-problem
          .problem=${settings}
          .dtypes=${kernel.dtypes}
          .knobs=${kernel.knobs}
          .refusalOf=${refusals.of('dtype')}
          @problem-change=${this.changeProblem}
        ></ts-problem>
      </ts-fold>
    `;
  }

  private readonly changeOperation = ({ detail }: EventOf<'operation-change'>): void => {
    const { seed } = this.settings;
    this.change({ ...defaults(detail.operation), seed }, 'operation');
  };

  private readonly changeKernel = ({ detail }: EventOf<'kernel-change'>): void => {
    const kernel = findKernel(this.settings.op, detail.id);
    if (kernel) this.change(withKernel(this.settings, kernel), 'kernel');
  };

  private readonly changeKnob = ({ detail }: EventOf<'knob-change'>): void => {
    const { key, value } = detail;
    this.change({ knobs: { ...this.settings.knobs, [key]: value } }, key);
  };

  private readonly changeProblem = ({ detail }: EventOf<'problem-change'>): void => {
    this.change(detail.change, detail.what);
  };

  private change(part: Partial<Settings>, what: string): void {
    const settings = { ...this.settings, ...part };
    emit(this, 'settings-change', { settings, what });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-settings': TsSettings;
  }
}

declare module '../../state/events.ts' {
  interface Events {
    'settings-change': { readonly settings: Settings; readonly what: string };
  }
}
