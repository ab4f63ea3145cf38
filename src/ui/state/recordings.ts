/**
 * The recordings that come with the page: traces of kernels with their own defaults, on small shapes, and those that lessons
 * are about, with other knobs or an edited text.
 */
import { day, recordedOn } from '../../lab/recorded-on.ts';
import { type Recording, replayed } from '../../lab/recording.ts';
import type { TraceResult } from '../../lab/trace-result.ts';
import type { Steps } from '../../trace/steps.ts';
import type { Origin } from './files/read.ts';
import type { Item } from './ledger.ts';
import { defaultKnobs, kernelOf } from './settings.ts';
import { problemWords } from './titles.ts';

export interface Recorded {
  readonly result: TraceResult;
  readonly steps: readonly Steps[];
  /** Where and when; null where the recording names no adapter. */
  readonly origin: Origin | null;
  /** The same in words, with the shape. */
  readonly words: string;
}

/** Each loaded when it is first asked for. */
const files = import.meta.glob<Recording>('../../../recordings/*/*.json', { import: 'default' });
const loaded = new Map<string, Promise<Recorded | null>>();

/** Whether there is a recording of what is shown, its shape aside: of the saved code with the kernel's own knobs. */
export function isRecorded({ settings, source }: Item): boolean {
  const knobs = Object.entries(defaultKnobs(kernelOf(settings)));
  return (
    source === undefined &&
    files[pathOf(settings)] !== undefined &&
    settings.dtype === 'f32' &&
    knobs.every(([key, value]) => settings.knobs[key] === value)
  );
}

/** Null where there is none, or it could not be loaded. */
export function recordingOf(item: Item): Promise<Recorded | null> {
  return isRecorded(item) ? load(pathOf(item.settings)) : Promise.resolve(null);
}

/** By its path under recordings/ without ".json". */
export function recordingAt(path: string): Promise<Recorded | null> {
  return load(`../../../recordings/${path}.json`);
}

function load(path: string): Promise<Recorded | null> {
  const found = loaded.get(path) ?? files[path]?.().then(read, () => null) ?? Promise.resolve(null);
  loaded.set(path, found);
  return found;
}

function pathOf({ op, kernel }: Item['settings']): string {
  return `../../../recordings/${op}/${kernel}.json`;
}

function read({ result, steps, host, adapter, createdAt }: Recording): Recorded {
  const place = adapter ? recordedOn(adapter, createdAt) : `${host}, ${day(createdAt)}`;
  const origin = adapter && { createdAt, host, adapter };
  return { result, steps: replayed(steps), origin, words: `Recorded on ${place}, with ${problemWords(result)}.` };
}
