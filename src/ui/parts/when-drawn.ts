import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Loads the code of an element that stands on the page only after a run, once it does. */
export class WhenDrawn implements ReactiveController {
  /** Whether the code could not be loaded. */
  failed = false;

  constructor(
    private readonly host: ReactiveControllerHost & { readonly renderRoot: ParentNode },
    private readonly tag: string,
    private readonly load: () => Promise<unknown>,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.host.renderRoot.querySelector(`${this.tag}:not(:defined)`)) return;
    this.load().catch(() => {
      this.failed = true;
      this.host.requestUpdate();
    });
  }
}
