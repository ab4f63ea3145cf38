/** From the logs of a plan's passes to counters and findings. */

import type { KernelPlan, PassPlan } from '../gpu/plan.ts';
import { Caches } from '../model/caches.ts';
import { type Machine, resident } from '../model/machines.ts';
import type { EventTable } from '../wgsl/events.ts';
import type { Outline } from '../wgsl/outline.ts';
import { Counter, Touched } from './count.ts';
import { Decoder, type Lanes } from './decode.ts';
import { reachOf } from './memory.ts';
import type { Finding, PassTraced, SiteCounts, Totals } from './report.ts';
import { Requests } from './requests.ts';
import { Residency } from './residency.ts';
import { Sanitizer } from './sanitize.ts';
import { type Contents, StepKeeper, type Steps } from './steps.ts';

/** The log of one pass. */
export interface PassLog {
  /** Linear numbers of the workgroups that were traced, in ascending order. */
  readonly workgroups: readonly number[];
  /** How many there are. */
  readonly of: number;
  /** A traced workgroup's lanes, by its place in `workgroups`. */
  lanes(index: number): Lanes;
}

export interface Analysis {
  readonly sites: readonly SiteCounts[];
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly traced: readonly PassTraced[];
  readonly isComplete: boolean;
  /** Entries of the log. */
  readonly events: number;
  /** What the first traced workgroup of each pass did, where that is kept. */
  readonly steps: readonly Steps[];
}

/** Takes the passes of a plan in their order. */
export class Analyst {
  private readonly touched = new Touched();
  private readonly caches: Caches;
  private readonly sites: SiteCounts[] = [];
  private readonly traced: PassTraced[] = [];
  private readonly steps: Steps[] = [];
  private sanitizer: Sanitizer | null = null;
  private barriers = 0;
  private longestLane = 0;
  private events = 0;
  /** Whether all workgroups were traced, and whether all of their logs were read. */
  private isWhole = true;
  private isUncut = true;

  constructor(
    private readonly plan: KernelPlan,
    private readonly table: EventTable,
    private readonly outline: Outline,
    private readonly machine: Machine,
    private readonly keepsSteps = false,
    /** What buffers hold at the start, for the steps. */
    private readonly contents: Contents = () => null,
  ) {
    this.caches = new Caches(machine);
  }

  /** `pause` is called after each workgroup, and may throw. */
  async take(pass: PassPlan, log: PassLog, pause: () => Promise<void>): Promise<void> {
    const { machine, table } = this;
    const index = this.traced.length;
    const { entry, workgroupSize, workgroupBytes } = pass;
    const lanes = workgroupSize.reduce((product, size) => product * size, 1);
    this.isWhole &&= log.workgroups.length === log.of;
    const reach = reachOf(this.plan, pass, table, this.outline);
    const one = { index, entry, lanes, table, reach, isWhole: this.isWhole && this.isUncut };
    this.caches.startPass();
    const sanitizer = Sanitizer.after(this.sanitizer, one);
    const counter = new Counter(one, machine, this.touched);
    const decoder = new Decoder(table, reach);
    const requests = new Requests(lanes, machine.group, table.sites);
    const residency = new Residency(
      this.caches,
      machine.cores,
      resident(machine, lanes, workgroupBytes),
      table.sites,
      (site, level) => counter.hit(site, level),
    );
    let longest = 0;
    for (const [at, workgroup] of log.workgroups.entries()) {
      const accesses = new Uint32Array(lanes);
      sanitizer.startWorkgroup(workgroup);
      const keeper = this.keepsSteps && at === 0 ? new StepKeeper(one, machine.group, workgroup, this.contents) : null;
      const isAll = decoder.decode(log.lanes(at), {
        access(lane, site, context, address, bytes, isInside) {
          accesses[lane]++;
          sanitizer.access(lane, site, address, bytes, isInside);
          if (isInside) requests.add(lane, site, context, address, bytes, keeper?.values(decoder.values));
          else counter.outside(site);
        },
        assign(lane, site, context, element) {
          if (keeper) requests.add(lane, site, context, element, 1, keeper.values(decoder.values));
        },
        stop(stops) {
          requests.flush((...request) => {
            const [site, bytes, addresses, own] = request;
            if (table.sites[site].space !== 'function') counter.request(site, bytes, addresses, own);
            keeper?.request(...request);
          });
          keeper?.settle();
          const passed = stops.find(({ event }) => event !== 0);
          if (passed) keeper?.barrier(passed.event);
          sanitizer.stop(stops);
        },
      });
      if (!isAll) {
        this.isUncut = false;
        sanitizer.cut();
      }
      const steps = keeper?.steps();
      // A workgroup that accesses nothing has no step to be shown.
      if (steps && steps.site.length > 0) this.steps.push(steps);
      residency.add(counter.stream());
      longest = accesses.reduce((most, own) => Math.max(most, own), longest);
      await pause();
    }
    this.longestLane += longest;
    residency.finish();
    this.sanitizer = sanitizer;
    this.barriers += sanitizer.barriers;
    this.events += decoder.events;
    this.sites.push(...counter.results());
    this.traced.push({ pass: index, entry, workgroups: log.workgroups, of: log.of });
  }

  result(): Analysis {
    this.caches.flush();
    const { sectorBytes } = this.machine;
    const storage = this.sites.filter(({ space }) => space === 'storage');
    const sum = (of: (site: SiteCounts) => number): number => storage.reduce((total, site) => total + of(site), 0);
    const notes = [...(this.sanitizer?.notes() ?? [])];
    if (!this.isUncut) {
      notes.unshift(
        'The log of some lanes was cut short: what came after is not known, and reads of scratch or outputs before they ' +
          'are written are not looked for from there on',
      );
    }
    if (!this.isWhole) {
      notes.unshift(
        'Not all workgroups were traced: races with the others, and elements that those write too, may be missed; reads ' +
          'of scratch or outputs before they are written are not looked for; totals, compulsory bytes and caches are those ' +
          'of the traced ones alone',
      );
    }
    return {
      sites: this.sites,
      totals: {
        bytesAsked: sum(({ bytesAsked }) => bytesAsked),
        bytesFetched: sum(({ sectors }) => sectors) * sectorBytes,
        bytesFromMemory: this.caches.fetched * sectorBytes,
        bytesToMemory: this.caches.returned * sectorBytes,
        compulsoryBytes: this.touched.bytes,
        barriers: this.barriers,
        longestLane: this.longestLane,
      },
      findings: this.sanitizer?.findings() ?? [],
      notes,
      traced: this.traced,
      isComplete: this.isUncut && this.isWhole,
      events: this.events,
      steps: this.steps,
    };
  }
}
