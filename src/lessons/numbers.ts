/** From evidence to the numbers of a lesson: the same for those in its text, made when the page is built, and for outcomes. */
import { withCommas } from '../core/words.ts';
import type { Result } from '../lab/result.ts';
import type { Choice, Data, Form, NumberSpec } from './types.ts';

type Value = number | string;
type Numbers = Readonly<Record<string, NumberSpec>>;
type DataOf = (evidence: string) => Data | null;

/** Null where the evidence is not there, or does not say: refused, wrong and therefore not timed, withheld. */
export function evaluate(name: string, numbers: Numbers, dataOf: DataOf): Value | null {
  const spec = numbers[name];
  if (!spec) return null;
  if (spec.kind === 'known') return spec.value;
  if (spec.kind === 'ratio') {
    const [above, below] = spec.over.map((part) => evaluate(part, numbers, dataOf));
    return typeof above === 'number' && typeof below === 'number' && below !== 0 ? above / below : null;
  }
  const data = dataOf(spec.of);
  return data ? read(spec, data) : null;
}

/** The pieces of evidence that a number needs. */
export function evidenceOf(name: string, numbers: Numbers): readonly string[] {
  const spec = numbers[name];
  if (!spec || spec.kind === 'known') return [];
  return spec.kind === 'ratio' ? [...new Set(spec.over.flatMap((part) => evidenceOf(part, numbers)))] : [spec.of];
}

/** Why a probe withholds what a number needs, in a clause; null where none does. */
export function withheld(name: string, numbers: Numbers, dataOf: DataOf): string | null {
  const spec = numbers[name];
  if (spec?.kind === 'ratio')
    return spec.over.map((part) => withheld(part, numbers, dataOf)).find((reason) => reason !== null) ?? null;
  if (spec?.kind !== 'found') return null;
  const data = dataOf(spec.of);
  return data?.kind === 'probe' ? (data.found.find(({ key }) => key === spec.found)?.withheld ?? null) : null;
}

function read(spec: Exclude<NumberSpec, { kind: 'known' | 'ratio' }>, data: Data): Value | null {
  switch (spec.kind) {
    case 'counter': {
      if (data.kind !== 'trace') return null;
      const sites = data.result.sites.filter(
        ({ access, buffer }) => spec.access === access || spec.access === `${access} ${buffer}`,
      );
      const sum = (of: (typeof spec)['counter']): number => sites.reduce((total, site) => total + site[of], 0);
      if (sites.length === 0) return null;
      return spec.each === null ? sum(spec.counter) : sum(spec.counter) / sum(spec.each);
    }
    case 'total':
      return data.kind === 'trace' ? (data.result.totals?.[spec.total] ?? null) : null;
    case 'findings':
      if (data.kind !== 'trace') return null;
      return data.result.findings.filter(({ kind }) => spec.finding === null || kind === spec.finding).length;
    case 'run': {
      const result = resultOf(spec.run, data);
      return result ? measureOf(result, spec.measure) : null;
    }
    case 'said': {
      const result = resultOf(spec.run, data);
      return result ? (spec.said === 'status' ? result.status : gateOf(result)) : null;
    }
    case 'row': {
      if (data.kind !== 'probe') return null;
      const row = data.rows.find(({ at }) => Object.entries(spec.at).every(([key, value]) => at[key] === value));
      if (!row) return null;
      if (spec.measure === 'time') return row.medianNs;
      return (spec.modelled ? row.model : row.measures).find(({ key }) => key === spec.measure)?.value ?? null;
    }
    case 'found':
      return data.kind === 'probe' ? (data.found.find(({ key }) => key === spec.found)?.value ?? null) : null;
    default:
      return spec satisfies never;
  }
}

function resultOf(label: string, data: Data): Result | undefined {
  return data.kind === 'runs' ? data.results[data.labels.indexOf(label)] : undefined;
}

/** `measure` as in `NumberSpec`. */
export function measureOf(result: Result, measure: string): number | null {
  if (measure === 'time') return result.time?.medianNs ?? null;
  if (measure === 'wall') return result.time?.wallNs ?? null;
  if (measure === 'first') return result.time?.firstNs ?? null;
  if (measure === 'scratch') return result.work?.scratchBytes ?? null;
  if (measure === 'peak') return result.work?.peakBytes ?? null;
  return result.measures.find(({ key }) => key === measure)?.value ?? null;
}

/** Which check a result did not pass. */
function gateOf({ status, verdict }: Result): string {
  if (status !== 'wrong') return status;
  return verdict?.gates.find(({ correct }) => !correct)?.name ?? 'the problem itself';
}

/** Whether a choice is right, given the outcome and all of the choices. */
export function isRight(choice: Choice, outcome: Value, choices: readonly Choice[]): boolean {
  if (choice.from !== undefined || choice.to !== undefined) {
    const value = Number(outcome);
    return value >= (choice.from ?? Number.NEGATIVE_INFINITY) && value < (choice.to ?? Number.POSITIVE_INFINITY);
  }
  if (typeof choice.is === 'string' || typeof outcome === 'string') return choice.is === outcome;
  const value = outcome;
  const distance = ({ is }: Choice): number => (typeof is === 'number' ? apart(is, value) : Number.POSITIVE_INFINITY);
  return distance(choice) === Math.min(...choices.map(distance));
}

/** How far two values lie apart: by their ratio where both are above 0. */
function apart(a: number, b: number): number {
  return a > 0 && b > 0 ? Math.abs(Math.log(a / b)) : a === b ? 0 : Number.MAX_VALUE;
}

const SIZES = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const;
const TIMES = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;

/** What a ratio above 1 is called, one below 1, and one that is said in full. */
const COMPARED = {
  longer: ['longer', 'shorter', 'as long'],
  faster: ['faster', 'slower', 'as fast'],
  more: ['more', 'less', 'as much'],
} as const;

/** A number in its form: "4,096", "4,098 bytes", "2.52 times", "915 µs", "7.8% slower". */
export function formatted(value: Value, as: Form): string {
  if (typeof value === 'string') return value;
  switch (as) {
    case 'text':
    case 'number':
      return few(value);
    case 'count':
      return withCommas(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
    case 'bytes':
      return value < 10_000 ? `${withCommas(value)} ${value === 1 ? 'byte' : 'bytes'}` : scaled(value, SIZES, 'bytes');
    case 'time':
      return scaled(value, TIMES, 'ns');
    case 'times':
      return `${few(value)} times`;
    case 'percent':
      return `${few(100 * value)}%`;
    case 'longer':
    case 'faster':
    case 'more':
      return compared(value, COMPARED[as]);
    default:
      return as satisfies never;
  }
}

function scaled(value: number, steps: readonly (readonly [number, string])[], unit: string): string {
  const [size, name] = steps.find(([at]) => Number((value / at).toPrecision(3)) >= 1) ?? [1, unit];
  return `${few(value / size)} ${name}`;
}

/** A ratio as people say it: by how many percent from half to twice as much, beyond as a multiple. */
function compared(ratio: number, [above, below, equal]: readonly [string, string, string]): string {
  if (ratio <= 0.5 || ratio >= 2) return `${few(ratio)} times ${equal}`;
  const percent = Number((100 * Math.abs(ratio - 1)).toFixed(1));
  return percent === 0 ? 'the same' : `${percent}% ${ratio > 1 ? above : below}`;
}

/** Three significant digits. */
function few(value: number): string {
  return withCommas(Number(value.toPrecision(3)));
}
