/**
 * What an operation is, apart from any kernel: its parameters and the quantities that the mathematics asks for, and, where
 * kernels are run, its inputs and its float64 reference with the error that a right kernel may make.
 */
import type { DType } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import type { Quantity } from '../core/quantity.ts';

/** Values of an operation's parameters: sizes, flags (0 or 1), reals and choices (0, 1, ...), all as numbers. */
export type Shape = Readonly<Record<string, number>>;

export interface Parameter {
  readonly key: string;
  readonly title: string;
  readonly unit?: string;
  readonly kind: 'size' | 'flag' | 'real' | 'choice';
  /** Of a choice: a word for each value from 0 on, e.g. ['none', 'boolean', 'additive']. */
  readonly choices?: readonly string[];
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** One sentence: what it means, what it changes in the hardware. */
  readonly doc: string;
  /** True where a learner seldom needs it: the page keeps it under "More options" while it has its default. */
  readonly advanced?: true;
}

export interface InputCase {
  readonly id: string;
  readonly title: string;
  /** Which fault this input brings to light. */
  readonly exposes: string;
}

/** A tensor of the operation, dense and row-major in these dims. */
export interface TensorSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly role: 'input' | 'output';
  /** 'storage' follows the problem's dtype; the others are fixed. */
  readonly type: 'storage' | 'f32' | 'u32';
}

/** One problem to solve. The same problem always has the same inputs. */
export interface Problem {
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly seed: number;
  /** Id of an `InputCase`, or `GIVEN`. */
  readonly input: string;
}

/** Stands for an input case where the tensors are somebody else's: nothing may be assumed of them. */
export const GIVEN = 'given';

/** Dense values by tensor name, already rounded to what the storage type can hold. */
export type Tensors = Readonly<Record<string, Float32Array | Uint32Array>>;

/** What a kernel does to numbers that its error bound must know. */
export interface Numerics {
  /** Element type of the output buffer. */
  readonly output: DType;
  /** Keys per tile of an online softmax; the whole row when it is not tiled. */
  readonly keyTile?: number;
  /** Set where an online softmax divides by its sum with every key instead of once at the end. */
  readonly dividesEachKey?: boolean;
  /** Set where probabilities are rounded to f16 before they meet the values. */
  readonly probabilities?: 'f16';
  /** Set where the running sum itself is f16: such a kernel is a lesson, and its bound is f16's. */
  readonly accumulator?: 'f16';
}

/** A problem that a kernel must solve as well before it is called right on another one. */
export interface Gate {
  readonly name: string;
  readonly problem: Problem;
  /**
   * True where it has the shape of the other problem, and a part of its inputs with a part of the other's is a problem too.
   * It is then the one that a kernel runs over in between, for no more runs than it would take anyway.
   */
  readonly isOther?: boolean;
}

export interface Operation {
  readonly id: string;
  readonly title: string;
  /** One or two sentences for a reader who meets it first. */
  readonly summary: string;
  /** As text, e.g. "y = max(0, W x + b)". */
  readonly formula: string;
  readonly parameters: readonly Parameter[];
  readonly inputCases: readonly InputCase[];
  /** Shapes worth offering with one click, the worked example first. */
  readonly presets: readonly { readonly title: string; readonly shape: Shape }[];
  /** Shape used by `--quick` and by smoke tests: small enough for a software adapter. */
  readonly quick: Shape;
  /** Keys of the sizes that may be made smaller for a smaller problem of the same kind. */
  readonly scales: readonly string[];
  /** Throws a `Refusal` where the values do not fit together; single parameters are already within their range. */
  check?(shape: Shape): void;
  tensors(shape: Shape): readonly TensorSpec[];
  /** What the mathematics asks for, whatever the kernel; the first is what speed is measured by. */
  quantities(shape: Shape, dtype: DType): readonly Quantity[];
  /**
   * Problems that the same kernel with the same knobs must also solve before a verdict on `problem` counts: the
   * exact-integer probe, the value before an activation. Cheapest and strictest first.
   */
  gates(problem: Problem): readonly Gate[];
}

/** What decides whether a kernel is right: of use where kernels are run, and nothing to a page that has only been opened. */
export interface Reference {
  /** Seeded inputs for a problem. */
  inputs(problem: Problem): Tensors;
  /** One judge for each output tensor. */
  judges(problem: Problem, inputs: Tensors, numerics: Numerics): readonly OutputJudge[];
}

export type VerifiableOperation = Operation & Reference;
