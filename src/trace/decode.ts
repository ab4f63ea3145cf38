/**
 * Reads the log of one workgroup back, lane by lane from barrier to barrier, and tells each access with the context that
 * it happened in: the iteration of each enclosing loop and the call. Two lanes are at the same point of the program where
 * site and context are equal.
 *
 * No function of WGSL calls itself, so one frame for each function is enough.
 */
import { Failure } from '../core/errors.ts';
import type { EventTable, TraceEvent } from '../wgsl/events.ts';
import type { Reach } from './memory.ts';
import type { Place } from './places.ts';

/** One part of a log: entries of a workgroup's lanes, one lane behind the other. */
export interface Lanes {
  readonly log: Uint32Array;
  /** Where each lane's entries begin in `log`, and behind the last where they end. */
  readonly starts: Uint32Array;
  /** Entries that each lane would have logged. */
  readonly counts: Uint32Array;
}

/** Why a lane stopped: the barrier that it passed, or 0 for its end. */
export interface Stop {
  readonly event: number;
  readonly context: number;
}

export interface Sink {
  /** `isInside` is false where an index is past its array or the access past its buffer. */
  access(lane: number, site: number, context: number, address: number, bytes: number, isInside: boolean): void;
  /** A variable that is followed, or the element of one, has a new value. */
  assign(lane: number, site: number, context: number, element: number): void;
  /** All lanes have stopped; `stops` by lane, or none where their log is cut short. */
  stop(stops: readonly Stop[]): void;
}

const NOWHERE = 0;

export class Decoder {
  private readonly kinds: Uint8Array;
  private readonly contexts = new Map<number, number>();
  /** By context: that of the loop's next iteration; 0 while there is none. */
  private readonly siblings: number[] = [NOWHERE];
  private readonly dims: number;
  private readonly words: number;
  /** Entries of all logs that were read. */
  events = 0;
  /** While an access is told: what it has stored where that is logged, as the bits of an f32 each. */
  readonly values: number[] = [];

  constructor(
    private readonly table: EventTable,
    private readonly reach: Reach,
  ) {
    this.kinds = Uint8Array.from(table.events, (event) => (event ? KINDS.indexOf(event.kind) + 1 : 0));
    this.dims = Math.max(1, ...reach.places.map((place) => place?.dims.length ?? 0));
    const parts = reach.places.map((place) => place?.matrix?.lines ?? (place ? piecesOf(place) : 0));
    this.words = table.events.length + Math.max(0, ...parts);
  }

  /** False where a lane's log ends before the lane did: what is told is true, but not all. */
  decode({ log, starts, counts }: Lanes, sink: Sink): boolean {
    const { scopes, sites } = this.table;
    const lanes = counts.length;
    const at = starts.slice(0, lanes);
    const ends = Uint32Array.from(counts, (own, lane) => Math.min(starts[lane] + own, starts[lane + 1]));
    const frames = new Int32Array(lanes * scopes.length);
    const pending = new Uint32Array(lanes * sites.length * this.dims);
    /** Words of uniform loads that wait for the other lanes: once they are all there it is read, and they wait again. */
    const loading = new Uint32Array(lanes);
    for (let lane = 0; lane < lanes; lane++) this.events += ends[lane] - starts[lane];
    for (;;) {
      const stops: Stop[] = [];
      for (let lane = 0; lane < lanes; lane++) {
        const frame = lane * scopes.length;
        stops.push(this.advance(lane, { log, at, ends, frames, frame, pending, loading }, sink));
      }
      // Where a log ends before its lane did, nothing is said of what comes after.
      const isCut = stops.some(
        ({ event }, lane) => event === NOWHERE && counts[lane] > starts[lane + 1] - starts[lane],
      );
      sink.stop(isCut ? [] : stops);
      if (isCut) return false;
      if (stops.every(({ event }) => event === NOWHERE)) break;
    }
    return true;
  }

  private advance(lane: number, state: State, sink: Sink): Stop {
    const { log, at, ends, frames, frame, pending, loading } = state;
    const { events, sites } = this.table;
    if (loading[lane] !== NOWHERE) {
      const word = loading[lane];
      const { site } = events[word] as Extract<TraceEvent, { kind: 'index' | 'touch' }>;
      const context = frames[frame + sites[site].scope];
      loading[lane] = NOWHERE;
      this.told(lane, site, context, pending, sink);
      return { event: word, context };
    }
    let position = at[lane];
    const end = ends[lane];
    while (position < end) {
      const word = log[2 * position];
      const index = log[2 * position++ + 1];
      const event = events[word] as TraceEvent;
      switch (this.kinds[word]) {
        case INDEX:
        case TOUCH: {
          const access = event as Extract<TraceEvent, { kind: 'index' | 'touch' }>;
          const { site } = access;
          if (access.kind === 'index') {
            pending[(lane * sites.length + site) * this.dims + access.dim] = index;
            if (!access.isLast) continue;
          }
          const context = frames[frame + sites[site].scope];
          if (sites[site].uniform) {
            loading[lane] = word;
            at[lane] = position;
            return { event: word, context };
          }
          this.told(lane, site, context, pending, sink);
          continue;
        }
        case BARRIER:
          at[lane] = position;
          return { event: word, context: frames[frame + (event as Extract<TraceEvent, { kind: 'barrier' }>).scope] };
        case ENTER: {
          const { scope } = event as Extract<TraceEvent, { kind: 'enter' }>;
          const parent = this.table.scopes[scope].parent as number;
          frames[frame + scope] = this.context(frames[frame + parent], word);
          continue;
        }
        case ITERATE: {
          const { scope } = event as Extract<TraceEvent, { kind: 'iterate' }>;
          frames[frame + scope] = this.sibling(frames[frame + scope]);
          continue;
        }
        case VALUE:
          this.values.push(index);
          continue;
        case CALL: {
          const { scope, callee } = event as Extract<TraceEvent, { kind: 'call' }>;
          frames[frame + callee] = this.context(frames[frame + scope], word);
          continue;
        }
        default:
          // Not an event: the kernel itself wrote into its log.
          throw new Failure('internal', `The log holds ${word}, which is no event`);
      }
    }
    at[lane] = position;
    return { event: NOWHERE, context: 0 };
  }

  private told(lane: number, site: number, context: number, pending: Uint32Array, sink: Sink): void {
    if (this.table.sites[site].space === 'function') {
      const { steps } = this.table.sites[site];
      const from = (lane * this.table.sites.length + site) * this.dims;
      sink.assign(lane, site, context, steps.length === 0 ? 0 : pending[from]);
    } else {
      this.accessed(lane, site, context, pending, sink);
    }
    this.values.length = 0;
  }

  private accessed(lane: number, site: number, context: number, pending: Uint32Array, sink: Sink): void {
    const place = this.reach.places[site];
    const memory = this.reach.memories[site];
    if (!place || !memory) return;
    const from = (lane * this.table.sites.length + site) * this.dims;
    if (place.matrix) {
      const { length, lines } = place.matrix;
      for (let line = 0; line < lines; line++) {
        const address = (pending[from] + line * pending[from + 1]) * place.bytes;
        const bytes = length * place.bytes;
        const own = this.context(context, this.table.events.length + line);
        sink.access(lane, site, own, address, bytes, address + bytes <= memory.bytes);
      }
      return;
    }
    let address = place.offset;
    let isInside = true;
    for (let dim = 0; dim < place.dims.length; dim++) {
      const { stride, length } = place.dims[dim];
      const index = pending[from + dim];
      if (length !== null && index >= length) isInside = false;
      address += index * stride;
    }
    isInside &&= address + place.bytes <= memory.bytes;
    const { bytes, unit } = place;
    if (unit >= bytes || !isInside) {
      sink.access(lane, site, context, address, bytes, isInside);
      return;
    }
    for (let piece = 0; piece < piecesOf(place); piece++) {
      const from = piece * unit;
      const own = this.context(context, this.table.events.length + piece);
      sink.access(lane, site, own, address + from, Math.min(unit, bytes - from), true);
    }
  }

  /** The one number of (where from, what began). */
  private context(parent: number, word: number): number {
    const key = parent * this.words + word;
    const known = this.contexts.get(key);
    if (known !== undefined) return known;
    const made = this.siblings.push(NOWHERE) - 1;
    this.contexts.set(key, made);
    return made;
  }

  private sibling(context: number): number {
    const known = this.siblings[context];
    if (known !== NOWHERE) return known;
    const made = this.siblings.push(NOWHERE) - 1;
    this.siblings[context] = made;
    return made;
  }
}

/** Accesses that it takes a lane to move what is there: one, unless that is a whole array or struct. */
function piecesOf({ bytes, unit }: Place): number {
  return Math.ceil(bytes / unit);
}

interface State {
  readonly log: Uint32Array;
  readonly at: Uint32Array;
  readonly ends: Uint32Array;
  readonly frames: Int32Array;
  readonly frame: number;
  readonly pending: Uint32Array;
  readonly loading: Uint32Array;
}

const KINDS: readonly TraceEvent['kind'][] = ['index', 'touch', 'barrier', 'enter', 'iterate', 'call', 'value'];
const [INDEX, TOUCH, BARRIER, ENTER, ITERATE, CALL, VALUE] = [1, 2, 3, 4, 5, 6, 7];
