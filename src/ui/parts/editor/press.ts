/** A place in the viewport, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * What a pointer does in a listing before the editor takes its place: where it went down and came up again, in pixels of
 * the listing's whole content, which may be scrolled meanwhile.
 */
export class Press {
  /** Resolves once no pointer is down; null where none is. */
  released: Promise<void> | null = null;
  private places: { from: Point; to: Point } | null = null;

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const listing = event.currentTarget as HTMLElement;
    const from = within(listing, event);
    this.places = { from, to: from };
    this.released = new Promise((resolve) => {
      const end = (last: PointerEvent): void => {
        window.removeEventListener('pointerup', end);
        window.removeEventListener('pointercancel', end);
        // A finger that scrolls selects nothing.
        this.released = null;
        this.places = last.type === 'pointerup' ? { from, to: within(listing, last) } : null;
        resolve();
      };
      window.addEventListener('pointerup', end);
      window.addEventListener('pointercancel', end);
    });
  };

  /** Where the last press began and ended, as the listing lies now; null where there was none. */
  selected(listing: HTMLElement): { readonly from: Point; readonly to: Point } | null {
    if (!this.places) return null;
    const { left, top } = listing.getBoundingClientRect();
    const seen = ({ x, y }: Point): Point => ({ x: x + left, y: y + top - listing.scrollTop });
    return { from: seen(this.places.from), to: seen(this.places.to) };
  }
}

function within(listing: HTMLElement, { clientX, clientY }: PointerEvent): Point {
  const { left, top } = listing.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top + listing.scrollTop };
}
