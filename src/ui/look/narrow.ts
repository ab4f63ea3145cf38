/** Whether the page has one column: what is folded away there is not on a wide screen. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const ONE_COLUMN = '(max-width: 719px)';

export class Narrow implements ReactiveController {
  private readonly query = window.matchMedia(ONE_COLUMN);

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  get matches(): boolean {
    return this.query.matches;
  }

  hostConnected(): void {
    this.query.addEventListener('change', this.changed);
  }

  hostDisconnected(): void {
    this.query.removeEventListener('change', this.changed);
  }

  private readonly changed = (): void => this.host.requestUpdate();
}
