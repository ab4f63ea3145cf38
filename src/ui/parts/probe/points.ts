/** From the rows of a probe to what is drawn of them: pure, so that it is the same for rows of this device and of a file. */
import type { Found, Panel, Row } from '../../../probes/types.ts';
import { commonMeasure, commonTime } from '../../look/format.ts';

/** A measured value with its interval, in the panel's unit. */
export interface Point {
  readonly x: number | string;
  readonly y: number;
  /** Null where there were too few samples. */
  readonly low: number | null;
  readonly high: number | null;
  readonly series: string;
}

export interface Drawn {
  readonly points: readonly Point[];
  /** Of a name: what the data prove of it, and nothing where they do not. */
  readonly proven: readonly { readonly x: string; readonly y: number }[];
  readonly bands: readonly { readonly from: number; readonly to: number; readonly title: string }[];
  readonly model: readonly { readonly x: number; readonly y: number; readonly series: string }[];
  readonly modelTitle: string;
  readonly series: readonly string[];
  /** Every place on the horizontal axis, measured or not. */
  readonly places: readonly (number | string)[];
  /** Why none of its rows was measured, where there is no point for that reason. */
  readonly withheld: string | null;
  /** Every value that the vertical axis has to reach. */
  readonly reach: readonly number[];
  /** Whether the two devices are so far apart that a linear axis would show one of them as a line of zeros. */
  readonly isFarApart: boolean;
  readonly title: string;
  readonly unit: string;
}

type Placed = Pick<Row, 'at' | 'model'>;

const byName = new Intl.Collator('en', { numeric: true }).compare;

/**
 * Nothing in `planned` is measured: it gives the axes their ends before there are rows. `beside` are the rows of another
 * device whose panel is shown beside this one: both have the same axes, units and colours, so that they can be compared.
 */
export function drawnOf(
  panel: Panel,
  planned: readonly Placed[],
  rows: readonly Row[],
  found: readonly Found[],
  beside: readonly Row[] = [],
): Drawn {
  const isInPanel = ({ at }: Placed): boolean => panel.where?.(at) ?? true;
  const own = [...planned, ...rows].filter(isInPanel);
  const others = beside.filter(isInPanel);
  const all = [...own, ...others];
  const measured = rows.filter(isInPanel);
  const pointsOf = (some: readonly Row[]): readonly Point[] =>
    panel.x.scale === 'samples' ? samplesOf(panel, some) : some.flatMap((row) => pointOf(panel, row));
  const raw = pointsOf(measured);
  const other = pointsOf(others);
  const both = [...raw, ...other];
  const measure = [...measured, ...others].flatMap((row) => row.measures).find(({ key }) => key === panel.y.key);
  const isTime = panel.y.key === null || measure?.unit === 'ns';
  const values = both.map(({ y }) => y);
  const [size, unit] = isTime ? commonTime(values) : commonMeasure(values, measure?.unit ?? '');
  const scaled = (value: number | null): number | null => (value === null ? null : value / size);
  const prediction = own.flatMap(({ model }) => model).find(({ key }) => key === panel.model);
  return {
    points: raw.map((point) => ({ ...point, y: point.y / size, low: scaled(point.low), high: scaled(point.high) })),
    proven:
      panel.x.scale === 'names'
        ? found.flatMap(({ key, value, unit: own }) =>
            value !== null && own === measure?.unit && raw.some(({ x }) => x === key)
              ? [{ x: key, y: value / size }]
              : [],
          )
        : [],
    bands: bandsOf(panel, found),
    model: prediction
      ? unique(
          own.flatMap((row) => {
            const value = row.model.find(({ key }) => key === prediction.key)?.value;
            return value === undefined
              ? []
              : [{ x: Number(placeOf(panel, row)), y: value, series: seriesOf(panel, row) }];
          }),
          ({ x, series }) => `${x} ${series}`,
        )
      : [],
    modelTitle: prediction ? `${prediction.title}${prediction.unit === '' ? '' : `, ${prediction.unit}`}` : '',
    // Sorted, so that a curve has the same colour on every device, also on one that lacks another curve.
    series: [...new Set(all.map((row) => seriesOf(panel, row)))].sort(byName),
    places: unique(
      panel.x.scale === 'samples' ? both.map(({ x }) => x) : all.map((row) => placeOf(panel, row)),
      String,
    ),
    withheld: raw.length === 0 ? (measured.find(({ withheld }) => withheld !== undefined)?.withheld ?? null) : null,
    reach: [
      ...both.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y].map((value) => value / size)),
      ...(panel.limit && both.length > 0 ? [panel.limit.value / size] : []),
    ],
    isFarApart: Math.abs(Math.log(highest(raw) / highest(other))) > Math.log(FAR_APART),
    title: panel.y.key === null ? 'Time' : (measure?.title ?? ''),
    unit,
  };
}

/** Times that the highest value of one device is that of the other. */
const FAR_APART = 20;

/** NaN where there are none. */
function highest(points: readonly Point[]): number {
  return points.length === 0 ? Number.NaN : Math.max(...points.map(({ y }) => y));
}

function unique<T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
}

function placeOf({ x }: Panel, { at }: Placed): number | string {
  return x.scale === 'names' ? x.keys.map((key) => at[key]).join(', ') : Number(at[x.keys[0]]);
}

function seriesOf({ series }: Panel, { at }: Placed): string {
  return series === undefined ? '' : String(at[series] ?? '');
}

function pointOf(panel: Panel, row: Row): readonly Point[] {
  const { medianNs, intervalNs, measures } = row;
  const about = { x: placeOf(panel, row), series: seriesOf(panel, row) };
  if (medianNs === null) return [];
  if (panel.y.key === null)
    return [{ ...about, y: medianNs, low: intervalNs?.[0] ?? null, high: intervalNs?.[1] ?? null }];
  const measure = measures.find(({ key }) => key === panel.y.key);
  if (!measure) return [];
  const y = measure.value;
  const none = { ...about, y, low: null, high: null };
  if (!intervalNs) return [none];
  const [low, high] = intervalNs.map((ns) => ns / medianNs);
  if (measure.unit === 'ns') return [{ ...about, y, low: y * low, high: y * high }];
  // A rate is highest where the time is shortest. What is no rate was not timed, and has no interval.
  return measure.unit.endsWith('/s') ? [{ ...about, y, low: y / high, high: y / low }] : [none];
}

function samplesOf(panel: Panel, rows: readonly Row[]): readonly Point[] {
  return rows.flatMap((row) =>
    row.samplesNs.map((y, at) => ({ x: at + 1, y, low: null, high: null, series: seriesOf(panel, row) })),
  );
}

/** There is little room for names: the finding says by its number what a step is. */
function bandsOf({ bands }: Panel, found: readonly Found[]): Drawn['bands'] {
  if (bands === undefined) return [];
  return found.flatMap(({ key, value, interval, confidence }) => {
    if (!key.startsWith(bands) || value === null || !interval) return [];
    const sure = confidence === undefined ? '' : `: ${(100 * confidence).toFixed(1)}% sure`;
    return [{ from: interval[0], to: interval[1], title: `Step ${key.slice(bands.length)}${sure}` }];
  });
}
