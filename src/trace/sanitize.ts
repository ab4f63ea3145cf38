/**
 * What a kernel must not do, from what it did: nothing here is modelled.
 *
 * Two accesses of different invocations to one cell race where one of them is a plain write and nothing orders them: within
 * a workgroup a barrier of the right address space does, between workgroups of one dispatch nothing, and two passes are
 * ordered. A cell is a scalar or a whole vector, since a write to a component may access all of it (WGSL, "Memory Model").
 */
import { type EventTable, isLoad, isStore } from '../wgsl/events.ts';
import type { Stop } from './decode.ts';
import { Findings } from './findings.ts';
import type { Memory, Reach } from './memory.ts';
import { Pages } from './pages.ts';
import { type Earlier, Races } from './races.ts';
import type { AccessPoint, Finding } from './report.ts';

/** Between workgroups: no barrier begins another one. */
const ANY_PHASE = -1;

/** One pass as it is looked at. */
export interface Pass {
  readonly index: number;
  readonly entry: string;
  readonly lanes: number;
  readonly table: EventTable;
  readonly reach: Reach;
  /** Whether all its workgroups are traced to their end, and all those of the passes before it. */
  readonly isWhole: boolean;
}

/** What is known of a storage buffer across passes. */
interface Books {
  readonly within: Races;
  readonly between: Races;
  /** By scalar: whether it was written. */
  readonly written: Pages;
  /** By scalar of an output: the lane + 1 that wrote it, where, and in which phase. */
  readonly writer: Pages;
}

export class Sanitizer {
  private readonly found: Findings;
  private books = new Map<string, Books>();
  /** Of workgroup memory, in which each workgroup starts from nothing. */
  private own = new Map<string, { races: Races; written: Pages }>();
  private workgroup = 0;
  /** Numbers that are new with each workgroup and barrier, or each workgroup. */
  private serial = 0;
  private phases = { storage: 0, workgroup: 0 };
  private life = 0;
  /** Since then nothing is known of the order within the workgroup. */
  private hasDiverged = false;
  /** False where some writes are not in the log: then a read of what nothing has written is not a finding. */
  private knowsWrites: boolean;
  barriers = 0;

  private constructor(
    private readonly pass: Pass,
    earlier: Sanitizer | null,
  ) {
    this.found = new Findings(pass, earlier?.found ?? null);
    this.knowsWrites = pass.isWhole;
  }

  /** For a pass, after those of `earlier`. */
  static after(earlier: Sanitizer | null, pass: Pass): Sanitizer {
    const made = new Sanitizer(pass, earlier);
    // Written or not stays; who wrote it is forgotten.
    if (earlier) for (const [name, { written }] of earlier.books) made.books.set(name, made.newBooks(written));
    return made;
  }

  private newBooks(written = new Pages(1)): Books {
    const { lanes } = this.pass;
    return { within: new Races(1), between: new Races(lanes), written, writer: new Pages(3) };
  }

  startWorkgroup(number: number): void {
    this.workgroup = number;
    this.life++;
    this.hasDiverged = false;
    this.phases = { storage: ++this.serial, workgroup: this.serial };
  }

  /** A lane's log ended before the lane: what it wrote from there on is not known. */
  cut(): void {
    this.knowsWrites = false;
  }

  access(lane: number, site: number, address: number, bytes: number, isInside: boolean): void {
    const { table, reach } = this.pass;
    const memory = reach.memories[site] as Memory;
    const { cell, scalar } = memory.grain;
    const { access, uniform } = table.sites[site];
    if (!isInside) {
      const [first, last] = [address, address + bytes - 1].map((one) => Math.floor(one / cell));
      const length = Math.floor(memory.bytes / cell);
      const element = last >= length ? Math.max(first, length) : first;
      this.found.find('out-of-bounds', memory, element, this.point(lane, site), null);
      return;
    }
    const isWrite = access !== 'read';
    const isPlain = access !== 'atomic' && !uniform;
    if (memory.space === 'workgroup') {
      const own = this.ownOf(memory.name);
      if (isPlain) this.race(own.races, this.phases.workgroup, lane, site, address, bytes, isWrite);
      this.workgroupInit(own.written, site, address, bytes, scalar);
      return;
    }
    if (memory.use === 'input' || memory.use === 'data') {
      this.padding(memory, site, address, bytes);
      return;
    }
    const books = this.booksOf(memory.name);
    const id = this.workgroup * this.pass.lanes + lane;
    if (isPlain) {
      this.race(books.within, this.phases.storage, id, site, address, bytes, isWrite);
      this.race(books.between, ANY_PHASE, id, site, address, bytes, isWrite);
    }
    this.storageInit(books, memory, lane, site, address, bytes);
  }

  /** `lane` counts through all workgroups where those may race as well. */
  private race(
    races: Races,
    stamp: number,
    lane: number,
    site: number,
    address: number,
    bytes: number,
    isWrite: boolean,
  ): void {
    const memory = this.pass.reach.memories[site] as Memory;
    const { reach = bytes } = this.pass.reach.places[site] ?? {};
    const { cell } = memory.grain;
    // A write to a component may access the whole vector.
    const wide = isWrite && reach > bytes;
    const from = wide ? Math.floor(address / reach) * reach : address;
    const last = Math.floor((from + (wide ? reach : bytes) - 1) / cell);
    for (let one = Math.floor(from / cell); one <= last; one++) {
      const earlier = races.access(one, stamp, lane, site, isWrite);
      if (!earlier || (this.hasDiverged && stamp !== ANY_PHASE)) continue;
      const isWithin = memory.space === 'workgroup';
      const [first, second] = [earlier, { lane, site }].map((each) => this.earlierPoint(each, isWithin));
      this.found.find('race', memory, one, first, second);
    }
  }

  private padding(memory: Memory, site: number, address: number, bytes: number): void {
    const { present, name, grain } = memory;
    if (!present) return;
    const last = Math.floor((address + bytes - 1) / grain.scalar);
    for (let one = Math.floor(address / grain.scalar); one <= last; one++) {
      if (present[one] !== 0) continue;
      this.note(site, `reads padding of ${name}`);
      return;
    }
  }

  private storageInit(books: Books, memory: Memory, lane: number, site: number, address: number, bytes: number): void {
    const own = this.pass.table.sites[site];
    const { scalar, cell } = memory.grain;
    const last = Math.floor((address + bytes - 1) / scalar);
    for (let one = Math.floor(address / scalar); one <= last; one++) {
      const at = books.written.at(one);
      const { page } = books.written;
      const element = Math.floor((one * scalar) / cell);
      if (isLoad(own) && page[at] === 0 && this.knowsWrites)
        this.found.find('uninitialized', memory, element, this.point(lane, site), null);
      if (!isStore(own)) continue;
      page[at] = 1;
      if (memory.use === 'output' && own.access === 'write') this.writtenTwice(books, memory, one, element, lane, site);
    }
  }

  private writtenTwice(
    books: Books,
    memory: Memory,
    scalar: number,
    element: number,
    lane: number,
    site: number,
  ): void {
    const at = books.writer.at(scalar);
    const { page } = books.writer;
    const id = this.workgroup * this.pass.lanes + lane;
    const [before, where, phase] = [page[at] - 1, page[at + 1], page[at + 2]];
    page[at] = id + 1;
    page[at + 1] = site;
    page[at + 2] = this.phases.storage;
    if (before < 0) return;
    const first = this.earlierPoint({ lane: before, site: where }, false);
    const isWithin = first.workgroup === this.workgroup;
    if (before === id) this.note(site, `writes elements of ${memory.name} that the same invocation has written before`);
    else if (isWithin && phase !== this.phases.storage)
      this.note(site, `writes elements of ${memory.name} that another invocation has written before a barrier`);
    else if (!isWithin || !this.hasDiverged)
      this.found.find('written-twice', memory, element, first, this.point(lane, site));
  }

  private workgroupInit(written: Pages, site: number, address: number, bytes: number, scalar: number): void {
    const own = this.pass.table.sites[site];
    const last = Math.floor((address + bytes - 1) / scalar);
    for (let one = Math.floor(address / scalar); one <= last; one++) {
      const at = written.at(one);
      if (isLoad(own) && written.page[at] !== this.life)
        this.note(site, `reads ${own.variable} before anything is stored there: it is zero`);
      if (isStore(own)) written.page[at] = this.life;
    }
  }

  /** All lanes of the workgroup have come to a barrier, or to their end. */
  stop(stops: readonly Stop[]): void {
    const { table } = this.pass;
    const [first] = stops;
    const other = stops.findIndex(({ event, context }) => event !== first.event || context !== first.context);
    if (other >= 0 && !this.hasDiverged) {
      this.hasDiverged = true;
      const [one, two] = [this.stopPoint(0, first), this.stopPoint(other, stops[other])];
      if (one.access === 'end') this.found.diverged(two, one);
      else this.found.diverged(one, two);
    }
    const passed = stops.find(({ event }) => event !== 0);
    if (!passed) return;
    this.barriers++;
    const event = table.events[passed.event];
    const name = event?.kind === 'barrier' ? event.name : 'workgroupUniformLoad';
    this.serial++;
    if (name === 'storageBarrier') this.phases.storage = this.serial;
    else if (name !== 'textureBarrier') this.phases.workgroup = this.serial;
  }

  private stopPoint(lane: number, { event }: Stop): AccessPoint {
    const { events, sites } = this.pass.table;
    const stopped = events[event];
    const line =
      stopped?.kind === 'barrier' ? stopped.line : stopped && 'site' in stopped ? sites[stopped.site].line : 0;
    return { line, workgroup: this.workgroup, lane, access: event === 0 ? 'end' : 'barrier' };
  }

  private point(lane: number, site: number): AccessPoint {
    const { line, access } = this.pass.table.sites[site];
    return { line, workgroup: this.workgroup, lane, access };
  }

  private earlierPoint({ lane, site }: Earlier, isWithin: boolean): AccessPoint {
    const { line, access } = this.pass.table.sites[site];
    const { lanes } = this.pass;
    return isWithin
      ? { line, workgroup: this.workgroup, lane, access }
      : { line, workgroup: Math.floor(lane / lanes), lane: lane % lanes, access };
  }

  private note(site: number, text: string): void {
    this.found.note(this.pass.table.sites[site], text);
  }

  /** Of this pass and those before it. */
  findings(): readonly Finding[] {
    return this.found.all();
  }

  notes(): readonly string[] {
    return this.found.notes();
  }

  private booksOf(name: string): Books {
    const books = this.books.get(name) ?? this.newBooks();
    this.books.set(name, books);
    return books;
  }

  private ownOf(name: string): { races: Races; written: Pages } {
    const own = this.own.get(name) ?? { races: new Races(1), written: new Pages(1) };
    this.own.set(name, own);
    return own;
  }
}
