/** The address bar as the page's state: read when it is opened and on Back, written with every change. */
import { fromSearch, type Parsed, type Settings, toSearch } from './settings.ts';

/** Turns of the same control within this time are one step of Back. */
const ONE_STEP_MS = 1_000;
/** How long a setting must rest before an entry of the history that is already its own is rewritten. */
const REST_MS = 150;

export class Address {
  private last = { what: '', at: Number.NEGATIVE_INFINITY };
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  connect(): void {
    window.addEventListener('popstate', this.changed);
  }

  disconnect(): void {
    window.removeEventListener('popstate', this.changed);
    clearTimeout(this.timer);
  }

  /** Settings of the address; `dtype` tells whether it names a storage type. */
  read(): Parsed & { readonly dtype: boolean } {
    clearTimeout(this.timer);
    this.last = { what: '', at: Number.NEGATIVE_INFINITY };
    const parsed = fromSearch(location.search);
    return { ...parsed, dtype: new URLSearchParams(location.search).get('dtype') === parsed.settings.dtype };
  }

  /** `what` names the control that was turned; `power` is the adapter asked for, or "". */
  write(settings: Settings, power: string, what: string): void {
    const now = performance.now();
    const again = what === this.last.what && now - this.last.at < ONE_STEP_MS;
    this.last = { what, at: now };
    const search = toSearch(settings) + (power ? `&power=${power}` : '');
    clearTimeout(this.timer);
    // Browsers refuse an address that changes with every pixel of a slider's way: its last one is written.
    if (again) this.timer = setTimeout(() => history.replaceState(null, '', search), REST_MS);
    else history.pushState(null, '', search);
  }
}
