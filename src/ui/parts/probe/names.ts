/** Charts of a probe whose rows have names: a line for each. */
import * as Plot from '@observablehq/plot';
import type { Panel } from '../../../probes/types.ts';
import { typeset } from '../../look/format.ts';
import { colourOf, intervals, LETTER, LIMIT, nothing, PROVEN, plot, STYLE, symbolOf, valueScale } from './marks.ts';
import { overlayTicks } from './overlay.ts';
import type { Drawn } from './points.ts';

const LINE = 28;
/** The same where there is no room for names beside the lines, so that each stands over its own. */
const LINE_UNDER_NAME = 44;

/** Height of such a chart, known before there are rows. */
export function namesHeight(drawn: Drawn, width: number): number {
  const line = namesMargin(drawn, width) === null ? LINE_UNDER_NAME : LINE;
  return 48 + line * Math.max(1, drawn.places.length);
}

export function drawNames(panel: Panel, drawn: Drawn, width: number): Element {
  const { points, places, proven } = drawn;
  const stroke = colourOf(drawn);
  const names = places.map(String);
  const margin = namesMargin(drawn, width);
  // The middle of what a name over the line leaves of its band.
  const dy = margin === null ? LINE / 4 : 0;
  return plot({
    width,
    height: namesHeight(drawn, width),
    marginLeft: margin ?? 16,
    marginRight: 16,
    marginTop: 8,
    marginBottom: 40,
    style: STYLE,
    x: { ...valueScale(panel, drawn), grid: true },
    y: {
      type: 'band',
      domain: names,
      label: null,
      tickSize: 0,
      tickFormat: typeset,
      ...(margin === null ? { axis: null } : {}),
    },
    symbol: { type: 'identity' },
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      ...(panel.limit && points.length > 0 ? [Plot.ruleX([panel.limit.value], LIMIT)] : []),
      ...(margin === null ? [namesOver(names)] : []),
      Plot.tickX([...proven], {
        ...PROVEN,
        x: 'y',
        y: 'x',
        // A name stands there.
        insetTop: margin === null ? LINE / 2 : 0,
      }),
      ...overlayTicks(drawn.over, margin === null ? LINE / 2 : 0),
      Plot.ruleY(intervals(points), {
        y: 'x',
        x1: 'low',
        x2: 'high',
        dy,
        stroke,
        strokeWidth: 1.5,
        strokeOpacity: 0.6,
      }),
      Plot.dot([...points], { x: 'y', y: 'x', dy, symbol: symbolOf(drawn), stroke, fill: 'var(--ground)', r: 3.5 }),
      ...(points.length === 0 ? [nothing(drawn)] : []),
    ],
  });
}

/** Width of the names beside the lines; null where they would leave too little of the chart. */
function namesMargin({ places }: Drawn, width: number): number | null {
  const margin = 16 + LETTER * Math.max(0, ...places.map((name) => String(name).length));
  return margin > 0.5 * width ? null : margin;
}

function namesOver(names: readonly string[]): Plot.Markish {
  return Plot.text(names, {
    y: (name: string) => name,
    text: typeset,
    frameAnchor: 'left',
    dx: 4,
    dy: -LINE / 2,
    fill: 'var(--ink)',
    stroke: 'var(--ground)',
    strokeWidth: 4,
  });
}
