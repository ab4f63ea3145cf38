import type { OutputJudge } from '../core/judge.ts';
import type { Numerics, Operation, Problem, Tensors } from '../ops/types.ts';

/** Elements of reference rows that are kept, 16 bytes each. */
const KEPT_ELEMENTS = 4 * 2 ** 20;
/** Problems whose inputs are kept at once: a run's own and those of its gates. */
const KEPT_PROBLEMS = 4;

interface Entry {
  readonly inputs: Tensors;
  readonly judges: Map<string, readonly OutputJudge[]>;
}

/** Inputs and references of the problems at hand, so that kernels compared on one problem share them. */
export class Problems {
  private readonly entries = new Map<string, Entry>();

  inputs(operation: Operation, problem: Problem): Tensors {
    return this.entry(operation, problem).inputs;
  }

  judges(operation: Operation, problem: Problem, numerics: Numerics): readonly OutputJudge[] {
    const { inputs, judges } = this.entry(operation, problem);
    const key = JSON.stringify(numerics);
    let found = judges.get(key);
    if (!found) {
      found = operation.judge(problem, inputs, numerics).map(remember);
      judges.set(key, found);
    }
    return found;
  }

  private entry(operation: Operation, problem: Problem): Entry {
    const key = JSON.stringify(problem);
    const entry = this.entries.get(key) ?? { inputs: operation.inputs(problem), judges: new Map() };
    // Reinserted, so that the first in the map is the one unused for longest.
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= KEPT_PROBLEMS) break;
      this.entries.delete(oldest);
    }
    return entry;
  }
}

/** A judge that computes each row of its reference once, while there is room to keep it. */
function remember(judge: OutputJudge): OutputJudge {
  const rows = new Map<number, { expected: Float64Array; bound: Float64Array }>();
  return {
    ...judge,
    row(row, expected, bound) {
      const known = rows.get(row);
      if (known) {
        expected.set(known.expected);
        bound.set(known.bound);
        return;
      }
      judge.row(row, expected, bound);
      if ((rows.size + 1) * judge.rowLength <= KEPT_ELEMENTS)
        rows.set(row, { expected: expected.slice(), bound: bound.slice() });
    },
  };
}
