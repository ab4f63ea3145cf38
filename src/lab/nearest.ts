/** Looks for the smallest change of knobs that works. */
import type { Change } from '../core/errors.ts';
import type { Knob, Knobs } from '../kernels/types.ts';

/** Farther away a change of two knobs is no longer the reader's own choice. */
const NEIGHBOURS = 3;

interface Step {
  readonly key: string;
  readonly change: Change;
  /** How many values away. */
  readonly distance: number;
}

/** Changes of one knob, nearest values first, then of two to values near by: the first that works; null if none does. */
export function nearest(knobs: readonly Knob[], at: Knobs, works: (change: Change) => boolean): Change | null {
  const steps = knobs.flatMap(({ key, values }): Step[] => {
    const here = values.indexOf(at[key]);
    return values
      .map((value, index) => ({ key, change: { [key]: value }, distance: Math.abs(index - here) }))
      .filter(({ distance }) => distance > 0);
  });
  const single = [...steps].sort((a, b) => a.distance - b.distance).find(({ change }) => works(change));
  if (single) return single.change;
  const near = steps.filter(({ distance }) => distance <= NEIGHBOURS);
  for (const a of near) {
    for (const b of near) {
      const change = { ...a.change, ...b.change };
      if (a.key < b.key && works(change)) return change;
    }
  }
  return null;
}
