/** What can be counted of a line of code, and what a line's counters say in words. */
import { withCommas } from '../../../core/words.ts';
import type { Machine } from '../../../model/machines.ts';
import type { SiteCounts } from '../../../trace/report.ts';
import type { LineCount, LineCounts } from '../editor/line-counts.ts';
import { verb } from './requests.ts';

export interface Counter {
  readonly id: string;
  readonly title: string;
  /** Of the sites of one line; null where it counts nothing there. */
  of(sites: readonly SiteCounts[]): number | null;
  /** How bad that is, from 0 up; only compared with other lines. */
  badness(sites: readonly SiteCounts[]): number;
}

type Sum = (site: SiteCounts) => number;

export const sum = (sites: readonly SiteCounts[], of: Sum): number =>
  sites.reduce((total, site) => total + of(site), 0);
const inStorage = (sites: readonly SiteCounts[]): readonly SiteCounts[] =>
  sites.filter(({ space }) => space === 'storage');
const inWorkgroup = (sites: readonly SiteCounts[]): readonly SiteCounts[] =>
  sites.filter(({ space }) => space === 'workgroup');

/** The sum over those sites that it counts; as bad as it is large. */
function total(id: string, title: string, among: typeof inStorage, of: Sum): Counter {
  const count = (sites: readonly SiteCounts[]): number | null => {
    const own = among(sites);
    return own.length === 0 ? null : sum(own, of);
  };
  return { id, title, of: count, badness: (sites) => count(sites) ?? 0 };
}

/** The sum over a request of the worst of a line's sites; as bad as it is beyond the fewest there can be. */
function each(id: string, title: string, among: typeof inStorage, of: Sum, fewest: Sum): Counter {
  const worst = (sites: readonly SiteCounts[], value: (site: SiteCounts) => number): number | null => {
    const own = among(sites).filter(({ requests }) => requests > 0);
    return own.length === 0 ? null : Math.max(...own.map(value));
  };
  return {
    id,
    title,
    of: (sites) => worst(sites, (site) => of(site) / site.requests),
    badness: (sites) => worst(sites, (site) => (of(site) - fewest(site)) / site.requests) ?? 0,
  };
}

const all = (sites: readonly SiteCounts[]): readonly SiteCounts[] => sites;

/** The first is the default. */
export const counters: readonly Counter[] = [
  each(
    'sectors',
    'Sectors a request',
    inStorage,
    ({ sectors }) => sectors,
    ({ idealSectors }) => idealSectors,
  ),
  total('moved', 'Sectors moved', inStorage, ({ sectors }) => sectors),
  total('asked', 'Bytes asked for', inStorage, ({ bytesAsked }) => bytesAsked),
  total('memory', 'Sectors read past the caches', inStorage, missed),
  each(
    'passes',
    'Bank passes a request',
    inWorkgroup,
    ({ bankPasses }) => bankPasses,
    ({ idealBankPasses }) => idealBankPasses,
  ),
  total('banks', 'Bank passes', inWorkgroup, ({ bankPasses }) => bankPasses),
  total('requests', 'Requests', all, ({ requests }) => requests),
  total('executions', 'Executions', all, ({ executions }) => executions),
  total('atomics', 'Atomic operations', all, ({ atomics }) => atomics),
];

function missed({ access, sectors, hits }: SiteCounts): number {
  return access === 'write' || !hits ? 0 : sectors - hits.l1 - hits.l2;
}

export function byLine(sites: readonly SiteCounts[]): ReadonlyMap<number, readonly SiteCounts[]> {
  const lines = new Map<number, SiteCounts[]>();
  for (const site of sites) lines.set(site.line, [...(lines.get(site.line) ?? []), site]);
  return lines;
}

export function lineCountsOf(sites: readonly SiteCounts[], counter: Counter): LineCounts {
  const lines = byLine(sites);
  const most = Math.max(0, ...[...lines.values()].map((own) => counter.badness(own)));
  const counted = [...lines].map(([line, own]): [number, LineCount] => {
    const value = counter.of(own);
    const weight = most === 0 || value === null ? 0 : counter.badness(own) / most;
    const text = value === null ? '' : compact(value);
    return [line, { text, weight, sentence: `Line ${line} ${sentenceOf(own)}` }];
  });
  return { title: counter.title, lines: new Map(counted) };
}

const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** "32", "1.5", "131K". */
function compact(value: number): string {
  return value < 1000 ? few(value) : short.format(value);
}

/** What the counters are counters of. */
export function basis({ title, group, sectorBytes, lineBytes, banks }: Machine): string {
  return `Every access that the code makes is counted as the device executed it; the plain kernel’s compiler may merge or drop some. Modelled for ${title.replace(/^A /, 'a ')}: groups of ${group} lanes, sectors of ${sectorBytes} B in lines of ${lineBytes} B, ${banks} banks.`;
}

/** What the sites of one line do: "reads w ...; reads x ...." */
export function sentenceOf(sites: readonly SiteCounts[]): string {
  return `${sites.map(said).join('; ')}.`;
}

/** What one site does, as a clause: "reads w 131,072 times in 4,096 requests, of 32 sectors each where 4 would do". */
function said(site: SiteCounts): string {
  const { access, buffer, executions, requests, activeLanes } = site;
  const what = `${verb(access, true)} ${buffer} ${withCommas(executions)} ${executions === 1 ? 'time' : 'times'}`;
  if (requests === 0) return `${what}, always out of bounds`;
  const lanes = activeLanes / requests;
  const asked = `in ${withCommas(requests)} ${requests === 1 ? 'request' : 'requests'} of ${few(lanes)} ${lanes === 1 ? 'lane' : 'lanes'}`;
  return `${what} ${asked}: ${site.space === 'workgroup' ? banks(site) : sectors(site)}`;
}

function sectors({ requests, sectors: touched, idealSectors, hits, access }: SiteCounts): string {
  const own = touched / requests;
  const ideal = idealSectors / requests;
  const beside = own === ideal ? 'the fewest possible' : `${few(ideal)} would do`;
  const found = access === 'write' || !hits ? '' : cached(touched, hits);
  return `${few(own)} ${own === 1 ? 'sector' : 'sectors'} each, ${beside}${found}`;
}

function cached(touched: number, { l1, l2 }: { readonly l1: number; readonly l2: number }): string {
  const share = (count: number): string => `${Math.round((100 * count) / touched)}%`;
  return `; ${share(l1)} of them from the first-level cache, ${share(l2)} from the second`;
}

function banks({ requests, bankPasses, idealBankPasses, broadcasts }: SiteCounts): string {
  const own = bankPasses / requests;
  const ideal = idealBankPasses / requests;
  const beside = own === ideal ? 'no conflicts' : `${few(ideal)} without conflicts`;
  const shared = broadcasts === 0 ? '' : `; in ${withCommas(broadcasts)} of them lanes share an element`;
  return `${few(own)} ${own === 1 ? 'pass' : 'passes'} over the banks each, ${beside}${shared}`;
}

/** Three significant digits, without zeros behind the point. */
function few(value: number): string {
  return withCommas(Number(value.toPrecision(3)));
}
