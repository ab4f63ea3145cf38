/** Earlier runs in the Kernel view: their list, or what will be in it. */
import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { WhenDrawn } from '../../parts/when-drawn.ts';
import type { EventOf } from '../../state/events.ts';
import type { Entry } from '../../state/ledger.ts';
import '../../parts/ts-unloaded.ts';

export class Past {
  private readonly drawn: WhenDrawn;

  /** `recall` is for the run that the reader goes back to. */
  constructor(
    view: ReactiveControllerHost & { readonly renderRoot: ParentNode },
    private readonly recall: (event: EventOf<'recall'>) => void,
  ) {
    this.drawn = new WhenDrawn(view, 'ts-runs', () => import('./ts-runs.ts'));
  }

  /** `current` is the key of the run that is shown, `recorded` whether all are those of a file. */
  list(runs: readonly Entry[], current: string, recorded: boolean): TemplateResult {
    if (this.drawn.failed) return html`<ts-unloaded what="The list of runs"></ts-unloaded>`;
    if (runs.length > 0)
      return html`<ts-runs .runs=${runs} .current=${current} ?recorded=${recorded} @recall=${this.recall}></ts-runs>`;
    return html`<section aria-label="Your runs">
      <h2>Your runs</h2>
      <p class="soft">Each run is listed here, so that you can compare what you changed. Choose one to go back to it.</p>
    </section>`;
  }
}
