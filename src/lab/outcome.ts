/** Results of requests that did not come to a verdict, and what all results have in common. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { type Planned, type Resolved, resolve } from './plan.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';

/** A result that says what was asked and nothing else yet. */
export function base(planned: Resolved): Result {
  const { operation, kernel, problem, knobs } = planned;
  return {
    op: operation.id,
    kernel: kernel.id,
    shape: problem.shape,
    dtype: problem.dtype,
    knobs,
    seed: problem.seed,
    input: problem.input,
    status: 'failed',
    reason: null,
    verdict: null,
    time: null,
    work: null,
    rate: null,
  };
}

/** The result of a plan that could not be carried out. */
export function unmadeFrom(planned: Planned, error: unknown): Result {
  return { ...base(planned), status: error instanceof Refusal ? 'refused' : 'failed', reason: words(error) };
}

/** A request that did not get as far as a plan. */
export function unmade(request: Request, error: unknown): Result {
  const status = error instanceof Refusal ? 'refused' : 'failed';
  try {
    return { ...base(resolve(request)), status, reason: words(error) };
  } catch {
    return {
      op: request.op,
      kernel: request.kernel,
      shape: (request.shape ?? {}) as Result['shape'],
      dtype: request.dtype ?? 'f32',
      knobs: request.knobs ?? {},
      seed: request.seed ?? 1,
      input: request.input ?? '',
      status,
      reason: words(error),
      verdict: null,
      time: null,
      work: null,
      rate: null,
    };
  }
}

/** One sentence; for a compiler's refusal also its messages, "line:column: text", a line each. */
function words(error: unknown): string {
  if (error instanceof Failure && error.code === 'compile') return `The WGSL does not compile:\n${error.message}`;
  return error instanceof Failure || error instanceof Refusal
    ? error.message
    : `Tilescope itself failed: ${sentence(error)}`;
}
