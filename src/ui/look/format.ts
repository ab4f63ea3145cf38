/**
 * Numbers as a reader sees them: three significant digits and a unit, binary units for sizes of memory, decimal ones
 * for rates, and the raw value beside, for whoever hovers or focuses the figure.
 */
import type { Measure, Quantity } from '../../core/quantity.ts';
import { withCommas } from '../../core/words.ts';

/** A number as it is shown. */
export interface Figure {
  /** "1.23", "4,098", "<0.001", "NaN". */
  readonly value: string;
  /** "ms", "KiB"; empty for a plain count. */
  readonly unit: string;
  /** The same, unrounded: "1,234,567 ns". */
  readonly raw: string;
}

/** What stands where there is no number. */
export const NONE: Figure = { value: '–', unit: '', raw: '' };

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const full = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20, maximumSignificantDigits: 17 });

/** Rounded to `digits` significant digits, as a number. */
function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}

/**
 * Three significant digits without an exponent where a reader can still count the zeros (1e-3 to 1e6), as
 * "2.51e-7" beyond. "NaN", "∞" and "−∞" for what is not a number.
 */
export function significant(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const near = rounded(value, digits);
  const size = Math.abs(near);
  if (size < 1e-3 || size >= 1e6)
    return near
      .toExponential(digits - 1)
      .replace('e+', 'e')
      .replaceAll('-', '−');
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return text.format(near).replace('-', '−');
}

/** A count, exact: "1,024". */
export function count(value: number): string {
  return whole.format(value);
}

/** Every digit that a float64 has, with an exponent below 1e-3 and from 1e15. */
export function raw(value: number | string): string {
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  const isPlain = value === 0 || (size >= 1e-3 && size < 1e15) || !Number.isFinite(value);
  return isPlain ? full.format(value) : value.toExponential().replace('e+', 'e');
}

/** The largest step whose value, once rounded, is at least 1; the smallest step where none is. */
function scaled(value: number, steps: readonly (readonly [size: number, unit: string])[], exact: string): Figure {
  const size = Math.abs(value);
  const [step, unit] = steps.find(([at]) => rounded(size / at) >= 1) ?? steps[steps.length - 1];
  return { value: significant(value / step), unit, raw: exact };
}

const TIME = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const;

/** A duration given in nanoseconds. */
export function duration(ns: number): Figure {
  return scaled(ns, TIME, `${raw(ns)} ns`);
}

const SIZE = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const;

/** The unit of memory: its sizes have binary prefixes. */
const BYTE = 'B';

/** A size of memory in bytes: exact below 10,000, binary units above. */
export function bytes(value: number): Figure {
  const exact = `${count(value)} ${value === 1 ? 'byte' : 'bytes'}`;
  return value < 10_000 ? { value: count(value), unit: BYTE, raw: exact } : scaled(value, SIZE, exact);
}

const decimal = (unit: string): readonly (readonly [number, string])[] => [
  [1e12, `T${unit}`],
  [1e9, `G${unit}`],
  [1e6, `M${unit}`],
  [1e3, `k${unit}`],
  [1, unit],
];

/** The step in which the middle one of several values reads best, so that all of them can share a unit. */
function common(
  values: readonly number[],
  steps: readonly (readonly [size: number, unit: string])[],
): readonly [size: number, unit: string] {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return steps.find(([size]) => rounded(middle / size) >= 1) ?? steps[steps.length - 1];
}

/** A unit for all of these durations, in nanoseconds. */
export function commonTime(ns: readonly number[]): readonly [size: number, unit: string] {
  return common(ns, TIME);
}

/** What the unit of a measure counts in a second, where it counts billions: "GX/s". */
const BILLIONS = /^G(.+\/s)$/;

/** A unit for all of these values of one measure, and how many of the measure's own units make one of it. */
export function commonMeasure(values: readonly number[], unit: string): readonly [size: number, unit: string] {
  const [, of] = BILLIONS.exec(unit) ?? [];
  if (of === undefined) return [1, unit];
  const [size, name] = common(
    values.map((value) => value * 1e9),
    decimal(of),
  );
  return [size / 1e9, name];
}

/** A measure; what counts billions a second in the unit that suits it. */
export function measure({ value, unit }: Pick<Measure, 'value' | 'unit'>): Figure {
  const [, of] = BILLIONS.exec(unit) ?? [];
  return of === undefined ? plain(value, unit) : scaled(value * 1e9, decimal(of), `${raw(value)} ${unit}`);
}

/** A count of a quantity: exact where things are merely counted, and below 10,000. */
export function amount({ count: value, unit }: Pick<Quantity, 'count' | 'unit'>): Figure {
  if (unit === BYTE) return bytes(value);
  return unit === '' || value < 10_000 ? exact(value, unit) : scaled(value, decimal(unit), `${count(value)} ${unit}`);
}

/** What one of a unit is called after "per". */
export function one(unit: string): string {
  return unit === BYTE ? 'byte' : unit;
}

/** A plain number with its unit. */
export function plain(value: number, unit = ''): Figure {
  return { value: significant(value), unit, raw: `${raw(value)} ${unit}`.trim() };
}

/** A plain count with its unit, exact. */
export function exact(value: number, unit = ''): Figure {
  return { value: count(value), unit, raw: `${count(value)} ${unit}`.trim() };
}

/** A share of one, as a percentage. */
export function percent(share: number): Figure {
  return { value: significant(share * 100), unit: '%', raw: raw(share) };
}

/** "1.20 to 1.31 ms": both ends in the unit that suits `likeNs`, the number beside which they stand. */
export function timeInterval(lowNs: number, highNs: number, likeNs = highNs): Figure {
  const { unit } = duration(likeNs);
  const step = TIME.find(([, name]) => name === unit)?.[0] ?? 1;
  return {
    value: `${significant(lowNs / step)} to ${significant(highNs / step)}`,
    unit,
    raw: `${raw(lowNs)} to ${raw(highNs)} ns`,
  };
}

/** "1.23 ms". */
export function figureText(shown: Figure): string {
  return shown.unit === '%' ? `${shown.value}%` : `${shown.value} ${shown.unit}`.trim();
}

/** A worst element's number, in full where the comparison is exact: JSON has strings for what is not finite. */
export function element(value: number | string, isExact = false): Figure {
  const number = Number(value);
  const isFull = isExact && Number.isFinite(number);
  return { value: isFull ? raw(number).replaceAll('-', '−') : significant(number, 4), unit: '', raw: raw(value) };
}

/** A sentence that was made for a terminal: whole numbers grouped, minus, micro, ranges, apostrophes and times ("TM x TN", "2 * 4") as they are printed. */
export function typeset(text: string): string {
  return text
    .replaceAll(/(?<![\w.,-])-(?=\d|pi\b)|(?<=\de)-(?=\d)/g, '−')
    .replaceAll(/(?<![\w.,-])\d{4,}(?![\w.,]*[.e]\d)(?!\w)/g, (digits) => withCommas(Number(digits)))
    .replaceAll(/(?<=\d) us\b/g, ' µs')
    .replaceAll(/(?<=\d)\.\.(?=\d)/g, ' to ')
    .replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’')
    .replaceAll(/(?<=[\dA-Z]) [x*] (?=[\dA-Z])/g, ' × ');
}

/** The text as a sentence: with a full stop, unless it ends in one or in another mark. */
export function stopped(text: string): string {
  return /[.!?…]["'”’)]?$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}

/** The text with a capital at its start. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A title within a sentence: "Base offset" as "base offset", but "K slices" as it is. */
export function lowered(title: string): string {
  return /^[A-Z](?=[a-z])/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** Whole numbers as they are, such as the 1,024 of an axis of powers of two; others to three digits, without trailing zeros. */
export function tickText(value: number): string {
  if (Number.isInteger(value)) return count(value);
  return significant(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
