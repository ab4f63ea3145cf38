/** The baseline in the Kernel view: the button that pins a result or lets it go, and the result shown beside it. */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { baseline, type Standing } from '../../state/baseline.ts';
import '../../parts/ts-unloaded.ts';

export class Pinning implements ReactiveController {
  /** Whether the code of what stands beside the result could not be loaded. */
  private failed = false;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Few pin one, so the code is loaded when one is pinned. */
  hostUpdated(): void {
    if (!baseline.pinned || this.failed) return;
    import('./ts-beside.ts').catch(() => {
      this.failed = true;
      this.host.requestUpdate();
    });
  }

  /** `shown` is the result shown; null where there is none to pin. */
  button(shown: Standing | null): TemplateResult {
    const { pinned } = baseline;
    // One button in both states, so that it keeps the focus.
    return html`<button class="pin" aria-disabled=${!pinned && !shown} @click=${() => this.pin(pinned ? null : shown)}>${pinned ? 'Remove the baseline' : 'Pin as the baseline'}</button>`;
  }

  beside(shown: Standing | null): TemplateResult {
    return html`${this.failed ? html`<ts-unloaded what="What shows the baseline"></ts-unloaded>` : nothing}
      <ts-beside ?hidden=${this.failed} .shown=${shown}></ts-beside>`;
  }

  private pin(standing: Standing | null): void {
    baseline.pin(standing);
    this.host.requestUpdate();
  }
}
