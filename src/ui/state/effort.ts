/** How long to measure, and its form in the address bar. */
import type { Knob } from '../../kernels/types.ts';
import { type Budget, FULL, QUICK } from '../../lab/protocol.ts';
import type { Reader } from './reader.ts';

export const BUDGETS = { quick: QUICK, full: FULL } as const satisfies Record<string, Budget>;
export type BudgetName = keyof typeof BUDGETS;
const BUDGET_NAMES = Object.keys(BUDGETS) as readonly BudgetName[];

export function readBudget(reader: Reader): BudgetName {
  return reader.named('budget', BUDGET_NAMES, 'quick', 'a way to measure here');
}

/** Its part of an address. */
export function budgetPairs(budget: BudgetName): readonly (readonly ['budget', BudgetName])[] {
  return budget === budgetKnob.default ? [] : [['budget', budget]];
}

const timed = ({ samples, sampleMs }: Budget): string => `${samples} samples of ${sampleMs} ms or more`;

/** The effort as one more knob. */
export const budgetKnob: Knob = {
  key: 'budget',
  title: 'Effort',
  default: 'quick',
  values: BUDGET_NAMES,
  doc: `quick: ${timed(QUICK)}, and large outputs are checked in part; full: ${timed(FULL)}, and more of the output is checked.`,
};
