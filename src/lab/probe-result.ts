/** What a probe is asked for, and what comes back: JSON, whose schema is in bench/. */
import type { DType } from '../core/format.ts';
import type { Verdict } from '../core/judge.ts';
import type { Cut } from '../probes/parts/findings.ts';
import type { Found, Row } from '../probes/types.ts';
import type { Budget } from './protocol.ts';
import type { Result } from './result.ts';

export interface ProbeRequest {
  readonly probe: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly budget: Budget;
  /** Set if it must be over in so many milliseconds: what does not fit is withheld. */
  readonly withinMs?: number;
}

/** Fifteen samples are the fewest that have an interval. */
export const PROBE_BUDGETS = {
  quick: { samples: 15, sampleMs: 2, limitMs: 60_000, referenceCost: 1 },
  full: { samples: 21, sampleMs: 10, limitMs: 60_000, referenceCost: 1 },
} as const satisfies Record<string, Budget>;

/** Seconds that a fingerprint has. */
export const FINGERPRINT_SECONDS = { quick: 55, full: 300 } as const satisfies Record<
  keyof typeof PROBE_BUDGETS,
  number
>;

/** Of cycles, samples and resampling, where none is asked for: the same each time, so that two devices compare. */
export const PROBE_SEED = 1;

export interface ProbeResult {
  readonly op: 'memory';
  /** Id of the probe. */
  readonly kernel: string;
  readonly title: string;
  /** As of any result; a probe has neither sizes nor knobs, and no time of its own: those are its rows'. */
  readonly shape: Readonly<Record<string, number>>;
  readonly dtype: DType;
  readonly knobs: Readonly<Record<string, number>>;
  readonly chosen: null;
  readonly input: string;
  readonly time: null;
  readonly work: null;
  readonly measures: readonly [];
  readonly seed: number;
  /** "withheld" where nothing was measured before it was cut short; "failed" with rows where something was before it failed. */
  readonly status: Result['status'] | 'withheld';
  /** Why it is not "correct"; null where it is. */
  readonly reason: string | null;
  readonly refusal?: Result['refusal'];
  readonly failure?: Result['failure'];
  /** On the outputs of all steps that ran; null where none did. */
  readonly verdict: Verdict | null;
  readonly rows: readonly Row[];
  /** What kept rows from being measured to their end, where something did: nothing is found of those without a time. */
  readonly cut?: Cut;
  /** What the rows together show. */
  readonly found: readonly Found[];
  /** How much time it had, in ms; absent where it took as long as it needed. */
  readonly withinMs?: number;
  /** How long all of it took, in ms. */
  readonly wallMs: number;
  /** Largest number of bytes that were live on the device. */
  readonly peakBytes: number;
}

export interface ProbeReply {
  readonly result: ProbeResult;
  /** True where the host must be restarted before another call. */
  readonly restart: boolean;
  readonly liveBytes: number;
}
