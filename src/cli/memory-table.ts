/** A probe's rows, what they show and what was checked, for a terminal. */
import type { Interval } from '../core/statistics.ts';
import { withCommas } from '../core/words.ts';
import type { ProbeResult } from '../lab/probe-result.ts';
import { cutSeries, inSeconds } from '../probes/parts/findings.ts';
import type { At, Found, Row } from '../probes/types.ts';
import { columns, duration, significant, timeUnit, wrap } from './text.ts';

export function memoryTable(result: ProbeResult): string {
  const isSaid = result.cut === undefined || result.cut === 'failure' || result.rows.length === 0;
  const cut = isSaid ? '' : `, cut short (${result.cut})`;
  const head = `${result.title} (${result.kernel}): ${result.status}${cut}, ${significant(result.wallMs / 1000)} s`;
  const reason = result.reason === null ? [] : wrap(result.reason);
  const late = result.rows.filter(({ withheld }) => withheld !== undefined);
  const leftOut =
    late.length === 0 ? [] : [`${late.length} of ${result.rows.length} rows withheld: ${late[0].withheld}`];
  const parts = cutSeries(result.rows);
  const lines = [
    '',
    head,
    ...reason,
    ...leftOut,
    ...(parts === '' ? [] : wrap(parts)),
    ...rowTable(result.rows),
    ...foundTable(result.found),
  ];
  if (result.verdict) lines.push(`Checked: ${result.verdict.method}`);
  return `${lines.join('\n')}\n`;
}

/** A column for each axis, measure and prediction that any row has. */
function rowTable(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const axes = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
  const measures = titles(rows.flatMap((row) => row.measures));
  const model = titles(rows.flatMap((row) => row.model));
  const header = [
    ...axes,
    'Time (95% interval)',
    ...measures.map(({ title, unit }) => `${title}, ${unit}`),
    ...model.map(({ title, unit }) => `Model: ${title}${unit === '' ? '' : `, ${unit}`}`),
    '',
  ];
  const cells = rows.map((row) => [
    ...axes.map((axis) => placeOf(row.at[axis])),
    timeOf(row),
    ...measures.map(({ key }) => numberOf(row.measures, key)),
    ...model.map(({ key }) => numberOf(row.model, key)),
    [
      row.withheld ?? '',
      row.cutAfterMs === undefined ? '' : `cut short after ${inSeconds(row.cutAfterMs)} s`,
      row.again ? 'again' : '',
      row.dropped > 0 ? `${row.dropped} dropped` : '',
    ]
      .filter((word) => word !== '')
      .join(', '),
  ]);
  return columns(
    [header, ...cells],
    [...axes.map(() => true), true, ...measures.map(() => true), ...model.map(() => true)],
  );
}

function placeOf(value: At[string] | undefined): string {
  return typeof value === 'number' ? withCommas(value) : (value ?? '');
}

interface Titled {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
}

function titles(all: readonly Titled[]): readonly Titled[] {
  return all.filter(({ key }, at) => all.findIndex((one) => one.key === key) === at);
}

function numberOf(all: readonly { readonly key: string; readonly value: number }[], key: string): string {
  const found = all.find((one) => one.key === key);
  return found ? significant(found.value) : '';
}

function timeOf({ medianNs, intervalNs, withheld }: Row): string {
  if (medianNs === null) return withheld === undefined ? 'unresolved' : 'withheld';
  const [size] = timeUnit(medianNs);
  return `${duration(medianNs)}${ends(intervalNs, size)}`;
}

function ends(interval: Interval | null, size: number): string {
  return interval ? ` (${interval.map((end) => significant(end / size)).join('..')})` : '';
}

function foundTable(found: readonly Found[]): string[] {
  return found.flatMap(({ title, unit, value, interval, says, withheld }) => {
    const amount = value === null ? 'withheld' : `${significant(value)}${ends(interval, 1)} ${unit}`.trim();
    return wrap(`${title}: ${amount}; ${says}${withheld === null ? '' : ` (${withheld})`}`);
  });
}
