/** What a file holds of a kernel of its writer's own: its results, with the ladder's beside them, or its trace, and its text. */
import { Refusal } from '../../../core/errors.ts';
import { findOperation, kernelsOf } from '../../../kernels/index.ts';
import { OWN } from '../../../kernels/own/index.ts';
import { resolve } from '../../../lab/plan.ts';
import type { Result } from '../../../lab/result.ts';
import type { TraceReply, TraceResult } from '../../../lab/trace-result.ts';
import type { Problem } from '../../../ops/types.ts';
import type { Held } from './read.ts';

export interface OwnFile {
  readonly problem: Problem;
  readonly text: string;
  /** What its knobs were set to, as an address says it. */
  readonly knobs: Readonly<Record<string, string>>;
  /** The kernel's own first, then the ladder's on the same problem; none where it was traced. */
  readonly results: readonly Result[];
  /** Null where it was run. */
  readonly trace: TraceReply | null;
  /** How many other results the file has that are not shown. */
  readonly lost: number;
}

/**
 * Null where the file is about kernels of the registry. Throws a `Refusal` where it lacks the kernel's text, or is about a
 * problem that is not here.
 */
export function ownIn(held: Held): OwnFile | null {
  if (held.kind === 'fingerprint') return null;
  const all: readonly (Result | TraceResult)[] = held.kind === 'trace' ? [held.result] : held.results;
  const own = all.find(({ kernel }) => kernel === OWN);
  if (!own) return null;
  const problem = problemOf(own);
  if (problem === null)
    throw new Refusal('Nothing in this file can be shown: this edition of the page lacks its operation or settings.');
  const text = own.source?.text;
  if (text === undefined) throw new Refusal('Nothing in this file can be shown: it lacks the text of its kernel.');
  const knobs = Object.fromEntries(Object.entries(own.knobs).map(([key, value]) => [key, String(value)]));
  if (held.kind === 'trace') {
    const trace = { result: held.result, restart: false, liveBytes: 0, steps: held.steps };
    return { problem, text, knobs, results: [], trace, lost: 0 };
  }
  const shown = held.results.filter((one) => one === own || (one.kernel !== OWN && isOf(one, problem)));
  // One that was refused has nothing to show.
  const lost = held.results.filter((one) => one.status !== 'refused' && !shown.includes(one)).length;
  const results = shown.toSorted((a, b) => Number(b === own) - Number(a === own));
  return { problem, text, knobs, results, trace: null, lost };
}

/** Whether a result is one of the problem: others are no comparison. */
function isOf(result: Result, problem: Problem): boolean {
  const other = problemOf(result);
  return other !== null && JSON.stringify(other) === JSON.stringify(problem);
}

function problemOf({ op, shape, dtype, seed, ...rest }: Result | TraceResult): Problem | null {
  const operation = findOperation(op);
  const [kernel] = kernelsOf(op);
  if (!operation || !kernel) return null;
  const input = ('input' in rest ? rest.input : null) || operation.inputCases[0].id;
  if (!operation.parameters.every(({ key }) => typeof shape[key] === 'number')) return null;
  const ordered = Object.fromEntries(operation.parameters.map(({ key }) => [key, shape[key]]));
  try {
    // Whether it is a problem of the operation does not depend on the kernel.
    resolve({ op, kernel: kernel.id, shape: ordered, dtype: kernel.dtypes[0], seed, input });
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
  return { op, shape: ordered, dtype, seed, input };
}
