/** What a whole run shows: the share outside the kernel, and where one way of running it overtakes another. */
import { compareRounds, type Interval, medianInterval, quantile } from '../../core/statistics.ts';
import { toDecimals, withCommas } from '../../core/words.ts';
import type { Found, Row } from '../types.ts';
import { leftOut, TOO_FEW, UNPAIRED } from './findings.ts';

/** A loop of plain JavaScript, among what rows say that they are. */
export const HOST = 'plain JavaScript';

/** Days of the long run, and the share of it that is said to be lost to launches: 4.5 days of 30. */
const DAYS = 30;
const CLAIMED = 0.15;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Median and interval of what is made of each sample's phases; in words why there is none. */
function fromParts(
  row: Row | undefined,
  of: (part: (key: string) => number) => number,
): { readonly value: number; readonly interval: Interval } | string {
  const { parts } = row ?? {};
  if (!row || !parts) return leftOut([row]) ?? 'not measured';
  if (parts.GPU?.length !== row.samplesNs.length) return 'without timestamps the time of the kernel is not known';
  const values = row.samplesNs.map((_, i) => of((key) => parts[key][i]));
  const interval = medianInterval(values);
  return interval ? { value: quantile(values, 0.5), interval } : TOO_FEW;
}

/** All of a first run: what is compiled once and moved once included. */
export function outsideOf(what: string, row: Row | undefined): Found {
  const about = { key: `outside ${what}`, title: `Outside the kernel, first run, ${what}`, unit: '%' };
  const share = fromParts(row, (part) => {
    const all = Object.keys(row?.parts ?? {}).reduce((sum, key) => sum + part(key), 0);
    return 1 - part('GPU') / all;
  });
  if (typeof share === 'string')
    return { ...about, value: null, interval: null, says: 'no share shown', withheld: share };
  const micros = row?.measures
    .filter(({ key }) => key in (row.parts ?? {}))
    .map(({ title, value }) => `${title} ${toDecimals(value / 1000, 0)} us`);
  return { ...about, ...inPercent(share), says: (micros ?? []).join(', '), withheld: null };
}

/** Of a run that goes on and on: launches against the kernel's own time, which is the share that is claimed to be 15%. */
export function launchingOf(what: string, row: Row | undefined): Found {
  const about = { key: `launching ${what}`, title: `Lost to launching, ${what}`, unit: '%' };
  const share = fromParts(row, (part) => {
    const launching = part('encode') + part('submit and wait');
    return launching / (launching + part('GPU'));
  });
  if (typeof share === 'string')
    return { ...about, value: null, interval: null, says: 'no share shown', withheld: share };
  const days = (part: number): string => (DAYS * part).toFixed(1);
  const says = `${days(share.value)} days of a run of ${DAYS} days (${days(share.interval[0])} to ${days(share.interval[1])}) if each launch is waited for; ${percent(CLAIMED)} would be ${days(CLAIMED)}`;
  return { ...about, ...inPercent(share), says, withheld: null };
}

function inPercent({ value, interval }: { readonly value: number; readonly interval: Interval }) {
  return { value: 100 * value, interval: [100 * interval[0], 100 * interval[1]] as const };
}

/** From the last size at which JavaScript is shown to be faster to the first from which on the GPU is. */
export function crossover(what: string, rows: readonly Row[], seed: number): Found {
  const about = { key: `crossover ${what}`, title: `Faster than plain JavaScript: ${what}`, unit: 'elements' };
  const hostOf = (row: Row): Row | undefined => rows.find(({ at }) => at.what === HOST && at.n === row.at.n);
  const own = rows.filter(({ at }) => at.what === what);
  const compared = own
    .filter((row) => leftOut([row, hostOf(row)]) === null)
    .flatMap((row) => {
      const host = hostOf(row);
      return host ? [{ n: Number(row.at.n), ...compareRounds(row.samplesNs, host.samplesNs, { seed }) }] : [];
    })
    .sort((a, b) => a.n - b.n);
  const withheld = (why: string): Found => ({
    ...about,
    value: null,
    interval: null,
    says: compared.map(({ n, ratio }) => `${withCommas(n)}: ${ratio?.toFixed(2)} times the time`).join(', '),
    withheld: why,
  });
  // One size that was left out may be that of the crossover, or JavaScript may be faster there again.
  const cut = leftOut(own.flatMap((row) => [row, hostOf(row)]).filter((row) => row !== undefined));
  if (cut !== null) return withheld(cut);
  if (compared.length === 0) return withheld('not measured');
  if (compared.some(({ interval }) => !interval)) return withheld(TOO_FEW);
  const first = compared.findIndex((_, i) => compared.slice(i).every(({ outcome }) => outcome === 'faster'));
  const last = compared.findLastIndex(({ outcome }) => outcome === 'slower');
  const largest = compared[compared.length - 1].n;
  if (first < 0)
    return withheld(
      `the GPU is not shown to be faster up to ${withCommas(largest)} elements, the most that were tried`,
    );
  if (last < 0)
    return withheld(
      `JavaScript is not shown to be faster at ${withCommas(compared[0].n)} elements, the fewest that were tried`,
    );
  const interval = [compared[last].n, compared[first].n] as const;
  const { ratio } = compared[compared.length - 1];
  return {
    ...about,
    value: Math.sqrt(interval[0] * interval[1]),
    interval,
    says: `JavaScript is faster up to ${withCommas(interval[0])} elements, the GPU from ${withCommas(interval[1])} on; at ${withCommas(largest)} it takes ${ratio?.toFixed(3)} of the time`,
    withheld: null,
  };
}

/** The number of dispatches from which on one large dispatch is shown to be faster than the same work in so many. */
export function overtaken(rows: readonly Row[], seed: number): Found {
  const about = {
    key: 'overtaken',
    title: 'One large dispatch overtakes the same work in several',
    unit: 'dispatches',
  };
  const own = rows.filter(({ at }) => at.dispatches !== undefined);
  const one = own.find(({ at }) => at.dispatches === 1);
  const withheld = (why: string, says = ''): Found => ({ ...about, value: null, interval: null, says, withheld: why });
  if (!one || own.length < 2) return withheld('not measured');
  const cut = leftOut(own);
  if (cut !== null) return withheld(cut);
  if (own.some(({ dropped }) => dropped > 0)) return withheld(UNPAIRED);
  const compared = own
    .filter((row) => row !== one)
    .map((row) => ({ count: Number(row.at.dispatches), ...compareRounds(row.samplesNs, one.samplesNs, { seed }) }));
  if (compared.some(({ interval }) => !interval)) return withheld(TOO_FEW);
  const says = compared
    .map(({ count, ratio }) => `${withCommas(count)}: ${ratio?.toFixed(2)} times the time`)
    .join(', ');
  const first = compared.findIndex((_, i) => compared.slice(i).every(({ outcome }) => outcome === 'slower'));
  const { count: largest } = compared[compared.length - 1];
  if (first < 0)
    return withheld(
      `one dispatch is not shown to be faster than ${withCommas(largest)}, the most that were tried`,
      says,
    );
  const interval = [compared[first - 1]?.count ?? 1, compared[first].count] as const;
  return { ...about, value: interval[1], interval, says, withheld: null };
}
