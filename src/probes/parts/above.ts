/**
 * Whether a kernel of a probe is above a roof, which is no roof then: a step of the roofs probe itself, or what another probe has
 * measured on the same device. A set that is smaller than the roof's own may lie in a cache, and says nothing.
 */
import type { Bounded, Found, Row } from '../types.ts';

/**
 * How far what was measured otherwise may be above a roof: as far as the roof's own steps may be apart. Of a hundred rows that
 * are as fast as the roof some are above it by all of their intervals, by chance.
 */
const TOLERANCE = 0.15;
/** A step counts only if twice its work takes so many times as long at least, or the work may have been left out. */
const DOUBLED = 1.5;

/** The roofs of one resource, by the beginnings of their keys; a roof of several is under the highest of them. */
export const RESOURCES = [
  ['read'],
  ['write'],
  ['copy'],
  ['f32 '],
  ['f16 '],
  ['int8 '],
  ['workgroup '],
] as const satisfies readonly (readonly string[])[];

const isOf = (key: string, beginnings: readonly string[]): boolean => beginnings.some((one) => key.startsWith(one));

/** The highest end of the intervals of the roofs that stand; null where none does. */
function highest(found: readonly Found[]): number | null {
  const ends = found.flatMap(({ value, interval }) => (value === null ? [] : [interval?.[1] ?? value]));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** The rate of a row at least, by its interval; null where it has none. */
function leastOf({ medianNs, intervalNs, measures }: Row, key: string): number | null {
  const rate = measures.find((one) => one.key === key)?.value;
  return rate === undefined || medianNs === null || !intervalNs ? null : (rate * medianNs) / intervalNs[1];
}

/**
 * Why the roofs of a resource do not stand although they have proven themselves: another of its shapes, which has not, is
 * faster by all of its interval. Null where none is. Of memory only the largest set counts, which a cache holds least.
 */
export function aboveIn(found: readonly Found[], rows: readonly Row[], beginnings: readonly string[]): string | null {
  const own = found.filter(({ key }) => isOf(key, beginnings));
  const top = highest(own);
  if (top === null) return null;
  for (const { key } of own.filter(({ value }) => value === null)) {
    const steps = rows.filter(({ at }) => at.roof === key);
    const [once, twice] = ['once', 'twice the work'].map(
      (name) => steps.find(({ at }) => at.variant === name)?.medianNs,
    );
    if (!once || !twice || twice < DOUBLED * once) continue;
    const isMemory = steps.some(({ at }) => at.variant === 'twice the set');
    for (const step of steps.filter(({ at }) => !isMemory || at.variant === 'twice the set')) {
      const least = leastOf(step, 'rate');
      if (least !== null && least > top * (1 + TOLERANCE)) return aboveBy(`${key} (${step.at.variant})`, least, top);
    }
  }
  return null;
}

function aboveBy(what: string, least: number, top: number): string {
  return `${what} is above it, at ${(least / top).toFixed(2)} times its rate or more`;
}

/** Roofs of which a step of the same probe is above are withheld. */
export function withoutRefuted(found: readonly Found[], rows: readonly Row[]): readonly Found[] {
  return RESOURCES.reduce<readonly Found[]>((all, beginnings) => {
    const why = aboveIn(found, rows, beginnings);
    return why === null ? all : all.map((one) => (isOf(one.key, beginnings) ? refutedBy(one, why) : one));
  }, found);
}

function refutedBy(one: Found, why: string): Found {
  return one.value === null ? one : { ...one, value: null, interval: null, withheld: why };
}

interface Measured {
  readonly kernel: string;
  readonly rows: readonly Row[];
  readonly found: readonly Found[];
}

/** Which of a probe's rows a roof must be above, as its file says. */
export type BoundedOf = (kernel: string, row: Row) => Bounded | null;

/**
 * Results of one device, roofs withheld that a row of another probe is above by all of its interval and by more than the
 * tolerance; the same results where none is. `roofs` is the id of the probe that measured them.
 */
export function heldAgainstOthers<R extends Measured>(
  results: readonly R[],
  roofs: string,
  boundedOf: BoundedOf,
): readonly R[] {
  const own = results.find(({ kernel }) => kernel === roofs);
  if (!own) return results;
  const others = results.filter(({ kernel }) => kernel !== roofs);
  let { found } = own;
  for (const { kernel, rows } of others) {
    for (const row of rows) {
      const bounded = boundedOf(kernel, row);
      const least = bounded && leastOf(row, bounded.key);
      if (!bounded || least === null) continue;
      found = heldAgainst(found, own.rows, kernel, row, bounded, least);
    }
  }
  return found === own.found ? results : results.map((one) => (one === own ? { ...one, found } : one));
}

function heldAgainst(
  found: readonly Found[],
  rows: readonly Row[],
  kernel: string,
  row: Row,
  { by, setBytes }: Bounded,
  least: number,
): readonly Found[] {
  // A read says nothing of writes and copies, which may well be slower.
  const standing = found.filter(({ key, value }) => value !== null && key.startsWith(by));
  const top = highest(standing);
  if (top === null || least <= top * (1 + TOLERANCE)) return found;
  if (setBytes !== null && standing.some(({ key }) => setBytes < ownSet(rows, key))) return found;
  const where = Object.entries(row.at).map(([name, value]) => `${name}: ${value}`);
  const why = aboveBy(`${kernel} (${where.join('; ')})`, least, top);
  return found.map((one) => (one.key.startsWith(by) ? refutedBy(one, why) : one));
}

/** Bytes of the smaller set of a roof of memory. */
function ownSet(rows: readonly Row[], key: string): number {
  const once = rows.find(({ at }) => at.roof === key && at.variant === 'once');
  const given = once?.measures.find((one) => one.key === 'set')?.value;
  // Recordings from before the set was among the measures: as many bytes as were moved, which may have been several laps.
  return given ?? movedBy(once, 'rate') ?? Number.POSITIVE_INFINITY;
}

/** Bytes that one repetition of a row has moved, of its rate in GB/s: whole, which rounding has made less of. */
export function movedBy(row: Row | undefined, key: string): number | undefined {
  const rate = row?.measures.find((one) => one.key === key)?.value;
  return rate === undefined || row?.medianNs == null ? undefined : Math.round(rate * row.medianNs);
}
