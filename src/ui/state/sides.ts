/**
 * Whose measurements a view shows, and which others beside them, in its address: `from=llvmpipe&beside=swiftshader`.
 * Which recordings there are is known only once a view is loaded, which then says what it does not have.
 */
import type { Reader } from './reader.ts';

export interface Sides {
  /** Id of the measurements shown; "" for those of this device. */
  readonly from: string;
  /** Id of the measurements beside them; "" where the address names none. */
  readonly beside: string;
}

/** How ids of opened files begin: a link cannot bring a file along. */
export const FILE = 'file:';

export const SIDE_KEYS = ['from', 'beside'] as const;

export function readSides(reader: Reader): Sides {
  return { from: reader.id('from'), beside: reader.id('beside') };
}

export function sidePairs(sides: Sides): readonly (readonly [key: string, id: string])[] {
  return SIDE_KEYS.map((key) => [key, sides[key]] as const).filter(([, id]) => id !== '' && !id.startsWith(FILE));
}

/** This device in front, since what runs is what is shown, and beside it what was there. */
export function ownFirst<Of extends Sides>(settings: Of): Of {
  return { ...settings, from: '', beside: settings.from };
}

/** Nothing stands beside itself. */
export function apart<Of extends Sides>(settings: Of): Of {
  return settings.beside === settings.from ? { ...settings, beside: '' } : settings;
}
