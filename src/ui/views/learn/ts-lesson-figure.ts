import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { edited } from '../../../core/edited.ts';
import { findKernel, shader, shaderPath } from '../../../kernels/index.ts';
import type { Figure, Lesson, RunsEvidence } from '../../../lessons/types.ts';
import { findProbe } from '../../../probes/index.ts';
import { source } from '../../look/figure.ts';
import { capital, typeset } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { DeviceState } from '../../state/device.ts';
import { emit } from '../../state/events.ts';
import { fromResult } from '../../state/outcome.ts';
import { type EvidenceBook, originWords, type Shown } from './evidence.ts';
import { offerOf } from './offer.ts';
import { prose } from './prose.ts';
import { hasTimes, samplesOf } from './samples.ts';
import '../../parts/inside/ts-findings.ts';
import '../../parts/inside/ts-replay.ts';
import '../../parts/inside/ts-request.ts';
import { mostOf } from '../../parts/inside/ts-traffic.ts';
import { basisOf, valueFigure } from '../../parts/probe/finding.ts';
import '../../parts/probe/ts-panel.ts';
import '../../parts/ts-share.ts';
import '../../parts/ts-verdict.ts';
import './ts-code-lines.ts';
import './ts-curve.ts';
import './ts-lesson-roofline.ts';
import './ts-run-table.ts';

type Of<Kind extends Figure['kind']> = Extract<Figure, { kind: Kind }>;
type DataOf<Kind extends Shown['data']['kind']> = Extract<Shown['data'], { kind: Kind }>;

/**
 * A figure of a lesson: drawn from evidence that is there, by the same parts as in the other views.
 *
 * @fires evidence-make
 * @fires evidence-play
 */
@customElement('ts-lesson-figure')
export class TsLessonFigure extends LitElement {
  static override styles = [
    base,
    prose,
    css`
      figure {
        margin: 16px 0;
        padding: 12px 16px;
        border: 1px solid var(--line);
        border-radius: 4px;
      }
      /* Here nothing beneath has to stay where it is. */
      ts-findings {
        --findings-height: auto;
      }
      ts-request,
      ts-traffic {
        --sentence-height: auto;
      }
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px 32px;
      }
      @media (min-width: 720px) {
        .pair.two {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      figcaption.prose {
        margin-top: 12px;
        font-size: 14px;
        line-height: 20px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-start;
        gap: 8px 16px;
        margin-top: 8px;
      }
      .from {
        display: flex;
        flex: 1 1 320px;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        min-height: 32px;
      }
      ts-share {
        flex-direction: row-reverse;
        margin: 0 0 0 auto;
      }
      .name {
        font-weight: 600;
        font-size: 13px;
        line-height: 20px;
      }
      .empty {
        min-height: 72px;
        color: var(--soft);
      }
      .found {
        margin-top: 8px;
      }
      .found li {
        padding: 4px 0;
        border-top: 1px solid var(--line);
        font-size: 13px;
      }
      .warn {
        margin-top: 8px;
        display: flex;
        gap: 6px;
      }
      .warn .icon {
        color: var(--unresolved);
      }
    `,
  ];

  @property({ attribute: false }) figure!: Figure;
  @property({ attribute: false }) lesson!: Lesson;
  /** Changes without becoming another one. */
  @property({ attribute: false, hasChanged: () => true }) book!: EvidenceBook;
  /** Why nothing can be run; null where it can. */
  @property({ attribute: false }) blocked: string | null = null;
  @property({ attribute: false }) device: DeviceState = { kind: 'opening' };

  override render(): TemplateResult {
    const { figure, book, lesson } = this;
    const ids = [figure.of].flat();
    const shown = ids.flatMap((id) => book.of(id) ?? []);
    const isThere = shown.length === ids.length;
    const origins = [...new Set(shown.map(({ origin }) => origin))];
    const isEmulated = hasTimes(figure) && shown.some(({ software }) => software);
    const blocked = this.blocked ?? book.lack(ids);
    const note = book.note(ids);
    const titles = ids.map((id) => lesson.evidence[id].title);
    return html`<figure aria-label=${titles.join(' and ')}>
      ${isThere ? html`<div class="drawing">${this.drawn(figure, shown)}</div>` : html`<p class="empty">${capital(titles.join(' and '))}: not shown yet.</p>`}
      ${figure.captionHtml === '' ? nothing : html`<figcaption class="prose">${unsafeHTML(figure.captionHtml)}</figcaption>`}
      <div class="foot">
      <p class="from small soft">
        ${[...new Set(shown.flatMap(kindOf))].map((kind) => source(kind))}
        ${isThere ? html`<span>${originWords(shown.map(({ origin }, at) => ({ title: titles[at], origin })))}</span>` : nothing}
        ${
          blocked === null
            ? html`<button aria-disabled=${book.isRunning} @click=${() => book.isRunning || emit(this, 'evidence-make', { ids })}>${icons.play}Run on this GPU</button>`
            : this.blocked === null
              ? html`<span>Not run here: ${blocked}.</span>`
              : nothing
        }
        ${
          book.isRecorded(ids) && (origins.length === 0 || origins.includes(null))
            ? html`<button class="quiet" @click=${() => emit(this, 'evidence-play', { ids })}>Show the recording</button>`
            : nothing
        }
        <span role="status">${note}</span>
      </p>
      ${isThere ? html`<ts-share end .offer=${this.offer(shown)}></ts-share>` : nothing}
      </div>
      ${isEmulated ? html`<p class="warn small soft">${icons.alert}<span>A software adapter: the CPU emulates the GPU. Its verdicts hold; its times say nothing about GPUs.</span></p>` : nothing}
    </figure>`;
  }

  private offer(shown: readonly Shown[]): Offer {
    const { lesson, figure, device, book } = this;
    const chart = (): Element | null => this.renderRoot.querySelector('.drawing');
    return offerOf({ lesson, figure, shown, device, items: (id) => book.items(id), chart });
  }

  private drawn(figure: Figure, shown: readonly Shown[]): TemplateResult {
    const [first] = shown;
    switch (figure.kind) {
      case 'request':
        return html`<ts-request .steps=${first.steps} .first=${figure.access} missing="This kernel accesses no memory."></ts-request>`;
      case 'lines':
        return this.lines(figure, shown);
      case 'traffic': {
        const totals = shown.map(({ data }) => (data as DataOf<'trace'>).result.totals);
        const most = Math.max(...totals.map((one) => (one ? mostOf(one) : 1)));
        return html`<div class="pair ${shown.length > 1 ? 'two' : ''}">
          ${totals.map(
            (one, at) => html`<div>
              <p class="name">${capital(this.lesson.evidence[figure.of[at]].title)}</p>
              <ts-traffic .of=${this.lesson.evidence[figure.of[at]].title} .totals=${one} .most=${most}></ts-traffic>
            </div>`,
          )}
        </div>`;
      }
      case 'steps':
        return html`<ts-replay .steps=${first.steps} .first=${figure.lane} .text=${this.text(figure.of).split('\n')} .rows=${figure.rows}></ts-replay>`;
      case 'findings':
        return html`<ts-findings .result=${(first.data as DataOf<'trace'>).result} unlinked></ts-findings>`;
      case 'runs': {
        const { results } = first.data as DataOf<'runs'>;
        const { runs } = this.lesson.evidence[figure.of] as RunsEvidence;
        const isShown = (at: number): boolean => figure.only.length === 0 || figure.only.includes(runs[at].label);
        return html`<ts-run-table .runs=${runs.filter((_, at) => isShown(at))} .results=${results.filter((_, at) => isShown(at))} .baseline=${figure.baseline} .measure=${figure.measure} ?recorded=${first.origin !== null}></ts-run-table>`;
      }
      case 'curve':
        return html`<ts-curve .figure=${figure} .results=${(first.data as DataOf<'runs'>).results}></ts-curve>`;
      case 'samples': {
        const { results, labels } = first.data as DataOf<'runs'>;
        const chart = samplesOf(figure.run, results[labels.indexOf(figure.run)]);
        return chart
          ? html`<ts-panel .panel=${chart.panel} .rows=${[chart.row]}></ts-panel>`
          : html`<p class="empty">${capital(figure.run)}: no time was measured.</p>`;
      }
      case 'verdict':
        return this.verdict(figure, first);
      case 'roofline':
        return this.roofline(figure, shown);
      case 'probe':
        return this.probe(figure, first);
      default:
        return figure satisfies never;
    }
  }

  private lines(figure: Of<'lines'>, shown: readonly Shown[]): TemplateResult {
    return html`<div class="pair ${shown.length > 1 ? 'two' : ''}">
      ${shown.map(
        ({ data }, at) => html`<ts-code-lines
          .name=${capital(this.lesson.evidence[figure.of[at]].title)}
          .text=${this.text(figure.of[at])}
          .sites=${(data as DataOf<'trace'>).result.sites}
          .at=${figure.at}
          .linesBefore=${figure.before}
          .linesAfter=${figure.after}
        ></ts-code-lines>`,
      )}
    </div>`;
  }

  private verdict({ of, run }: Of<'verdict'>, { data }: Shown): TemplateResult {
    const { results, labels } = data as DataOf<'runs'>;
    const result = results[labels.indexOf(run)];
    const { op, kernel } = (this.lesson.evidence[of] as RunsEvidence).runs[labels.indexOf(run)];
    return html`<p class="name">${capital(run)}</p>
      <ts-verdict .of=${run} .outcome=${fromResult(result, false)} .knobs=${findKernel(op, kernel)?.knobs ?? []}></ts-verdict>`;
  }

  private roofline({ of: [id] }: Of<'roofline'>, [runs, roofs]: readonly Shown[]): TemplateResult {
    if ((runs.origin === null) !== (roofs.origin === null))
      return html`<p class="empty">The runs and the roofs are of two devices now. Run both on this GPU, or show both recordings.</p>`;
    const { found, rows } = roofs.data as DataOf<'probe'>;
    const evidence = this.lesson.evidence[id] as RunsEvidence;
    return html`<ts-lesson-roofline .runs=${evidence.runs} .results=${(runs.data as DataOf<'runs'>).results} .found=${found} .rows=${rows}></ts-lesson-roofline>`;
  }

  private probe({ of, panel, found: keys }: Of<'probe'>, { data }: Shown): TemplateResult {
    const evidence = this.lesson.evidence[of];
    const probe = evidence.kind === 'probe' ? findProbe(evidence.probe) : undefined;
    const { rows, found } = data as DataOf<'probe'>;
    if (!probe) return html``;
    return html`<ts-panel .panel=${probe.panels[panel]} .rows=${rows} .found=${found}></ts-panel>
      <ul class="found">
        ${found
          .filter(({ key }) => keys.includes(key))
          .map(
            (found) => html`<li><b>${typeset(found.title)}:</b>
              ${found.value === null ? 'withheld' : valueFigure(found)}. <span class="soft">${basisOf(found)}</span></li>`,
          )}
      </ul>`;
  }

  /** The text that a trace is of. */
  private text(id: string): string {
    const evidence = this.lesson.evidence[id];
    if (evidence.kind !== 'trace') return '';
    const shown = this.book.of(id);
    if (shown?.data.kind !== 'trace') return '';
    const { op, kernel } = shown.data.result;
    const found = findKernel(op, kernel);
    const text = found ? shader(shaderPath(found)) : '';
    return evidence.edit ? edited(text, [evidence.edit.find, evidence.edit.replace]) : text;
  }
}

/** What a value is where it is drawn from this. Counts of a trace are modelled, and say so themselves. */
function kindOf({ data, origin }: Shown): readonly ('measured' | 'recorded')[] {
  if (origin !== null) return ['recorded'];
  return data.kind === 'trace' ? [] : ['measured'];
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-lesson-figure': TsLessonFigure;
  }
}
