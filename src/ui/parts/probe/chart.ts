/** Draws one panel of a probe. Measured is solid with its interval; what a model says is dashed, and in another unit beneath. */
import * as Plot from '@observablehq/plot';
import { quantile } from '../../../core/statistics.ts';
import type { Panel } from '../../../probes/types.ts';
import { tickText } from '../../look/format.ts';
import { colourOf, intervals, LETTER, nothing, plot, STYLE, symbolOf, valueScale } from './marks.ts';
import { drawNames, namesHeight } from './names.ts';
import { overlayLines } from './overlay.ts';
import type { Drawn } from './points.ts';
import { wholeTicks } from './scale.ts';

const HEIGHT = 248;
const MODEL_HEIGHT = 96;
const MARGIN = { marginLeft: 64, marginRight: 28 };
/** Pixels between marks from which on each can be seen by itself. */
const CLOSE = 4;
/** Horizontal pixels that the label of a tick needs. */
const TICK = 56;

/** Height of all that is drawn of a panel, known before there are rows. */
export function heightOf(panel: Panel, drawn: Drawn, width: number): number {
  if (panel.x.scale === 'names') return namesHeight(drawn, width);
  return HEIGHT + (drawn.model.length > 0 ? MODEL_HEIGHT : 0);
}

/** The SVGs of a panel, one under the other. */
export function drawPanel(panel: Panel, drawn: Drawn, width: number): readonly Element[] {
  if (panel.x.scale === 'names') return [drawNames(panel, drawn, width)];
  const charts = [drawCurves(panel, drawn, width)];
  return drawn.model.length > 0 ? [...charts, drawModel(panel, drawn, width)] : charts;
}

function placeScale({ x }: Panel, { places }: Drawn, width: number): Plot.ScaleOptions {
  const numbers = places.map(Number);
  const [first, last] = numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [1, 2];
  const domain = [first, Math.max(last, first + 1)] as const;
  const most = Math.max(2, Math.floor((width - MARGIN.marginLeft - MARGIN.marginRight) / TICK));
  const tickFormat = x.unit === 'B' ? sizeText : tickText;
  const common = { domain: [...domain], tickFormat, label: `${x.title}`, labelArrow: 'none' } as const;
  if (x.scale !== 'log') return { ...common, type: 'linear', ticks: wholeTicks(domain, most) };
  const powers = range(Math.ceil(Math.log2(domain[0])), Math.floor(Math.log2(domain[1])));
  const every = Math.ceil(powers.length / most);
  return {
    ...common,
    type: 'log',
    base: 2,
    ticks: powers.filter((_, i) => i % every === 0).map((power) => 2 ** power),
  };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** "64 KiB": sizes on an axis are powers of two, or whole bytes. */
function sizeText(value: number): string {
  const at = Math.max(0, Math.min(3, Math.floor(Math.log2(value) / 10)));
  const [size, unit] = [2 ** (10 * at), ['B', 'KiB', 'MiB', 'GiB'][at]];
  return `${tickText(value / size)} ${unit}`;
}

function drawCurves(panel: Panel, drawn: Drawn, width: number): Element {
  const { points, bands } = drawn;
  const stroke = colourOf(drawn);
  const { behind, before } = overlayLines(drawn.over, stroke);
  const r = radius(panel, drawn, width);
  const dots =
    r === null
      ? null
      : Plot.dot([...points], { x: 'x', y: 'y', symbol: symbolOf(drawn), stroke, fill: 'var(--ground)', r });
  return plot({
    width,
    height: HEIGHT,
    ...MARGIN,
    marginTop: 28,
    marginBottom: 38,
    style: STYLE,
    x: placeScale(panel, drawn, width),
    y: { ...valueScale(panel, drawn), grid: true },
    symbol: { type: 'identity' },
    marks: [
      // Under the points, some of which lie on it.
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.rectX([...bands], { x1: 'from', x2: 'to', fill: 'var(--unresolved)', fillOpacity: 0.18 }),
      ...bandRows(panel, drawn, width).map((named, row) =>
        Plot.text([...named], {
          x: middle,
          frameAnchor: 'top',
          dy: 4 + 14 * row,
          text: 'title',
          fill: 'var(--ink)',
        }),
      ),
      Plot.ruleX(intervals(points), { x: 'x', y1: 'low', y2: 'high', stroke, strokeWidth: 1.5, strokeOpacity: 0.6 }),
      ...behind,
      Plot.line([...points], { x: 'x', y: 'y', z: 'series', stroke, strokeWidth: r === null ? 0.5 : 1.25, sort: 'x' }),
      // Samples are too many for anything behind them to be seen.
      ...(panel.x.scale === 'samples' ? [dots, ...before] : [...before, dots]),
      ...(points.length === 0 ? [nothing(drawn)] : []),
    ],
  });
}

type Band = Drawn['bands'][number];

function middle({ from, to }: Band): number {
  return Math.sqrt(from * to);
}

/** What a place is on its axis, and how many pixels one of it takes. */
function pixels(
  { x }: Panel,
  { places }: Drawn,
  width: number,
): { at(place: number): number; first: number; each: number } {
  const at = x.scale === 'log' ? Math.log2 : (place: number): number => place;
  const numbers = places.map((place) => at(Number(place)));
  const first = Math.min(...numbers);
  return { at, first, each: (width - MARGIN.marginLeft - MARGIN.marginRight) / (Math.max(...numbers) - first || 1) };
}

/** Of a mark, in pixels: a smaller one where most of them would cover each other, and null where they would hide the line. */
function radius(panel: Panel, drawn: Drawn, width: number): number | null {
  const { at, each } = pixels(panel, drawn, width);
  const sorted = drawn.places.map((place) => at(Number(place))).sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, i) => each * (place - sorted[i]));
  const gap = quantile(gaps, 0.5);
  return gap < 1 ? null : gap < CLOSE ? 1.5 : 2.5;
}

/** Bands by the row that their names stand in: the highest where a name does not run into the one before it. */
function bandRows(panel: Panel, drawn: Drawn, width: number): readonly (readonly Band[])[] {
  const { at, first, each } = pixels(panel, drawn, width);
  const rows: { readonly named: Band[]; end: number }[] = [];
  for (const band of [...drawn.bands].sort((a, b) => a.from - b.from)) {
    const half = (LETTER * band.title.length) / 2;
    const x = (at(middle(band)) - first) * each;
    const free = rows.find(({ end }) => end < x - half);
    if (free) free.named.push(band);
    else rows.push({ named: [band], end: 0 });
    (free ?? rows[rows.length - 1]).end = x + half + LETTER;
  }
  return rows.map(({ named }) => named);
}

function drawModel(panel: Panel, drawn: Drawn, width: number): Element {
  const stroke = colourOf(drawn);
  return plot({
    width,
    height: MODEL_HEIGHT,
    ...MARGIN,
    marginTop: 20,
    marginBottom: 16,
    style: STYLE,
    x: { ...placeScale(panel, drawn, width), label: null, axis: null },
    y: {
      type: 'linear',
      zero: true,
      nice: true,
      ticks: 3,
      grid: true,
      label: `Modelled: ${drawn.modelTitle}`,
      labelArrow: 'none',
    },
    marks: [
      Plot.line([...drawn.model], {
        x: 'x',
        y: 'y',
        z: 'series',
        stroke,
        strokeWidth: 1.5,
        strokeDasharray: '4 3',
        sort: 'x',
      }),
      Plot.frame({ stroke: 'var(--line)' }),
    ],
  });
}
