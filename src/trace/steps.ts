/**
 * What one workgroup of a pass did, request by request and barrier by barrier: what pictures are drawn from. Lists of whole
 * numbers, so that they cross between threads as they lie in memory.
 */
import type { EventTable } from '../wgsl/events.ts';
import { Growable } from './growable.ts';
import type { Memory, Reach } from './memory.ts';

/** A place in the text that accesses memory; of a barrier `memory` is null. */
export interface StepSite {
  readonly line: number;
  readonly column: number;
  readonly access: 'read' | 'write' | 'atomic' | 'barrier';
  /** Index into `memories`. */
  readonly memory: number | null;
  /** Bytes of one lane's access; 0 of a barrier. */
  readonly bytes: number;
}

export interface StepMemory {
  /** The buffer's, or the variable's in workgroup memory. */
  readonly name: string;
  readonly space: 'storage' | 'workgroup';
  readonly bytes: number;
  /** Bytes of a scalar of it. */
  readonly scalar: number;
}

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
}

/** Accesses that are kept at most: a few megabytes. */
const MOST_ACCESSES = 2 ** 19;

export class StepKeeper {
  private readonly places: StepSite[] = [];
  private readonly memories: Memory[] = [];
  private readonly known = new Map<number, number>();
  private readonly site = new Growable(Uint32Array);
  private readonly groups = new Growable(Uint32Array);
  private readonly ends = new Growable(Uint32Array);
  private readonly lane = new Growable(Uint32Array);
  private readonly address = new Growable(Uint32Array);
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
  ) {}

  request(site: number, bytes: number, addresses: Float64Array, lanes: Uint8Array, group: number): void {
    if (!this.isWhole) return;
    if (this.address.length + addresses.length > MOST_ACCESSES) {
      this.isWhole = false;
      return;
    }
    for (let i = 0; i < addresses.length; i++) {
      this.lane.push(lanes[i]);
      this.address.push(addresses[i]);
    }
    this.step(this.placeOf(site, bytes), group);
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
    const { line, column, access } = this.pass.table.sites[site];
    const memory = this.pass.reach.memories[site] as Memory;
    const at = this.memories.indexOf(memory);
    const of = at >= 0 ? at : this.memories.push(memory) - 1;
    const made = this.places.push({ line, column, access, memory: of, bytes }) - 1;
    this.known.set(site, made);
    return made;
  }

  steps(): Steps {
    const { index: pass, entry, lanes } = this.pass;
    const { group, workgroup, isWhole, places: sites } = this;
    const memories = this.memories.map(({ name, space, bytes, grain: { scalar } }) => ({ name, space, bytes, scalar }));
    const [site, groups, ends, lane, address] = [this.site, this.groups, this.ends, this.lane, this.address].map(
      ({ data, length }) => data.slice(0, length) as Uint32Array,
    );
    return { pass, entry, workgroup, lanes, group, isWhole, sites, memories, site, groups, ends, lane, address };
  }
}
