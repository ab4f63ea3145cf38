/**
 * Whose fingerprint is shown and which one beside it, in the address bar: ?view=device&from=llvmpipe&beside=swiftshader.
 */
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import { Reader } from '../../state/reader.ts';
import { type Parsed, search } from '../../state/settings.ts';
import { readSides, SIDE_KEYS, type Sides, sidePairs } from '../../state/sides.ts';

/** Where `beside` is "", the view chooses a recording for this device to stand beside. */
export interface DeviceSettings extends Sides {
  readonly budget: BudgetName;
  /** What other views show, as their part of the address: carried along for the way back. */
  readonly elsewhere: string;
}

/** What `beside` says where nothing shall stand there. */
export const NOTHING = 'none';

export function deviceFromSearch(address: string): Parsed<DeviceSettings> {
  const reader = new Reader(address);
  const settings = {
    ...readSides(reader),
    budget: readBudget(reader),
    elsewhere: reader.besides(['budget', ...SIDE_KEYS]),
  };
  return { settings, notices: reader.notices };
}

export function deviceSearch({ budget, elsewhere, ...sides }: DeviceSettings): string {
  return search([['view', 'device'], ...new URLSearchParams(elsewhere), ...sidePairs(sides), ...budgetPairs(budget)]);
}
