/** What the charts of a probe share: colours and marks of curves, and the scale of the values. */
import * as Plot from '@observablehq/plot';
import type { Panel } from '../../../probes/types.ts';
import { withoutStyleElement } from '../../look/drawing.ts';
import { tickText } from '../../look/format.ts';
import type { Drawn, Point } from './points.ts';
import { decades, ticks } from './scale.ts';

/** By number of the curve; shapes tell curves apart for those who cannot tell the colours. */
export const COLOURS = [
  'var(--accent)',
  'var(--vermillion)',
  'var(--green)',
  'var(--purple)',
  'var(--unresolved)',
  'var(--ink)',
  'var(--edge)',
  'var(--violet)',
] as const;
export const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'times', 'plus', 'star', 'triangle2'] as const;

export const STYLE = { background: 'transparent', fontFamily: 'var(--sans)', fontSize: '11px', overflow: 'visible' };
/** Width of a letter of a label, in pixels. */
export const LETTER = 6.4;
/** Solid, since what is dashed is a model's. */
export const LIMIT = { stroke: 'var(--ink)', strokeWidth: 1.5 };
/** A finding that has a value, at its row. */
export const PROVEN = { stroke: 'var(--ink)', strokeWidth: 3 };

export function plot(options: Plot.PlotOptions): Element {
  return withoutStyleElement(Plot.plot(options));
}

export const colourOf = ({ series }: Drawn): ((one: { readonly series: string }) => string) => {
  return (one) => COLOURS[Math.max(0, series.indexOf(one.series)) % COLOURS.length];
};

export const symbolOf = ({ series }: Drawn): ((one: { readonly series: string }) => (typeof SYMBOLS)[number]) => {
  return (one) => SYMBOLS[Math.max(0, series.indexOf(one.series)) % SYMBOLS.length];
};

/** What stands for something beside its name: marks around (1, 1), from 0 to 2 either way. */
export function drawSample(marks: Plot.Markish[], width = 24): Element {
  return plot({
    width,
    height: 12,
    margin: 0,
    axis: null,
    x: { domain: [0, 2] },
    y: { domain: [0, 2] },
    symbol: { type: 'identity' },
    style: STYLE,
    marks,
  });
}

/** The scale of the values, which only ever grows while rows arrive; logarithmic ones by whole decades. */
export function valueScale(panel: Panel, { reach, isFarApart, title, unit }: Drawn): Plot.ScaleOptions {
  const values = reach.filter((value) => value > 0);
  const label = reach.length === 0 ? null : `${title}${unit === '' ? '' : `, ${unit}`}`;
  const common = {
    label,
    labelArrow: 'none',
    tickFormat: tickText,
    ...(values.length > 0 ? {} : { ticks: 0 }),
  } as const;
  if (panel.y.scale === 'log' || isFarApart) {
    const domain = decades(values);
    return { ...common, type: 'log', domain: [...(domain ?? [1, 10])], ...(domain ? { ticks: ticks(domain) } : {}) };
  }
  return {
    ...common,
    type: 'linear',
    domain: [0, Math.max(...values, Number.MIN_VALUE) * 1.05],
    nice: values.length > 0,
  };
}

/** The interval of a point, where it has one. */
export function intervals(points: readonly Point[]): Point[] {
  return points.filter(({ low, high }) => low !== null && high !== null);
}

export function nothing({ withheld }: Drawn): Plot.Markish {
  return Plot.text([withheld === null ? 'not measured yet' : `withheld: ${withheld}`], {
    frameAnchor: 'middle',
    fill: 'var(--soft)',
    fontSize: 12,
  });
}
