/** Two traces side by side: what each does in all, and to each of its buffers. */
import type { TraceResult } from '../../../../lab/trace-result.ts';
import type { SiteCounts } from '../../../../trace/report.ts';
import { bytes, count, figureText, significant } from '../../../look/format.ts';
import { sum } from '../../../parts/inside/counters.ts';
import type { Item } from '../../../state/ledger.ts';
import { kernelOf } from '../../../state/settings.ts';

export interface Row {
  readonly label: string;
  /** Of the first and of the second; "–" where it has nothing of the kind. */
  readonly values: readonly [string, string];
}

type Sides = readonly [TraceResult | null, TraceResult | null];

const NONE = '–';

function row(label: string, sides: Sides, of: (result: TraceResult) => string | null): Row {
  const [first, second] = sides.map((side) => (side && of(side)) ?? NONE);
  return { label, values: [first, second] };
}

const inBytes = (value: number): string => figureText(bytes(value));

/** A sum over the requests of those sites; null where there are none. */
function each(sites: readonly SiteCounts[], of: (site: SiteCounts) => number): string | null {
  const requests = sum(sites, (site) => site.requests);
  return requests === 0 ? null : significant(sum(sites, of) / requests);
}

const space = ({ sites }: TraceResult, wanted: SiteCounts['space']): readonly SiteCounts[] =>
  sites.filter((site) => site.space === wanted);

/** What both did in all. */
export function inAll(sides: Sides): readonly Row[] {
  return [
    row('Workgroups traced', sides, ({ traced }) => traced && `${count(traced.workgroups)} of ${count(traced.of)}`),
    row('Findings', sides, ({ findings }) => count(findings.length)),
    row('Compulsory bytes', sides, ({ totals }) => totals && inBytes(totals.compulsoryBytes)),
    row('Asked for', sides, ({ totals }) => totals && inBytes(totals.bytesAsked)),
    row('Moved', sides, ({ totals }) => totals && inBytes(totals.bytesFetched)),
    row('From memory', sides, ({ totals }) => totals && inBytes(totals.bytesFromMemory)),
    row('Storage requests', sides, (one) => count(sum(space(one, 'storage'), ({ requests }) => requests))),
    row('Sectors a request', sides, (one) => each(space(one, 'storage'), ({ sectors }) => sectors)),
    row('Workgroup requests', sides, (one) => count(sum(space(one, 'workgroup'), ({ requests }) => requests))),
    row('Passes a request', sides, (one) => each(space(one, 'workgroup'), ({ bankPasses }) => bankPasses)),
    row('Barriers', sides, ({ totals }) => totals && count(totals.barriers)),
  ];
}

/** What both did to each buffer and workgroup array: requests, and sectors or passes each. */
export function byBuffer(sides: Sides): readonly Row[] {
  const keys = new Set(sides.flatMap((side) => side?.sites.map(({ access, buffer }) => `${access} ${buffer}`) ?? []));
  return [...keys].map((key) =>
    row(key, sides, ({ sites }) => {
      const own = sites.filter(({ access, buffer }) => `${access} ${buffer}` === key);
      if (own.length === 0) return null;
      const isStorage = own[0].space === 'storage';
      const cost = each(own, ({ sectors, bankPasses }) => (isStorage ? sectors : bankPasses));
      return `${count(sum(own, ({ requests }) => requests))} of ${cost ?? NONE} ${isStorage ? 'sectors' : 'passes'}`;
    }),
  );
}

/** What tells another item from this one: "3_tiles", "PAD 0", "m 128, edited". */
export function named(other: Item, than: Item): string {
  const [a, b] = [other.settings, than.settings];
  const words: string[] = [];
  if (a.op !== b.op) words.push(a.op);
  if (a.op !== b.op || a.kernel !== b.kernel) words.push(kernelOf(a).id);
  const isSame = a.op === b.op && a.kernel === b.kernel;
  for (const [key, value] of Object.entries(a.shape))
    if (a.op === b.op && value !== b.shape[key]) words.push(`${key} ${value}`);
  for (const [key, value] of Object.entries(a.knobs))
    if (isSame && value !== b.knobs[key]) words.push(`${key} ${value}`);
  if (a.dtype !== b.dtype) words.push(a.dtype);
  if (a.seed !== b.seed || a.input !== b.input) words.push('other inputs');
  if (other.source !== undefined) words.push('edited');
  else if (than.source !== undefined) words.push('as saved');
  return words.join(', ') || 'the same';
}
