/**
 * What a kernel must not do, from what it did: nothing here is modelled.
 *
 * Two accesses of different invocations to one cell race where one of them is a plain write and nothing orders them: within
 * a workgroup a barrier of the right address space does, between workgroups of one dispatch nothing, and two passes are
 * ordered. A cell is a scalar or a whole vector, since a write to a component may access all of it (WGSL, "Memory Model").
 */
import type { EventTable, Site } from '../wgsl/events.ts';
import type { Stop } from './decode.ts';
import type { Memory, Reach } from './memory.ts';
import { Pages } from './pages.ts';
import { type Earlier, Races } from './races.ts';
import type { AccessPoint, Finding, FindingKind } from './report.ts';

/** One pass as it is looked at. */
export interface Pass {
  readonly index: number;
  readonly entry: string;
  readonly lanes: number;
  readonly table: EventTable;
  readonly reach: Reach;
  /** Whether all its workgroups are traced, and all those of the passes before it. */
  readonly isWhole: boolean;
}

/** What is known of a storage buffer across passes. */
interface Books {
  readonly within: Races;
  readonly between: Races;
  /** By scalar: whether it was written. */
  readonly written: Pages;
  /** By scalar of an output: the pass and the lane + 1 that wrote it, and where. */
  readonly writer: Pages;
}

type Draft = { -readonly [K in keyof Finding]: Finding[K] };

export class Sanitizer {
  private readonly found = new Map<string, Draft>();
  private readonly noted = new Map<string, number>();
  private books = new Map<string, Books>();
  /** Of workgroup memory, in which each workgroup starts from nothing. */
  private own = new Map<string, { races: Races; written: Pages }>();
  private workgroup = 0;
  /** Numbers that are new with each workgroup and barrier, or each workgroup. */
  private serial = 0;
  private phases = { storage: 0, workgroup: 0 };
  private life = 0;
  private hasDiverged = false;
  barriers = 0;

  private constructor(
    private readonly pass: Pass,
    private readonly earlier: Sanitizer | null,
  ) {}

  /** For a pass, after those of `earlier`. */
  static after(earlier: Sanitizer | null, pass: Pass): Sanitizer {
    const made = new Sanitizer(pass, earlier);
    // Written or not stays; who wrote it is forgotten.
    if (earlier) for (const [name, { written }] of earlier.books) made.books.set(name, made.newBooks(written));
    return made;
  }

  private newBooks(written = new Pages(1)): Books {
    const { lanes } = this.pass;
    return { within: new Races(1), between: new Races(lanes), written, writer: new Pages(2) };
  }

  startWorkgroup(number: number): void {
    this.workgroup = number;
    this.life++;
    this.hasDiverged = false;
    this.phases = { storage: ++this.serial, workgroup: this.serial };
  }

  access(lane: number, site: number, address: number, bytes: number, isInside: boolean): void {
    const { table, reach } = this.pass;
    const memory = reach.memories[site] as Memory;
    const { cell, scalar } = memory.grain;
    const { access, uniform } = table.sites[site];
    const element = Math.floor(address / cell);
    if (!isInside) {
      this.find('out-of-bounds', memory, element, this.point(lane, site), null);
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
      if (memory.present?.[address / scalar] === 0) this.note(site, `reads padding of ${memory.name}`);
      return;
    }
    const books = this.booksOf(memory.name);
    const id = this.workgroup * this.pass.lanes + lane;
    if (isPlain) {
      this.race(books.within, this.phases.storage, id, site, address, bytes, isWrite);
      if (this.pass.isWhole) this.race(books.between, 1, id, site, address, bytes, isWrite);
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
      if (!earlier || this.hasDiverged) continue;
      const isWithin = memory.space === 'workgroup';
      this.find('race', memory, one, this.earlierPoint(earlier, isWithin), this.earlierPoint({ lane, site }, isWithin));
    }
  }

  private storageInit(books: Books, memory: Memory, lane: number, site: number, address: number, bytes: number): void {
    const { access } = this.pass.table.sites[site];
    const { scalar, cell } = memory.grain;
    const last = Math.floor((address + bytes - 1) / scalar);
    for (let one = Math.floor(address / scalar); one <= last; one++) {
      const at = books.written.at(one);
      const { page } = books.written;
      const element = Math.floor((one * scalar) / cell);
      if (access !== 'write' && page[at] === 0 && this.pass.isWhole)
        this.find('uninitialized', memory, element, this.point(lane, site), null);
      if (access === 'read') continue;
      page[at] = 1;
      if (memory.use === 'output' && access === 'write') this.writtenTwice(books, memory, one, element, lane, site);
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
    const [before, where] = [page[at] - 1, page[at + 1]];
    page[at] = id + 1;
    page[at + 1] = site;
    if (before < 0) return;
    if (before === id) this.note(site, `writes elements of ${memory.name} that the same invocation has written before`);
    else
      this.find(
        'written-twice',
        memory,
        element,
        this.earlierPoint({ lane: before, site: where }, false),
        this.point(lane, site),
      );
  }

  private workgroupInit(written: Pages, site: number, address: number, bytes: number, scalar: number): void {
    const { access, variable } = this.pass.table.sites[site];
    const last = Math.floor((address + bytes - 1) / scalar);
    for (let one = Math.floor(address / scalar); one <= last; one++) {
      const at = written.at(one);
      if (access !== 'write' && written.page[at] !== this.life)
        this.note(site, `reads ${variable} before anything is stored there: it is zero`);
      if (access !== 'read') written.page[at] = this.life;
    }
  }

  /** All lanes of the workgroup have come to a barrier, or to their end. */
  stop(stops: readonly Stop[]): void {
    const { table } = this.pass;
    const [first] = stops;
    const other = stops.findIndex(({ event, context }) => event !== first.event || context !== first.context);
    if (other >= 0 && !this.hasDiverged) {
      this.hasDiverged = true;
      this.diverged(this.stopPoint(0, first), this.stopPoint(other, stops[other]));
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

  private diverged(one: AccessPoint, other: AccessPoint): void {
    const [first, second] = one.access === 'end' ? [other, one] : [one, other];
    const where =
      second.access === 'end'
        ? `lane ${second.lane} ended without it`
        : first.line === second.line
          ? `lane ${second.lane} does so in another iteration`
          : `lane ${second.lane} is at the one of line ${second.line}`;
    const message = `Lane ${first.lane} of workgroup ${this.workgroup} comes to the barrier of line ${first.line}, and ${where}`;
    this.keep('barrier-divergence', `${first.line} ${second.line}`, {
      buffer: null,
      element: null,
      first,
      second,
      message,
    });
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

  private find(
    kind: FindingKind,
    memory: Memory,
    element: number,
    first: AccessPoint,
    second: AccessPoint | null,
  ): void {
    const ends = [first, second].map((end) => `${end?.line} ${end?.access}`).sort();
    const key = `${memory.name} ${ends.join(' ')} ${first.workgroup === second?.workgroup}`;
    const known = this.found.get(`${kind} ${key}`);
    if (known) known.times++;
    else
      this.keep(kind, key, {
        buffer: memory.name,
        element,
        first,
        second,
        message: words(kind, memory, element, first, second),
      });
  }

  private keep(
    kind: FindingKind,
    key: string,
    own: Pick<Finding, 'buffer' | 'element' | 'first' | 'second' | 'message'>,
  ): void {
    const known = this.found.get(`${kind} ${key}`);
    if (known) {
      known.times++;
      return;
    }
    const { index: pass, entry } = this.pass;
    this.found.set(`${kind} ${key}`, { kind, pass, entry, workgroup: this.workgroup, times: 1, ...own });
  }

  private note(site: number, text: string): void {
    const { line }: Site = this.pass.table.sites[site];
    const key = `Line ${line} ${text}`;
    this.noted.set(key, (this.noted.get(key) ?? 0) + 1);
  }

  /** Of this pass and those before it. */
  findings(): readonly Finding[] {
    return [...(this.earlier?.findings() ?? []), ...this.found.values()];
  }

  notes(): readonly string[] {
    return [...(this.earlier?.notes() ?? []), ...[...this.noted].map(([text, times]) => `${text} (${times} times)`)];
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

const VERBS: Readonly<Record<AccessPoint['access'], string>> = {
  read: 'reads',
  write: 'writes',
  atomic: 'changes',
  barrier: 'passes',
  end: 'leaves',
};

function words(
  kind: FindingKind,
  memory: Memory,
  element: number,
  first: AccessPoint,
  second: AccessPoint | null,
): string {
  const { name, bytes, grain, space } = memory;
  const who = (point: AccessPoint): string => `lane ${point.lane} of workgroup ${point.workgroup}`;
  const what = `element ${element} of ${name}`;
  switch (kind) {
    case 'out-of-bounds':
      return `Line ${first.line} ${VERBS[first.access]} ${what}, which has ${Math.floor(bytes / grain.cell)}: ${who(first)}`;
    case 'uninitialized':
      return `Line ${first.line} reads ${what}, which nothing has written: ${who(first)}`;
    case 'written-twice':
      return `Two invocations write ${what}: ${who(first)} on line ${first.line}, ${who(second as AccessPoint)} on line ${second?.line}`;
    default: {
      const other = second as AccessPoint;
      const order =
        first.workgroup === other.workgroup ? `no ${space}Barrier between them` : 'nothing orders workgroups';
      return `${who(first)} ${VERBS[first.access]} ${what} on line ${first.line}, ${who(other)} ${VERBS[other.access]} it on line ${other.line}, and ${order}`.replace(
        /^l/,
        'L',
      );
    }
  }
}
