/**
 * What a WGSL text declares, as plain data: parsed once (`parse.ts`), for the saved kernels when the page and the command
 * line are built (`src/cli/outline-plugin.ts`), so that neither needs a parser to plan a run.
 */

/** A whole number or a truth value known before a run: a literal, a name, or an operator (`max` too) and its operands. */
export type Expression = number | boolean | string | readonly [operator: Operator, left: Expression, right: Expression];

export type Operator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | 'max' | 'min';

/** A scalar, an alias or a struct by its name; otherwise what it is made of. A type not known here is its own text. */
export type Type =
  | string
  | readonly ['vec', size: 2 | 3 | 4, element: Type]
  | readonly ['mat', columns: 2 | 3 | 4, rows: 2 | 3 | 4, element: Type]
  | readonly ['atomic', element: Type]
  | readonly ['array', element: Type, count?: Expression];

/** Offsets in the text. */
export type Range = readonly [start: number, end: number];

/** A `const` or an `override` at module scope. */
export interface Constant {
  /** The value after the equals sign; null for an override that has none. */
  readonly at: Range | null;
  /** Unless a plan never depends on it, as on a real number. */
  readonly value?: Expression;
}

export interface Alias {
  /** The type after the equals sign. */
  readonly at: Range;
  /** Unless it has no layout of its own, as a subgroup matrix. */
  readonly type?: Type;
}

/** A `var` at module scope. */
export interface Variable {
  readonly space: 'workgroup' | 'private' | 'storage' | 'uniform';
  readonly type: Type;
  /** Of storage. */
  readonly access?: Access;
  readonly group?: number;
  readonly binding?: number;
}

export type Access = 'read' | 'write' | 'read_write';

export interface Entry {
  readonly workgroupSize: readonly Expression[];
  /** Variables and overrides that it uses, itself or through the functions that it calls, in the order of the text. */
  readonly uses: readonly string[];
}

export interface Outline {
  readonly constants: Readonly<Record<string, Constant>>;
  readonly overrides: Readonly<Record<string, Constant>>;
  readonly aliases: Readonly<Record<string, Alias>>;
  /** Members by struct, in their order. */
  readonly structs: Readonly<Record<string, readonly (readonly [name: string, type: Type])[]>>;
  readonly variables: Readonly<Record<string, Variable>>;
  /** Compute entry points. */
  readonly entries: Readonly<Record<string, Entry>>;
}

export const NOTHING: Outline = {
  constants: {},
  overrides: {},
  aliases: {},
  structs: {},
  variables: {},
  entries: {},
};
