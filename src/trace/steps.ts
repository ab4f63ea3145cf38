/**
 * What one workgroup of a pass did, request by request and barrier by barrier: what pictures are drawn from. Lists of whole
 * numbers, so that they cross between threads as they lie in memory.
 */
import type { EventTable } from '../wgsl/events.ts';
import { Growable } from './growable.ts';
import type { Memory, Reach } from './memory.ts';
import type { OnRequest } from './requests.ts';

/** A place in the text that accesses memory or sets a variable; of a barrier `memory` is null. */
export interface StepSite {
  readonly line: number;
  readonly column: number;
  readonly access: 'read' | 'write' | 'atomic' | 'assign' | 'barrier';
  /** Index into `memories`. */
  readonly memory: number | null;
  /** Bytes of one lane's access; 0 of a barrier. */
  readonly bytes: number;
}

export interface StepMemory {
  /** The buffer's, or the variable's. */
  readonly name: string;
  /** 'function': each lane has its own, counted in elements and not in bytes. */
  readonly space: 'storage' | 'workgroup' | 'function';
  readonly bytes: number;
  /** Bytes of a scalar of it. */
  readonly scalar: number;
  /** Scalars from one row of a tensor to the next; null where it has no rows. */
  readonly pitch: number | null;
  /** What it holds when the kernel starts, scalar by scalar; null where that is not known. */
  readonly contents: Float32Array | null;
}

/** What a buffer holds when the kernel starts, and its pitch; null where that is not known. */
export type Contents = (buffer: string) => Pick<StepMemory, 'pitch' | 'contents'> | null;

export interface Steps {
  /** Index of the pass in the plan, and its entry point. */
  readonly pass: number;
  readonly entry: string;
  /** Linear number of the workgroup. */
  readonly workgroup: number;
  /** Lanes of the workgroup, and of one group of those that make a request together. */
  readonly lanes: number;
  readonly group: number;
  /** False where the workgroup did more than is kept. */
  readonly isWhole: boolean;
  readonly sites: readonly StepSite[];
  readonly memories: readonly StepMemory[];
  /** By step: index into `sites`, and the number of its group of lanes; of a barrier 0. */
  readonly site: Uint32Array;
  readonly groups: Uint32Array;
  /** By step: where its accesses end in the lists below; they begin where the step before has its end. */
  readonly ends: Uint32Array;
  /** By access: the lane, counted within its group, and the byte from the start of the buffer or the variable. */
  readonly lane: Uint32Array;
  readonly address: Uint32Array;
  /**
   * By access: where its stored values end among `values`; they begin where the access before has its end. Empty, both, where
   * values were not asked for.
   */
  readonly valueEnds: Uint32Array;
  readonly values: Float32Array;
}

/** Scalars of a memory whose contents are known and shown, 4 MiB: those of a matrix of 1,024 by 1,024. */
export const MOST_SCALARS = 2 ** 20;

const NOTHING = { pitch: null, contents: null };
/** Accesses that are kept at most: a few megabytes. */
const MOST_ACCESSES = 2 ** 19;

export class StepKeeper {
  private readonly places: StepSite[] = [];
  private readonly memories: StepMemory[] = [];
  private readonly memoryOf = new Map<Memory | string, number>();
  private readonly known = new Map<number, number>();
  private readonly site = new Growable(Uint32Array);
  private readonly groups = new Growable(Uint32Array);
  private readonly ends = new Growable(Uint32Array);
  private readonly lane = new Growable(Uint32Array);
  private readonly address = new Growable(Uint32Array);
  private readonly valueEnds = new Growable(Uint32Array);
  private readonly bits = new Growable(Uint32Array);
  /** Values of accesses that are not kept yet: behind each tag, how many, and their bits. */
  private pool: number[] = [];
  private isWhole = true;

  constructor(
    private readonly pass: {
      readonly index: number;
      readonly entry: string;
      readonly lanes: number;
      readonly table: EventTable;
      readonly reach: Reach;
    },
    private readonly group: number,
    private readonly workgroup: number,
    private readonly contents: Contents,
  ) {}

  /** Takes the values of one access; gives the tag that its request must bring them by. */
  values(bits: readonly number[]): number {
    if (bits.length === 0 || !this.isWhole) return 0;
    this.pool.push(bits.length, ...bits);
    return this.pool.length - bits.length;
  }

  request(...[site, bytes, addresses, lanes, group, tags]: Parameters<OnRequest>): void {
    if (!this.isWhole) return;
    if (this.address.length + addresses.length > MOST_ACCESSES) {
      this.isWhole = false;
      return;
    }
    for (let i = 0; i < addresses.length; i++) {
      this.lane.push(lanes[i]);
      this.address.push(addresses[i]);
      const tag = tags[i];
      for (let at = 0; tag > 0 && at < this.pool[tag - 1]; at++) this.bits.push(this.pool[tag + at]);
      this.valueEnds.push(this.bits.length);
    }
    this.step(this.placeOf(site, bytes), group);
  }

  /** All requests up to here have been taken. */
  settle(): void {
    this.pool = [];
  }

  /** All lanes have come to the barrier that this word of the log stands for. */
  barrier(word: number): void {
    const event = this.pass.table.events[word];
    if (!this.isWhole || !event) return;
    const key = -word;
    const { line, column } =
      event.kind === 'barrier'
        ? { line: event.line, column: 1 }
        : this.pass.table.sites[(event as { readonly site: number }).site];
    const known =
      this.known.get(key) ?? this.places.push({ line, column, access: 'barrier', memory: null, bytes: 0 }) - 1;
    this.known.set(key, known);
    this.step(known, 0);
  }

  private step(place: number, group: number): void {
    this.site.push(place);
    this.groups.push(group);
    this.ends.push(this.address.length);
  }

  private placeOf(site: number, bytes: number): number {
    const known = this.known.get(site);
    if (known !== undefined) return known;
    const { line, column, access, space } = this.pass.table.sites[site];
    const made =
      this.places.push({
        line,
        column,
        access: space === 'function' ? 'assign' : access,
        memory: this.memoryAt(site),
        bytes,
      }) - 1;
    this.known.set(site, made);
    return made;
  }

  private memoryAt(site: number): number {
    const { variable, space, scope } = this.pass.table.sites[site];
    const memory = this.pass.reach.memories[site];
    const key = memory ?? `${this.functionOf(scope)} ${variable}`;
    const known = this.memoryOf.get(key);
    if (known !== undefined) return known;
    const made = memory
      ? {
          name: memory.name,
          space: memory.space,
          bytes: memory.bytes,
          scalar: memory.grain.scalar,
          ...((memory.space === 'storage' && this.contents(memory.name)) || NOTHING),
        }
      : { name: variable, space, bytes: 0, scalar: 1, ...NOTHING };
    const at = this.memories.push(made) - 1;
    this.memoryOf.set(key, at);
    return at;
  }

  /** The scope of the function that a scope is in: two functions may give their variables one name. */
  private functionOf(scope: number): number {
    const { parent } = this.pass.table.scopes[scope];
    return parent === null ? scope : this.functionOf(parent);
  }

  steps(): Steps {
    const { index: pass, entry, lanes } = this.pass;
    const { group, workgroup, isWhole, places: sites, memories } = this;
    const [site, groups, ends, lane, address, valueEnds, bits] = [
      this.site,
      this.groups,
      this.ends,
      this.lane,
      this.address,
      this.valueEnds,
      this.bits,
    ].map(({ data, length }) => data.slice(0, length));
    const values = new Float32Array(bits.buffer);
    const stored = values.length > 0 ? { valueEnds, values } : { valueEnds: new Uint32Array(), values };
    const head = { pass, entry, workgroup, lanes, group, isWhole, sites, memories };
    return { ...head, site, groups, ends, lane, address, ...stored };
  }
}
