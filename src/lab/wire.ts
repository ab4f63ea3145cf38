/** Errors on their way between a host and who asked it: as data that JSON and structured clones keep. */
import { type Diagnostic, Failure, type FailureCode, Refusal, type RefusalOptions, sentence } from '../core/errors.ts';

export type WireError =
  /** `message` is the fault, without what would work. */
  | (RefusalOptions & { readonly name: 'Refusal'; readonly message: string })
  | {
      readonly name: 'Failure';
      readonly code: FailureCode;
      readonly message: string;
      readonly diagnostics?: readonly Diagnostic[];
    };

/** Whatever was thrown; what is neither a `Refusal` nor a `Failure` is a fault of ours. */
export function toWire(error: unknown): WireError {
  if (error instanceof Refusal) {
    const { fault, rule, parameters, works, remedy } = error;
    return { name: 'Refusal', message: fault, rule, parameters, works, remedy };
  }
  if (error instanceof Failure) {
    const { code, message, diagnostics } = error;
    return { name: 'Failure', code, message, ...(diagnostics.length > 0 ? { diagnostics } : {}) };
  }
  return { name: 'Failure', code: 'internal', message: sentence(error) };
}

/** The error that `toWire` was given. */
export function fromWire(error: WireError): Refusal | Failure {
  if (error.name === 'Refusal') return new Refusal(error.message, error);
  return new Failure(error.code, error.message, error.diagnostics);
}
