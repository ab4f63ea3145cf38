import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { verdictWords } from '../../../lab/outcome.ts';
import { FigureKeys, figure } from '../../look/figure.ts';
import { capital, duration, NONE, significant, timeInterval } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { type Beside, baseline, beside, type Standing } from '../../state/baseline.ts';
import { lineDiff } from '../../state/line-diff.ts';
import { kernelOf } from '../../state/settings.ts';
import { changeWords, problemWords } from '../../state/titles.ts';

/** The result shown beside the one that is pinned: how much faster, how sure that is, and what differs in their code. */
@customElement('ts-beside')
export class TsBeside extends LitElement {
  static override styles = [
    base,
    css`
      section {
        padding: 12px 0 16px;
        border-top: 1px solid var(--line);
      }
      /* Both columns share their rows, so that what is compared stands side by side. */
      .pair {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        grid-template-rows: repeat(5, auto);
        gap: 0 16px;
        margin-top: 4px;
      }
      .pair > div {
        display: grid;
        grid-row: 1 / -1;
        grid-template-rows: subgrid;
      }
      .pair b {
        display: block;
        overflow-wrap: anywhere;
      }
      .time {
        font-size: 18px;
        line-height: 28px;
      }
      .ratio {
        margin-top: 8px;
      }
      .ratio b.faster {
        color: var(--correct);
      }
      .ratio b.slower {
        color: var(--wrong);
      }
      .diff {
        max-height: 320px;
        margin-top: 8px;
        padding: 4px 0;
        overflow: auto;
        border: 1px solid var(--line);
        background: var(--raised);
        font: 12px/18px var(--mono);
      }
      .diff li {
        display: grid;
        grid-template-columns: 36px 36px 16px max-content;
        min-width: max-content;
        white-space: pre;
      }
      .diff .number {
        color: var(--soft);
        text-align: right;
        padding-right: 6px;
      }
      .removed {
        background: color-mix(in srgb, var(--vermillion) 18%, var(--ground));
      }
      .added {
        background: color-mix(in srgb, var(--green) 20%, var(--ground));
      }
      .gap {
        color: var(--soft);
      }
    `,
  ];

  /** Null where there is no result. */
  @property({ attribute: false }) shown: Standing | null = null;
  private unwatch: (() => void) | null = null;

  constructor() {
    super();
    new FigureKeys(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unwatch = baseline.watch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unwatch?.();
  }

  override render(): TemplateResult | typeof nothing {
    const { shown } = this;
    const { pinned } = baseline;
    if (!pinned) return nothing;
    const isSame = shown?.entry === pinned.entry;
    return html`<section aria-label="Beside the baseline">
      <h2>Beside the baseline</h2>
      <div class="pair">${this.one('Baseline', pinned)}${
        shown && !isSame
          ? this.one('Shown', shown)
          : html`<p class="soft">${isSame ? 'This is the baseline: run something else to set beside it.' : 'Run to set a result beside it.'}</p>`
      }</div>
      ${shown && !isSame ? this.compared(shown, pinned) : nothing}
    </section>`;
  }

  private one(label: string, { entry, result, where }: Standing): TemplateResult {
    const { settings } = entry;
    const kernel = kernelOf(settings);
    const turned = Object.fromEntries(
      kernel.knobs
        .filter((knob) => settings.knobs[knob.key] !== knob.default)
        .map(({ key }) => [key, settings.knobs[key]]),
    );
    const changed = Object.keys(turned).length > 0 ? `; ${changeWords(turned, kernel.knobs)}` : '';
    const median = result.time?.medianNs;
    const interval = result.time?.intervalNs;
    return html`<div>
      <span class="small soft">${label}</span>
      <b>${kernel.title}${entry.source === undefined ? '' : ', edited'}</b>
      <span class="small soft">${problemWords(settings)}${changed}. ${where}</span>
      <p class="time">${figure(median ? duration(median) : NONE, 'left')}</p>
      <p class="small">${capital(verdictWords(result))}${interval && median ? html`, ${figure(timeInterval(...interval, median), 'left')}` : nothing}</p>
    </div>`;
  }

  private compared(shown: Standing, pinned: Standing): TemplateResult {
    const found = beside(shown, pinned);
    return html`<p class="ratio">${said(found)}</p>
      ${found.caveat === null ? nothing : html`<p class="small soft">${found.caveat}</p>`}
      ${this.differences(pinned.code, shown.code)}`;
  }

  private differences(before: string, after: string): TemplateResult {
    const lines = lineDiff(before, after);
    if (lines.length === 0) return html`<p class="small soft">Their code is the same.</p>`;
    const signs = { same: ' ', removed: '−', added: '+' } as const;
    const words = { same: '', removed: 'removed: ', added: 'added: ' } as const;
    return html`<div class="diff" tabindex="0" role="group" aria-label="Code, from the baseline to what is shown"><ol>
      ${lines.map((line) =>
        line === null
          ? html`<li class="gap"><span></span><span></span><span></span><span>…</span></li>`
          : html`<li class=${line.kind}><span class="number">${line.before ?? ''}</span><span class="number">${line.after ?? ''}</span
              ><span aria-hidden="true">${signs[line.kind]}</span
              ><span><span class="visually-hidden">${words[line.kind]}</span>${line.text}</span></li>`,
      )}
    </ol></div>`;
  }
}

/** "Faster: 0.52× the baseline's time, 0.51 to 0.54." */
function said({ outcome, ratio, interval }: Beside): TemplateResult | typeof nothing {
  if (ratio === null) return nothing;
  const range = interval === null ? '' : `, ${significant(interval[0])} to ${significant(interval[1])} (99%)`;
  return html`<b class=${outcome}>${capital(outcome)}</b>: ${significant(ratio)}× the baseline’s time${range}.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-beside': TsBeside;
  }
}
