/**
 * A sweep over two axes as a map in text: a number and a mark in each cell, so that it reads without colour; states
 * without a number have letters of their own.
 */
import type { KnobValue } from '../kernels/types.ts';
import type { AdapterReport, Result } from '../lab/result.ts';
import { type Axis, valueAt } from '../lab/sweep.ts';
import type { Sweep } from './bench-request.ts';
import { type Screen, shaded } from './screen.ts';
import { groupBy, significant, timeUnit, wrap } from './text.ts';

/** More maps than this say less than the table. */
const MOST_MAPS = 4;
/** Marks of the five levels, from the slowest. */
const MARKS = ['.', ':', '=', '*', '#'] as const;
const STATES = { wrong: 'x', refused: '-', failed: '!', unresolved: '?' } as const;
const BETWEEN_BANDS = '';

interface Map2d {
  readonly op: string;
  readonly kernel: string;
  readonly rows: Axis;
  readonly columns: Axis;
  /** One value for each axis beyond the two. */
  readonly rest: readonly (readonly [axis: Axis, value: KnobValue])[];
  readonly results: readonly Result[];
}

/** What the numbers are: "smaller is better" for times, the opposite for rates. */
interface Measure {
  readonly title: string;
  /** Null where a result has no number. */
  of(result: Result): number | null;
  /** Larger is better. */
  score(value: number): number;
  text(value: number): string;
}

/** The maps of all sweeps, as lines; none where nothing is swept over two axes or more. */
export function heatMaps(
  results: readonly Result[],
  sweeps: readonly Sweep[],
  adapter: AdapterReport | null,
  screen: Screen,
): string[] {
  const maps = sweeps.flatMap((sweep) => mapsOf(sweep, results));
  if (maps.length > MOST_MAPS) {
    const text = `No heat map: this sweep would take ${maps.length} of them, and ${MOST_MAPS} are the most; name one --kernel, or vary fewer keys.`;
    return ['', ...wrap(text, '  ', screen.width)];
  }
  return groupBy(maps, ({ op }) => op).flatMap((alike) => drawAlike(alike, adapter, screen));
}

/** The two axes with the most values make the map; there is one for each combination of the others' values. */
function mapsOf({ op, kernel, axes }: Sweep, results: readonly Result[]): Map2d[] {
  if (axes.length < 2) return [];
  const longest = [...axes].sort((a, b) => b.values.length - a.values.length).slice(0, 2);
  const [rows, columns] = axes.filter((axis) => longest.includes(axis));
  const own = results.filter((result) => result.op === op && result.kernel === kernel);
  const rests = axes
    .filter((axis) => !longest.includes(axis))
    .reduce<(readonly [Axis, KnobValue])[][]>(
      (combinations, axis) =>
        combinations.flatMap((rest) => axis.values.map((value) => [...rest, [axis, value] as const])),
      [[]],
    );
  return rests.map((rest) => ({
    op,
    kernel,
    rows,
    columns,
    rest,
    results: own.filter((result) => rest.every(([axis, value]) => valueAt(result, axis) === value)),
  }));
}

/** Maps of one operation share their scale and their legend. */
function drawAlike(maps: readonly Map2d[], adapter: AdapterReport | null, screen: Screen): string[] {
  const all = maps.flatMap(({ results }) => results);
  const measure = measureOf(maps, all);
  const scores = all.flatMap((result) => {
    const value = measure.of(result);
    return value === null ? [] : [Math.log(measure.score(value))];
  });
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const levelOf = (value: number): number => {
    const share = high > low ? (Math.log(measure.score(value)) - low) / (high - low) : 1;
    return Math.min(MARKS.length - 1, Math.floor(share * MARKS.length));
  };
  const isBest = (value: number): boolean => Math.log(measure.score(value)) === high;
  const software = adapter?.software ? ' (software adapter: it says nothing about any GPU)' : '';
  return [
    ...maps.flatMap((map) => {
      const rest = map.rest.map(([{ key }, value]) => `, ${key}=${value}`).join('');
      const edited = map.results.some(({ source }) => source) ? ' (edited)' : '';
      const title = `${map.op} ${map.kernel}${edited}${rest}: ${measure.title}${software}`;
      return ['', ...wrap(title, '  ', screen.width), ...draw(map, { measure, levelOf, isBest }, screen)];
    }),
    ...wrap(legend(all, measure, maps), '  ', screen.width),
  ];
}

/** Times where all cells solve one problem; rates where the problems differ, since their times do not compare. */
function measureOf(maps: readonly Map2d[], results: readonly Result[]): Measure {
  const isOneProblem = maps.every(({ rows, columns, rest }) =>
    [rows, columns, ...rest.map(([axis]) => axis)].every((axis) => axis.of === 'knob'),
  );
  if (!isOneProblem) {
    return {
      title: `${results.find(({ measures }) => measures.length > 0)?.measures[0].unit ?? 'rate'} at the median time`,
      // Of nothing there is nothing in a second, and the scale is logarithmic.
      of: ({ measures: [headline] }) => headline?.value || null,
      score: (rate) => rate,
      text: significant,
    };
  }
  const medianOf = ({ time }: Result): number | null => (time?.resolved ? time.medianNs : null);
  const [size, unit] = timeUnit(
    results.reduce((least, result) => Math.min(least, medianOf(result) ?? least), Number.POSITIVE_INFINITY),
  );
  const source = results.some(({ time }) => time?.source === 'wall') ? 'wall' : 'GPU';
  return {
    title: `median ${source} time in ${unit}, less is better`,
    of: medianOf,
    score: (ns) => 1 / ns,
    text: (ns) => significant(ns / size),
  };
}

interface Scale {
  readonly measure: Measure;
  levelOf(value: number): number;
  isBest(value: number): boolean;
}

interface Cell {
  readonly text: string;
  /** -1 without a number. */
  readonly level: number;
  readonly isBest: boolean;
}

function cellOf(result: Result | undefined, { measure, levelOf, isBest }: Scale): Cell {
  if (!result) return { text: '', level: -1, isBest: false };
  const value = measure.of(result);
  if (value !== null) return { text: measure.text(value), level: levelOf(value), isBest: isBest(value) };
  return { text: STATES[stateOf(result)], level: -1, isBest: false };
}

function stateOf({ status }: Result): keyof typeof STATES {
  return status === 'correct' ? 'unresolved' : status;
}

/** Columns that do not fit beside each other are drawn below each other, unless the map turned round fits. */
function draw(map: Map2d, scale: Scale, screen: Screen): string[] {
  const { rows, columns } = fits(map, scale, screen) ? map : turned(map, scale, screen);
  const at = (row: KnobValue, column: KnobValue): Cell =>
    cellOf(
      map.results.find((result) => valueAt(result, rows) === row && valueAt(result, columns) === column),
      scale,
    );
  const grid = rows.values.map((row) => columns.values.map((column) => at(row, column)));
  const head = headWidth(rows);
  const width = cellWidth(columns, grid);
  const perBand = Math.max(1, Math.floor((screen.width - head) / (width + AROUND)));
  const lines: string[] = [];
  for (let from = 0; from < columns.values.length; from += perBand) {
    const to = from + perBand;
    if (from > 0) lines.push(BETWEEN_BANDS);
    const headers = columns.values.slice(from, to).map((value) => ` ${String(value).padStart(width)}  `);
    lines.push(`${' '.repeat(head)} ${columns.key}`);
    lines.push(`${rows.key.padStart(head)}${headers.join('')}`.trimEnd());
    for (const [index, row] of rows.values.entries()) {
      const cells = grid[index].slice(from, to).map((cell) => drawCell(cell, width, screen));
      lines.push(`${String(row).padStart(head)}${cells.join('')}`.trimEnd());
    }
  }
  return lines;
}

/** A bracket or a space on each side, a space and the mark behind the number. */
const AROUND = 4;

function drawCell({ text, level, isBest }: Cell, width: number, { colour }: Screen): string {
  const inner = `${text.padStart(width)} ${MARKS[level] ?? ' '}`;
  const cell = isBest ? `[${inner}]` : ` ${inner} `;
  return colour && level >= 0 ? shaded(cell, level) : cell;
}

function headWidth(rows: Axis): number {
  return Math.max(rows.key.length, ...rows.values.map((value) => String(value).length));
}

function cellWidth(columns: Axis, grid: readonly (readonly Cell[])[]): number {
  return Math.max(
    ...columns.values.map((value) => String(value).length),
    ...grid.flat().map(({ text }) => text.length),
  );
}

function widthOf(rows: Axis, columns: Axis, results: readonly Result[], scale: Scale): number {
  const cells = results.map((result) => cellOf(result, scale));
  return headWidth(rows) + columns.values.length * (cellWidth(columns, [cells]) + AROUND);
}

function fits({ rows, columns, results }: Map2d, scale: Scale, screen: Screen): boolean {
  return widthOf(rows, columns, results, scale) <= screen.width;
}

function turned(map: Map2d, scale: Scale, screen: Screen): Pick<Map2d, 'rows' | 'columns'> {
  const { rows, columns, results } = map;
  return fits({ ...map, rows: columns, columns: rows, results }, scale, screen)
    ? { rows: columns, columns: rows }
    : { rows, columns };
}

/** Only what the maps show. */
function legend(results: readonly Result[], measure: Measure, maps: readonly Map2d[]): string {
  const parts: string[] = [];
  const numbers = results.filter((result) => measure.of(result) !== null);
  if (numbers.length > 0) {
    parts.push(`Marks: ${MARKS.join(' ')} from the slowest to the fastest, in equal ratios`, '[ ] the fastest');
  }
  const states = new Set(results.filter((result) => !numbers.includes(result)).map(stateOf));
  for (const [state, mark] of Object.entries(STATES)) {
    if (states.has(state as keyof typeof STATES)) parts.push(`${mark} ${state}`);
  }
  const cells = maps.reduce((sum, { rows, columns }) => sum + rows.values.length * columns.values.length, 0);
  if (results.length < cells) parts.push('blank: not run');
  return parts.join('; ');
}
