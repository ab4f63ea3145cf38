/** Draws models over what was measured, in its unit: dashed, so that none passes for a measurement. */
import * as Plot from '@observablehq/plot';
import type { Overlay } from './points.ts';

/** By number of the model in its panel, where colours do not tell them apart. */
const DASHES = ['7 4', '1.5 3.5'] as const;
/** Of a model that says the same of every curve. */
const COMMON = 'var(--ink)';
const WIDTH = 1.5;
/** Of a model of one curve, in its colour: wide and pale, so that it shows behind the curve where it is right. */
const BEHIND = { strokeWidth: 4, strokeOpacity: 0.5, strokeDasharray: DASHES[0] } as const;

type ColourOf = (one: { readonly series: string }) => string;

/** Lines across the places of an axis, by whether they go behind the curves or before them. */
export function overlayLines(
  over: readonly Overlay[],
  colourOf: ColourOf,
): { readonly behind: readonly Plot.Markish[]; readonly before: readonly Plot.Markish[] } {
  const lines = over.map((model, at) => {
    const stroke = model.common ? COMMON : colourOf;
    const line = Plot.line([...model.points], {
      x: 'x',
      y: 'y',
      z: 'series',
      ...styleOf(model, at),
      stroke,
      sort: 'x',
    });
    return { line, isBefore: model.common === true };
  });
  const of = (wanted: boolean) => lines.filter(({ isBefore }) => isBefore === wanted).map(({ line }) => line);
  return { behind: of(false), before: of(true) };
}

/** Ticks in the lines of names, below so many pixels that a name takes. */
export function overlayTicks(over: readonly Overlay[], insetTop: number): readonly Plot.Markish[] {
  return over.map(({ points }) => Plot.tickX([...points], { x: 'y', y: 'x', insetTop, ...TICK }));
}

const TICK = { stroke: COMMON, strokeWidth: WIDTH, strokeDasharray: '4 3' } as const;

/** A tick as `overlayTicks` draws it, for a key. */
export function overlayTick(): Plot.Markish {
  return Plot.ruleX([1], TICK);
}

/** A line as `overlayLines` draws it, for a key: of the colour of the curve that it is about, where that is a single one. */
export function overlayKey(model: Overlay, at: number, colourOf: ColourOf): Plot.Markish {
  const series = [...new Set(model.points.map((point) => point.series))];
  const stroke = !model.common && series.length === 1 ? colourOf({ series: series[0] }) : COMMON;
  return Plot.ruleY([1], { ...styleOf(model, at), stroke });
}

function styleOf({ common }: Overlay, at: number): Plot.LineOptions {
  return { strokeWidth: WIDTH, strokeDasharray: DASHES[at % DASHES.length], ...(common ? {} : BEHIND) };
}
