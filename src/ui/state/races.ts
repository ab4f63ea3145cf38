/**
 * What races among kernels have found in this browser, kept in its storage: outcomes hold for the machine that they were
 * measured on. Where the browser keeps nothing for the page they last as long as it is open.
 */
import { isOutcome, questionKey } from '../../kernels/index.ts';
import type { RaceOutcome } from '../../kernels/types.ts';
import type { CallOptions, Host, Method, Methods, Progress } from '../../lab/protocol.ts';

const OUTCOMES = 'tilescope.races';
const SWITCH = 'tilescope.racing';
/** A few hundred bytes each; the oldest go first. */
const MOST = 300;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Races {
  outcomes: readonly RaceOutcome[];
  /** Whether kernels that choose may let their candidates race. */
  isOn: boolean;

  /** `changed` is called after every change. */
  constructor(
    private readonly store: Store | null,
    private readonly changed: () => void = () => undefined,
  ) {
    this.outcomes = this.read();
    this.isOn = this.get(SWITCH) !== 'off';
  }

  keep(found: readonly RaceOutcome[]): void {
    // Another tab may have found something in the meantime.
    const known = new Map([...this.read(), ...this.outcomes].map((one) => [questionKey(one), one]));
    for (const outcome of found) {
      known.delete(questionKey(outcome));
      known.set(questionKey(outcome), outcome);
    }
    this.outcomes = [...known.values()].slice(-MOST);
    this.set(OUTCOMES, JSON.stringify(this.outcomes));
    this.changed();
  }

  forget(): void {
    this.outcomes = [];
    this.set(OUTCOMES, null);
    this.changed();
  }

  turn(isOn: boolean): void {
    this.isOn = isOn;
    this.set(SWITCH, isOn ? null : 'off');
    this.changed();
  }

  /** What plans go by: nothing while it is switched off. */
  get known(): readonly RaceOutcome[] {
    return this.isOn ? this.outcomes : [];
  }

  private read(): readonly RaceOutcome[] {
    try {
      const kept: unknown = JSON.parse(this.get(OUTCOMES) ?? '[]');
      return Array.isArray(kept) ? kept.filter(isOutcome) : [];
    } catch {
      return [];
    }
  }

  private get(key: string): string | null {
    try {
      return this.store?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  private set(key: string, text: string | null): void {
    try {
      if (text === null) this.store?.removeItem(key);
      else this.store?.setItem(key, text);
    } catch {
      // No room, or storage was withdrawn.
    }
  }
}

/** The browser's storage; null where a page may not have any. */
export function browserStore(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** A host whose measurements let kernels race, and leave what is found with `races` once a call has ended. */
export function racing(host: Host, races: Races): Host {
  return {
    name: host.name,
    close: () => host.close(),
    async call<M extends Method>(method: M, params: Methods[M]['params'], options: CallOptions = {}) {
      if (method !== 'bench' || !races.isOn) return host.call(method, params, options);
      const found: RaceOutcome[] = [];
      const onProgress = (progress: Progress): void => {
        if (progress.kind === 'raced') found.push(progress.outcome);
        options.onProgress?.(progress);
      };
      try {
        return await host.call(method, { ...params, raced: races.outcomes }, { ...options, onProgress });
      } finally {
        // Not before: plans that changed in the middle would change what the view is measuring.
        if (found.length > 0) races.keep(found);
      }
    },
  };
}
