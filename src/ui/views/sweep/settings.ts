/**
 * What the reader has chosen to sweep, and its form in the address bar: the settings of one kernel, and two axes over
 * its knobs or the shape.
 *
 *   ?view=sweep&op=matmul&kernel=3_tiles&...&x=set.TILE&x.values=8,16,32&y=k&y.values=256,512&show=rate
 */
import type { Kernel, KnobValue } from '../../../kernels/types.ts';
import type { Axis } from '../../../lab/sweep.ts';
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import type { Holding } from '../../state/files/opened.ts';
import { Reader, trimmed } from '../../state/reader.ts';
import { type Parsed, readSettings, type Settings, search, settingsPairs, withKernel } from '../../state/settings.ts';
import { type Dimension, dimensionsOf, idOf, initialValues, legalValue, valueIn } from './dimensions.ts';

export const SHOWN = ['time', 'rate'] as const;
export type Shown = (typeof SHOWN)[number];

export interface SweepSettings {
  /** The kernel, and what stays fixed. */
  readonly base: Settings;
  /** Columns. */
  readonly x: Axis;
  /** Rows; null for a sweep over one axis. */
  readonly y: Axis | null;
  readonly budget: BudgetName;
  readonly show: Shown;
  /** The cell shown, as `cellId` names it; "" where none is. */
  readonly cell: string;
}

/** Names a cell by its values: "16,8". */
export function cellId(values: readonly KnobValue[]): string {
  return values.join(',');
}

/** Keys of the sizes that go along an axis: what they are elsewhere says nothing of the sweep. */
export function sweptSizes({ x, y }: Pick<SweepSettings, 'x' | 'y'>): readonly string[] {
  return [x, y].flatMap((axis) => (axis?.of === 'shape' ? [axis.key] : []));
}

/** A sweep of this kernel where nobody has said over what. */
export function defaultSweep(base: Settings, budget: BudgetName = 'quick'): SweepSettings {
  const [x, y] = defaultAxes(base);
  return { base, x, y, budget, show: defaultShow(x, y), cell: '' };
}

/** Times of different shapes are different work: there a rate says more. */
function defaultShow(x: Axis, y: Axis | null): Shown {
  return x.of === 'shape' || y?.of === 'shape' ? 'rate' : 'time';
}

/** What a tuner would turn comes first, then the sizes, then how the data lie. */
function defaultAxes(base: Settings, taken: readonly string[] = []): [x: Axis, y: Axis | null] {
  const free = dimensionsOf(base).filter((dimension) => !taken.includes(dimension.id));
  const ranked = [...free].sort((a, b) => a.rank - b.rank);
  const [x, y] = ranked.map((dimension) => axisOver(dimension, base));
  return [x, y ?? null];
}

export function axisOver(dimension: Dimension, base: Settings): Axis {
  return { key: dimension.key, of: dimension.of, values: initialValues(dimension, base) };
}

/** The same sweep on another kernel: axes that mean something there stay, with the values that it offers. */
export function sweepKernel(settings: SweepSettings, kernel: Kernel): SweepSettings {
  const base = withKernel(settings.base, kernel);
  const kept = [settings.x, settings.y].flatMap((axis) => {
    const dimension = axis && dimensionsOf(base).find(({ id }) => id === idOf(axis));
    const values = dimension && axis.values.filter((value) => legalValue(dimension, value));
    return values && values.length > 0 ? [{ ...axis, values }] : [];
  });
  const [spareX, spareY] = defaultAxes(base, kept.map(idOf));
  const wanted = settings.y === null ? 1 : 2;
  const [x, y] = [...kept, spareX, ...(spareY ? [spareY] : [])].slice(0, wanted);
  return { ...settings, base, x, y: y ?? null, cell: '' };
}

export function sweepSearch({ base, x, y, budget, show, cell }: SweepSettings): string {
  return search([
    ['view', 'sweep'],
    ...settingsPairs(base),
    ...axisPairs(base, x, y),
    ...budgetPairs(budget),
    ...(show === defaultShow(x, y) ? [] : [['show', show] as const]),
    ...(cell === '' ? [] : [['cell', cell] as const]),
  ]);
}

/** Nothing where they are those that such a sweep starts with. */
function axisPairs(base: Settings, x: Axis, y: Axis | null): readonly (readonly [key: string, value: string])[] {
  const [firstX, firstY] = defaultAxes(base);
  if (isSameAxis(x, firstX) && isSameAxis(y, firstY)) return [];
  return [
    ['x', idOf(x)],
    ['x.values', x.values.join(',')],
    ['y', y ? idOf(y) : 'none'],
    ...(y ? [['y.values', y.values.join(',')] as const] : []),
  ];
}

function isSameAxis(a: Axis | null, b: Axis | null): boolean {
  return a === null || b === null ? a === b : idOf(a) === idOf(b) && a.values.join() === b.values.join();
}

export function sweepFromSearch(address: string): Parsed<SweepSettings> {
  const reader = new Reader(address);
  const base = readSettings(reader);
  const dimensions = dimensionsOf(base);
  const named = ['x', 'y'].flatMap((name) => reader.text(name) ?? []);
  const [spareX, spareY] = defaultAxes(base, named);
  const x = readAxis(reader, 'x', dimensions, base) ?? spareX;
  const others = dimensions.filter(({ id }) => id !== idOf(x));
  const y = reader.parsed('y', (text) => text.toLowerCase() === 'none' || undefined)
    ? null
    : (readAxis(reader, 'y', others, base) ?? (idOf(spareX) === idOf(x) ? spareY : spareX));
  const budget = readBudget(reader);
  const show = reader.named('show', SHOWN, defaultShow(x, y), 'a figure here');
  const cell = reader.text('cell') ?? '';
  reader.rest('a setting of this kernel');
  return { settings: { base, x, y, budget, show, cell }, notices: reader.notices };
}

/** Null where the address names no axis, or none that there is. */
function readAxis(reader: Reader, name: 'x' | 'y', dimensions: readonly Dimension[], base: Settings): Axis | null {
  const id = reader.text(name);
  const written = reader.text(`${name}.values`);
  if (id === null) return null;
  // A knob is known by its own name too.
  const dimension = reader.parsed(name, (text) =>
    dimensions.find((one) => [one.id, one.key].some((known) => known.toLowerCase() === text.toLowerCase())),
  );
  if (!dimension) {
    reader.complain(`${name}=${id} cannot be an axis of this kernel; you see another one instead.`);
    return null;
  }
  const axis = axisOver(dimension, base);
  if (written === null) return axis;
  const given = written.split(',').filter((text) => text !== '');
  const values = given.flatMap((text) => dimension.parse(text) ?? dimension.parse(trimmed(text)) ?? []);
  if (values.length < given.length || values.length === 0)
    reader.complain(`${name}.values=${written} has values that ${dimension.title} cannot take; they were left out.`);
  return values.length > 0 ? { ...axis, values: dimension.order(values) } : axis;
}

/** The sweep of what a file holds: one kernel, of which one or two knobs or sizes were turned. Null where it is not one. */
export function sweepOf(holding: Holding): string | null {
  if (holding.kind !== 'results') return null;
  const { all } = holding;
  const [base] = all;
  if (all.some(({ op, kernel }) => op !== base.op || kernel !== base.kernel)) return null;
  const axes = dimensionsOf(base).flatMap((dimension): readonly Axis[] => {
    const { key, of } = dimension;
    const values = [...new Set(all.map((settings) => valueIn(dimension, settings)))];
    return values.length > 1 ? [{ key, of, values: dimension.order(values) }] : [];
  });
  const [x, y = null] = axes;
  if (!x || axes.length > 2) return null;
  return sweepSearch({ base, x, y, budget: 'quick', show: defaultShow(x, y), cell: '' });
}
