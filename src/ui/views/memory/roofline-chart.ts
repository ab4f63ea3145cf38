/** Draws kernels under the roofs: a full mark by the bytes that the problem needs, a hollow one by those of the trace. */
import * as Plot from '@observablehq/plot';
import { type RooflinePoint, workOf } from '../../../lab/roofline.ts';
import { placed, type Roofs, ridge } from '../../../model/roofline.ts';
import { withoutStyleElement } from '../../look/drawing.ts';
import { significant, tickText } from '../../look/format.ts';
import { COLOURS } from '../../parts/probe/chart.ts';
import { decades, ticks } from '../../parts/probe/scale.ts';

export const HEIGHT = 360;

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
  hrefOf(point: RooflinePoint): string;
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

/** The operations shown, in the order of their colours: those that only move bytes have no place, and need no colour. */
export function operationsOf(points: readonly RooflinePoint[]): readonly string[] {
  return [...new Set(points.filter(({ operations }) => operations !== null).map(({ op }) => op))];
}

export function colourOf(op: string, points: readonly RooflinePoint[]): string {
  return COLOURS[operationsOf(points).indexOf(op) % COLOURS.length];
}

export function drawRoofline(drawing: Drawing): Element {
  const { points, roofs, width, hrefOf } = drawing;
  const spots = spotsOf(drawing);
  const unit = points.find((point) => point.unit !== '')?.unit ?? '';
  const { memory, arithmetic } = roofs;
  const meet = ridge(roofs);
  const roofRates = [arithmetic.value ?? []].flat();
  const xs = decades([...spots.map(({ x }) => x), ...(meet === null ? [] : [meet])]) ?? ([0.1, 10] as const);
  const ys = decades([...spots.map(({ y }) => y), ...roofRates]) ?? ([1, 10] as const);
  const stroke = ({ point }: Spot): string => colourOf(point.op, points);
  const title = ({ point, x, y, traced }: Spot): string =>
    `${point.op} ${point.kernel}, ${traced ? 'traced' : 'needed'} bytes: ${significant(y)} G${unit}/s at ${significant(x)} ${unit}/B`;
  const links = { href: ({ point }: Spot) => hrefOf(point), title } as const;
  const most = Math.max(2, Math.floor((width - 92) / 56));
  const every = Math.ceil(ticks(xs).length / most);
  return withoutStyleElement(
    Plot.plot({
      width,
      height: HEIGHT,
      marginLeft: 64,
      marginRight: 28,
      marginTop: 28,
      style: { background: 'transparent', fontFamily: 'var(--sans)', fontSize: '11px' },
      x: {
        type: 'log',
        domain: [...xs],
        label: `${unit}/B`,
        labelArrow: 'none',
        ticks: ticks(xs).filter((_, i) => i % every === 0),
        tickFormat: tickText,
      },
      y: {
        type: 'log',
        domain: [...ys],
        label: `G${unit}/s`,
        labelArrow: 'none',
        grid: true,
        ticks: ticks(ys),
        tickFormat: tickText,
      },
      symbol: { type: 'identity' },
      marks: [
        Plot.line(roofLine(roofs, xs), { x: 'x', y: 'y', stroke: 'var(--ink)', strokeWidth: 2, clip: true }),
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
          { x: 'x', y: 'y', r: 4, stroke, fill: 'var(--ground)', strokeWidth: 1.5, ...links },
        ),
        Plot.dot(
          spots.filter(({ traced }) => !traced),
          { x: 'x', y: 'y', r: 4, fill: stroke, stroke: 'var(--ground)', ...links },
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
