/** One kernel on one case: a result for each output. */

import { Failure, Refusal, sentence } from '../../core/errors.ts';
import type { DType } from '../../core/format.ts';
import type { Judged } from '../../core/joined.ts';
import { compare } from '../../core/verdict.ts';
import type { Kernel } from '../../kernels/types.ts';
import type { Phase, SolveReply, SolveRequest } from '../../lab/protocol.ts';
import { wayOut } from '../long-dispatch.ts';
import type { Session } from '../session.ts';
import type { Case, Route, Task } from './case.ts';
import { judgeOf, REFERENCE_COST } from './reference.ts';
import { faultOf, inCase, problemOf, type Row } from './row.ts';
import { exactJudge, onnxVerdict } from './tolerance.ts';

export interface Storage {
  readonly dtype: DType;
  /** Why it is not the case's. */
  readonly notes: readonly string[];
}

/** In what a kernel runs a case; null where it has no use for it: a lesson in f16 says nothing about float32 vectors. */
export function storageFor({ dtype }: Case, kernel: Kernel, features: readonly string[]): Storage | null {
  const has = features.includes('shader-f16');
  if (dtype === 'f16' && !(has && kernel.dtypes.includes('f16'))) {
    const why = has ? 'the kernel has no f16' : 'the device has no shader-f16';
    return kernel.dtypes.includes('f32') ? { dtype: 'f32', notes: [`run in f32: ${why}`] } : null;
  }
  return kernel.dtypes.includes(dtype) ? { dtype, notes: [] } : null;
}

/**
 * Rows of a kernel, one for each of `references`, which are the case's outputs. Throws a `Failure` only where the host
 * is gone for good, or the user interrupts.
 */
export async function kernelRows(
  vector: Case,
  route: Route,
  kernel: Kernel,
  { dtype, notes }: Storage,
  references: readonly Row[],
  solve: (task: Task) => Promise<SolveReply>,
): Promise<Row[]> {
  const actual = vector.outputs.map(({ array }) => new Float64Array(array.values.length));
  const verdicts: Judged[][] = vector.outputs.map(() => []);
  const { shape } = problemOf(route, route.tasks[0], dtype);
  const row = (nth: number, end: Pick<Row, 'status' | 'reason'>, found: Partial<Row> = {}): Row => ({
    ...references[nth],
    op: route.op,
    kernel: kernel.id,
    shape,
    problems: route.tasks.length,
    dtype,
    notes: [...vector.notes, ...notes],
    verdict: null,
    onnx: null,
    ...found,
    ...end,
  });
  try {
    for (const task of route.tasks) {
      const reply = await solve(task);
      for (const [nth, tensor] of route.writes.entries()) {
        const values = Float64Array.from(reply.outputs[tensor]);
        values.forEach((value, at) => {
          actual[nth][task.place(at)] = value;
        });
        const verdict = reply.verdicts[tensor];
        verdicts[nth].push(route.exact && verdict.correct ? await exactly(vector, route, task, nth, values) : verdict);
      }
    }
  } catch (error) {
    if (!isOfKernel(error)) throw error;
    const status = error instanceof Refusal ? 'unsupported' : 'failed';
    const way = error instanceof Refusal ? wayOut(error.rule) : null;
    const reason = way === null ? sentence(error) : `${sentence(error)}; ${way}`;
    return references.map((_, nth) => row(nth, { status, reason }));
  }
  return vector.outputs.map((output, nth) => {
    const verdict = inCase(verdicts[nth], route, output);
    const { status, reason } = references[nth];
    const fault = verdict.correct ? (status === 'wrong' ? reason : null) : faultOf(verdict);
    const onnx = onnxVerdict(actual[nth], output.array.values);
    return row(nth, { status: fault === null ? 'correct' : 'wrong', reason: fault }, { verdict, onnx });
  });
}

/** Whether an error speaks of one kernel only, so that others can still be run. */
export function isOfKernel(error: unknown): error is Refusal | Failure {
  if (error instanceof Refusal) return true;
  return error instanceof Failure && error.code !== 'no-adapter' && error.code !== 'cancelled';
}

/** Throws a `Refusal` or a `Failure`. */
export async function solveTask(
  session: Session,
  params: SolveRequest,
  onPhase: (phase: Phase) => void = () => {},
): Promise<SolveReply> {
  const reply = await session.call('solve', params, (progress) => {
    if (progress.kind === 'step') onPhase(progress.phase);
  });
  if (!reply.result.verdict) throw new Failure('internal', reply.result.reason ?? 'The host gave no verdict');
  return reply;
}

/** An exact operation has no rounding to forgive. */
function exactly(vector: Case, route: Route, task: Task, nth: number, values: Float64Array): Promise<Judged> {
  const judge = exactJudge(judgeOf(vector, route, task, nth), vector.dtype);
  return compare([{ judge, values }], { budget: REFERENCE_COST, seed: 1 });
}
