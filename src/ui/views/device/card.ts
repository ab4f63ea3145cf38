/** The findings of one or two devices as a card: a section for each probe, a line for each finding, pure. */
import type { Interval } from '../../../core/statistics.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Found, Probe } from '../../../probes/types.ts';
import { significant } from '../../look/format.ts';

/** How many times the first device's value the second one's is. */
export interface Ratio {
  readonly value: number;
  /**
   * All that the two intervals allow: from the lowest of the second over the highest of the first to the reverse. Each
   * has 95%, so the ratio lies in it with 90% at least (Bonferroni). Null where either has none.
   */
  readonly interval: Interval | null;
}

export interface Line {
  readonly key: string;
  readonly title: string;
  /** Whether others have the same title, such as those of levels, so that it takes words to tell them apart. */
  readonly isOneOfMany: boolean;
  /** One for each device; undefined where it has no such finding. */
  readonly sides: readonly (Found | undefined)[];
  /** Null where there are not two values, where they are ratios themselves, and where they may be of different things. */
  readonly ratio: Ratio | null;
}

export interface Section {
  readonly probe: Probe;
  /** One for each device; undefined where the probe was not run there. */
  readonly sides: readonly (ProbeResult | undefined)[];
  readonly lines: readonly Line[];
}

/** The sections of those probes, in this order; `devices` has the results of each device. */
export function sectionsOf(probes: readonly Probe[], devices: readonly (readonly ProbeResult[])[]): readonly Section[] {
  return probes.map((probe) => {
    const sides = devices.map((results) => results.find(({ kernel }) => kernel === probe.id));
    return { probe, sides, lines: linesOf(sides.map((result) => result?.found ?? [])) };
  });
}

/** Every finding of any device once, in an order that is that of each of them. */
export function linesOf(sides: readonly (readonly Found[])[]): readonly Line[] {
  const order: Found[] = [];
  for (const found of sides) {
    let after = 0;
    for (const one of found) {
      const at = order.findIndex(({ key }) => key === one.key);
      if (at < 0) order.splice(after++, 0, one);
      else after = at + 1;
    }
  }
  return order.map(({ key, title }, at) => {
    const both = sides.map((found) => found.find((one) => one.key === key));
    // A level of many has the title that all of them have.
    const namesakes = order.filter((one) => one.title === title);
    const number = order.slice(0, at + 1).filter((one) => one.title === title).length;
    const isOneOfMany = namesakes.length > 1;
    // The first level or step is that of the smallest sets everywhere. What comes after it is the same thing on two devices
    // only if both have as many: the third level of one may be a cache, and that of another memory.
    const counts = sides.map((found) => found.filter((one) => one.title === title).length);
    const areAlike = number === 1 || counts.every((count) => count === counts[0]);
    return {
      key,
      title: isOneOfMany ? `${title} ${number}` : title,
      isOneOfMany,
      sides: both,
      ratio: areAlike ? ratioOf(both) : null,
    };
  });
}

/** Units of what is a ratio already: "times the time", "% of the rate". */
const RELATIVE = /^(times|%)/;

function ratioOf([first, second]: readonly (Found | undefined)[]): Ratio | null {
  if (!first?.value || !second?.value || first.unit !== second.unit || RELATIVE.test(first.unit)) return null;
  const ends = first.interval && second.interval && ([...first.interval, ...second.interval] as const);
  const interval = ends?.every((end) => end > 0) ? ([ends[2] / ends[1], ends[3] / ends[0]] as const) : null;
  return { value: second.value / first.value, interval };
}

/** "2.12×"; "1/13.4" of what is less than the other. */
export function timesText(value: number): string {
  return value < 1 ? `1/${significant(1 / value)}` : `${significant(value)}×`;
}
