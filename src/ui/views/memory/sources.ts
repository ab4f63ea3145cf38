/** Where the measurements come from that are shown: this device, a recording, or a file that the reader has opened. */
import type { ReactiveControllerHost } from 'lit';
import { sentence } from '../../../core/errors.ts';
import type { Fingerprint } from '../../state/files/fingerprint.ts';
import { recordings } from '../../state/fingerprints.ts';
import { FILE } from './settings.ts';

type Loaded =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly fingerprint: Fingerprint }
  | { readonly kind: 'failed'; readonly why: string };

export class Sources {
  private readonly loaded = new Map<string, Loaded>();

  constructor(private readonly view: ReactiveControllerHost) {}

  /** Ids besides that of this device, each with its name. */
  get all(): readonly (readonly [id: string, name: string])[] {
    const files = [...this.loaded.keys()].filter((id) => id.startsWith(FILE));
    return [
      ...[...recordings.keys()].map((id) => [id, `${id}, recorded`] as const),
      ...files.map((id) => [id, id.slice(FILE.length)] as const),
    ];
  }

  has(id: string): boolean {
    return recordings.has(id) || this.loaded.has(id);
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
    const known = this.loaded.get(id);
    if (known) return known;
    const load = recordings.get(id);
    if (!load) return { kind: 'failed', why: `There is no recording "${id}".` };
    this.loaded.set(id, { kind: 'loading' });
    load().then(
      (fingerprint) => this.set(id, { kind: 'loaded', fingerprint }),
      (error) => {
        this.set(id, { kind: 'failed', why: `The recording could not be loaded: ${sentence(error)}.` });
      },
    );
    return { kind: 'loading' };
  }

  /** Adds a file that the reader has opened; returns the id under which it can be chosen. */
  add(name: string, fingerprint: Fingerprint): string {
    const id = FILE + name;
    this.loaded.set(id, { kind: 'loaded', fingerprint });
    return id;
  }

  private set(id: string, loaded: Loaded): void {
    this.loaded.set(id, loaded);
    this.view.requestUpdate();
  }
}
