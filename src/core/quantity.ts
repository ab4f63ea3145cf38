/**
 * What an experiment counts, and what a time makes of it. Whoever defines an experiment says which quantities it has;
 * everything that stores or shows them goes over the list and knows none by name. The first is the headline.
 */

/** How much there is of something in one dispatch, whatever the kernel. */
export interface Quantity {
  /** Identifies it within its list. */
  readonly key: string;
  readonly title: string;
  /** Unit of `count`; empty where things are merely counted. */
  readonly unit: string;
  readonly count: number;
  /** How it is counted, in a few words. */
  readonly note?: string;
  /** Set on what is itemised and no more: nobody asks how much of it there is in a second. */
  readonly rated?: false;
}

/** A quantity by time. */
export interface Measure {
  /** Those of the quantity. */
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly value: number;
}

/** A quantity by another one: how much there is of the first for one of the second. */
export interface Intensity {
  readonly of: Quantity;
  readonly per: Quantity;
  readonly unit: string;
  readonly value: number;
}

/** The quantities that have a measure, the headline first. */
export function rated(quantities: readonly Quantity[]): readonly Quantity[] {
  return quantities.filter((quantity) => quantity.rated !== false);
}

/** Each rated quantity by time: one in a nanosecond is a billion a second, so that a unit U becomes GU/s. */
export function measuresOf(quantities: readonly Quantity[], ns: number): readonly Measure[] {
  return rated(quantities).map(({ key, title, unit, count }) => ({
    key,
    title,
    unit: `G${unit}/s`,
    value: count / ns,
  }));
}

/** How much of the headline there is for each of every other rated quantity, where there is any of it. */
export function intensitiesOf(quantities: readonly Quantity[]): readonly Intensity[] {
  const [headline, ...others] = rated(quantities);
  return others
    .filter(({ count }) => count > 0)
    .map((per) => ({ of: headline, per, unit: `${headline.unit}/${per.unit}`, value: headline.count / per.count }));
}
