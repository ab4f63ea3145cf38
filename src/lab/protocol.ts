/**
 * How experiments are asked for, wherever they run: in the page's worker, in Chromium driven by the command line, in
 * Dawn inside Node, in Deno. Messages are plain JSON values, but for tensors: those are typed arrays.
 */
import type { DType } from '../core/format.ts';
import type { Verdict } from '../core/judge.ts';
import type { DenseArray } from '../core/layout.ts';
import type { Knobs, RaceOutcome } from '../kernels/types.ts';
import type { Shape, Tensors } from '../ops/types.ts';
import type { Row } from '../probes/types.ts';
import type { Outline } from '../wgsl/outline.ts';
import type { ProbeReply, ProbeRequest } from './probe-result.ts';
import type { DeviceReport, Result } from './result.ts';
import type { TraceReply, TraceRequest } from './trace-result.ts';
import type { WireError } from './wire.ts';

export interface Request {
  readonly op: string;
  readonly kernel: string;
  /** Missing parameters take their defaults. */
  readonly shape?: Partial<Shape>;
  readonly dtype?: DType;
  /** Missing knobs take their defaults. */
  readonly knobs?: Knobs;
  readonly seed?: number;
  /** Id of an input case; the operation's first by default. */
  readonly input?: string;
  /** Replaces the kernel's WGSL: the page's editor, planted faults, mutations. */
  readonly source?: string;
  /** What `source` declares, where it is a kernel of its own (`kernel` is "own") and not an edit of one. */
  readonly outline?: Outline;
}

export interface Budget {
  /** Timed samples for each variant; 0 verifies only. */
  readonly samples: number;
  /** Shortest duration of one sample. */
  readonly sampleMs: number;
  /** Longest wait for the GPU before the run counts as hung. */
  readonly limitMs: number;
  /** Multiply-adds the reference may spend on one verdict before it samples rows. */
  readonly referenceCost: number;
}

/** Fifteen samples are the fewest that have an interval; the shorter effort takes shorter ones. */
export const FULL: Budget = { samples: 15, sampleMs: 10, limitMs: 60_000, referenceCost: 4e9 };
export const QUICK: Budget = { samples: 15, sampleMs: 3, limitMs: 20_000, referenceCost: 3e8 };

export interface BenchRequest {
  readonly requests: readonly Request[];
  readonly budget: Budget;
  /**
   * Set where a kernel that chooses may let its candidates race: what earlier races have found. Without it such a kernel
   * goes by what was tuned and by its rules.
   */
  readonly raced?: readonly RaceOutcome[];
  /** Set where the reader wants dispatches that are predicted to last over a second, too. */
  readonly allowLong?: boolean;
}

export type Progress =
  /** `index` is that of the request within the call; `done`/`total` count steps of the whole call. */
  | {
      readonly kind: 'step';
      readonly index: number;
      readonly phase: Phase;
      readonly done: number;
      readonly total: number;
    }
  /** A race looks at candidate `at` of `of`, from 1 on. */
  | { readonly kind: 'choice'; readonly index: number; readonly at: number; readonly of: number }
  /** A race has found something: whoever asked keeps it, and gives it along with later calls. */
  | { readonly kind: 'raced'; readonly index: number; readonly outcome: RaceOutcome }
  /** A probe begins with buffers of this size at most, or begins again with smaller ones: rows so far do not count then. */
  | { readonly kind: 'probe'; readonly index: number; readonly mostBytes: number }
  /**
   * A row of a probe as soon as it is measured and checked, or what there is of a series so far, which a later row of the same
   * place replaces; and the most bytes that were live on the device so far.
   */
  | { readonly kind: 'row'; readonly index: number; readonly row: Row; readonly peakBytes: number }
  /** A result as soon as it stands; the same ones are returned at the end, in order. */
  | { readonly kind: 'result'; readonly index: number; readonly result: Result };

export type Phase = 'plan' | 'inputs' | 'compile' | 'run' | 'verify' | 'time' | 'verify again';

/** What `Result`s come back with: the GPU may be lost to a kernel that never ended, and the rest never ran. */
export interface BenchReply {
  readonly results: readonly (Result | null)[];
  /**
   * Set where a kernel never returned, so that the host is given up: the null results have not been run. All may be null,
   * where that was a candidate of a race; its outcome has been told then, and there is no second race.
   */
  readonly restart: boolean;
  /** Bytes still allocated on the device after the call: 0 unless something leaks. */
  readonly liveBytes: number;
}

/** Raw outputs for given inputs, for `verify`: other people's vectors. */
export interface SolveRequest {
  readonly request: Request;
  /** Dense values by tensor name; they replace the seeded inputs. */
  readonly tensors: Tensors;
  readonly limitMs: number;
  /** Set where a dispatch may last over a second, as that of a bench. */
  readonly allowLong?: boolean;
}
export interface SolveReply {
  readonly result: Result;
  /** The verdict on each output by its tensor; that of `result` is on all of them. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Dense outputs by tensor name. */
  readonly outputs: Readonly<Record<string, DenseArray>>;
}

export interface Methods {
  device: { params: Record<string, never>; reply: DeviceReport };
  bench: { params: BenchRequest; reply: BenchReply };
  solve: { params: SolveRequest; reply: SolveReply };
  trace: { params: TraceRequest; reply: TraceReply };
  probe: { params: ProbeRequest; reply: ProbeReply };
}
export type Method = keyof Methods;

export type Message =
  /** The first of a process's messages, before it is asked anything. */
  | { readonly id: 0; readonly hello: { readonly hasAdapter: boolean } }
  | { readonly id: number; readonly method: Method; readonly params: unknown }
  | { readonly id: number; readonly cancel: true }
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly reply: unknown }
  | { readonly id: number; readonly error: WireError };

export interface CallOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /**
   * Called where a cancelled kernel had to be ended by force and may still hold the GPU: the call is given up unless
   * something is heard of it within so many milliseconds.
   */
  readonly onDoubt?: (limitMs: number) => void;
}

/**
 * A place where experiments run. One call at a time; a second waits. A place that was lost, or given up for a kernel that
 * never returned, is opened again by the next call.
 */
export interface Host {
  readonly name: string;
  call<M extends Method>(method: M, params: Methods[M]['params'], options?: CallOptions): Promise<Methods[M]['reply']>;
  /** Ends the host, by force where it does not answer. */
  close(): Promise<void>;
}
