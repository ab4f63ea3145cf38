/** How one time compares with another, for a table: how many times as fast, and between which ends. */
import type { Interval } from '../core/statistics.ts';
import { compareTimes } from '../lab/compare.ts';
import type { Result } from '../lab/result.ts';
import { significant } from './text.ts';

/** From the ends of a ratio of times to those of how many times as fast. */
export function fasterBy([low, high]: Interval): Interval {
  return [1 / high, 1 / low];
}

/** "1.34x (1.30..1.38)"; "1.02x ?" where that shows nothing; empty where one of the two has no time. */
export function timesAsFast(result: Result, base: Result | null | undefined): string {
  const compared = compareTimes(result.time, base?.time);
  if (!compared?.ratio) return '';
  const ratio = `${significant(1 / compared.ratio)}x`;
  if (compared.outcome === 'inconclusive' || !compared.interval) return `${ratio} ?`;
  return `${ratio} (${fasterBy(compared.interval).map(significant).join('..')})`;
}
