/**
 * A task: a kernel to complete or to write, graded on its verdict, on what the sanitizer finds and on counters of its
 * trace. None of them is a time, so that a task asks the same on every adapter.
 */
import type { Result } from '../lab/result.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import type { Shape } from '../ops/types.ts';
import type { Held } from '../wgsl/held.ts';

/** How much of a task is left to the reader. */
export type Level = 'one line' | 'a few lines' | 'a kernel';

export interface Task {
  /** Unique; the name of its file without the number. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** What is to be done and why, for a reader who has just met the idea; two to four sentences. */
  readonly asks: string;
  /** Id of the operation. */
  readonly op: string;
  /** The problem that the verdict and the trace are about; missing parameters take their defaults. */
  readonly shape: Shape;
  /**
   * Id of an input case whose sums come out the same in any order. It decides where an output is another one each time:
   * whether no more than the order of additions has changed, which is the kernel's own affair.
   */
  readonly exact?: string;
  /** Other sizes at which the output must be right as well: what differs from `shape`. They are not traced. */
  readonly also?: readonly Shape[];
  /** Sizes of subgroups, in lanes, with each of which the output must be right, whatever size the device has. */
  readonly subgroups?: readonly number[];
  /** WGSL with a header, as `src/kernels/own` reads it. */
  readonly start: string;
  /** Part of the one line of `start` that is brought into view at first; without it the text is shown from its top. */
  readonly at?: string;
  /** From a nudge to nearly the answer; shown one at a time. Code stands between backticks. */
  readonly hints: readonly string[];
  /** Passes. */
  readonly solution: string;
  /** What somebody might hand in, and which goal it misses: an answer that is not graded as right. */
  readonly wrong: { readonly source: string; readonly misses: string };
  /** Beside a right verdict and a clean trace, which every task asks for. */
  readonly goals: readonly Goal[];
  /**
   * Goals on the bytes of a larger problem, of which only some workgroups are traced, others in each check; it is not graded
   * where they cannot stand for all. What the sanitizer finds in it counts; that its output is right is for `also` to ask.
   * `words` begin the goals' texts: "With matrices of 256 × 256".
   */
  readonly larger?: { readonly shape: Shape; readonly words: string; readonly goals: readonly Goal[] };
}

/** What came of a kernel, for its goals. */
export interface Evidence {
  readonly result: Result;
  readonly trace: TraceResult;
  /** The largest variable that each lane has for itself. */
  readonly held: Held;
}

export interface Measured {
  readonly met: boolean;
  /** What was counted, in words: "32 sectors a request". */
  readonly value: string;
  /** The line to look at, from 1; null where no single line is at fault. */
  readonly line: number | null;
}

export interface Goal {
  /** Unique within a task. */
  readonly id: string;
  /** "At most 4 sectors a request where x is read". */
  readonly text: string;
  /** Null where there is nothing to count, as where nothing was traced. */
  measure(evidence: Evidence): Measured | null;
}

export interface GradedGoal {
  readonly id: string;
  readonly text: string;
  readonly state: 'met' | 'missed' | 'unknown';
  /** Why, or how much; empty where that is not known. */
  readonly value: string;
  readonly line: number | null;
}

export interface Grade {
  readonly passed: boolean;
  /** Why it was not graded, in a sentence: what was counted cannot be relied on. Null where it was graded. */
  readonly reason: string | null;
  readonly goals: readonly GradedGoal[];
  /** Null where the text did not get as far as a run. */
  readonly result: Result | null;
  readonly trace: TraceResult | null;
  /** Set where the host must be restarted: a kernel did not return. */
  readonly restart: boolean;
}
