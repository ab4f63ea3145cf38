/** The result document: what the command line writes as JSON and the page shows. Its JSON Schema is in bench/. */

import type { BrokenRule, Change, Diagnostic, FailureCode } from '../core/errors.ts';
import type { DType } from '../core/format.ts';
import type { Verdict } from '../core/judge.ts';
import type { Measure, Quantity } from '../core/quantity.ts';
import type { Interval } from '../core/statistics.ts';
import type { Adapter } from '../gpu/device.ts';
import type { Chosen, Knobs } from '../kernels/types.ts';
import type { Shape } from '../ops/types.ts';

export type Status = 'correct' | 'wrong' | 'refused' | 'failed';

/** Times in nanoseconds, one dispatch each. All null where nothing could be resolved. */
export interface Time {
  /** False where the timer's quantum is too coarse for this work: then there is no number. */
  readonly resolved: boolean;
  /** "gpu" from timestamp queries, "wall" where the device has none. */
  readonly source: 'gpu' | 'wall';
  readonly medianNs: number | null;
  readonly minNs: number | null;
  readonly p90Ns: number | null;
  /** Bootstrap interval of the median, 99%; null under 15 samples, of which nothing can be concluded. */
  readonly intervalNs: Interval | null;
  /**
   * The first dispatch on this problem, by the same clock: it may pay for memory that is touched for the first time and
   * for a clock that is still low, so it is no sample. Null where the timer does not resolve a single dispatch.
   */
  readonly firstNs: number | null;
  /** The same for all variants that were timed side by side: then sample i of each is of the same round. */
  readonly group: string;
  /** Samples whose timestamps were zero, negative or longer than the wait for them: they are counted and not clipped. */
  readonly dropped: number;
  /** One entry a sample: the sample's duration divided by its dispatches. */
  readonly samplesNs: readonly number[];
  readonly dispatchesPerSample: number;
  readonly quantumNs: number;
  /** Pipeline creation, by itself. */
  readonly compileMs: number;
  /** Median wall time of a dispatch within the same samples, submission and completion included. */
  readonly wallNs: number | null;
  /** "warm": the same buffers every dispatch. */
  readonly caches: 'warm' | 'cold';
}

export interface ResultWork {
  /** What the problem asks of every kernel. */
  readonly quantities: readonly Quantity[];
  readonly scratchBytes: number;
  /** Largest number of bytes that were live on the device during this run. */
  readonly peakBytes: number;
}

/** Which text an edited kernel was. */
export interface ResultSource {
  /** As the command line named it, or what the page calls it. */
  readonly file: string;
  /** Of its text: "sha256:" and 64 hexadecimal digits. */
  readonly digest: string;
  /** The text itself, where the document is to be shown elsewhere. */
  readonly text?: string;
}

/** Which rule is broken, by which numbers, and changes of knobs of which each alone would do. */
export interface ResultRefusal extends BrokenRule {
  readonly works: readonly Change[];
}

export interface ResultFailure {
  readonly code: FailureCode;
  /** What the compiler said, line by line; none where it was not asked. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Result {
  readonly op: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly knobs: Knobs;
  /** What a kernel that chooses among others has taken; null for any other, and before there is a plan. */
  readonly chosen: Chosen | null;
  readonly seed: number;
  readonly input: string;
  /** Set where an edited text ran in place of the kernel's own. */
  readonly source?: ResultSource;
  readonly status: Status;
  /**
   * Of a kernel that is wrong by design. True: it is wrong, as it is meant to be. False: it is correct, and should not
   * be. Absent for every other result, and for an edited text.
   */
  readonly meant?: boolean;
  /** Why it is not "correct"; one sentence. Null where it is. */
  readonly reason: string | null;
  /** Of a request that was refused: what `reason` says, as data. */
  readonly refusal?: ResultRefusal;
  /** Of one that failed. */
  readonly failure?: ResultFailure;
  readonly verdict: Verdict | null;
  readonly time: Time | null;
  readonly work: ResultWork | null;
  /** The rated quantities by the median time; none without one. The first is the headline. */
  readonly measures: readonly Measure[];
}

export interface TimerReport {
  readonly source: 'gpu' | 'wall';
  readonly quantumNs: number;
  /** Median duration of a dispatch that does nothing: the floor under every time. */
  readonly floorNs: number | null;
}

export type AdapterReport = Adapter;

export interface DeviceReport {
  readonly adapter: AdapterReport;
  readonly timer: TimerReport;
  /** Lanes of the subgroups that really ran, as a kernel counted them; empty where there are none. */
  readonly subgroupSizes: readonly number[];
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** The browser's own name; empty outside of one. */
  readonly userAgent: string;
}

export interface ResultDocument {
  readonly tool: 'tilescope';
  readonly version: string;
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: AdapterReport | null;
  readonly timer: TimerReport | null;
  readonly results: readonly Result[];
}
