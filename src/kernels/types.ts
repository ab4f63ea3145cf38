/**
 * A kernel is two files: `shaders/<op>/N_idea.wgsl`, and beside it in `src/kernels/<op>/N_idea.ts` a descriptor that
 * says what may be turned, what must hold, and how it is dispatched.
 */
import type { DType } from '../core/format.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import type { Numerics, Problem, Shape } from '../ops/types.ts';

export type KnobValue = number | string;
export type Knobs = Readonly<Record<string, KnobValue>>;

export interface Knob {
  readonly key: string;
  readonly title: string;
  readonly unit?: string;
  readonly default: KnobValue;
  /** Every value a reader can pick, in order. A request may only use these. */
  readonly values: readonly KnobValue[];
  /** One sentence: what it changes in the hardware. */
  readonly doc: string;
  /** True where it says how the data lie (layout, pitch, offset): a reader's question, nothing for a tuner to choose. */
  readonly fixed?: true;
}

/** What a device can do, as far as plans depend on it. */
export interface Capabilities {
  readonly limits: Readonly<Record<string, number>>;
  readonly features: ReadonlySet<string>;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** Products of subgroup matrices, as `Adapter` has them; none where the adapter does not say. */
  readonly subgroupMatrices: readonly string[];
  /** Description of the adapter, for choices tuned by adapter. */
  readonly adapter: string;
  readonly software: boolean;
  /** Set on a phone or tablet, whose system ends a page that takes much memory. */
  readonly handheld?: boolean;
  /** What races on this device have found, the latest last; absent where none was run. */
  readonly raced?: readonly RaceOutcome[];
}

/** A kernel that may win, with those of its knobs that differ from its defaults; how the data lie is not among them. */
export interface Choice {
  /** Id of a kernel. */
  readonly kernel: string;
  readonly knobs: Knobs;
}

/** What a race answers: which of the candidates is the fastest. Equal for problems that share an answer. */
export interface RaceQuestion {
  /** As in `Capabilities`: with the driver's version, since another may turn the order around. */
  readonly adapter: string;
  readonly op: string;
  readonly dtype: DType;
  /** Class of the shape and of the way the data lie, in the operation's own words. */
  readonly shapeClass: string;
}

/** The answer, kept where the race was run. */
export interface RaceOutcome extends RaceQuestion {
  /** What is chosen without a race. */
  readonly start: Choice;
  /** The fastest, or `start` where nothing beats that by more than noise. */
  readonly winner: Choice;
  /** The problem that was raced: of this class, or of its kind and smaller. */
  readonly shape: Shape;
  /** How its data lay: the fixed knobs of the kernel that chooses. */
  readonly given: Knobs;
  /** What was raced, as `Race.edition` names it: what was measured of other code answers nothing. */
  readonly edition: string;
  /** All that came out correct and was timed; none where a candidate took the device down: then nothing was found. */
  readonly times: readonly RaceTime[];
  /** The day, "YYYY-MM-DD". */
  readonly date: string;
}

export interface RaceTime extends Choice {
  /** One dispatch in the fastest sample, in nanoseconds: other work on the machine only ever adds to it. */
  readonly leastNs: number;
}

/** How a kernel that chooses lets its candidates race. */
export interface Race {
  question(problem: Problem, given: Knobs, device: Capabilities): RaceQuestion;
  /** What is raced, first what is chosen without a race; each may be refused by the device. */
  entrants(problem: Problem, given: Knobs, device: Capabilities): readonly Chosen[];
  /** The shape that is raced for a problem: its own, or one that takes at most so many operations. */
  shape(problem: Problem, mostOperations: number): Shape;
  /**
   * A digest of what the kernels of `raced`, and every other that would enter, run over this very problem: their WGSL as it
   * is assembled, their buffers and passes. It changes with a text, with the code that plans, and with who enters.
   */
  edition(problem: Problem, given: Knobs, device: Capabilities, raced: readonly Choice[]): string;
  /** What a race on this device has found for problems of this class, if what was raced is what would be raced today. */
  known(problem: Problem, given: Knobs, device: Capabilities): RaceOutcome | undefined;
}

/** How a kernel is wrong on purpose. */
export interface WrongByDesign {
  /** One sentence: what makes it wrong. */
  readonly why: string;
  /** The gate that catches it, by its name; beside what that gate asks, the kernel is to be right. */
  readonly gate: string;
  /** True where it cannot come out right; false where the sums may be too short, or the device too precise, to show it. */
  readonly certain: boolean;
}

/** What a kernel that chooses among others has taken. */
export interface Chosen {
  /** Its id. */
  readonly kernel: string;
  /** Complete: every knob of that kernel. */
  readonly knobs: Knobs;
  /** Whether a race on this device decided, an entry of bench/tuned.json, or a rule of the operation. */
  readonly by: 'measured' | 'tuned' | 'rule';
}

/** How a kernel solves one problem. */
export interface Solution {
  readonly plan: KernelPlan;
  readonly numerics: Numerics;
  /** Only of a kernel that chooses among others. */
  readonly chosen?: Chosen;
}

export interface Kernel {
  /** "N_idea", unique within its operation; the path of the WGSL is `${op}/${id}.wgsl`. */
  readonly id: string;
  readonly op: string;
  /**
   * Path under shaders/ of the WGSL to show where no plan says better: for a kernel that has none of its own and whose
   * plans name the files of others.
   */
  readonly shader?: string;
  readonly title: string;
  /** Numbers of the kernels that it builds on, as the head of its WGSL names them; absent where it starts a line. */
  readonly from?: readonly number[];
  /** True of the kernel that the page opens its operation with; else that is the first with a lesson of its own. */
  readonly start?: true;
  /** What it changes from the one before, and what that teaches: two or three sentences. */
  readonly teaches: string;
  readonly dtypes: readonly DType[];
  readonly features: readonly GPUFeatureName[];
  readonly knobs: readonly Knob[];
  /** False where the second compiler (naga) cannot take it, with the reason. */
  readonly naga?: { readonly supported: false; readonly reason: string };
  /**
   * How it solves one problem; throws a `Refusal` with the rule and, where the rule itself tells, the knobs that
   * would work.
   * Knobs are complete and legal one by one; what depends on several of them, the shape or the device is checked here
   * or in `brokenLimit`.
   */
  plan(problem: Problem, knobs: Knobs, device: Capabilities): Solution;
  /** Only of a kernel that chooses among others. */
  readonly race?: Race;
  /** Only of a lesson in what goes wrong; null for the knobs with which it is right. */
  wrongByDesign?(problem: Problem, knobs: Knobs): WrongByDesign | null;
}
