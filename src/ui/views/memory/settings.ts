/**
 * What the reader looks at in the memory laboratory, and its form in the address bar:
 *
 *   ?view=memory&probe=roofs&from=swiftshader&beside=llvmpipe
 *
 * Which probes there are is known only once the view is loaded: the name stands here as it was written, and the view says
 * what it does not have.
 */
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import { Reader } from '../../state/reader.ts';
import { type Parsed, search } from '../../state/settings.ts';
import { readSides, SIDE_KEYS, type Sides, sidePairs } from '../../state/sides.ts';

export interface MemorySettings extends Sides {
  /** Id of a probe; "" for the first one. */
  readonly probe: string;
  readonly budget: BudgetName;
  /** What other views show, as their part of the address: carried along for the way back. */
  readonly elsewhere: string;
}

export function memoryFromSearch(address: string): Parsed<MemorySettings> {
  const reader = new Reader(address);
  const settings = {
    probe: reader.id('probe'),
    ...readSides(reader),
    budget: readBudget(reader),
    elsewhere: reader.besides(['probe', 'budget', ...SIDE_KEYS]),
  };
  return { settings, notices: reader.notices };
}

export function memorySearch({ probe, budget, elsewhere, ...sides }: MemorySettings): string {
  return search([
    ['view', 'memory'],
    ...new URLSearchParams(elsewhere),
    ...(probe === '' ? [] : [['probe', probe] as const]),
    ...sidePairs(sides),
    ...budgetPairs(budget),
  ]);
}
