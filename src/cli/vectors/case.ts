/**
 * Other people's vectors in our terms: a case is one output that a file expects, and the ways in which our operations
 * compute it.
 */
import type { DType } from '../../core/dtype.ts';
import { Refusal } from '../../core/errors.ts';
import type { OutputJudge } from '../../core/judge.ts';
import type { Shape } from '../../ops/types.ts';
import type { FileArray, ValueType } from '../formats/array.ts';
import { Unsupported } from '../formats/unsupported.ts';

/** One problem for a kernel, with the values that replace its seeded inputs. */
export interface Task {
  readonly shape: Shape;
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** Where element `index` of the task's output belongs in the case's output. One to one over all tasks. */
  place(index: number): number;
  /** Where float64 inputs were rounded and no bound covers it: how far that moves row `row`, relative to its values. */
  inputError?(row: number): number;
}

/** One way to compute the case's output: the problems to solve with kernels of one operation. */
export interface Route {
  readonly op: string;
  readonly tasks: readonly Task[];
  /** Set where every operation is exact, so that only the same values are right (denormals may be flushed). */
  readonly exact?: true;
  /** Set where the values are not the operation's own output: what they are compared with. */
  judge?(task: Task): OutputJudge;
}

/** What can be said of an output beside the main one: how the reference computes it, or why it does not. */
export type Further =
  | {
      readonly dims: readonly number[];
      readonly route: Route;
      /** Set where the file's values were computed in something coarser than their own type. */
      readonly arithmetic?: ValueType | undefined;
    }
  | { readonly unsupported: string };

/** An output beside the main one, which no kernel computes; the reference may. */
export type Other = { readonly output: string } & (
  | { readonly expected: FileArray; readonly arithmetic: ValueType; readonly route: Route }
  | { readonly status: 'unsupported' | 'failed'; readonly reason: string }
);

export interface Case {
  readonly name: string;
  /** As the file calls it: "MatMul"; our operation's name for `.npz`. */
  readonly operator: string;
  readonly output: string;
  readonly expected: FileArray;
  /** What the file's values were computed in, which says how far off they may be. */
  readonly arithmetic: ValueType;
  readonly dtype: DType;
  /** The first is also what the file's values are compared with. */
  readonly routes: readonly Route[];
  /** Outputs beside the main one. */
  readonly others: readonly Other[];
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
    if (error instanceof Unsupported) return { name, operator, status: 'unsupported', reason: error.message };
    if (error instanceof Refusal) return { name, operator, status: 'failed', reason: error.message };
    throw error;
  }
}

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;
/** Above this a float32 no longer holds every integer. */
const EXACT_INTEGERS = 2 ** 24;

/**
 * Float32 storage of an input. Throws `Unsupported` where no error bound could be honest: NaN, Infinity, beyond
 * float32, integers that it cannot hold.
 */
export function stored(array: FileArray, name: string): Float32Array {
  const { values, type } = array;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size < Number.POSITIVE_INFINITY)) {
      throw new Unsupported(`${name} holds ${values[i]} at element ${i}; error bounds exist for finite inputs only`);
    }
    if (size > LARGEST_F32)
      throw new Unsupported(`${name} holds ${values[i]} at element ${i}, which is beyond float32`);
    if (isInteger(type) && size > EXACT_INTEGERS) {
      throw new Unsupported(
        `${name} holds the integer ${values[i]} at element ${i}; float32 holds them exactly up to 2^24 only`,
      );
    }
  }
  return Float32Array.from(values);
}

export function isInteger(type: ValueType): boolean {
  return !isFloat(type);
}

export function isFloat(type: ValueType): boolean {
  return type === 'f16' || type === 'bf16' || type === 'f32' || type === 'f64';
}

/** f16 kernels for f16 files, f32 ones for everything else. */
export function storageOf(arrays: readonly FileArray[]): DType {
  return arrays.every(({ type }) => type === 'f16') ? 'f16' : 'f32';
}

/** What was done to values that no storage type holds as they are. */
export function storageNotes(arrays: readonly FileArray[]): string[] {
  const notes: string[] = [];
  if (arrays.some(({ type, values }) => type === 'f64' && values.some((value) => Math.fround(value) !== value))) {
    notes.push('float64 inputs were rounded to float32');
  }
  if (arrays.some(({ type }) => type === 'bf16'))
    notes.push('bfloat16 inputs were stored as float32, which holds them exactly');
  return notes;
}

/** Throws `Unsupported` for a tensor without elements: there is nothing to compute, and no operation takes size 0. */
export function refuseEmpty(array: FileArray, name: string): void {
  if (array.values.length === 0) throw new Unsupported(`${name} of shape (${array.dims.join(', ')}) is empty`);
}

/** Throws a `Refusal` where the file's own output does not have the shape that its inputs give. */
export function expectDims(array: FileArray, dims: readonly number[], name: string, why: string): void {
  if (array.dims.length !== dims.length || array.dims.some((extent, axis) => extent !== dims[axis])) {
    throw new Refusal(`${name} has the shape (${array.dims.join(', ')}), and ${why} give (${dims.join(', ')})`);
  }
}
