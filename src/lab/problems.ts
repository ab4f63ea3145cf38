import type { OutputJudge } from '../core/judge.ts';
import type { Numerics, Operation, Problem, Tensors } from '../ops/types.ts';

/** Elements of reference rows that are kept, 16 bytes each. */
const KEPT_ELEMENTS = 4 * 2 ** 20;
/** Problems that are kept at once: a run's own, with another seed too, and those of its gates: attention has the most. */
const KEPT_PROBLEMS = 20;
/** Beyond the few latest, problems are kept only as long as their inputs fit into this together. */
const KEPT_BYTES = 2 ** 28;
const LATEST = 4;

interface Entry {
  readonly inputs: Tensors;
  readonly judges: Map<string, readonly OutputJudge[]>;
  readonly bytes: number;
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
    const entry = this.entries.get(key) ?? make(operation, problem);
    // Reinserted, so that the first in the map is the one unused for longest.
    this.entries.delete(key);
    this.entries.set(key, entry);
    let bytes = 0;
    for (const one of this.entries.values()) bytes += one.bytes;
    for (const [oldest, one] of this.entries) {
      const { size } = this.entries;
      if (size <= LATEST || (size <= KEPT_PROBLEMS && bytes <= KEPT_BYTES)) break;
      this.entries.delete(oldest);
      bytes -= one.bytes;
    }
    return entry;
  }
}

function make(operation: Operation, problem: Problem): Entry {
  const inputs = operation.inputs(problem);
  const bytes = Object.values(inputs).reduce((sum, values) => sum + values.byteLength, 0);
  return { inputs, judges: new Map(), bytes };
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
