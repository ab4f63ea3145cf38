/** Draws kernels under the roofs: a full mark by the bytes that the problem needs, a hollow one by those of the trace. */
import * as Plot from '@observablehq/plot';
import { type RooflinePoint, workOf } from '../../../lab/roofline.ts';
import { placed, type Roof, type Roofs, ridge } from '../../../model/roofline.ts';
import { withoutStyleElement } from '../../look/drawing.ts';
import { significant, tickText } from '../../look/format.ts';
import { COLOURS, drawSample } from './marks.ts';
import { decades, ticks } from './scale.ts';

export const HEIGHT = 368;
const RADIUS = 4;

interface Spot {
  readonly point: RooflinePoint;
  readonly x: number;
  readonly y: number;
  readonly traced: boolean;
}

export interface Drawing {
  readonly points: readonly RooflinePoint[];
  readonly roofs: Roofs;
  readonly width: number;
  /** Where a click on its mark leads; null where it leads nowhere. */
  hrefOf(point: RooflinePoint): string | null;
}

function spotsOf({ points, roofs }: Drawing): readonly Spot[] {
  return points.flatMap((point) =>
    (['compulsoryBytes', 'tracedBytes'] as const).flatMap((by) => {
      const work = workOf(point, by);
      if (!work) return [];
      const { intensity, rate } = placed(work, roofs);
      return [{ point, x: intensity, y: rate, traced: by === 'tracedBytes' }];
    }),
  );
}

/** Shapes that can be full or hollow: they tell operations apart where colours do not. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;

/** How an operation is drawn, by its number. Where the colours begin again, the shapes are others. */
const colourAt = (at: number): string => COLOURS[at % COLOURS.length];
const symbolAt = (at: number): (typeof SYMBOLS)[number] =>
  SYMBOLS[(at + Math.floor(at / COLOURS.length)) % SYMBOLS.length];

/** The operations that have a place under the roofs, in the order of their colours, and those that only move bytes. */
export function operationsOf(points: readonly RooflinePoint[]): {
  readonly placed: readonly string[];
  readonly moving: readonly string[];
} {
  const of = (which: (point: RooflinePoint) => boolean): readonly string[] => [
    ...new Set(points.filter(which).map(({ op }) => op)),
  ];
  return {
    placed: of((point) => workOf(point, 'compulsoryBytes') !== null),
    moving: of(({ medianNs, unit }) => medianNs !== null && unit === ''),
  };
}

/** What stands for an operation beside its name. */
export function drawMark(at: number): Element {
  return drawDot(symbolAt(at), { fill: colourAt(at) });
}

/** What stands for a way of counting bytes beside its name. */
export function drawFill(isFull: boolean): Element {
  const look = { stroke: 'var(--soft)', strokeWidth: 1.5, fill: isFull ? 'var(--soft)' : 'none' };
  return drawDot('circle', look);
}

function drawDot(symbol: Plot.SymbolType, look: Plot.DotOptions): Element {
  return drawSample([Plot.dot([[1, 1]], { symbol: () => symbol, r: RADIUS, ...look })], 12);
}

export function drawRoofline(drawing: Drawing): Element {
  const { points, roofs, width, hrefOf } = drawing;
  const spots = spotsOf(drawing);
  const unit = points.find((point) => point.unit !== '')?.unit ?? '';
  const { memory, half } = roofs;
  const meet = ridge(roofs);
  const flats = [roofs.arithmetic, ...(half ? [half] : [])].filter(({ value }) => value !== null);
  const roofRates = flats.map(({ value }) => value as number);
  const xs = decades([...spots.map(({ x }) => x), ...(meet === null ? [] : [meet])]) ?? ([0.1, 10] as const);
  const ys = decades([...spots.map(({ y }) => y), ...roofRates]) ?? ([1, 10] as const);
  const { placed: ops } = operationsOf(points);
  const stroke = ({ point }: Spot): string => colourAt(ops.indexOf(point.op));
  const symbol = ({ point }: Spot): string => symbolAt(ops.indexOf(point.op));
  const title = ({ point, x, y, traced }: Spot): string =>
    `${point.op} ${point.kernel}, ${traced ? 'traced' : 'needed'} bytes: ${significant(y)} G${unit}/s at ${significant(x)} ${unit}/B`;
  const links = { href: ({ point }: Spot) => hrefOf(point), title } as const;
  // Without anything to draw there are no numbers at the axes either.
  const isEmpty = spots.length === 0 && meet === null && roofRates.length === 0;
  const most = Math.max(2, Math.floor((width - 92) / 56));
  const every = Math.ceil(ticks(xs).length / most);
  return withoutStyleElement(
    Plot.plot({
      width,
      height: HEIGHT,
      marginLeft: 64,
      marginRight: 28,
      marginTop: 28,
      marginBottom: 38,
      style: { background: 'transparent', fontFamily: 'var(--sans)', fontSize: '11px' },
      x: {
        type: 'log',
        domain: [...xs],
        label: `arithmetic intensity${unit === '' ? '' : `, ${unit}/B`}`,
        labelArrow: 'none',
        ticks: isEmpty ? [] : ticks(xs).filter((_, i) => i % every === 0),
        tickFormat: tickText,
      },
      y: {
        type: 'log',
        domain: [...ys],
        label: `rate${unit === '' ? '' : `, G${unit}/s`}`,
        labelArrow: 'none',
        grid: true,
        ticks: isEmpty ? [] : ticks(ys),
        tickFormat: tickText,
      },
      symbol: { type: 'identity' },
      marks: [
        // Where none of arithmetic stands, memory's alone.
        ...(flats.length > 0 ? flats : [roofs.arithmetic]).map((flat) =>
          Plot.line(roofLine({ memory, arithmetic: flat }, xs), {
            x: 'x',
            y: 'y',
            stroke: 'var(--ink)',
            strokeWidth: 2,
            clip: true,
            ...(flat === half ? { strokeDasharray: '6 3' } : {}),
          }),
        ),
        Plot.text(half ? flats : [], {
          x: xs[1],
          y: ({ value }: Roof) => value,
          text: ({ title }: Roof) => title.slice(0, 3),
          textAnchor: 'end',
          dx: -4,
          dy: -8,
          fill: 'var(--ink)',
        }),
        Plot.ruleY(memory.value === null ? roofRates : [], { stroke: 'var(--ink)', strokeWidth: 2 }),
        Plot.link(
          points.flatMap((point) => {
            const [needed, traced] = spots.filter((spot) => spot.point === point);
            return needed && traced ? [{ needed, traced }] : [];
          }),
          {
            x1: ({ needed }) => needed.x,
            x2: ({ traced }) => traced.x,
            y1: ({ needed }) => needed.y,
            y2: ({ traced }) => traced.y,
            stroke: ({ needed }) => stroke(needed),
            strokeOpacity: 0.5,
            strokeDasharray: '3 3',
          },
        ),
        Plot.dot(
          spots.filter(({ traced }) => traced),
          { x: 'x', y: 'y', r: RADIUS, symbol, stroke, fill: 'var(--ground)', strokeWidth: 1.5, ...links },
        ),
        Plot.dot(
          spots.filter(({ traced }) => !traced),
          { x: 'x', y: 'y', r: RADIUS, symbol, fill: stroke, stroke: 'var(--ground)', strokeWidth: 0.75, ...links },
        ),
        Plot.frame({ stroke: 'var(--line)' }),
        ...(spots.length === 0
          ? [Plot.text(['not measured yet'], { frameAnchor: 'middle', fill: 'var(--soft)', fontSize: 12 })]
          : []),
      ],
    }),
  );
}

/** The lower one of the two roofs, from end to end; nothing where memory's is withheld, which is the slope of it. */
function roofLine({ memory, arithmetic }: Roofs, [low, high]: readonly [number, number]): { x: number; y: number }[] {
  if (memory.value === null) return [];
  const { value: slope } = memory;
  const flat = arithmetic.value ?? Number.POSITIVE_INFINITY;
  const corner = flat / slope;
  const ends = [low, ...(corner > low && corner < high ? [corner] : []), high];
  return ends.map((x) => ({ x, y: Math.min(slope * x, flat) }));
}
