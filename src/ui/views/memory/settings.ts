/**
 * What the reader looks at in the memory laboratory, and its form in the address bar:
 *
 *   ?view=memory&probe=roofs&from=swiftshader&beside=llvmpipe
 *
 * Which probes and which recordings there are is known only once the view is loaded: their names stand here as they were
 * written, and the view says what it does not have.
 */
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import { Reader } from '../../state/reader.ts';
import { type Parsed, search } from '../../state/settings.ts';

export interface MemorySettings {
  /** Id of a probe; "" for the first one. */
  readonly probe: string;
  /** Id of the measurements shown; "" for those of this device. */
  readonly from: string;
  /** Id of the measurements beside them; "" for none. */
  readonly beside: string;
  readonly budget: BudgetName;
  /** What other views show, as their part of the address: carried along for the way back. */
  readonly elsewhere: string;
}

/** How ids of opened files begin: a link cannot bring a file along. */
export const FILE = 'file:';

const OWN = ['probe', 'from', 'beside', 'budget'];

export function memoryFromSearch(address: string): Parsed<MemorySettings> {
  const reader = new Reader(address);
  const settings = {
    probe: reader.id('probe'),
    from: reader.id('from'),
    beside: reader.id('beside'),
    budget: readBudget(reader),
    elsewhere: reader.besides(OWN),
  };
  return { settings, notices: reader.notices };
}

export function memorySearch({ probe, from, beside, budget, elsewhere }: MemorySettings): string {
  const pairs = [
    ['probe', probe],
    ['from', from],
    ['beside', beside],
  ] as const;
  return search([
    ['view', 'memory'],
    ...new URLSearchParams(elsewhere),
    ...pairs.filter(([, value]) => value !== '' && !value.startsWith(FILE)),
    ...budgetPairs(budget),
  ]);
}
