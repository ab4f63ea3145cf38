/** What a trace is asked for, and what comes back: JSON, whose schema is in bench/. */
import type { DType } from '../core/format.ts';
import type { Knobs } from '../kernels/types.ts';
import type { Shape } from '../ops/types.ts';
import type { Finding, PassTraced, SiteCounts, Totals } from '../trace/report.ts';
import type { Steps } from '../trace/steps.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';
import type { Choice } from './trace-log.ts';

export interface TraceRequest {
  readonly request: Request;
  readonly workgroups: Choice;
  /** Id of a machine. */
  readonly machine: string;
  readonly limitMs: number;
  /** Entries that the log may have at most; what the device allows without it. Where it is full, workgroups are left out. */
  readonly most?: number;
  /** Refuses kernels whose workgroups differ too much for those that are traced to stand for all of their pass. */
  readonly alike?: boolean;
  /** Whether the reply tells what the first traced workgroup of each pass did, request by request, and with which values. */
  readonly steps?: 'accesses' | 'values';
  /** Set where the reader wants dispatches that are predicted to last over a second, too. */
  readonly allowLong?: boolean;
}

export interface TraceResult {
  readonly op: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly knobs: Knobs;
  readonly seed: number;
  readonly status: 'clean' | 'findings' | 'refused' | 'failed';
  readonly reason: string | null;
  /** Of a request that was refused, and of one that failed: what `reason` says, as data. */
  readonly refusal?: Result['refusal'];
  readonly failure?: Result['failure'];
  /** Set where an edited text ran in place of the kernel's own. */
  readonly source?: Result['source'];
  readonly machine: string;
  /** Null where nothing was traced; so is what follows. */
  readonly traced: {
    readonly workgroups: number;
    readonly of: number;
    /** Whether all of the log of all workgroups was read. */
    readonly complete: boolean;
    /** What was logged: accesses, barriers, iterations, calls. */
    readonly events: number;
    readonly passes: readonly PassTraced[];
  } | null;
  /** Whether the traced run wrote the same bits as the kernel without a log; null where it did not come to that. */
  readonly sameOutput: boolean | null;
  readonly sites: readonly SiteCounts[];
  readonly totals: Totals | null;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

export interface TraceReply {
  readonly result: TraceResult;
  /** True where the host must be restarted before another call. */
  readonly restart: boolean;
  readonly liveBytes: number;
  /** By pass; empty where they were not asked for, or nothing was traced. */
  readonly steps: readonly Steps[];
}
