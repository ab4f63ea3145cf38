/** Results of requests that did not come to a verdict, and what all results have in common. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import type { Verdict } from '../core/judge.ts';
import { type Planned, type Resolved, resolve } from './plan.ts';
import type { ProbeResult } from './probe-result.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';

/** A result that says what was asked and nothing else yet. */
export function blankResult(planned: Resolved | Planned): Result {
  const { operation, kernel, problem, knobs } = planned;
  return {
    op: operation.id,
    kernel: kernel.id,
    shape: problem.shape,
    dtype: problem.dtype,
    knobs,
    chosen: 'chosen' in planned ? planned.chosen : null,
    seed: problem.seed,
    input: problem.input,
    status: 'failed',
    reason: null,
    verdict: null,
    time: null,
    work: null,
    measures: [],
  };
}

/** What a verdict means for a kernel that is wrong by design; nothing for any other kernel. */
export function meaning(planned: Planned, verdict: Verdict): Pick<Result, 'meant'> {
  const { operation, kernel, problem, knobs, edited } = planned;
  const design = edited ? null : kernel.wrongByDesign?.(problem, knobs);
  if (!design) return {};
  if (verdict.correct) return design.certain ? { meant: false } : {};
  // Wrong on anything else it is a fault like any other. The gate's own problem has no such gate before it.
  const own = !operation.gates(problem).some(({ name }) => name === design.gate);
  const isCaught = own || verdict.gates.some(({ name, correct }) => name === design.gate && !correct);
  return isCaught ? { meant: true } : {};
}

/** A result's status in words, which for a lesson says whether it is what it is meant to be. */
export function verdictWords({ status, meant }: Pick<Result, 'status' | 'meant'>): string {
  if (meant === undefined) return status;
  return meant ? 'wrong, as meant' : 'correct, and was meant to be wrong';
}

/** Whether a result speaks against its kernel: a lesson that is wrong as it is meant to be does not. */
export function isFault({ status, meant }: Pick<Result, 'meant'> & Pick<Result | ProbeResult, 'status'>): boolean {
  return meant === undefined ? status === 'wrong' || status === 'failed' : !meant;
}

/** The result of a plan that could not be carried out. */
export function unmadeFrom(planned: Planned, error: unknown): Result {
  return { ...blankResult(planned), ...whyNot(error) };
}

/** A request that did not get as far as a plan. */
export function unmade(request: Request, error: unknown): Result {
  try {
    return { ...blankResult(resolve(request)), ...whyNot(error) };
  } catch {
    return {
      op: request.op,
      kernel: request.kernel,
      shape: (request.shape ?? {}) as Result['shape'],
      dtype: request.dtype ?? 'f32',
      knobs: request.knobs ?? {},
      chosen: null,
      seed: request.seed ?? 1,
      input: request.input ?? '',
      ...whyNot(error),
      verdict: null,
      time: null,
      work: null,
      measures: [],
    };
  }
}

/** Status and reason of what was thrown. */
export function whyNot(error: unknown): Pick<Result, 'status' | 'reason' | 'refusal' | 'failure'> {
  const reason = words(error);
  if (error instanceof Refusal) {
    const { rule, parameters, works } = error;
    return { status: 'refused', reason, refusal: { rule, parameters, works: works ?? [] } };
  }
  const { code, diagnostics } = error instanceof Failure ? error : new Failure('internal', reason);
  return { status: 'failed', reason, failure: { code, diagnostics } };
}

/** One sentence; for a compiler's refusal also its messages, "line:column: text", a line each. */
function words(error: unknown): string {
  if (error instanceof Failure && error.code === 'compile') return `The WGSL does not compile:\n${error.message}`;
  return error instanceof Failure || error instanceof Refusal
    ? error.message
    : `Tilescope itself failed: ${sentence(error)}`;
}
