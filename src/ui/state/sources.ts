/** Where the measurements come from that are shown: this device, a recording, or a file that the reader has opened. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { sentence } from '../../core/errors.ts';
import { day } from '../../lab/recorded-on.ts';
import type { Fingerprint } from './files/fingerprint.ts';
import type { Origin } from './files/read.ts';
import { furtherRecordings, recordings } from './fingerprints.ts';
import { FILE, SIDE_KEYS, type Sides } from './sides.ts';

type Loaded =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly fingerprint: Fingerprint }
  | { readonly kind: 'failed'; readonly why: string };

/** How what a recorded device has measured at other times is called here. */
const FURTHER = 'further:';

/** Of the page: a file that was opened in one view can be chosen in another. */
const loaded = new Map<string, Loaded>();
const shown = new Set<ReactiveControllerHost>();

export class Sources implements ReactiveController {
  /** What the view has shown last. */
  private last: Sides | null = null;

  constructor(private readonly view: ReactiveControllerHost) {
    view.addController(this);
  }

  hostConnected(): void {
    shown.add(this.view);
  }

  hostDisconnected(): void {
    shown.delete(this.view);
  }

  /** Ids besides that of this device, each with its name. */
  get all(): readonly (readonly [id: string, name: string])[] {
    const files = [...loaded.keys()].filter((id) => id.startsWith(FILE));
    return [
      ...[...recordings.keys()].map((id) => [id, `${id} (recorded)`] as const),
      ...files.map((id) => [id, id.slice(FILE.length)] as const),
    ];
  }

  has(id: string): boolean {
    return recordings.has(id) || loaded.has(id);
  }

  /** A sentence on each of these ids that is not here. */
  unknown(ids: readonly string[]): readonly string[] {
    const there = this.all.map(([id]) => id).join(', ');
    return ids
      .filter((id) => id !== '' && !this.has(id))
      .map((id) => `${id} is not a recording here; there are ${there}.`);
  }

  /** What there is of a source; a recording is loaded when it is first asked for. */
  of(id: string): Loaded {
    return this.loaded(id, recordings.get(id));
  }

  /** The same, or if only another recording of the device has the probe, that one. */
  ofProbe(id: string, probe: string): Loaded {
    const own = this.of(id);
    if (own.kind !== 'loaded' || isOf(own, probe)) return own;
    for (const [name, load] of furtherRecordings) {
      if (name !== id && !name.startsWith(`${id}-`)) continue;
      const other = this.loaded(FURTHER + name, load);
      if (other.kind === 'loading' || isOf(other, probe)) return other;
    }
    return own;
  }

  private loaded(id: string, load: (() => Promise<Fingerprint>) | undefined): Loaded {
    const known = loaded.get(id);
    if (known) return known;
    if (!load) return { kind: 'failed', why: `There is no recording "${id}".` };
    loaded.set(id, { kind: 'loading' });
    load().then(
      (fingerprint) => set(id, { kind: 'loaded', fingerprint }),
      (error) => set(id, { kind: 'failed', why: `The recording could not be loaded: ${sentence(error)}.` }),
    );
    return { kind: 'loading' };
  }

  remember({ from, beside }: Sides): void {
    this.last = { from, beside };
  }

  /**
   * What an address means where the reader comes back: no address can name a file, so that the sides which the view has shown
   * last are meant if they differ from it in files alone.
   */
  restored(sides: Sides): Sides {
    const { last } = this;
    const isSame = last && SIDE_KEYS.every((key) => sides[key] === (last[key].startsWith(FILE) ? '' : last[key]));
    return isSame ? last : sides;
  }

  /** Adds a file that the reader has opened; returns the id under which it can be chosen. */
  add(name: string, fingerprint: Fingerprint): string {
    const id = FILE + name;
    set(id, { kind: 'loaded', fingerprint });
    return id;
  }
}

function isOf(source: Loaded, probe: string): boolean {
  return source.kind === 'loaded' && source.fingerprint.results.some(({ kernel }) => kernel === probe);
}

function set(id: string, state: Loaded): void {
  loaded.set(id, state);
  for (const view of shown) view.requestUpdate();
}

/** The device of a source: under its id too, where the driver's description does not have it. */
export function nameOf(id: string, { adapter: { description } }: Origin): string {
  return description.includes(id) || id.startsWith(FILE) ? description : `${id} (${description})`;
}

/** "27 Nov 2026, dawn". */
export function whenAndWhere({ createdAt, host }: Origin): string {
  return `${day(createdAt)}, ${host}`;
}
