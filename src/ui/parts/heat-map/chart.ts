/** Draws a heat map: one rectangle a cell, its figure in it, and what has no figure told apart by form and by sign. */
import * as Plot from '@observablehq/plot';
import { withoutStyleElement } from '../../look/drawing.ts';
import type { State } from '../../look/states.ts';

/** A cell as it is drawn. */
export interface Spot {
  readonly column: number;
  readonly row: number;
  readonly state: State;
  /** What its colour stands for; null where it has none. */
  readonly value: number | null;
  /** The value as it stands in the cell. */
  readonly text: string;
  readonly isBest: boolean;
  /** Whether it ties with the best, or is the best and others tie with it. */
  readonly isTie: boolean;
}

export interface HeatMapOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly spots: readonly Spot[];
  readonly colour: Plot.ScaleOptions;
}

/** A scale spans at least this factor, so that noise does not get the colours of a difference. */
const LEAST_SPAN = 2;

/** Bright is fast, whether small values are (times) or large ones (rates). */
export function colourScale(values: readonly number[], smallIsFast: boolean): Plot.ScaleOptions {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spread = Math.max(1, Math.sqrt((LEAST_SPAN * low) / high));
  return { type: 'log', scheme: 'cividis', domain: [low / spread, high * spread], reverse: smallIsFast };
}

/** The scale with its ends and its middle, in a unit shared by all values. */
export function drawLegend(colour: Plot.ScaleOptions, label: string, text: (value: number) => string): Element {
  const [low, high] = colour.domain as readonly [number, number];
  const legend = Plot.legend({
    color: colour,
    ticks: [low, Math.sqrt(low * high), high],
    tickFormat: text,
    label,
    width: 260,
    height: 44,
    marginTop: 18,
    marginLeft: 16,
    marginRight: 16,
    style: { background: 'transparent', fontFamily: 'var(--sans)', fontSize: '11px', overflow: 'visible' },
  });
  return withoutStyleElement(legend);
}

const PLAIN = { x: 'column', y: 'row' } as const;
const CELL = { ...PLAIN, inset: 1 } as const;
const FRAME = { ...PLAIN, inset: 2, fill: 'none' } as const;

/** SVG of columns * cellWidth by rows * cellHeight pixels, without axes. */
export function drawHeatMap(options: HeatMapOptions): Element {
  const { columns, rows, cellWidth, cellHeight, spots, colour } = options;
  const of = (state: State): Spot[] => spots.filter((spot) => spot.state === state);
  const scale = Plot.scale({ color: colour });
  const ink = ({ value }: Spot): string => (value === null ? 'var(--ink)' : inkOn(scale.apply(value)));
  const sign = (state: State, text: string, fill: string): Plot.Markish =>
    Plot.text(of(state), { ...PLAIN, text: () => text, fill, fontSize: 15, fontWeight: 700 });
  const best = spots.filter(({ isBest }) => isBest);
  const marked = spots.filter(({ isBest, isTie }) => isBest || isTie);
  const drawing = Plot.plot({
    width: columns * cellWidth,
    height: rows * cellHeight,
    margin: 0,
    padding: 0,
    style: { background: 'transparent', fontFamily: 'var(--mono)', fontSize: '11px', maxWidth: 'none' },
    x: { type: 'band', domain: range(columns), axis: null, padding: 0, round: false },
    y: { type: 'band', domain: range(rows), axis: null, padding: 0, round: false },
    color: colour,
    marks: [
      () => patterns(),
      Plot.cell([...of('idle'), ...of('running')], { ...FRAME, stroke: 'var(--edge)', strokeDasharray: '1 3' }),
      Plot.cell(of('refused'), { ...CELL, fill: 'url(#refused)', stroke: 'var(--line)' }),
      sign('refused', '–', 'var(--refused)'),
      Plot.cell(of('correct'), { ...CELL, fill: 'value' }),
      Plot.text(of('correct'), { ...PLAIN, text: 'text', fill: ink }),
      Plot.cell(of('unresolved'), { ...CELL, fill: 'url(#unresolved)', stroke: 'var(--unresolved)' }),
      sign('unresolved', '?', 'var(--unresolved)'),
      Plot.cell(of('wrong'), { ...FRAME, stroke: 'var(--wrong)', strokeWidth: 2 }),
      Plot.dot(of('wrong'), { ...PLAIN, symbol: 'times', r: 6, stroke: 'var(--wrong)', strokeWidth: 2.5 }),
      Plot.cell(of('failed'), { ...FRAME, stroke: 'var(--failed)', strokeWidth: 2 }),
      sign('failed', '!', 'var(--failed)'),
      Plot.cell(best, { ...PLAIN, inset: 1.5, fill: 'none', stroke: 'var(--ink)', strokeWidth: 3 }),
      Plot.cell(best, { ...PLAIN, inset: 3.5, fill: 'none', stroke: 'var(--ground)' }),
      Plot.text(marked, {
        ...PLAIN,
        text: ({ isTie }: Spot) => (isTie ? '≈' : '★'),
        fill: ink,
        fontSize: 10,
        dx: cellWidth / 2 - 10,
        dy: 11 - cellHeight / 2,
      }),
    ],
  });
  return withoutStyleElement(drawing);
}

/** Hatching that tells a cell without a figure from one with it, where colours cannot be told apart. */
function patterns(): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const make = (name: string, attributes: Readonly<Record<string, string>>, ...children: SVGElement[]): SVGElement => {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const hatching = (id: string, angle: number): SVGElement =>
    make(
      'pattern',
      { id, width: '6', height: '6', patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${angle})` },
      make('path', { d: 'M0 0V6', stroke: `var(--${id})`, 'stroke-width': '1.5', 'stroke-opacity': '0.45' }),
    );
  return make('defs', {}, hatching('refused', 45), hatching('unresolved', -45));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Black or white, whichever stands out more: by WCAG's relative luminance the two are equal at 0.179. */
function inkOn(colour: string): string {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? []).map(Number);
  const [r, g, b] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}
