/**
 * The problem that a kernel of the reader's own is to solve, and which of those kept it is:
 * ?view=own&op=matmul&m=64&name=mine&set.TILE=8. A link cannot bring the text along; where there is no such kernel, the view
 * says so. Which knobs there are, only the text can say.
 */
import type { Problem } from '../../../ops/types.ts';
import { Reader } from '../../state/reader.ts';
import {
  defaultProblem,
  dtypesOf,
  KNOB_PREFIX,
  type Parsed,
  problemPairs,
  readOperation,
  readProblem,
  search,
} from '../../state/settings.ts';

export interface OwnSettings {
  readonly problem: Problem;
  /** Of a kernel that is kept here; "" for none. */
  readonly name: string;
  /** Values of knobs as written, by key. */
  readonly knobs: Readonly<Record<string, string>>;
}

export function ownFromSearch(address: string): Parsed<OwnSettings> {
  const reader = new Reader(address);
  const operation = readOperation(reader);
  const dtypes = dtypesOf(operation);
  const taken = `a type that a kernel for ${operation.title} takes`;
  const problem = readProblem(reader, defaultProblem(operation, dtypes), dtypes, taken);
  const name = reader.text('name') ?? '';
  const knobs = reader.under(KNOB_PREFIX);
  reader.rest('a setting of this view');
  return { settings: { problem, name, knobs }, notices: reader.notices };
}

export function ownSearch({ problem, name, knobs }: OwnSettings): string {
  return search([
    ['view', 'own'],
    ['op', problem.op],
    ...problemPairs(problem),
    ...(name === '' ? [] : [['name', name] as const]),
    ...Object.entries(knobs).map(([key, value]) => [KNOB_PREFIX + key, value] as const),
  ]);
}
