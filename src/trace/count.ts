/** Counts what the requests of a pass ask of a machine. */
import { footprint } from '../model/access.ts';
import { bankPasses } from '../model/banks.ts';
import type { Machine } from '../model/machines.ts';
import type { EventTable } from '../wgsl/events.ts';
import { Growable } from './growable.ts';
import type { Memory, Reach } from './memory.ts';
import { Pages } from './pages.ts';
import type { SiteCounts } from './report.ts';

/** The storage requests of a workgroup in their order, for the caches: sectors by request. */
export interface Stream {
  /** By request: its site, and behind the last of its sectors. */
  readonly sites: Int32Array;
  readonly ends: Int32Array;
  /** Numbers in the memory that caches see. */
  readonly sectors: Float64Array;
}

type Counts = { -readonly [K in keyof SiteCounts]: SiteCounts[K] };

/** Bytes of tensors that were touched, by buffer: shared by the passes of a plan. */
export class Touched {
  private readonly buffers = new Map<string, Pages>();
  bytes = 0;

  touch({ name, grain: { scalar } }: Memory, address: number, bytes: number): void {
    const pages = this.buffers.get(name) ?? new Pages(1);
    this.buffers.set(name, pages);
    const last = Math.floor((address + bytes - 1) / scalar);
    for (let one = Math.floor(address / scalar); one <= last; one++) {
      const at = pages.at(one);
      if (pages.page[at] !== 0) continue;
      pages.page[at] = 1;
      this.bytes += scalar;
    }
  }
}

export class Counter {
  private readonly counts = new Map<number, Counts>();
  private readonly sites = new Growable(Int32Array);
  private readonly ends = new Growable(Int32Array);
  private readonly sectors = new Growable(Float64Array);

  constructor(
    private readonly pass: {
      readonly index: number;
      readonly entry: string;
      readonly table: EventTable;
      readonly reach: Reach;
    },
    private readonly machine: Machine,
    private readonly touched: Touched,
  ) {}

  /** An access that no request takes in, as one that is out of bounds. */
  outside(site: number): void {
    this.of(site).executions++;
  }

  request(site: number, bytes: number, addresses: Float64Array, lanes: Uint8Array): void {
    const counts = this.of(site);
    const memory = this.pass.reach.memories[site] as Memory;
    const { length } = addresses;
    counts.executions += length;
    counts.requests++;
    counts.activeLanes += length;
    counts.bytesAsked += length * bytes;
    if (counts.access === 'atomic') counts.atomics += length;
    if (memory.space === 'workgroup') {
      const { passes, ideal } = bankPasses(addresses, lanes, bytes, this.machine);
      counts.bankPasses += passes;
      counts.idealBankPasses += ideal;
    }
    const sorted = ascending(addresses);
    const base = memory.base / this.machine.sectorBytes;
    const { sectors } = this;
    const isStorage = memory.space === 'storage';
    const found = footprint(sorted, bytes, this.machine, (sector) => {
      if (isStorage) sectors.push(base + sector);
    });
    if (found.elements < length) counts.broadcasts++;
    if (!isStorage) return;
    counts.sectors += found.sectors;
    counts.idealSectors += found.idealSectors;
    counts.lines += found.lines;
    this.sites.push(site);
    this.ends.push(sectors.length);
    const isCompulsory = memory.use === (counts.access === 'read' ? 'input' : 'output');
    if (isCompulsory) for (let i = 0; i < length; i++) this.touched.touch(memory, sorted[i], bytes);
  }

  /** The requests since the last time. */
  stream(): Stream {
    const [sites, ends, sectors] = [this.sites, this.ends, this.sectors].map(({ data, length }) =>
      data.slice(0, length),
    );
    for (const list of [this.sites, this.ends]) list.clear();
    this.sectors.clear();
    return { sites: sites as Int32Array, ends: ends as Int32Array, sectors: sectors as Float64Array };
  }

  hit(site: number, level: 'l1' | 'l2'): void {
    const { hits } = this.of(site) as { hits: { l1: number; l2: number } };
    hits[level]++;
  }

  /** In the order of the text. */
  results(): readonly SiteCounts[] {
    return [...this.counts.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  private of(site: number): Counts {
    const known = this.counts.get(site);
    if (known) return known;
    const { line, column, access } = this.pass.table.sites[site];
    const { name: buffer, space } = this.pass.reach.memories[site] as Memory;
    const made: Counts = {
      pass: this.pass.index,
      entry: this.pass.entry,
      line,
      column,
      buffer,
      space,
      access,
      executions: 0,
      requests: 0,
      activeLanes: 0,
      bytesAsked: 0,
      sectors: 0,
      idealSectors: 0,
      lines: 0,
      bankPasses: 0,
      idealBankPasses: 0,
      hits: space === 'storage' ? { l1: 0, l2: 0 } : null,
      atomics: 0,
      broadcasts: 0,
    };
    this.counts.set(site, made);
    return made;
  }
}

function ascending(addresses: Float64Array): Float64Array {
  for (let i = 1; i < addresses.length; i++) if (addresses[i] < addresses[i - 1]) return addresses.slice().sort();
  return addresses;
}
