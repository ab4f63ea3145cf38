/** The address bar as the page's state: read when the page is opened and on Back, written with every change. */

import type { Opened } from './files/opened.ts';
import type { Sides } from './sides.ts';

/** Where the page is: a new object for each step through its history. */
export interface Place {
  /** Id of the view. */
  readonly view: string;
  readonly search: string;
  /** What of the address could not be used whatever the view. */
  readonly notices: readonly string[];
  /** Text of a kernel that the link has brought along; shown, and not run by itself. */
  readonly code?: string;
  /** A file that the reader has just opened here. */
  readonly file?: Opened;
  /** The same of one that the view reads for itself. */
  readonly taken?: File;
  /** Whose measurements the reader comes from, where one of them is a file, which no address can bring along. */
  readonly sides?: Sides;
}

/** Turns of the same control within this time are one step of Back. */
const ONE_STEP_MS = 1_000;
/** How long a setting must rest before an entry of the history that is already its own is rewritten. */
const REST_MS = 150;
const NOTHING = { what: '', at: Number.NEGATIVE_INFINITY };

export class Address {
  private last = NOTHING;
  private pending: { readonly search: string; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  /** `moved` is called on Back and Forward. */
  constructor(private readonly moved: () => void) {}

  connect(): void {
    window.addEventListener('popstate', this.pop);
  }

  disconnect(): void {
    window.removeEventListener('popstate', this.pop);
    this.flush();
  }

  /** The query part, "?" included, as it is or in a moment will be. */
  get search(): string {
    return this.pending?.search ?? location.search;
  }

  /** The state after a change; `what` names the control that was turned. */
  write(search: string, what: string): void {
    const now = performance.now();
    const again = what === this.last.what && now - this.last.at < ONE_STEP_MS;
    this.last = { what, at: now };
    if (again) this.rest(search);
    else this.open(search, what);
  }

  /** A place of its own in the history. */
  open(search: string, what = ''): void {
    this.flush();
    this.last = { what, at: performance.now() };
    history.pushState(null, '', search || location.pathname);
  }

  /** The same place in the history, said differently. */
  replace(search: string): void {
    this.drop();
    history.replaceState(null, '', search || location.pathname);
  }

  /** Browsers refuse an address that changes with every pixel of a slider's way: its last one is written. */
  private rest(search: string): void {
    this.drop();
    this.pending = { search, timer: setTimeout(() => this.flush(), REST_MS) };
  }

  private flush(): void {
    if (this.pending) this.replace(this.pending.search);
  }

  private drop(): void {
    clearTimeout(this.pending?.timer);
    this.pending = null;
  }

  private readonly pop = (): void => {
    this.drop();
    this.last = NOTHING;
    this.moved();
  };
}
