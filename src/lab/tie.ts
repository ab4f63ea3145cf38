/** Whether two times differ by more than their spread. */
import type { Time } from './result.ts';

export type Spread = Pick<Time, 'medianNs' | 'minNs' | 'p90Ns'>;

/**
 * Whether two kernels are equally fast as far as their samples tell: the ranges from minimum to p90 meet. False where
 * one of them has no time. This is a cautious rule of thumb, not a test of significance.
 */
export function isTie(a: Spread, b: Spread): boolean {
  if (a.minNs === null || a.p90Ns === null || b.minNs === null || b.p90Ns === null) return false;
  return a.minNs <= b.p90Ns && b.minNs <= a.p90Ns;
}
