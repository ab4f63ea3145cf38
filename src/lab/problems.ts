import type { OutputJudge } from '../core/judge.ts';
import { referenceOf } from '../ops/references.ts';
import { GIVEN, type Numerics, type Problem, type Reference, type Tensors } from '../ops/types.ts';

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

interface Halves {
  readonly tensors: Tensors;
  readonly judges: readonly OutputJudge[];
}

/** Inputs and references of the problems at hand, so that kernels compared on one problem share them. */
export class Problems {
  private readonly entries = new Map<string, Entry>();
  private given: { readonly key: string; readonly entry: Entry } | null = null;

  /** `reference`: where the inputs and the judges of an operation come from, by its id. */
  constructor(private readonly reference: (op: string) => Reference = referenceOf) {}

  inputs(problem: Problem): Tensors {
    return this.seeded(problem).inputs;
  }

  judges(problem: Problem, numerics: Numerics): readonly OutputJudge[] {
    return this.judgesOf(this.seeded(problem), problem, numerics);
  }

  private seeded(problem: Problem): Entry {
    return this.entry(JSON.stringify(problem), () => made(this.reference(problem.op).inputs(problem)));
  }

  /**
   * The inputs of `problem` with the first half of them from `other`, a problem of the same shape, and what judges them;
   * null where there is but one input of numbers. Of such a mixture nothing is assumed.
   */
  halves(problem: Problem, other: Problem, numerics: Numerics): Halves | null {
    const own = this.inputs(problem);
    const names = Object.keys(own).filter((name) => own[name] instanceof Float32Array);
    if (names.length < 2) return null;
    const taken = names.slice(0, Math.ceil(names.length / 2));
    const others = this.inputs(other);
    const key = JSON.stringify([other, problem]);
    const entry = this.entry(key, () =>
      made({ ...own, ...Object.fromEntries(taken.map((name) => [name, others[name]])) }),
    );
    return { tensors: entry.inputs, judges: this.judgesOf(entry, { ...problem, input: GIVEN }, numerics) };
  }

  /**
   * What judges somebody else's inputs to `problem`. They come again with every kernel that is to solve them: they are
   * recognised by their values, and kept until others come.
   */
  givenJudges(problem: Problem, tensors: Tensors, numerics: Numerics): readonly OutputJudge[] {
    const key = JSON.stringify(problem);
    if (this.given?.key !== key || !isSame(this.given.entry.inputs, tensors)) {
      this.given = { key, entry: made(tensors) };
    }
    return this.judgesOf(this.given.entry, problem, numerics);
  }

  private judgesOf(entry: Entry, problem: Problem, numerics: Numerics): readonly OutputJudge[] {
    const key = JSON.stringify(numerics);
    const found =
      entry.judges.get(key) ?? this.reference(problem.op).judges(problem, entry.inputs, numerics).map(remember);
    entry.judges.set(key, found);
    return found;
  }

  private entry(key: string, make: () => Entry): Entry {
    const entry = this.entries.get(key) ?? make();
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

function made(inputs: Tensors): Entry {
  const bytes = Object.values(inputs).reduce((sum, values) => sum + values.byteLength, 0);
  return { inputs, judges: new Map(), bytes };
}

function isSame(held: Tensors, tensors: Tensors): boolean {
  const names = Object.keys(tensors);
  return names.length === Object.keys(held).length && names.every((name) => isEqual(held[name], tensors[name]));
}

/** A loop, since `every` takes ten times as long over millions of values. */
function isEqual(held: Tensors[string] | undefined, values: Tensors[string]): boolean {
  if (held?.length !== values.length) return false;
  for (let i = 0; i < values.length; i++) if (!Object.is(held[i], values[i])) return false;
  return true;
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
