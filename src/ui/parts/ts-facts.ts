import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { intensitiesOf } from '../../core/quantity.ts';
import { planBytes, scratchBytes } from '../../gpu/limits.ts';
import type { KernelPlan } from '../../gpu/plan.ts';
import type { Capabilities, Chosen } from '../../kernels/types.ts';
import { chosenBy } from '../../lab/chosen.ts';
import type { Result } from '../../lab/result.ts';
import type { Operation, Problem } from '../../ops/types.ts';
import { FigureKeys, figure, source } from '../look/figure.ts';
import { amount, bytes, exact, type Figure, figureText, NONE, one, plain } from '../look/format.ts';
import { base } from '../look/styles.ts';
import { chosenKernel } from './chosen.ts';

interface Row {
  readonly label: string;
  readonly modelled: Figure;
  readonly measured: Figure;
  readonly hint?: string;
}

/** Why: the work that the mathematics asks for and the memory that the plan takes, beside what was measured. */
@customElement('ts-facts')
export class TsFacts extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        border-top: 1px solid var(--line);
        padding: 12px 0 16px;
      }
      table {
        width: 100%;
        table-layout: fixed;
        border-collapse: collapse;
        margin-top: 4px;
      }
      th,
      td {
        padding: 3px 0 3px 12px;
        text-align: right;
        font-weight: 400;
        vertical-align: baseline;
        white-space: nowrap;
      }
      th:first-child {
        padding-left: 0;
        text-align: left;
        white-space: normal;
      }
      thead th:not(:first-child) {
        width: 112px;
      }
      @media (max-width: 479px) {
        thead th:nth-child(2) {
          width: 104px;
        }
        thead th:nth-child(3) {
          width: 84px;
        }
      }
      thead th {
        padding-bottom: 6px;
      }
      tbody tr {
        border-top: 1px solid var(--line);
      }
      td.modelled {
        border-bottom: 0;
      }
      td.modelled .figure {
        text-decoration: underline;
        text-decoration-style: dashed;
        text-decoration-thickness: 1px;
        text-decoration-color: var(--edge);
        text-underline-offset: 4px;
      }
      .scope {
        margin-top: 8px;
      }
      .taken {
        margin: 4px 0 8px;
      }
      .hint {
        color: var(--soft);
      }
      .none {
        color: var(--soft);
      }
    `,
  ];

  @property({ attribute: false }) operation: Operation | null = null;
  /** Null where the shape itself is refused. */
  @property({ attribute: false }) problem: Problem | null = null;
  /** Null where the plan is refused. */
  @property({ attribute: false }) plan: KernelPlan | null = null;
  /** What a kernel that chooses takes; null for any other. */
  @property({ attribute: false }) chosen: Chosen | null = null;
  @property({ attribute: false }) result: Result | null = null;
  /** Bytes still allocated after the run; null where nothing has run. */
  @property({ attribute: false }) liveBytes: number | null = null;
  /** Of the device; null where they are not known, as of one that a file names. */
  @property({ attribute: false }) capabilities: Capabilities | null = null;

  /** Whether the code shown is not the saved one, for which the plan was made. */
  @property({ type: Boolean }) edited = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override render(): TemplateResult {
    const { operation, problem, plan } = this;
    const rows = operation && problem ? [...this.work(operation, problem), ...this.memory(plan)] : [];
    return html`<section aria-label="Work and memory">
      <h2>Work and memory of one dispatch</h2>
      ${this.taken()}
      <table>
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">quantity</span></th>
            <th scope="col">${source('modelled')}</th>
            <th scope="col">${source('measured')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.label}${row.hint ? html` <span class="hint small">${row.hint}</span>` : nothing}</th>
                <td class="modelled">${cell(row.modelled)}</td>
                <td>${cell(row.measured)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="small soft scope">
        The work is what the mathematics needs and so is the same for every kernel: each element is counted once. For
        what a kernel really asks of memory, trace it: see “Inside the kernel”.
        ${this.edited ? 'Workgroups and memory are those of the saved kernel’s plan, which runs your edit.' : nothing}
      </p>
    </section>`;
  }

  private taken(): TemplateResult | typeof nothing {
    const { problem, result } = this;
    const chosen = result?.chosen ?? this.chosen;
    return problem && chosen
      ? html`<p class="taken">It takes ${chosenKernel(problem, chosen)}, ${chosenBy(chosen)}.</p>`
      : nothing;
  }

  private work(operation: Operation, problem: Problem): readonly Row[] {
    const quantities = operation.quantities(problem.shape, problem.dtype);
    return [
      ...quantities.map((quantity): Row => {
        const { title, note } = quantity;
        return {
          label: title,
          ...(note === undefined ? {} : { hint: note }),
          modelled: amount(quantity),
          measured: NONE,
        };
      }),
      ...intensitiesOf(quantities).map(({ of, per, value, unit }) => ({
        label: `${of.title} per ${one(per.unit)}`,
        modelled: plain(value, unit),
        measured: NONE,
      })),
    ];
  }

  private memory(plan: KernelPlan | null): readonly Row[] {
    const { result, capabilities } = this;
    const most = capabilities?.limits.maxComputeWorkgroupStorageSize;
    const passes = plan?.passes ?? [null];
    const rows: Row[] = passes.flatMap((pass, index) => {
      const name = pass && passes.length > 1 ? ` of pass ${index + 1}, ${pass.entry}` : '';
      const size = pass?.workgroupSize.filter((side, axis) => axis === 0 || side > 1).join(' × ');
      return [
        {
          label: `Workgroups${name}`,
          ...(size === undefined ? {} : { hint: `of ${size} ${size === '1' ? 'invocation' : 'invocations'}` }),
          modelled: pass ? exact(pass.workgroups[0] * pass.workgroups[1] * pass.workgroups[2]) : NONE,
          measured: NONE,
        },
        {
          label: `Workgroup memory${name}`,
          ...(most === undefined ? {} : { hint: `of ${figureText(bytes(most)).replace(' ', '\u00a0')}` }),
          modelled: pass ? bytes(pass.workgroupBytes) : NONE,
          measured: NONE,
        },
      ];
    });
    rows.push(
      { label: 'Scratch memory', modelled: plan ? bytes(scratchBytes(plan.buffers)) : NONE, measured: NONE },
      {
        label: 'Device memory',
        hint: 'peak of the run',
        modelled: plan ? bytes(planBytes(plan)) : NONE,
        // Zero if a gate failed: the problem itself was then never run.
        measured: result?.work?.peakBytes ? bytes(result.work.peakBytes) : NONE,
      },
      {
        label: 'Still held',
        hint: 'after the run',
        modelled: bytes(0),
        measured: this.liveBytes === null ? NONE : bytes(this.liveBytes),
      },
    );
    return rows;
  }
}

function cell(shown: Figure): TemplateResult {
  return shown === NONE ? html`<span class="none" aria-label="not measured" role="img">–</span>` : figure(shown);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-facts': TsFacts;
  }
}
