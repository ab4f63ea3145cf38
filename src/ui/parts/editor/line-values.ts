/** What the knobs set in the code, at the end of the line that declares it: "override TILE: u32 = 16u;  32 in this run". */
import type { Outline } from '../../../wgsl/outline.ts';

/** Value by the name that an `override`, `const` or `alias` declares. */
export type LineValues = Readonly<Record<string, string>>;

export interface LineValue {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** One for each declaration whose written value differs from the one in force. `outline` is that of the text. */
export function valuesIn(text: string, values: LineValues, outline: Outline): readonly LineValue[] {
  const { constants, overrides, aliases } = outline;
  return Object.entries({ ...constants, ...overrides, ...aliases }).flatMap(([name, { at }]) => {
    const value = values[name];
    if (value === undefined || !at) return [];
    const written = text.slice(...at);
    // A knob that is on or off comes as 1 or 0.
    const isBoolean = written === 'true' || written === 'false';
    const shown = isBoolean ? String(value !== 'false' && Number(value) !== 0) : value;
    if (Number.parseFloat(written) === Number(shown) || written === shown) return [];
    return [{ line: text.slice(0, at[1]).split('\n').length, text: `${shown} in this run` }];
  });
}
