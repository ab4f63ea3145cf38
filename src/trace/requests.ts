/**
 * Gathers the accesses of a workgroup into requests: lanes of one group at the same site and in the same context act
 * together, also where some of them skip iterations or leave early.
 *
 * The order of a group's requests is that of its lanes' own logs, the lower lane's first where two branches exclude each
 * other.
 */
import type { Site } from '../wgsl/events.ts';
import { Growable } from './growable.ts';

/**
 * Takes one request of a group of lanes; the arrays hold until it returns. Lanes ascend and count within the group; `tags`
 * are what each access was added with.
 */
export type OnRequest = (
  site: number,
  bytes: number,
  addresses: Float64Array,
  lanes: Uint8Array,
  group: number,
  tags: Uint32Array,
) => void;

const NONE = -1;

export class Requests {
  private readonly known = new Map<number, number>();
  /** By request. */
  private readonly keys = new Growable(Float64Array);
  private readonly next = new Growable(Int32Array);
  private readonly sizes = new Growable(Int32Array);
  private readonly sites = new Growable(Int32Array);
  private readonly bytes = new Growable(Int32Array);
  /** By access, in the order in which they came. */
  private readonly request = new Growable(Int32Array);
  private readonly lane = new Growable(Int32Array);
  private readonly address = new Growable(Float64Array);
  private readonly tag = new Growable(Uint32Array);
  private readonly heads: Int32Array;
  private readonly latest: Int32Array;
  private readonly groups: number;

  constructor(
    lanes: number,
    private readonly group: number,
    private readonly table: readonly Site[],
  ) {
    this.groups = Math.ceil(lanes / group);
    this.heads = new Int32Array(this.groups).fill(NONE);
    this.latest = new Int32Array(lanes).fill(NONE);
  }

  /** Accesses of one lane come in its own order, and all those of a lower lane before. */
  add(lane: number, site: number, context: number, address: number, bytes: number, tag = 0): void {
    const group = Math.floor(lane / this.group);
    const key = (context * this.table.length + site) * this.groups + group;
    const before = this.latest[lane];
    const likely = before === NONE ? this.heads[group] : this.next.data[before];
    let found = likely !== NONE && this.keys.data[likely] === key ? likely : this.known.get(key);
    if (found === undefined) {
      found = this.keys.push(key);
      this.known.set(key, found);
      this.next.push(likely);
      if (before === NONE) this.heads[group] = found;
      else this.next.data[before] = found;
      this.sizes.push(0);
      this.sites.push(site);
      this.bytes.push(bytes);
    }
    this.latest[lane] = found;
    this.sizes.data[found]++;
    this.request.push(found);
    this.lane.push(lane % this.group);
    this.address.push(address);
    this.tag.push(tag);
  }

  /**
   * Tells all requests since the last time and forgets them. Groups take turns, request by request; what sets a variable
   * asks nothing of memory and takes no turn, so that memory sees the same order whether values are logged or not.
   */
  flush(tell: OnRequest): void {
    const count = this.keys.length;
    const { length } = this.request;
    const starts = new Int32Array(count + 1);
    for (let one = 0; one < count; one++) starts[one + 1] = starts[one] + this.sizes.data[one];
    const filled = starts.slice(0, count);
    const addresses = new Float64Array(length);
    const lanes = new Uint8Array(length);
    const tags = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const to = filled[this.request.data[i]]++;
      addresses[to] = this.address.data[i];
      lanes[to] = this.lane.data[i];
      tags[to] = this.tag.data[i];
    }
    const turns = this.heads.slice();
    for (let left = count; left > 0; ) {
      for (let group = 0; group < this.groups; group++) {
        let isTurn = true;
        while (isTurn && turns[group] !== NONE) {
          const one = turns[group];
          turns[group] = this.next.data[one];
          left--;
          const site = this.sites.data[one];
          isTurn = this.table[site].space === 'function';
          const [from, to] = [starts[one], starts[one + 1]];
          tell(
            site,
            this.bytes.data[one],
            addresses.subarray(from, to),
            lanes.subarray(from, to),
            group,
            tags.subarray(from, to),
          );
        }
      }
    }
    this.known.clear();
    for (const list of [this.keys, this.next, this.sizes, this.sites, this.bytes, this.request, this.lane])
      list.clear();
    this.address.clear();
    this.tag.clear();
    this.heads.fill(NONE);
    this.latest.fill(NONE);
  }
}
