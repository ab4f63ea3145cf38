/**
 * A kernel is two files: `shaders/<op>/N_idea.wgsl`, and beside it in `src/kernels/<op>/N_idea.ts` a descriptor that
 * says what may be turned, what must hold, and how it is dispatched.
 */
import type { DType } from '../core/format.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import type { Numerics, Problem } from '../ops/types.ts';

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
  /** Only of a lesson in what goes wrong; null for the knobs with which it is right. */
  wrongByDesign?(problem: Problem, knobs: Knobs): WrongByDesign | null;
}
