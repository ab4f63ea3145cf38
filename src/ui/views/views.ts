/** The page's views and the addresses that lead from one to another with what both of them show. */

export const VIEWS = ['kernel', 'ladder', 'sweep'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_TITLES: Readonly<Record<View, string>> = { kernel: 'Kernel', ladder: 'Ladder', sweep: 'Sweep' };

/** Where the page is: a new object for each step through its history. */
export interface Place {
  readonly view: View;
  readonly search: string;
}

/** Keys of an address that only some views have; what they say of one kernel is of no use to another. */
const OF_A_KERNEL = /^(kernel$|set\.)/;
const OF_AXES = /^([xy](\.values)?|cell)$/;
const OF_MEASURING = /^(budget|show)$/;

/** The view that an address names; the first where it names none that there is. */
export function placeOf(search: string): Place {
  const named = new URLSearchParams(search).get('view');
  return { view: VIEWS.find((view) => view === named) ?? VIEWS[0], search };
}

/**
 * The address of another view on the same problem. `current` is where the reader is; `last` is where that view was left,
 * if it was open before: its kernel and its axes come back where they still mean something.
 */
export function carry(to: View, current: string, last: string | undefined): string {
  const here = new URLSearchParams(current);
  const there = new URLSearchParams(last);
  const sameOperation = last !== undefined && there.get('op') === here.get('op');
  const kernel = here.get('kernel') ?? (sameOperation ? there.get('kernel') : null);
  const sameKernel = sameOperation && there.get('kernel') === kernel;
  const query = new URLSearchParams(to === VIEWS[0] ? {} : { view: to });
  for (const [key, value] of here) {
    const common = !OF_A_KERNEL.test(key) && !OF_AXES.test(key) && !OF_MEASURING.test(key) && key !== 'view';
    const itsOwn = OF_A_KERNEL.test(key) && to !== 'ladder';
    if (common || itsOwn) query.set(key, value);
  }
  for (const [key, value] of there) {
    const fits =
      (OF_A_KERNEL.test(key) && !here.has('kernel') && sameOperation) ||
      (OF_AXES.test(key) && sameKernel) ||
      OF_MEASURING.test(key);
    if (fits) query.set(key, value);
  }
  return query.size > 0 ? `?${query}` : '';
}
