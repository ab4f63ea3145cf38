/** What the result area has to say about the settings shown. */
import { type Change, type Diagnostic, Failure, type FailureCode, Refusal } from '../../core/errors.ts';
import { LONG_DISPATCH } from '../../lab/long-dispatch.ts';
import type { Result } from '../../lab/result.ts';

export type Outcome =
  /** Not run yet with these settings; `gates` are what a run will check first. */
  | { readonly state: 'idle'; readonly gates: readonly string[] }
  | { readonly state: 'running'; readonly gates: readonly string[] }
  /**
   * `works`: changes of knobs of which each alone would do. `isLong`: it would run, but hold the GPU for so long that the
   * reader is to say so first.
   */
  | { readonly state: 'refused'; readonly rule: string; readonly works: readonly Change[]; readonly isLong?: boolean }
  | {
      readonly state: 'failed';
      readonly reason: string;
      readonly next: string;
      /** What the compiler said, to be marked in the code. */
      readonly errors: readonly Diagnostic[];
    }
  | { readonly state: 'correct' | 'wrong'; readonly result: Result };

/** Whether a result says only that a dispatch would hold the GPU for long. */
export function isLong({ refusal }: { readonly refusal?: Result['refusal'] }): boolean {
  return refusal?.rule === LONG_DISPATCH;
}

/** A result of the lab, in the page's words. */
export function fromResult(result: Result, restart: boolean): Outcome {
  const reason = result.reason ?? 'No reason was given';
  switch (result.status) {
    case 'correct':
    case 'wrong':
      return { state: result.status, result };
    case 'refused':
      return { state: 'refused', rule: reason, works: result.refusal?.works ?? [], isLong: isLong(result) };
    case 'failed': {
      const errors = result.failure?.diagnostics ?? [];
      if (errors.length > 0) {
        return {
          state: 'failed',
          reason: 'The WGSL does not compile',
          next: 'The lines are marked in the code. Fix them, then run again.',
          errors,
        };
      }
      const next = restart
        ? 'Close every window of the browser and open it again; then look for the loop that does not end.'
        : 'Change a setting or the code, then run again: nothing of this run is left.';
      return { state: 'failed', reason, next, errors };
    }
    default:
      return result.status satisfies never;
  }
}

const NEXT: Readonly<Record<FailureCode, string>> = {
  'no-adapter': 'Open the device panel for what to do.',
  'device-lost':
    'It was opened again once, and lost again. Choose a smaller shape and run again; if that fails too, reload the page.',
  'out-of-memory': 'Take a smaller shape, or close other pages that use the GPU.',
  validation: 'Fix the code if you have written or edited it; if not, please report it.',
  compile: 'Fix the code, then run again.',
  timeout: 'Close every window of the browser and open it again.',
  'slow-compile': 'Run again later: the compiler may have finished by then.',
  'given-up': 'Take a smaller shape: systems end work that keeps the screen waiting.',
  cancelled: 'Run again when you like.',
  internal: 'This is a fault of the page. Reload it; if it stays, please report what it says.',
};

/** A call that ended without a result. */
export function fromError(error: unknown): Outcome {
  if (error instanceof Refusal) return { state: 'refused', rule: error.message, works: error.works ?? [] };
  const failure =
    error instanceof Failure ? error : new Failure('internal', error instanceof Error ? error.message : String(error));
  const { diagnostics: errors } = failure;
  const reason = errors.length > 0 ? 'The WGSL does not compile' : failure.message;
  return { state: 'failed', reason, next: NEXT[failure.code], errors };
}
