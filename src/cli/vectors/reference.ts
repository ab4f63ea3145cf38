/** The file's own values against the float64 reference, before any kernel. */
import type { OutputJudge } from '../../core/judge.ts';
import { compare } from '../../core/verdict.ts';
import { referenceOf } from '../../ops/references.ts';
import type { Case, Expected, Route, Task } from './case.ts';
import { endedRow, faultOf, inCase, problemOf, type Row } from './row.ts';
import { exactJudge, fileJudge, onnxVerdict } from './tolerance.ts';

/** Multiply-adds that the reference may take for one output before it checks a sample of the rows. */
export const REFERENCE_COST = 2e9;

/** The float64 reference of output number `nth` of a task, with float32's bounds. */
export function judgeOf(vector: Case, route: Route, task: Task, nth: number): OutputJudge {
  if (route.judge) return route.judge(task);
  const problem = problemOf(route, task, vector.dtype);
  const judges = referenceOf(route.op).judges(problem, task.tensors, { output: 'f32' });
  return judges.find(({ tensor }) => tensor === route.writes[nth]) as OutputJudge;
}

/** The result of an output that kernels write: "reference-only" until one of them has. */
export async function referenceRow(vector: Case, nth: number): Promise<Row> {
  return compared(vector, vector.outputs[nth], vector.routes[0], nth, 'no kernel computed it');
}

/** The result of an output that the reference alone computes. */
export async function referenceOnlyRow(vector: Case, other: Expected & { readonly route: Route }): Promise<Row> {
  return compared(vector, other, other.route, 0, `no kernel writes ${other.name}`);
}

async function compared(vector: Case, output: Expected, route: Route, nth: number, why: string): Promise<Row> {
  const { values } = output.array;
  const computed = new Float64Array(values.length);
  const verdicts = [];
  for (const task of route.tasks) {
    const judge = judgeOf(vector, route, task, nth);
    const own = Float64Array.from({ length: judge.rows * judge.rowLength }, (_, at) => values[task.place(at)]);
    const allowing = route.exact
      ? exactJudge(judge, output.arithmetic)
      : fileJudge(judge, output.arithmetic, task.inputError);
    const kept = keeping(allowing, task, computed);
    verdicts.push(
      await compare([{ judge: kept, values: own }], { budget: REFERENCE_COST / route.tasks.length, seed: 1 }),
    );
  }
  const verdict = inCase(verdicts, route, output);
  const { correct, ratio, checked, total } = verdict;
  return {
    ...endedRow(vector, ended(correct, faultOf(verdict), why), output.name),
    op: route.op,
    kernel: 'reference',
    shape: problemOf(route, route.tasks[0], vector.dtype).shape,
    problems: route.tasks.length,
    dtype: vector.dtype,
    notes: vector.notes,
    verdict,
    file: { ratio, checked, total },
    onnx: checked === total ? onnxVerdict(computed, values) : null,
  };
}

function ended(correct: boolean, fault: string, why: string): Pick<Row, 'status' | 'reason'> {
  return correct
    ? { status: 'reference-only', reason: `${why}; the float64 reference agrees with the file` }
    : { status: 'wrong', reason: `the file disagrees with the float64 reference: ${fault}` };
}

/** `judge`, with what it computes also put where it belongs in the case's output. */
function keeping(judge: OutputJudge, task: Task, computed: Float64Array): OutputJudge {
  return {
    ...judge,
    row(row, expected, bound) {
      judge.row(row, expected, bound);
      for (let i = 0; i < judge.rowLength; i++) computed[task.place(row * judge.rowLength + i)] = expected[i];
    },
  };
}
