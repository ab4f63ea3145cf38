/** What the reader has chosen for the ladder, and its form in the address bar. */
import type { Problem } from '../../../ops/types.ts';
import { type BudgetName, budgetPairs, readBudget } from '../../state/effort.ts';
import type { Holding } from '../../state/files/opened.ts';
import { Reader } from '../../state/reader.ts';
import {
  defaultProblem,
  dtypesOf,
  type Parsed,
  problemPairs,
  readOperation,
  readProblem,
  sameProblem,
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

/** The ladder of what a file holds; null where that is one kernel only, or not one problem. */
export function ladderOf(holding: Holding): string | null {
  if (holding.kind !== 'results') return null;
  const [first] = holding.all;
  const kernels = new Set(holding.all.map(({ kernel }) => kernel));
  if (kernels.size < 2 || !holding.all.every((one) => sameProblem(one, first))) return null;
  const { op, shape, dtype, seed, input } = first;
  return ladderSearch({ problem: { op, shape, dtype, seed, input }, budget: 'quick', sort: 'order' });
}
