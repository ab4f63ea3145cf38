/** What a report is written for: how wide, and whether in colour. */
import type { Sink } from './progress.ts';

export interface Screen {
  /** Characters in a line. */
  readonly width: number;
  readonly colour: boolean;
}

/** Widest line of a report, and its width where no terminal sets another. */
export const WIDTH = 120;
/** Below this a table is no table: longer lines are left to the terminal. */
const NARROWEST = 60;

export const PLAIN: Screen = { width: WIDTH, colour: false };

/** Colour only where a terminal reads it and nobody asked for none: https://no-color.org, and TERM=dumb. */
export function screenOf(sink: Sink, env: Readonly<Record<string, string | undefined>>): Screen {
  if (!sink.isTTY) return PLAIN;
  const width = Math.max(NARROWEST, Math.min(WIDTH, sink.columns || 80));
  return { width, colour: !env.NO_COLOR && env.TERM !== 'dumb' };
}

/** Five shades from dark to bright along cividis, which keeps its order for colour-blind eyes; 256-colour codes. */
const SHADES: readonly (readonly [background: number, text: number])[] = [
  [17, 231],
  [60, 231],
  [102, 16],
  [143, 16],
  [221, 16],
];

/** The text on the shade of a level from 0 (dark) to 4 (bright). */
export function shaded(text: string, level: number): string {
  const [background, foreground] = SHADES[level];
  return `\x1b[48;5;${background};38;5;${foreground}m${text}\x1b[0m`;
}
