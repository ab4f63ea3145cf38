/** The goals that tasks are made of: each a limit on what a trace counts. */
import type { SiteCounts } from '../trace/report.ts';
import type { Evidence, Goal, Measured } from './types.ts';

type Memory = 'storage' | 'workgroup';

interface Where {
  /** Name of a buffer or of a workgroup variable; all of them by default. */
  readonly buffer?: string;
  readonly access?: SiteCounts['access'];
}

function number(value: number, digits = 2): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** "1 sector a request", "32 sectors a request". */
function each(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'} a request`;
}

function placeWords({ buffer, access }: Where): string {
  const verb = access === 'read' ? 'is read' : access === 'write' ? 'is written' : 'is accessed';
  return buffer === undefined ? 'on every line' : `where ${buffer} ${verb}`;
}

function sitesOf({ trace }: Evidence, space: Memory, { buffer, access }: Where): readonly SiteCounts[] {
  return trace.sites.filter(
    (site) =>
      site.space === space &&
      site.requests > 0 &&
      (buffer === undefined || site.buffer === buffer) &&
      (access === undefined || site.access === access),
  );
}

/** The site where `of` is largest; null where there are none. */
function worst(sites: readonly SiteCounts[], of: (site: SiteCounts) => number): SiteCounts | null {
  return sites.reduce<SiteCounts | null>((most, site) => (most && of(most) >= of(site) ? most : site), null);
}

function sum(sites: readonly SiteCounts[], of: (site: SiteCounts) => number): number {
  return sites.reduce((total, site) => total + of(site), 0);
}

/** What all workgroups would come to, where some were traced. */
function scale({ trace }: Evidence): number {
  return trace.traced ? trace.traced.of / trace.traced.workgroups : 1;
}

/** Sectors of memory that one request of a group of lanes touches, on the worst line. */
export function sectorsPerRequest(most: number, where: Where = {}): Goal {
  const of = (site: SiteCounts): number => site.sectors / site.requests;
  return {
    id: `sectors ${placeWords(where)}`,
    text: `At most ${number(most)} sectors a request ${placeWords(where)}`,
    measure(evidence) {
      const site = worst(sitesOf(evidence, 'storage', where), of);
      return site && { met: of(site) <= most, value: each(of(site), 'sector'), line: site.line };
    },
  };
}

/** Lines of memory that one request touches, on the worst line of the text. */
export function linesPerRequest(most: number, where: Where = {}): Goal {
  const of = (site: SiteCounts): number => site.lines / site.requests;
  return {
    id: `lines ${placeWords(where)}`,
    text: `At most ${number(most)} memory lines a request ${placeWords(where)}`,
    measure(evidence) {
      const site = worst(sitesOf(evidence, 'storage', where), of);
      return site && { met: of(site) <= most, value: each(of(site), 'line'), line: site.line };
    },
  };
}

/** How many passes the banks of workgroup memory take, as a multiple of the fewest possible. */
export function noBankConflicts(): Goal {
  const of = (site: SiteCounts): number => site.bankPasses / Math.max(site.idealBankPasses, 1);
  return {
    id: 'banks',
    text: 'No bank conflicts in workgroup memory',
    measure(evidence) {
      const site = worst(sitesOf(evidence, 'workgroup', {}), of);
      if (!site) return { met: false, value: 'no workgroup memory is used', line: null };
      const times = of(site);
      return {
        met: times <= 1,
        value: times <= 1 ? 'one pass a request' : `${number(times)} times the passes that are needed`,
        line: times <= 1 ? null : site.line,
      };
    },
  };
}

/** Bytes of all sectors that requests touch, caches left out; scaled to all workgroups. */
export function bytesFetched(most: number): Goal {
  return ofBytes('fetched', 'Fetch', most, (evidence) => (evidence.trace.totals?.bytesFetched ?? 0) * scale(evidence));
}

/** Bytes that the modelled caches fetch from memory; scaled to all workgroups. */
export function bytesFromMemory(most: number): Goal {
  return ofBytes(
    'from memory',
    'Read from memory, behind the caches,',
    most,
    (evidence) => (evidence.trace.totals?.bytesFromMemory ?? 0) * scale(evidence),
  );
}

function ofBytes(id: string, verb: string, most: number, of: (evidence: Evidence) => number): Goal {
  return {
    id: `bytes ${id}`,
    text: `${verb} at most ${number(most)} bytes`,
    measure(evidence) {
      if (!evidence.trace.totals) return null;
      const bytes = of(evidence);
      const heaviest = worst(sitesOf(evidence, 'storage', {}), (site) => site.sectors);
      const met = bytes <= most;
      return { met, value: `${number(bytes, 0)} bytes`, line: met ? null : (heaviest?.line ?? null) };
    },
  };
}

/** Bytes of memory between the passes. */
export function scratchBytes(most: number): Goal {
  return {
    id: 'scratch',
    text: most === 0 ? 'No scratch memory' : `At most ${number(most)} bytes of scratch memory`,
    measure({ result }) {
      if (!result.work) return null;
      const { scratchBytes: bytes } = result.work;
      return { met: bytes <= most, value: `${number(bytes)} bytes`, line: null };
    },
  };
}

/** Barriers that one workgroup passes. */
export function barriers(most: number): Goal {
  return {
    id: 'barriers',
    text: most === 0 ? 'No barriers' : `At most ${number(most)} ${most === 1 ? 'barrier' : 'barriers'} a workgroup`,
    measure({ trace }) {
      if (!trace.totals || !trace.traced) return null;
      const count = trace.totals.barriers / trace.traced.workgroups;
      return { met: count <= most, value: `${number(count)} a workgroup`, line: null };
    },
  };
}

/** Times that lanes come by an access, scaled to all workgroups: loads of a whole vector count once. */
export function accesses(most: number, where: Where & { readonly space?: Memory }, words: string): Goal {
  return {
    id: `accesses ${words}`,
    text: `At most ${number(most)} ${words}`,
    measure(evidence): Measured | null {
      if (!evidence.trace.totals) return null;
      const sites = sitesOf(evidence, where.space ?? 'storage', where);
      const count = sum(sites, ({ executions }) => executions) * scale(evidence);
      const busiest = worst(sites, ({ executions }) => executions);
      const met = count <= most;
      return { met, value: number(count, 0), line: met ? null : (busiest?.line ?? null) };
    },
  };
}

/**
 * Share of the lanes of a group that take part in a request, on the worst line. It belongs beside limits on what a request
 * touches, which a workgroup of a single lane keeps without effort.
 */
export function activeLanes(least: number, lanes: number, where: Where = {}): Goal {
  const of = (site: SiteCounts): number => site.activeLanes / site.requests / lanes;
  return {
    id: `lanes ${placeWords(where)}`,
    text: `At least ${number(100 * least)}% of the lanes take part ${placeWords(where)}`,
    measure(evidence) {
      const site = worst(sitesOf(evidence, 'storage', where), (one) => -of(one));
      if (!site) return null;
      return { met: of(site) >= least, value: `${number(100 * of(site), 0)}%`, line: site.line };
    },
  };
}

/** Passes that the kernel takes, each with a dispatch of its own. */
export function passes(most: number): Goal {
  return {
    id: 'passes',
    text: most === 1 ? 'One pass' : `At most ${number(most)} passes`,
    measure({ trace }) {
      if (!trace.traced) return null;
      const { length } = trace.traced.passes;
      return { met: length <= most, value: `${number(length)} ${length === 1 ? 'pass' : 'passes'}`, line: null };
    },
  };
}

/** Workgroups in the grid, over all passes. */
export function workgroups(least: number): Goal {
  return {
    id: 'workgroups',
    text: `At least ${number(least)} workgroups in the grid`,
    measure({ trace }) {
      if (!trace.traced) return null;
      return { met: trace.traced.of >= least, value: number(trace.traced.of), line: null };
    },
  };
}
