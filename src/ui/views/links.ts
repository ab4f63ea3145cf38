/** Which view an address means, and the addresses that lead from one to another with what both of them show. */
import type { Place } from '../state/address.ts';
import type { Opened } from '../state/files/opened.ts';
import { Reader } from '../state/reader.ts';
import { KNOB_PREFIX, toSavedSearch, toSearch } from '../state/settings.ts';
import { views } from './index.ts';
import type { ViewSpec } from './types.ts';

/** Keys that only one of the views reads. */
const OWN: ReadonlySet<string> = new Set(views.flatMap(({ kept, keptWithKernel }) => [...kept, ...keptWithKernel]));

/** The view that an address means if it has settings but names no view. */
const IMPLIED: ViewSpec = views.find(({ isImplied }) => isImplied) ?? views[0];

/** The view that is named so; the first where there is none. */
export function viewOf(id: string | null): ViewSpec {
  return views.find((view) => view.id === id) ?? views[0];
}

/** Whether an address says nothing of what is to be shown: which adapter to ask for is not that. */
function isBare(search: string): boolean {
  return [...new URLSearchParams(search).keys()].every((key) => key === 'power');
}

export function placeOf(search: string): Place {
  const reader = new Reader(search);
  const named = reader.text('view');
  const found =
    named === null
      ? isBare(search)
        ? views[0]
        : IMPLIED
      : reader.parsed('view', (text) => views.find(({ id }) => id === text.toLowerCase()));
  return {
    view: (found ?? IMPLIED).id,
    search,
    notices: found ? [] : [`view=${named} is not a view here; you see ${IMPLIED.title} instead.`],
  };
}

/**
 * The address at which a file is shown: of the view that is made for what it holds, or else of its first result. `here` is
 * the view in which it was opened.
 */
export function addressOf({ holding, code }: Pick<Opened, 'holding' | 'code'>, here = ''): string {
  for (const view of views) {
    const address = view.opens?.(holding, view.id === here);
    if (address != null) return address;
  }
  if (holding.kind === 'fingerprint' || holding.kind === 'own') return '';
  const settings = holding.kind === 'trace' ? holding.settings : holding.all[0];
  return code === undefined ? toSavedSearch(settings) : toSearch(settings);
}

/**
 * The address of another view on the same problem. `current` is where the reader is; `last` is where that view was left,
 * if it was open before: its kernel and its own keys come back where they still mean something.
 */
export function carry(to: ViewSpec, current: string, last: string | undefined): string {
  const here = new URLSearchParams(current);
  const there = new URLSearchParams(last);
  const isSameOperation = last !== undefined && there.get('op') === here.get('op');
  const kernel = here.get('kernel') ?? (isSameOperation ? there.get('kernel') : null);
  const isSameKernel = isSameOperation && there.get('kernel') === kernel;
  const query = new URLSearchParams(to === IMPLIED ? {} : { view: to.id });
  for (const [key, value] of here) {
    if (key !== 'view' && !OWN.has(key) && (to.ofOneKernel || !isOfKernel(key))) query.set(key, value);
  }
  for (const [key, value] of there) {
    const fits =
      (isOfKernel(key) && to.ofOneKernel && isSameOperation && !here.has('kernel')) ||
      (to.keptWithKernel.includes(key) && isSameKernel) ||
      to.kept.includes(key);
    if (fits) query.set(key, value);
  }
  return `?${query.size > 0 ? query : new URLSearchParams({ view: to.id })}`;
}

/** What is said of one kernel is of no use to another. */
function isOfKernel(key: string): boolean {
  return key === 'kernel' || key.startsWith(KNOB_PREFIX);
}
