/**
 * What the entries of a trace's log mean: plain data that `instrument.ts` makes of a text, so that reading the log needs no
 * parser.
 */
import type { Expression } from './outline.ts';

/** One step from a variable towards what is accessed: an index that the log gives, or a member or component by name. */
export type Step = { readonly kind: 'index' } | { readonly kind: 'member'; readonly name: string };

/** A place in the text that accesses storage or workgroup memory, or sets a variable that is followed. Lines and columns count from 1. */
export interface Site {
  readonly line: number;
  readonly column: number;
  readonly variable: string;
  /** 'function' for a function's own variable, of which only values are logged. */
  readonly space: 'storage' | 'workgroup' | 'function';
  readonly access: 'read' | 'write' | 'atomic';
  /** Of an atomic: which of the two it does. */
  readonly effect?: 'load' | 'store' | 'both';
  readonly steps: readonly Step[];
  /** Index into `scopes`. */
  readonly scope: number;
  /** A `workgroupUniformLoad`: a barrier on either side of the read. */
  readonly uniform?: true;
  /** A subgroup matrix: its indices are the offset of its first element and the distance from line to line. */
  readonly matrix?: Rectangle;
}

/** Whether a site takes a value out of memory. */
export function isLoad({ access, effect }: Site): boolean {
  return access === 'read' || effect === 'load' || effect === 'both';
}

/** Whether a site puts a value into memory. */
export function isStore({ access, effect }: Site): boolean {
  return access === 'write' || effect === 'store' || effect === 'both';
}

/** Elements that lie side by side, and how many such lines. */
export interface Rectangle {
  readonly length: Expression;
  readonly lines: Expression;
}

/** A function, or a loop within one. A loop's parent is the loop or the function that it stands in. */
export interface Scope {
  readonly kind: 'function' | 'loop';
  readonly parent: number | null;
  readonly line: number;
}

/** What an entry of the log says: its first word is the event, its second the index of an 'index'. */
export type TraceEvent =
  /** `dim` counts the indices of a site; with the last one the access is complete. */
  | { readonly kind: 'index'; readonly site: number; readonly dim: number; readonly isLast: boolean }
  /** An access to what has no index: a scalar, a whole vector. */
  | { readonly kind: 'touch'; readonly site: number }
  | { readonly kind: 'barrier'; readonly name: string; readonly line: number; readonly scope: number }
  /** Control reaches a loop. */
  | { readonly kind: 'enter'; readonly scope: number }
  /** An iteration of the loop begins. */
  | { readonly kind: 'iterate'; readonly scope: number }
  /** A number, as f32: one of those that the access which follows it in the log has stored. */
  | { readonly kind: 'value' }
  /** A function begins that was called from `scope`. */
  | { readonly kind: 'call'; readonly scope: number; readonly callee: number };

export interface EventTable {
  readonly sites: readonly Site[];
  readonly scopes: readonly Scope[];
  /** By the first word of an entry; no event has 0. */
  readonly events: readonly (TraceEvent | null)[];
}

/** A text that logs what it accesses, line by line as the one it was made from. */
export interface Instrumented extends EventTable {
  readonly code: string;
  /** Binding number in @group(0) of the log. */
  readonly binding: number;
}

/**
 * The log is made of entries of two words. At its head stand these, in their first words; then one for each workgroup of the
 * dispatch, by its linear number: 0, or 1 and more for those that are traced.
 */
export const HEAD = {
  /** Index of the first traced lane's start; the next lane's start is where its own events must end. */
  starts: 0,
  lanes: 1,
  /** Index of the first traced lane's count: how many entries it wrote, or would have with room for them. */
  counts: 2,
  length: 3,
} as const;
