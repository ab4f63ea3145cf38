/**
 * A probe measures the device and not a kernel of ours: a list of steps, each a dispatch with what it counts, what a model
 * predicts and how its output is checked, and a function that says what the times together show. It is data: the lab
 * allocates, runs, checks, times and interleaves.
 */

import type { Measure, Quantity } from '../core/quantity.ts';
import type { Interval } from '../core/statistics.ts';
import type { Launches } from '../gpu/launch.ts';
import type { Workgroups } from '../gpu/plan.ts';
import type { Members } from '../kernels/draft.ts';
import type { Capabilities } from '../kernels/types.ts';

export interface Probe {
  /** The file's name, which is that of its WGSL too. */
  readonly id: string;
  /** Place in the reading order. */
  readonly order: number;
  readonly title: string;
  /** The question that it answers. */
  readonly asks: string;
  /** Whether it is part of the fingerprint, which takes less than a minute. */
  readonly inFingerprint: boolean;
  /** How much of the fingerprint's time it should have at least, as a part of the sum of all; 1 if absent. */
  readonly worth?: number;
  /** Addresses on the page where kernels show the same thing. */
  readonly seeAlso?: readonly { readonly title: string; readonly search: string }[];
  /** How its rows are drawn. A row that no panel draws is in the table only. */
  readonly panels: readonly Panel[];
  /** Throws a `Refusal` where the device cannot run it. */
  plan(setting: Setting): ProbePlan;
  /** What the rows together show. */
  find(rows: readonly Row[], setting: Setting): readonly Found[];
  /**
   * Whether the rows of one group say enough, one way or the other: where they do not, the lab takes more samples, within
   * limits, and asks again, `LOOKS` times in all. As many samples as the budget has are enough if absent.
   */
  isSettled?(rows: readonly Row[], setting: Setting): boolean;
}

/** One chart of a probe's rows. A model has another unit than the measure, so it is drawn beneath and not over it. */
export interface Panel {
  readonly title: string;
  /** The rows that are drawn; all of them if absent. */
  readonly where?: (at: At) => boolean;
  /** `names`: a line for each value of `keys`; `samples`: the samples of a row one after another. */
  readonly x: {
    readonly scale: 'log' | 'linear' | 'names' | 'samples';
    /** Of `at`; only names may be of several. */
    readonly keys: readonly string[];
    readonly title: string;
    readonly unit?: 'B';
  };
  /** Key of a measure; null for the time of a repetition. */
  readonly y: { readonly key: string | null; readonly scale: 'log' | 'linear' };
  /** Of names: a value of the measure that is drawn as a line across all of them. */
  readonly limit?: { readonly value: number; readonly title: string };
  /** Key of `at` that tells curves apart. */
  readonly series?: string;
  /** Key of the prediction that is drawn beneath. */
  readonly model?: string;
  /**
   * Findings whose keys begin so, with a number behind, are steps, drawn as bands on the horizontal axis; those that are withheld
   * are not drawn.
   */
  readonly bands?: string;
}

/** What a probe plans for. */
export interface Setting {
  readonly capabilities: Capabilities;
  /** The largest size of a buffer in bytes: what the device can bind, or less if it had no room for that. */
  readonly mostBytes: number;
  readonly quick: boolean;
  readonly seed: number;
}

export interface ProbePlan {
  readonly buffers: readonly ProbeBuffer[];
  /** Run once, in order, before anything is measured. */
  readonly setup: readonly ProbePass[];
  readonly steps: readonly Step[];
}

export interface ProbeBuffer {
  readonly name: string;
  readonly bytes: number;
  /** What it holds at first, from its start; zeros if absent. Called once. */
  readonly words?: () => Uint32Array<ArrayBuffer>;
}

export interface ProbePass {
  /** Path under shaders/. */
  readonly shader: string;
  readonly entry: string;
  readonly workgroups: Workgroups;
  readonly workgroupSize: Workgroups;
  readonly overrides?: Readonly<Record<string, number>>;
  /** Constants of the WGSL that are set in its text, where an override cannot stand or is not to be trusted. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly enables?: readonly string[];
  /** Buffer by variable, where they are not called the same. */
  readonly bound?: Readonly<Record<string, string>>;
  /** Members of the uniform `p`. */
  readonly p?: Members;
}

export type At = Readonly<Record<string, number | string>>;

export type StepWork =
  /** Timed on the GPU, as often as a sample needs; `before` runs ahead of each sample, outside of its time. */
  | { readonly kind: 'dispatch'; readonly pass: ProbePass; readonly before?: readonly ProbePass[] }
  /** Timed by the host's clock, once a sample. */
  | { readonly kind: 'launch'; readonly pass: ProbePass; readonly launches: Launches }
  | {
      readonly kind: 'transfer';
      readonly direction: 'upload' | 'readback';
      readonly buffer: string;
      readonly bytes: number;
    }
  /** A whole run: `words` go to a buffer, so many dispatches, and all of another buffer comes back. */
  | {
      readonly kind: 'run';
      readonly pass: ProbePass;
      readonly dispatches: number;
      readonly to: string;
      readonly words: () => Uint32Array<ArrayBuffer>;
      readonly from: string;
      readonly bytes: number;
      /**
       * Set if the kernel is compiled each time and each phase is waited for, so that their times can be measured apart. The
       * constant of the WGSL that is named so is different each time, or a driver would find the kernel in its cache.
       */
      readonly salt?: string;
    }
  /** Plain JavaScript on the thread of the host, so many `times` a sample; it fills `out`, which is made once. */
  | { readonly kind: 'host'; readonly times: number; readonly out: () => Uint32Array; run(out: Uint32Array): void };

export interface Step {
  /** Where it stands on the probe's axes. */
  readonly at: At;
  /** The steps of a group are interleaved, so they can be compared closely. Groups run one after another. */
  readonly group: string;
  readonly work: StepWork;
  /**
   * Set if a dispatch of the step can do more work: the same step with `amount` times as much. All steps of a group get
   * the same amount, which the lab finds on the device: so much that what a dispatch costs beside its work does not matter.
   */
  readonly times?: (amount: number) => Step;
  /**
   * Set if it can be left out where time is short: those with the highest number are left out first. A step without one is
   * needed for what its group shows: with too little time for those, all of the group is left out. Groups whose steps all
   * have one come after the others then.
   */
  readonly spare?: number;
  /** Set if the step is repeated for so many seconds without a break: its samples are a series in time. */
  readonly seconds?: number;
  /** Of one repetition. */
  readonly quantities: readonly Quantity[];
  /** What is known of the step beforehand and shown among its measures. */
  readonly given?: readonly Measure[];
  /** The headline where it is not a rate: the nanoseconds of a repetition divided by `count`. */
  readonly each?: { readonly title: string; readonly key: string; readonly count: number };
  readonly model: readonly Prediction[];
  readonly check: Check;
}

/** What a model says of a step, in its own terms: a model never passes for a measurement. */
export interface Prediction {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly value: number;
}

export interface Check {
  readonly buffer: string;
  /** Where the words that are looked at begin, in bytes; 0 if absent. */
  readonly from?: number;
  readonly bytes: number;
  /** How many values are compared, of how many. */
  readonly checked: number;
  readonly total: number;
  /** One sentence on the first value that is wrong; null if all are right. `runs` is how often the step has run so far. */
  fault(words: Uint32Array, runs: number): string | null;
  /** What is compared, where that is less than the exact value. */
  readonly only?: string;
  /** What an output that is right says beside the time it took. */
  observe?(words: Uint32Array): readonly Measure[];
}

/** A step, measured. */
export interface Row {
  readonly at: At;
  /** Of one repetition; null where the timer does not resolve it, and where it was not measured. */
  readonly medianNs: number | null;
  readonly intervalNs: Interval | null;
  readonly samplesNs: readonly number[];
  readonly repetitions: number;
  readonly source: 'gpu' | 'wall';
  /** Of a run in phases: nanoseconds of each phase, sample by sample. */
  readonly parts?: Readonly<Record<string, readonly number[]>>;
  /** Samples whose stamps were zero, negative or below what the timer resolves. */
  readonly dropped: number;
  /** Set if the first samples of its group were on a slower level, so that all of the group were taken again. */
  readonly again?: true;
  /** Why it was not measured, where it was not. */
  readonly withheld?: string;
  readonly measures: readonly Measure[];
  readonly model: readonly Prediction[];
  /** Set of a series that ended before its time, since its run did: how many milliseconds of it were measured. */
  readonly cutAfterMs?: number;
  /**
   * How its output was checked before and after it was timed. `before`: only before, since the run ended in the middle of the
   * series.
   */
  readonly check: 'exact' | 'before' | 'none';
}

/** What the rows together show, or why they do not. */
export interface Found {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Of a step: one less the p-value of the permutation test that found it. */
  readonly confidence?: number;
  /** In words. */
  readonly says: string;
  /** Set where it is beyond what a specification allows: a finding on the device, whose outputs are not called wrong for it. */
  readonly outside?: true;
  /** Why there is no value. */
  readonly withheld: string | null;
}
