/** What the reader has chosen for the ladder, and its form in the address bar. */
import type { Problem } from '../../../ops/types.ts';
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import { Reader } from '../../state/reader.ts';
import {
  defaultProblem,
  dtypesOf,
  type Parsed,
  problemPairs,
  readOperation,
  readProblem,
  search,
} from '../../state/settings.ts';

/** Rungs by their number, or the fastest first. */
export const SORTS = ['order', 'speed'] as const;
export type SortName = (typeof SORTS)[number];

export interface LadderSettings {
  readonly problem: Problem;
  readonly budget: BudgetName;
  readonly sort: SortName;
}

export function ladderFromSearch(address: string): Parsed<LadderSettings> {
  const reader = new Reader(address);
  const operation = readOperation(reader);
  const dtypes = dtypesOf(operation);
  const problem = readProblem(
    reader,
    defaultProblem(operation, dtypes),
    dtypes,
    `a type that a kernel for ${operation.title} takes`,
  );
  const budget = readBudget(reader);
  const sort = reader.named('sort', SORTS, 'order', 'a way to sort kernels');
  reader.rest('a setting of this view');
  return { settings: { problem, budget, sort }, notices: reader.notices };
}

export function ladderSearch({ problem, budget, sort }: LadderSettings): string {
  return search([
    ['view', 'ladder'],
    ['op', problem.op],
    ...problemPairs(problem),
    ...budgetPairs(budget),
    ...(sort === 'order' ? [] : [['sort', sort] as const]),
  ]);
}
