/** What the reader has chosen for the ladder, and its form in the address bar. */
import type { Knob } from '../../../kernels/types.ts';
import type { Problem } from '../../../ops/types.ts';
import { BUDGET_NAMES, BUDGETS, type BudgetName } from '../../state/batch.ts';
import { Reader } from '../../state/reader.ts';
import { defaultProblem, dtypesOf, problemPairs, readOperation, readProblem, search } from '../../state/settings.ts';

export interface LadderSettings {
  readonly problem: Problem;
  readonly budget: BudgetName;
}

export interface ParsedLadder {
  readonly settings: LadderSettings;
  readonly notices: readonly string[];
  /** Whether the address names a storage type; where it does not, the device decides it. */
  readonly dtype: boolean;
}

export function ladderFromSearch(address: string, features?: ReadonlySet<string>): ParsedLadder {
  const reader = new Reader(address);
  const operation = readOperation(reader);
  const dtypes = dtypesOf(operation);
  const initial = defaultProblem(operation, dtypes, features);
  const problem = readProblem(reader, initial, dtypes, `a type that a kernel for ${operation.title} takes`);
  const budget = readBudget(reader);
  reader.rest('a setting of this view');
  return { settings: { problem, budget }, notices: reader.notices, dtype: reader.text('dtype') === problem.dtype };
}

export function ladderSearch({ problem, budget }: LadderSettings): string {
  return search([['view', 'ladder'], ['op', problem.op], ...problemPairs(problem), ['budget', budget]]);
}

export function readBudget(reader: Reader): BudgetName {
  return reader.named('budget', BUDGET_NAMES, 'quick', 'a way to measure here');
}

/** How long to measure, as one more knob. */
export const budgetKnob: Knob = {
  key: 'budget',
  title: 'Effort',
  default: 'quick',
  values: BUDGET_NAMES,
  doc: `quick: ${BUDGETS.quick.samples} timed samples, and large outputs are checked in part; full: ${BUDGETS.full.samples} samples, and more of the output.`,
};
