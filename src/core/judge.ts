/**
 * The verdict: actual values against a float64 reference and a derived error bound, element by element.
 *
 * error = |actual - expected|, ratio = error / bound (0 where the error is 0, Infinity where only the bound is 0).
 * A verdict passes only where `ratio <= 1` is true, so NaN fails.
 */
import type { WrongMap } from './wrong-map.ts';

/** Reference and bound for one output tensor, by rows, so that a sample of rows can be checked alone. */
export interface OutputJudge {
  /** Name of the output tensor. */
  readonly tensor: string;
  readonly dims: readonly number[];
  /** The tensor is `rows` x `rowLength`, dense. */
  readonly rows: number;
  readonly rowLength: number;
  /** Multiply-adds to compute one row of the reference with its bounds. */
  readonly costPerRow: number;
  /** Fills `expected` and `bound` (both of rowLength) for row `row`. A bound of 0 asks for the exact value. */
  row(row: number, expected: Float64Array, bound: Float64Array): void;
  /** Nothing below this is right, whatever the bound: 0 after a ReLU. Looked at in every element. */
  readonly least?: number;
  /** A check of the whole output that is cheaper than the whole reference; e.g. Freivalds'. */
  readonly whole?: {
    readonly method: string;
    readonly cost: number;
    /** True where it finds a wrong row as surely as comparing it would: then a part of the rows is compared. */
    readonly exact?: boolean;
    /**
     * Largest ratio of error to bound over all of the output; <= 1 passes. `row` names where, if it can. Elements that are 0
     * may stand for anything below `flushedBelow`.
     */
    check(actual: ArrayLike<number>, seed: number, flushedBelow?: number): { ratio: number; row?: number };
  };
  /** What only several rows together can show; looked at whether or not all rows are compared. */
  readonly together?: {
    /** What a kernel does where `isWrong`, e.g. "leaves small terms out of its sums". */
    readonly fault: string;
    isWrong(actual: ArrayLike<number>): boolean;
  };
}

export interface WorstElement {
  readonly tensor: string;
  /** Dense row-major index. */
  readonly index: number;
  readonly row: number;
  readonly column: number;
  /** Index along each dimension. */
  readonly at: readonly number[];
  /** Which output tile holds it, and which invocation of the workgroup wrote it, where the kernel says. */
  readonly tile?: string;
  readonly lane?: number;
  /** Numbers, or "NaN", "Infinity", "-Infinity", which JSON has no numbers for. */
  readonly actual: number | string;
  readonly expected: number | string;
  readonly error: number | string;
  readonly bound: number | string;
  readonly ratio: number | string;
}

export interface GateVerdict {
  readonly name: string;
  readonly correct: boolean;
  readonly ratio: number | 'Infinity';
  readonly checked: number;
  readonly total: number;
}

export interface Verdict {
  readonly correct: boolean;
  /** Elements compared one by one with the reference. */
  readonly checked: number;
  readonly total: number;
  /** Exactly what was checked, e.g. "all 262,144" or "1,024 of 16,777,216 and Freivalds". */
  readonly method: string;
  /** Largest ratio seen anywhere, gates and later checks included; "Infinity" where unbounded. */
  readonly ratio: number | 'Infinity';
  readonly worst: WorstElement | null;
  readonly gates: readonly GateVerdict[];
  /** Where wrong: one sentence that names the worst element or the write out of range. */
  readonly reason?: string;
  /** Where wrong elements were found: where they lie in the first output that has some. */
  readonly where?: WrongMap;
}
