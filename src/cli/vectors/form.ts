/**
 * What vectors of one operation look like: the arrays of an `.npz`, the flags beside them, and the ONNX operators that
 * the operation computes. Everything that reads vectors, and the help text, goes by the forms; nothing else names one.
 */
import type { FileArray, ValueType } from '../formats/array.ts';
import type { Node } from '../formats/onnx.ts';
import type { Route } from './case.ts';
import type { Flag, FlagValues } from './flags.ts';

export interface InputArray {
  readonly name: string;
  /** Its extents in words, "neurons, inputs"; absent where any shape may be right. */
  readonly dims?: string;
  readonly optional?: true;
}

/** The arrays of a file whose names and ranks are those of its form. */
export interface Arrays {
  /** One that the form requires. */
  get(name: string): FileArray;
  find(name: string): FileArray | undefined;
}

export interface Form {
  /** Id of the operation. */
  readonly op: string;
  readonly inputs: readonly InputArray[];
  /** Names of the expected arrays. Of several a file may leave some out. */
  readonly outputs: readonly string[];
  /** For the help, where the names do not say enough. */
  readonly meaning?: string;
  readonly flags: readonly Flag[];
  /** Throws a `Refusal` for arrays that do not fit together, an `Unsupported` for what is not computed. */
  build(arrays: Arrays, flags: FlagValues): Built;
  /** ONNX operators by their names. */
  readonly operators: Readonly<Record<string, Operator>>;
}

/** What a file's inputs come to. */
export interface Built {
  /** Dimensions of each output that kernels write, in the order of the form's; ONNX: of the node's first. */
  readonly outputs: readonly (readonly number[])[];
  /** Each `writes` has as many tensors as there are outputs. */
  readonly routes: readonly Route[];
  readonly notes?: readonly string[];
  /** Set where the file's values were computed in something coarser than their own type. */
  readonly arithmetic?: ValueType;
  /** Outputs beside those of which there is more to say than that no kernel writes them, by their number. */
  readonly further?: Readonly<Record<number, Further>>;
}

/** What can be said of an output that no kernel writes: how the reference computes it, or why it does not. */
export type Further =
  | {
      readonly dims: readonly number[];
      readonly route: Route;
      /** Set where the file's values were computed in something coarser than their own type. */
      readonly arithmetic?: ValueType | undefined;
    }
  | { readonly unsupported: string };

export interface Operator {
  /** Those that are understood; another one makes the case unsupported. */
  readonly attributes: readonly string[];
  build(bound: Bound): Built;
}

/** An ONNX node with its tensors at hand. */
export interface Bound {
  readonly node: Node;
  readonly opset: number;
  /** Input number `index`; undefined where an optional one is left out. */
  input(index: number): FileArray | undefined;
  required(index: number, name: string): FileArray;
  number(attribute: string, fallback: number): number;
  /** All inputs that are there. */
  readonly given: readonly FileArray[];
}
