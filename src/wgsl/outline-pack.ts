/**
 * Outlines as the build writes them. Offsets in a text are numbers without a pattern, which no compression makes small:
 * here each place is its distance from the end of the one before it, and its length.
 */
import type { Alias, Constant, Outline, Range } from './outline.ts';

type Group<T> = Readonly<Record<string, Omit<T, 'at'>>>;

export interface PackedOutline extends Omit<Outline, 'constants' | 'overrides' | 'aliases'> {
  readonly constants: Group<Constant>;
  readonly overrides: Group<Constant>;
  readonly aliases: Group<Alias>;
  /** For each constant, override and alias, in this order: distance and length; the length of one without a value is -1. */
  readonly places: readonly number[];
}

export function packOutline(outline: Outline): PackedOutline {
  const places: number[] = [];
  let end = 0;
  const without = <T extends { readonly at: Range | null }>(group: Readonly<Record<string, T>>): Group<T> =>
    Object.fromEntries(
      Object.entries(group).map(([name, { at, ...declared }]) => {
        places.push(...(at ? [at[0] - end, at[1] - at[0]] : [0, -1]));
        end = at?.[1] ?? end;
        return [name, declared];
      }),
    );
  const { constants, overrides, aliases } = outline;
  return {
    ...outline,
    constants: without(constants),
    overrides: without(overrides),
    aliases: without(aliases),
    places,
  };
}

export function unpackOutline({ places, ...outline }: PackedOutline): Outline {
  let [next, end] = [0, 0];
  const within = <T>(group: Group<T>): Readonly<Record<string, T>> =>
    Object.fromEntries(
      Object.entries(group).map(([name, declared]) => {
        const [distance, length] = [places[next++], places[next++]];
        const start = end + distance;
        if (length >= 0) end = start + length;
        return [name, { at: length < 0 ? null : [start, end], ...declared } as T];
      }),
    );
  const { constants, overrides, aliases } = outline;
  // In the order in which they were packed.
  return {
    ...outline,
    constants: within<Constant>(constants),
    overrides: within<Constant>(overrides),
    aliases: within<Alias>(aliases),
  };
}
