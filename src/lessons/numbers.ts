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

/** Whether a number that is shown lies on the same side of each bound as the value that it stands for. */
type Fits = (shown: number) => boolean;

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

/** What a ratio above 1 is called, one below 1, and one from 2. Of a speed below 1, the time is said. */
const COMPARED = {
  longer: ['longer', 'shorter', 'as long'],
  faster: ['faster', '', 'as fast'],
  more: ['more', 'less', 'as much'],
} as const;

/**
 * A number in its form: "4,096", "4,098 bytes", "2.52 times", "915 µs", "7.8% shorter". It has more digits where rounding would
 * carry it over a bound of one of the `choices`: beside "less than 5% longer" it says "4.96% longer", not "5% longer".
 */
export function formatted(value: Value, as: Form, choices: readonly Choice[] = []): string {
  if (typeof value === 'string') return value;
  const bounds = choices.flatMap(({ from, to }) => [from, to]).filter((bound) => bound !== undefined);
  const fits: Fits = (shown) => {
    // As a ratio, 5% may be off by the last bit.
    const rounded = Number(shown.toPrecision(12));
    return bounds.every((bound) => rounded >= bound === value >= bound);
  };
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
    case 'rate':
      return scaled(value, [[1000, 'TB/s']], 'GB/s');
    case 'times':
      return `${few(value, fits)} times`;
    case 'percent':
      return `${few(100 * value, (shown) => fits(shown / 100))}%`;
    case 'longer':
    case 'more':
      return compared(value, COMPARED[as], fits);
    case 'faster':
      // "66.5% slower" may be taken for 1.67 times the time, and it is 2.99 times: below 1, the time is what is said.
      return value < 1
        ? compared(1 / value, COMPARED.longer, (shown) => fits(1 / shown))
        : compared(value, COMPARED.faster, fits);
    default:
      return as satisfies never;
  }
}

function scaled(value: number, steps: readonly (readonly [number, string])[], unit: string): string {
  const [size, name] = steps.find(([at]) => Number((value / at).toPrecision(3)) >= 1) ?? [1, unit];
  return `${few(value / size)} ${name}`;
}

/** A ratio as people say it: by how many percent up to twice as much, beyond as a multiple. */
function compared(ratio: number, [above, below, multiple]: readonly [string, string, string], fits: Fits): string {
  if (ratio >= 2) return `${few(ratio, fits)} times ${multiple}`;
  const sign = ratio > 1 ? 1 : -1;
  const percent = leastDigits(
    (more) => Number((100 * sign * (ratio - 1)).toFixed(1 + more)),
    (shown) => fits(1 + (sign * shown) / 100),
  );
  return percent === 0 ? 'the same' : `${percent}% ${ratio > 1 ? above : below}`;
}

/** Three significant digits, or as many more as it takes to fit. */
function few(value: number, fits: Fits = () => true): string {
  return withCommas(leastDigits((more) => Number(value.toPrecision(3 + more)), fits));
}

function leastDigits(rounded: (more: number) => number, fits: Fits): number {
  const MOST = 8;
  for (let more = 0; more < MOST; more++) if (fits(rounded(more))) return rounded(more);
  return rounded(MOST);
}
