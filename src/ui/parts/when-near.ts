import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How near, in pixels of scrolling: time to load what is small before it is seen. */
const NEAR_PX = 100;

/** Loads the code of a part that is far down on most screens, once the place where it will stand comes near. */
export class WhenNear implements ReactiveController {
  /** Whether the code could not be loaded. */
  failed = false;
  private readonly watch = new IntersectionObserver((entries) => this.look(entries), {
    rootMargin: `${NEAR_PX}px`,
  });

  /** `place` is a selector of an element that stands from the first update on. */
  constructor(
    private readonly host: ReactiveControllerHost & { readonly renderRoot: ParentNode },
    private readonly place: string,
    private readonly load: () => Promise<unknown>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.host.updateComplete.then(() => {
      const place = this.host.renderRoot.querySelector(this.place);
      if (place) this.watch.observe(place);
    });
  }

  hostDisconnected(): void {
    this.watch.disconnect();
  }

  private look(entries: readonly IntersectionObserverEntry[]): void {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.watch.disconnect();
    this.load().catch(() => {
      this.failed = true;
      this.host.requestUpdate();
    });
  }
}
