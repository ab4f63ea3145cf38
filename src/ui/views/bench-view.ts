/** What Ladder and Sweep have in common: one bar for many measurements, and a sentence on what their times are worth. */
import { html, nothing, type TemplateResult } from 'lit';
import * as icons from '../look/icons.ts';
import { SOFTWARE } from '../state/device.ts';
import type { BudgetName } from '../state/effort.ts';
import type { Entry, Item } from '../state/ledger.ts';
import { View } from './view.ts';
import '../parts/ts-batch-bar.ts';
import '../parts/ts-missing.ts';
import '../parts/ts-notices.ts';
import '../parts/ts-share.ts';

export abstract class BenchView<Settings extends { readonly budget: BudgetName }> extends View<Settings> {
  protected override get effort(): BudgetName {
    return this.settings.budget;
  }

  protected notice(): TemplateResult {
    return html`<ts-notices .notices=${this.notices} @dismiss=${this.dismiss}></ts-notices>`;
  }

  /** Run and Cancel, and without a GPU the reason for that. `things` names what is measured. */
  protected bar(things: string): TemplateResult {
    const { running, note } = this.runs;
    const items = this.items();
    return html`<ts-batch-bar
        .things=${things}
        .running=${running !== null}
        .waits=${running?.waits ?? null}
        .doubtMs=${running?.doubtMs ?? null}
        .startedMs=${running?.startedMs ?? 0}
        .turns=${running?.turns ?? []}
        .turnMs=${running?.turnMs ?? 0}
        .total=${running?.total ?? 0}
        .done=${running?.done ?? 0}
        .share=${running?.share ?? 0}
        .all=${items.length}
        .left=${items.filter(({ key }) => !this.ledger.result(key, this.effort)).length}
        .blocked=${this.blocked()}
        .note=${note}
        .choice=${running?.choice ?? null}
        @run=${this.run}
        @cancel=${this.cancel}
      ></ts-batch-bar>
      ${this.long(things)}
      ${this.device.kind === 'missing' ? html`<ts-missing .missing=${this.device.missing}></ts-missing>` : nothing}`;
  }

  /** What has been measured of these with the effort shown. */
  protected entries(items: readonly Item[]): readonly Entry[] {
    return items.flatMap(({ key }) => this.ledger.entry(key, this.effort) ?? []);
  }

  /** What was left out since it would hold the GPU for long, and the way to run it. */
  private long(things: string): TemplateResult | typeof nothing {
    const { length } = this.longItems();
    if (length === 0 || this.isRunning) return nothing;
    return html`<p class="long small">
      <span
        >${length} of the ${things} ${length === 1 ? 'was' : 'were'} left out: one dispatch ${length === 1 ? '' : 'of each '}would keep the GPU busy
        for over a second, and a driver may reset it after two.</span
      >
      <button class="small" @click=${this.runLong}>Run ${length === 1 ? 'it' : 'them'} anyway</button>
    </p>`;
  }

  /** A sentence under the results, and on a software adapter what its times are worth. */
  protected footnote(text: string): TemplateResult {
    const software = this.device.kind === 'open' && this.device.report.adapter.software;
    return html`<p class="note small soft">
      ${software ? html`${icons.alert}<span>${SOFTWARE} ${text}</span>` : html`<span>${text}</span>`}
    </p>`;
  }
}
