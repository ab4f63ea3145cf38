/**
 * Two ways in which a request can end without a number.
 *
 * A `Refusal` is decided before any work: the request breaks a rule, and the message says what was asked, which rule
 * it breaks and what would work. A `Failure` happens while working: the device said no, went away, or did not answer.
 * Both messages are single sentences for a reader; neither is ever shown with a stack trace.
 */

export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export type FailureCode =
  /** No WebGPU adapter could be had. */
  | 'no-adapter'
  /** The device was lost, or destroyed in the middle. */
  | 'device-lost'
  /** An allocation failed. */
  | 'out-of-memory'
  /** WebGPU's validation refused a call. */
  | 'validation'
  /** The WGSL did not compile. */
  | 'compile'
  /** The GPU did not answer within the time limit: the host must be restarted. */
  | 'timeout'
  /** The user cancelled. */
  | 'cancelled'
  /** Anything else: a fault of ours. */
  | 'internal';

export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly code: FailureCode,
    message: string,
  ) {
    super(message);
  }
}

/** Any thrown value as one sentence: its message up to the first line break. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0].trim() || 'an error without a message';
}
