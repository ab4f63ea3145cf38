/**
 * Other people's vectors in our terms: a case is the outputs that a file expects, and the ways in which our operations
 * compute them.
 */

import { Refusal } from '../../core/errors.ts';
import type { DType } from '../../core/format.ts';
import type { OutputJudge } from '../../core/judge.ts';
import type { Shape } from '../../ops/types.ts';
import type { FileArray, ValueType } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';

/** One problem for a kernel, with the values that replace its seeded inputs. */
export interface Task {
  readonly shape: Shape;
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** Where element `index` of a task's output belongs in the case's output. One to one over all tasks. */
  place(index: number): number;
  /** Where float64 inputs were rounded and no bound covers it: how far that moves row `row`, relative to its values. */
  inputError?(row: number): number;
}

/** One way to compute outputs of a file: the problems to solve with kernels of one operation. */
export interface Route {
  readonly op: string;
  /** Output tensors of the operation, in the order of the file's outputs that they are compared with. */
  readonly writes: readonly string[];
  readonly tasks: readonly Task[];
  /** Set where every operation is exact, so that only the same values are right (denormals may be flushed). */
  readonly exact?: true;
  /** Set where the values are not the operation's own output: what they are compared with. */
  judge?(task: Task): OutputJudge;
}

/** An output by its name in the file, with the values that stand there. */
export interface Expected {
  readonly name: string;
  readonly array: FileArray;
  /** What the file's values were computed in, which says how far off they may be. */
  readonly arithmetic: ValueType;
}

/** An output that no kernel writes: what the reference compares it with, or why it does not. */
export type Other =
  | (Expected & { readonly route: Route })
  | { readonly name: string; readonly status: 'unsupported' | 'failed'; readonly reason: string };

export interface Case {
  readonly name: string;
  /** As the file calls it: "MatMul"; our operation's name for `.npz`. */
  readonly operator: string;
  /** The outputs that kernels write, one or more. */
  readonly outputs: readonly Expected[];
  readonly others: readonly Other[];
  readonly dtype: DType;
  /** The first is also what the file's values are compared with. */
  readonly routes: readonly Route[];
  /** What a reader must know of how the file was taken, e.g. "float64 values rounded to float32". */
  readonly notes: readonly string[];
}

/** A case before it is one: where reading it ended. */
export interface Unread {
  readonly name: string;
  readonly operator: string | null;
  readonly status: 'unsupported' | 'failed';
  readonly reason: string;
}

/** Runs `build`; what it throws for reasons that lie in the file becomes the case's result. */
export function readCase(name: string, operator: string | null, build: () => Case): Case | Unread {
  try {
    return build();
  } catch (error) {
    return { name, operator, ...faultOfFile(error) };
  }
}

/** What an error says of a file; one that has other reasons is thrown again. */
export function faultOfFile(error: unknown): { readonly status: 'unsupported' | 'failed'; readonly reason: string } {
  if (error instanceof Unsupported) return { status: 'unsupported', reason: error.message };
  if (error instanceof Refusal) return { status: 'failed', reason: error.message };
  throw error;
}
