import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** The width of an element in whole pixels, for charts that are drawn to fit it. It draws again where that changes. */
export class OwnWidth implements ReactiveController {
  /** 0 before the element has been laid out. */
  px = 0;
  private readonly sizes = new ResizeObserver(([entry]) => {
    const px = Math.floor(entry.contentRect.width);
    if (px === this.px) return;
    this.px = px;
    this.element.requestUpdate();
  });

  constructor(private readonly element: ReactiveControllerHost & Element) {
    element.addController(this);
  }

  hostConnected(): void {
    this.sizes.observe(this.element);
  }

  hostDisconnected(): void {
    this.sizes.disconnect();
  }
}
