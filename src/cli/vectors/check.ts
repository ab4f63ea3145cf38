/** One case against the reference and against every kernel that takes it. */
import type { DType } from '../../core/dtype.ts';
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import type { OutputJudge, Verdict } from '../../core/judge.ts';
import { compare } from '../../core/verdict.ts';
import { findOperation } from '../../kernels/index.ts';
import type { Kernel } from '../../kernels/types.ts';
import { QUICK } from '../../lab/protocol.ts';
import { GIVEN, type Operation, type Problem, type Shape } from '../../ops/types.ts';
import type { Session } from '../session.ts';
import type { Case, Other, Route, Task } from './case.ts';
import { exactJudge, fileJudge, type OnnxVerdict, onnxVerdict } from './tolerance.ts';

export type RowStatus = 'correct' | 'wrong' | 'reference-only' | 'unsupported' | 'failed';

/** One kernel's, or the reference's, result on one case. */
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
  readonly verdict: Omit<Verdict, 'gates'> | null;
  /** The file's values against the reference: the largest share of what its own arithmetic may err by. */
  readonly file: { readonly ratio: number | 'Infinity'; readonly checked: number; readonly total: number } | null;
  /** Against the file's values, by the tolerance of ONNX's own tests. */
  readonly onnx: OnnxVerdict | null;
}

/** Multiply-adds that the reference may take for one case before it checks a sample of the rows. */
const REFERENCE_COST = 2e9;

type Verdicts = Omit<Verdict, 'gates'>;

/** Rows for one case. `kernels` are those of the operations that it is routed to. */
export async function checkCase(
  vector: Case,
  kernels: readonly Kernel[],
  session: Session,
  tell: (text: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const other of vector.others) rows.push(await otherRow(vector, other));
  const reference = await referenceRow(vector, vector.routes[0]);
  const ours: Row[] = [];
  for (const route of vector.routes) {
    for (const kernel of kernels.filter(({ op }) => op === route.op)) {
      tell(`${vector.name}: ${kernel.op} ${kernel.id}`);
      const row = await kernelRow(vector, route, kernel, reference, session);
      if (row) ours.push(row);
    }
  }
  const checked = ours.some(({ status }) => status !== 'unsupported');
  return [...ours, ...(checked ? [] : [reference]), ...rows];
}

/** What every row of a case starts from. */
export function blank(name: string, operator: string | null): Omit<Row, 'status' | 'reason'> {
  const nothing = {
    output: null,
    op: null,
    kernel: null,
    shape: null,
    problems: 0,
    dtype: null,
    verdict: null,
    file: null,
    onnx: null,
  };
  return { case: name, operator, ...nothing, notes: [] };
}

function problemOf(op: string, shape: Shape, vector: Case): Problem {
  const operation = findOperation(op) as Operation;
  const defaults = Object.fromEntries(operation.parameters.map(({ key, default: value }) => [key, value]));
  // Given values: no special rule of comparison, and no assumption on how their roundings go.
  return { op, shape: { ...defaults, ...shape }, dtype: vector.dtype, seed: 1, input: GIVEN };
}

/** An output beside the main one, by the reference alone. */
async function otherRow(vector: Case, other: Other): Promise<Row> {
  if ('status' in other) return { ...blank(vector.name, vector.operator), ...other };
  const { output, expected, arithmetic, route } = other;
  const row = await referenceRow({ ...vector, output, expected, arithmetic }, route);
  if (row.status === 'wrong') return row;
  return { ...row, reason: `no kernel writes ${output}; the float64 reference agrees with the file` };
}

/** The float64 reference of a task with float32's bounds. */
function judgeOf(vector: Case, route: Route, task: Task): OutputJudge {
  if (route.judge) return route.judge(task);
  const { op } = route;
  const problem = problemOf(op, task.shape, vector);
  return (findOperation(op) as Operation).judge(problem, task.tensors, { output: 'f32' })[0];
}

/** The file's values against the float64 reference. */
async function referenceRow(vector: Case, route: Route): Promise<Row> {
  const verdicts: Verdicts[] = [];
  const computed = new Float64Array(vector.expected.values.length);
  let complete = true;
  for (const task of route.tasks) {
    const judge = judgeOf(vector, route, task);
    const length = judge.rows * judge.rowLength;
    const values = Float64Array.from({ length }, (_, index) => vector.expected.values[task.place(index)]);
    const budget = REFERENCE_COST / route.tasks.length;
    const own = route.exact
      ? exactJudge(judge, vector.arithmetic)
      : fileJudge(judge, vector.arithmetic, task.inputError);
    verdicts.push(await compare([{ judge: own, values }], { budget, seed: 1 }));
    complete &&= judge.rows * judge.costPerRow <= budget;
    if (complete) fill(task, judge, computed);
  }
  const verdict = merged(verdicts, route, vector);
  const onnx = complete ? onnxVerdict(computed, vector.expected.values) : null;
  const name = { ...blank(vector.name, vector.operator), output: vector.output, op: route.op, kernel: 'reference' };
  return {
    ...name,
    ...sizeOf(vector, route),
    dtype: vector.dtype,
    notes: vector.notes,
    verdict,
    file: { ratio: verdict.ratio, checked: verdict.checked, total: verdict.total },
    onnx,
    ...(verdict.correct
      ? { status: 'reference-only', reason: 'no kernel computed it; the float64 reference agrees with the file' }
      : { status: 'wrong', reason: `the file disagrees with the float64 reference: ${faultOf(verdict)}` }),
  };
}

function sizeOf(vector: Case, { op, tasks }: Route): Pick<Row, 'shape' | 'problems'> {
  return { shape: problemOf(op, tasks[0].shape, vector).shape, problems: tasks.length };
}

function fill(task: Task, judge: OutputJudge, computed: Float64Array): void {
  const expected = new Float64Array(judge.rowLength);
  const bound = new Float64Array(judge.rowLength);
  for (let row = 0; row < judge.rows; row++) {
    judge.row(row, expected, bound);
    for (let i = 0; i < judge.rowLength; i++) computed[task.place(row * judge.rowLength + i)] = expected[i];
  }
}

/** Null where the kernel has no use for the case's type: a lesson in f16 says nothing about float32 vectors. */
async function kernelRow(
  vector: Case,
  route: Route,
  kernel: Kernel,
  reference: Row,
  session: Session,
): Promise<Row | null> {
  const { op } = route;
  const row: Omit<Row, 'status' | 'reason'> = {
    ...reference,
    op,
    kernel: kernel.id,
    ...sizeOf(vector, route),
    verdict: null,
    onnx: null,
  };
  const actual = new Float64Array(vector.expected.values.length);
  const verdicts: Verdicts[] = [];
  let dtype = vector.dtype;
  const notes = [...vector.notes];
  const { features } = await session.device();
  if (dtype === 'f16' && !(features.includes('shader-f16') && kernel.dtypes.includes('f16'))) {
    dtype = 'f32';
    notes.push(
      `run in f32: ${features.includes('shader-f16') ? 'the kernel has no f16' : 'the device has no shader-f16'}`,
    );
  }
  if (!kernel.dtypes.includes(dtype)) return null;
  try {
    for (const task of route.tasks) {
      const { shape } = problemOf(route.op, task.shape, vector);
      const { result, outputs } = await session.call('solve', {
        request: { op, kernel: kernel.id, shape, dtype },
        tensors: task.tensors,
        limitMs: QUICK.limitMs,
      });
      const values = Float64Array.from(Object.values(outputs)[0]);
      values.forEach((value, index) => {
        actual[task.place(index)] = value;
      });
      if (!result.verdict) throw new Failure('internal', result.reason ?? 'The host gave no verdict');
      const isRight = result.verdict.correct;
      verdicts.push(route.exact && isRight ? await exactly(vector, route, task, values) : result.verdict);
    }
  } catch (error) {
    if (error instanceof Refusal) return { ...row, dtype, notes, status: 'unsupported', reason: sentence(error) };
    if (!(error instanceof Failure) || error.code === 'no-adapter' || error.code === 'cancelled') throw error;
    return { ...row, dtype, notes, status: 'failed', reason: sentence(error) };
  }
  const verdict = merged(verdicts, route, vector);
  const fault = verdict.correct ? (reference.status === 'wrong' ? reference.reason : null) : faultOf(verdict);
  const onnx = onnxVerdict(actual, vector.expected.values);
  return { ...row, dtype, notes, verdict, onnx, status: fault === null ? 'correct' : 'wrong', reason: fault };
}

/** What is wrong, with the worst element's place in the file's tensor. */
function faultOf({ worst, reason }: Verdicts): string {
  const place = worst ? `${worst.tensor}[${worst.at.join(', ')}]: ` : '';
  return `${place}${reason ?? 'the output is wrong'}`;
}

/** An exact operation has no rounding to forgive. */
function exactly(vector: Case, route: Route, task: Task, values: Float64Array): Promise<Verdicts> {
  const judge = exactJudge(judgeOf(vector, route, task), vector.dtype);
  return compare([{ judge, values }], { budget: REFERENCE_COST, seed: 1 });
}

/** The verdict over all problems that a case was split into; the worst element is named in the case's own indices. */
function merged(verdicts: readonly Verdicts[], route: Route, vector: Case): Verdicts {
  const size = ({ ratio }: Verdicts): number => Number(ratio);
  const worst = verdicts.reduce((a, b) => (size(b) > size(a) ? b : a));
  const sum = (pick: (verdict: Verdicts) => number): number =>
    verdicts.reduce((total, verdict) => total + pick(verdict), 0);
  const [checked, total] = [sum(({ checked }) => checked), sum(({ total }) => total)];
  const task = route.tasks[verdicts.indexOf(worst)];
  const group = (value: number): string => value.toLocaleString('en-US');
  return {
    ...worst,
    correct: verdicts.every(({ correct }) => correct),
    checked,
    total,
    method:
      verdicts.length === 1
        ? worst.method
        : checked === total
          ? `all ${group(total)}`
          : `${group(checked)} of ${group(total)}`,
    worst: worst.worst ? inCase(worst.worst, task, vector) : null,
  };
}

/** A worst element by where it lies in the file's tensor. */
function inCase(element: NonNullable<Verdict['worst']>, task: Task, vector: Case): NonNullable<Verdict['worst']> {
  const index = task.place(element.index);
  const at: number[] = [];
  let rest = index;
  for (let axis = vector.expected.dims.length - 1; axis >= 0; axis--) {
    at.unshift(rest % vector.expected.dims[axis]);
    rest = Math.floor(rest / vector.expected.dims[axis]);
  }
  return { ...element, tensor: vector.output, index, at };
}
