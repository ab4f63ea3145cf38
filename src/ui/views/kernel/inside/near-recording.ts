/** The recording of what a panel shows, loaded once the panel has come near the window's part of the page. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Item } from '../../../state/ledger.ts';
import { type Recorded, recordingOf } from '../../../state/recordings.ts';

export class NearRecording implements ReactiveController {
  /** Of what is shown; null if there is none, or it is not loaded yet. */
  found: Recorded | null = null;
  private item: Item | null = null;
  private isSeen = false;
  private readonly watch = new IntersectionObserver(
    (entries) => {
      if (this.isSeen || !entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.isSeen = true;
      this.watch.disconnect();
      void this.load();
    },
    { rootMargin: '200px' },
  );

  constructor(private readonly panel: ReactiveControllerHost & Element) {
    panel.addController(this);
  }

  hostConnected(): void {
    if (!this.isSeen) this.watch.observe(this.panel);
  }

  hostDisconnected(): void {
    this.watch.disconnect();
  }

  /** What the panel shows now. */
  show(item: Item): void {
    this.item = item;
    void this.load();
  }

  private async load(): Promise<void> {
    const { item, isSeen } = this;
    if (!item) return;
    const found = isSeen ? await recordingOf(item) : null;
    // Meanwhile something else may be shown.
    if (item.key !== this.item?.key) return;
    this.found = found;
    this.panel.requestUpdate();
  }
}
