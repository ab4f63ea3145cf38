/** What stands for a curve, a model, a limit or a finding beside its name. */
import * as Plot from '@observablehq/plot';
import type { Panel } from '../../../probes/types.ts';
import { COLOURS, colourOf, drawSample, LIMIT, PROVEN, SYMBOLS } from './marks.ts';
import { overlayKey, overlayTick } from './overlay.ts';
import type { Drawn, Overlay } from './points.ts';

/** What stands for the limit of a panel beside its title. */
export function drawLimit(): Element {
  return drawSample([Plot.ruleX([1], LIMIT)], 12);
}

/** What stands for a finding that has a value. */
export function drawProven(): Element {
  return drawSample([Plot.ruleX([1], PROVEN)], 12);
}

/** What stands for a curve beside its name. */
export function drawKey(at: number): Element {
  return drawSample([
    Plot.ruleY([1], { stroke: COLOURS[at % COLOURS.length], strokeWidth: 1.25 }),
    Plot.dot([[1, 1]], {
      symbol: () => SYMBOLS[at % SYMBOLS.length],
      stroke: COLOURS[at % COLOURS.length],
      fill: 'var(--ground)',
      r: 3,
    }),
  ]);
}

/** What stands for a model beside its name. */
export function drawModelKey({ x }: Panel, model: Overlay, at: number, drawn: Drawn): Element {
  if (x.scale === 'names') return drawSample([overlayTick()], 12);
  return drawSample([overlayKey(model, at, colourOf(drawn))]);
}
