/** What `verify` reports: one kernel's, or the reference's, result on one output of one case. */
import type { DType } from '../../core/format.ts';
import { type Judged, joined, worstOf } from '../../core/joined.ts';
import type { WorstElement } from '../../core/judge.ts';
import { findOperation } from '../../kernels/index.ts';
import type { AdapterReport } from '../../lab/result.ts';
import { GIVEN, type Operation, type Problem, type Shape } from '../../ops/types.ts';
import type { Case, Expected, Other, Route, Task } from './case.ts';
import type { OnnxVerdict } from './tolerance.ts';

export type RowStatus = 'correct' | 'wrong' | 'reference-only' | 'unsupported' | 'failed';

export interface Row {
  readonly case: string;
  readonly operator: string | null;
  readonly output: string | null;
  readonly op: string | null;
  /** "reference" where only the float64 reference computed it; null where nothing did. */
  readonly kernel: string | null;
  /** Of the problem that was run; of the first where the case was split into several. */
  readonly shape: Shape | null;
  /** How many problems the case was split into, e.g. one a matrix of a batch. */
  readonly problems: number;
  readonly dtype: DType | null;
  readonly status: RowStatus;
  readonly reason: string | null;
  readonly notes: readonly string[];
  /** The kernel's output against the reference; for "reference" the file's. */
  readonly verdict: Judged | null;
  /** The file's values against the reference: the largest share of what its own arithmetic may err by. */
  readonly file: { readonly ratio: number | 'Infinity'; readonly checked: number; readonly total: number } | null;
  /** Against the file's values, by the tolerance of ONNX's own tests. */
  readonly onnx: OnnxVerdict | null;
}

export interface VerifyDocument {
  readonly tool: 'tilescope';
  readonly version: string;
  readonly createdAt: string;
  readonly command: 'verify';
  readonly host: string;
  /** Null where no kernel took a case, so that no host was opened. */
  readonly adapter: AdapterReport | null;
  readonly error: string | null;
  readonly results: readonly Row[];
}

/** A row of a case, or of one of its outputs, of which nothing is known yet but its end. */
export function endedRow(
  { name, operator }: Pick<Case, 'name'> & { readonly operator: string | null },
  { status, reason }: Pick<Row, 'status' | 'reason'>,
  output: string | null = null,
): Row {
  return {
    case: name,
    operator,
    output,
    op: null,
    kernel: null,
    shape: null,
    problems: 0,
    dtype: null,
    status,
    reason,
    notes: [],
    verdict: null,
    file: null,
    onnx: null,
  };
}

export function otherRow(vector: Case, other: Exclude<Other, Expected>): Row {
  return endedRow(vector, other, other.name);
}

/** The problem of a task with all of its parameters. */
export function problemOf({ op }: Route, { shape }: Task, dtype: DType): Problem {
  const { parameters } = operationOf(op);
  const defaults = Object.fromEntries(parameters.map(({ key, default: value }) => [key, value]));
  // Given values: no special rule of comparison, and no assumption on how their roundings go.
  return { op, shape: { ...defaults, ...shape }, dtype, seed: 1, input: GIVEN };
}

/** A route's operation: forms name only those that there are. */
export function operationOf(op: string): Operation {
  return findOperation(op) as Operation;
}

/** The verdict over all tasks of a route; the worst element is named by where it lies in the file's array. */
export function inCase(verdicts: readonly Judged[], { tasks }: Route, output: Expected): Judged {
  const verdict = joined(verdicts);
  const { worst } = verdict;
  return { ...verdict, worst: worst && placed(worst, tasks[worstOf(verdicts)], output) };
}

function placed(element: WorstElement, task: Task, { name, array }: Expected): WorstElement {
  const index = task.place(element.index);
  const at: number[] = [];
  let rest = index;
  for (let axis = array.dims.length - 1; axis >= 0; axis--) {
    at.unshift(rest % array.dims[axis]);
    rest = Math.floor(rest / array.dims[axis]);
  }
  return { ...element, tensor: name, index, at };
}

/** What is wrong, with the worst element's place in the file's array. */
export function faultOf({ worst, reason }: Judged): string {
  const place = worst ? `${worst.tensor}[${worst.at.join(', ')}]: ` : '';
  return `${place}${reason ?? 'the output is wrong'}`;
}
