/**
 * Two ways in which a request can end without a number.
 *
 * A `Refusal` is decided before any work: the request breaks a rule. A `Failure` happens while working: the device said
 * no, went away, or did not answer. Both carry what was found as data, and decisions are taken on that; the message is
 * a sentence for a reader, made of it last, and is never shown with a stack trace.
 */
import { either } from './words.ts';

/** Values for some knobs, e.g. { TILE: 16 }: a change that would make a refused request work. */
export type Change = Readonly<Record<string, number | string>>;

/** Which rule a request breaks. The same for two requests that break one rule by the same numbers. */
export interface BrokenRule {
  /** Id of the rule, e.g. "workgroup-memory"; a kernel may have rules of its own. */
  readonly rule: string;
  /** The numbers and names in it: what was asked for, and what is allowed. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Changes of which each alone would do. None where the knobs are not at fault; null where nobody has looked yet. */
  readonly works: readonly Change[] | null;
}

export interface RefusalOptions extends Partial<BrokenRule> {
  /** What would work, in words; by default the values of `works`. */
  readonly remedy?: string | null;
}

export class Refusal extends Error implements BrokenRule {
  override readonly name = 'Refusal';
  readonly rule: string;
  readonly parameters: BrokenRule['parameters'];
  readonly works: BrokenRule['works'];
  readonly remedy: string | null;

  /** `fault` says what was asked and which rule it breaks, without a full stop. */
  constructor(
    readonly fault: string,
    { rule = 'request', parameters = {}, works = null, remedy = remedyOf(works) }: RefusalOptions = {},
  ) {
    super(remedy === null ? fault : `${fault}: ${remedy}`);
    this.rule = rule;
    this.parameters = parameters;
    this.works = works;
    this.remedy = remedy;
  }
}

/** "use 4 or 8"; null where there is nothing to use. */
function remedyOf(works: BrokenRule['works']): string | null {
  const values = (works ?? []).flatMap((change) => Object.values(change));
  return values.length === 0 ? null : `use ${either(values)}`;
}

/** Whether two refusals are for the same rule and the same numbers. */
export function isSameRule(a: BrokenRule, b: BrokenRule): boolean {
  return a.rule === b.rule && sorted(a.parameters) === sorted(b.parameters);
}

function sorted(parameters: BrokenRule['parameters']): string {
  return JSON.stringify(Object.entries(parameters).sort());
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
  /** The driver's compiler did not answer within the time limit: nothing runs on the GPU. */
  | 'slow-compile'
  /** The GPU gave work up before its end, without losing the device. */
  | 'given-up'
  /** The user cancelled. */
  | 'cancelled'
  /** Anything else: a fault of ours. */
  | 'internal';

/** What a compiler has to say about one place of a text. Lines and columns count from 1. */
export interface Diagnostic {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly diagnostics: readonly Diagnostic[] = [],
  ) {
    super(message);
  }
}

/** The failure of a text that a compiler refuses: its message is the diagnostics, "line:column: message" a line. */
export function compileFailure(diagnostics: readonly Diagnostic[]): Failure {
  const lines = diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  return new Failure('compile', lines.join('\n'), diagnostics);
}

/** Any thrown value as one sentence: its message up to the first line break. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0].trim() || 'an error without a message';
}
