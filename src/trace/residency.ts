/**
 * Runs the requests of workgroups through a machine's caches. Workgroups take free places in the order of their numbers,
 * core by core, as many at a time as the machine holds; those that run take turns, one request each.
 */
import type { Caches } from '../model/caches.ts';
import { isLoad, isStore, type Site } from '../wgsl/events.ts';
import type { Stream } from './count.ts';

interface Running {
  readonly stream: Stream;
  readonly place: number;
  at: number;
}

export class Residency {
  private running: Running[] = [];
  /** Places not taken, the next one last. */
  private readonly free: number[];

  constructor(
    private readonly caches: Caches,
    private readonly cores: number,
    perCore: number,
    private readonly sites: readonly Site[],
    private readonly onHit: (site: number, level: 'l1' | 'l2') => void,
  ) {
    this.free = Array.from({ length: cores * perCore }, (_, place) => place).reverse();
  }

  /** Waits for a free place by letting those that run go on. */
  add(stream: Stream): void {
    while (this.free.length === 0) this.turn();
    this.running.push({ stream, place: this.free.pop() as number, at: 0 });
  }

  finish(): void {
    while (this.running.length > 0) this.turn();
  }

  private turn(): void {
    let hasEnded = false;
    for (const one of this.running) {
      if (one.at < one.stream.sites.length) this.request(one);
      hasEnded ||= one.at === one.stream.sites.length;
    }
    if (!hasEnded) return;
    const isOver = ({ at, stream }: Running): boolean => at === stream.sites.length;
    for (const one of this.running) if (isOver(one)) this.free.push(one.place);
    this.running = this.running.filter((one) => !isOver(one));
  }

  private request(one: Running): void {
    const { stream, place, at } = one;
    one.at++;
    const site = stream.sites[at];
    const own = this.sites[site];
    const core = place % this.cores;
    for (let i = at === 0 ? 0 : stream.ends[at - 1]; i < stream.ends[at]; i++) {
      const sector = stream.sectors[i];
      if (!isLoad(own)) {
        this.caches.write(sector);
        continue;
      }
      const found = own.access === 'atomic' ? this.caches.atomic(sector, isStore(own)) : this.caches.read(core, sector);
      if (found !== 'memory') this.onHit(site, found);
    }
  }
}
