/**
 * The goals that tasks are made of: each a limit on what a trace counts, over all workgroups and all passes. A kernel may
 * move its work from one memory to another; where that would keep a limit and miss the point, the limit counts them all.
 */
import type { SiteCounts } from '../trace/report.ts';
import type { Evidence, Goal } from './types.ts';

interface Where {
  /** Both by default. */
  readonly space?: 'storage' | 'workgroup';
  /** Name of a buffer or of a workgroup variable; all of them by default. */
  readonly buffer?: string;
  /** An atomic operation reads and writes. */
  readonly access?: 'read' | 'write';
}

/** Bytes of the access that limits on a request are meant for: a float or an integer of each lane. */
const WORD = 4;

function number(value: number, digits = 2): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function placeWords({ buffer, access }: Where): string {
  const verb = access === 'read' ? 'is read' : access === 'write' ? 'is written' : 'is accessed';
  return buffer === undefined ? 'on every line' : `where ${buffer} ${verb}`;
}

function sitesOf({ trace }: Evidence, { space, buffer, access }: Where): readonly SiteCounts[] {
  return trace.sites.filter(
    (site) =>
      site.requests > 0 &&
      (space === undefined || site.space === space) &&
      (buffer === undefined || site.buffer === buffer) &&
      (access === undefined || site.access === access || site.access === 'atomic'),
  );
}

/** The site where `of` is largest; null where there are none. */
function worst(sites: readonly SiteCounts[], of: (site: SiteCounts) => number): SiteCounts | null {
  return sites.reduce<SiteCounts | null>((most, site) => (most && of(most) >= of(site) ? most : site), null);
}

function sum(sites: readonly SiteCounts[], of: (site: SiteCounts) => number): number {
  return sites.reduce((total, site) => total + of(site), 0);
}

/** Sectors of memory that one request of a group of lanes touches, on the worst line. */
export function sectorsPerRequest(most: number, where: Where = {}): Goal {
  return perRequest('sectors', 'sectors', 'sector', most, where);
}

/** Lines of memory that one request touches, on the worst line of the text. */
export function linesPerRequest(most: number, where: Where = {}): Goal {
  return perRequest('lines', 'memory lines', 'memory line', most, where);
}

/** The limit is for requests of one word a lane, and grows with what a lane moves at once: wide loads are no fault. */
function perRequest(counter: 'sectors' | 'lines', words: string, noun: string, most: number, where: Where): Goal {
  const width = ({ bytesAsked, activeLanes }: SiteCounts): number => Math.max(1, bytesAsked / activeLanes / WORD);
  const of = (site: SiteCounts): number => site[counter] / site.requests / width(site);
  return {
    id: `${counter} ${placeWords(where)}`,
    text: `At most ${number(most)} ${most === 1 ? noun : words} a request ${placeWords(where)}`,
    measure(evidence) {
      const site = worst(sitesOf(evidence, { ...where, space: 'storage' }), of);
      if (!site) return null;
      const bytes = number(width(site) * WORD);
      const wide = width(site) > 1 ? ` of ${bytes} bytes a lane, ${number(of(site))} for each 4 bytes` : '';
      const value = `${counted(site[counter] / site.requests, noun)} a request${wide}`;
      return { met: of(site) <= most, value, line: site.line };
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
      const site = worst(sitesOf(evidence, { space: 'workgroup' }), of);
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

/** Bytes of all sectors that requests touch, caches left out. */
export function bytesFetched(most: number): Goal {
  return {
    id: 'bytes fetched',
    text: `Fetch at most ${number(most)} bytes`,
    measure(evidence) {
      if (!evidence.trace.totals) return null;
      const bytes = evidence.trace.totals.bytesFetched;
      const heaviest = worst(sitesOf(evidence, { space: 'storage' }), (site) => site.sectors);
      const met = bytes <= most;
      return { met, value: `${number(bytes)} bytes`, line: met ? null : (heaviest?.line ?? null) };
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

/** Barriers that all workgroups pass together: workgroups that do nothing must not thin them out. */
export function barriers(most: number, words: string): Goal {
  return {
    id: 'barriers',
    text: `At most ${counted(most, 'barrier')} in all, ${words}`,
    measure({ trace: { totals } }) {
      return totals && { met: totals.barriers <= most, value: counted(totals.barriers, 'barrier'), line: null };
    },
  };
}

/** Times that lanes come by an access: a load of a vector counts once, one of an array as often as it has elements. */
export function accesses(most: number, where: Where, words: string): Goal {
  return {
    id: `accesses ${words}`,
    text: most === 0 ? `No ${words}` : `At most ${number(most)} ${words}`,
    measure(evidence) {
      if (!evidence.trace.totals) return null;
      const sites = sitesOf(evidence, where);
      const count = sum(sites, ({ executions }) => executions);
      const busiest = worst(sites, ({ executions }) => executions);
      const met = count <= most;
      return { met, value: number(count), line: met ? null : (busiest?.line ?? null) };
    },
  };
}

/** How often a kernel may come back to a tensor of so many words: less often, and it keeps a copy. */
export function looks(times: number, buffer: string, words: number): Goal {
  const often = ['never', 'once', 'twice'];
  const said = (count: number): string => often[count] ?? `${number(count)} times`;
  return {
    id: `looks at ${buffer}`,
    text: `Every element of ${buffer} is read ${said(times)}`,
    measure(evidence) {
      if (!evidence.trace.totals) return null;
      const sites = sitesOf(evidence, { space: 'storage', buffer, access: 'read' });
      const count = sum(sites, ({ bytesAsked }) => bytesAsked) / (WORD * words);
      const met = Math.abs(count - times) <= 0.05 * times;
      const busiest = worst(sites, ({ bytesAsked }) => bytesAsked);
      const kept = count < times && !met ? ', so a copy of it is kept' : '';
      return {
        met,
        value: `read ${said(Number(count.toFixed(2)))}${kept}`,
        line: met ? null : (busiest?.line ?? null),
      };
    },
  };
}

/** Reads of any memory but one buffer: what a copy of that buffer would be read for. */
export function readsElsewhere(most: number, buffer: string): Goal {
  return {
    id: 'reads elsewhere',
    text: `At most ${number(most)} reads of anything but ${buffer}`,
    measure(evidence) {
      if (!evidence.trace.totals) return null;
      const sites = sitesOf(evidence, { access: 'read' }).filter((site) => site.buffer !== buffer);
      const count = sum(sites, ({ executions }) => executions);
      const met = count <= most;
      const busiest = worst(sites, ({ executions }) => executions);
      return { met, value: counted(count, 'read'), line: met ? null : (busiest?.line ?? null) };
    },
  };
}

/** How large a lane's own variables may be: they may hold copies, and a trace does not count what is read from them. */
export function keeps(most: number): Goal {
  return {
    id: 'keeps',
    text: `No lane keeps more than ${number(most)} numbers in a variable`,
    measure({ held: { words, line } }) {
      return { met: words <= most, value: Number.isFinite(words) ? counted(words, 'number') : 'an array', line };
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
      const site = worst(sitesOf(evidence, where), (one) => -of(one));
      if (!site) return null;
      return { met: of(site) >= least, value: `${number(100 * of(site), 0)}%`, line: site.line };
    },
  };
}

/**
 * Accesses of the busiest lane, one after the other: what idle lanes and idle workgroups cannot hide, nor a copy in faster
 * memory.
 */
export function longestLane(most: number): Goal {
  return {
    id: 'longest lane',
    text: `No lane makes more than ${number(most)} accesses of memory`,
    measure({ trace: { totals } }) {
      const count = totals?.longestLane;
      if (count === undefined) return null;
      return { met: count <= most, value: `${number(count)} of the busiest lane`, line: null };
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
