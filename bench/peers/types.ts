/**
 * How our kernels and other people's libraries are measured side by side.
 *
 * One shape is one job, run in one process (or page) by all contestants. Each solves the same problem with the same
 * inputs, which are on the device before any time is taken; each output is judged by our verdict. A sample is a batch
 * of runs issued back to back and awaited once, timed by the host's clock: the only clock that all of them share.
 */
import type { Measure, Quantity } from '../../src/core/quantity.ts';
import type { Problem, Shape, Tensors } from '../../src/ops/types.ts';

/** One who can solve problems. Everything thrown becomes one sentence in the report. */
export interface Contestant {
  readonly id: string;
  readonly title: string;
  /** Compiles, uploads; resolves when the problem can be run. Throws where the library cannot do it. */
  prepare(problem: Problem, inputs: Tensors): Promise<Prepared>;
}

export interface Prepared {
  /** What the library computes, in its own words, e.g. "MultiHeadAttention". */
  readonly program: string;
  /** The adapter its device says it runs on; null where the library does not tell. */
  readonly adapter: string | null;
  /** Issues `runs` runs and resolves when the device has finished all of them. Nothing is uploaded or read back. */
  batch(runs: number): Promise<void>;
  /** Runs once and reads the output back, dense in the operation's own order. */
  output(): Promise<Float32Array>;
  /** Time of one run in ms by the device's own clock, from a pass of `runs`; NaN where it cannot tell. */
  deviceMs?(runs: number): Promise<number>;
  release(): void | Promise<void>;
}

export interface Job {
  readonly op: string;
  readonly shape: Partial<Shape>;
  readonly seed: number;
  /** Ids of our kernels to run; empty for the registry's own choice. */
  readonly kernels: readonly string[];
  /** Ids of contestants that must not run: they hung or crashed in an earlier try. */
  readonly without: readonly string[];
  /** Whether ONNX Runtime in Node keeps the robustness checks that it switches off as shipped. */
  readonly robustOrt: boolean;
  /** Whether our kernels that choose let their candidates race before any time is taken. */
  readonly race: boolean;
  /** Rounds of samples. */
  readonly samples: number;
  /** Shortest batch. */
  readonly batchMs: number;
  /** Time for the samples of all contestants together. */
  readonly shapeMs: number;
  /** Multiply-adds that the reference may take for one verdict. */
  readonly referenceCost: number;
}

/** What a contestant is at; a host that is silent for too long is ended. */
export interface Progress {
  readonly contestant: string;
  readonly phase: 'prepare' | 'verify' | 'warm up' | 'time' | 'verify again';
}

export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly program: string | null;
  readonly status: 'correct' | 'wrong' | 'failed';
  /** One sentence; null where correct. */
  readonly reason: string | null;
  readonly verdict: { readonly ratio: number | 'Infinity'; readonly method: string } | null;
  readonly adapter: string | null;
  /**
   * Counted at WebGPU's prototypes: shader modules up to the first run (0 where an earlier contestant on the same device
   * made them), and dispatches in one run of a batch. Null for native code, which calls none of it.
   */
  readonly calls: { readonly shaderModules: number; readonly dispatches: number } | null;
  /** The first run, compilation included. */
  readonly firstMs: number | null;
  readonly runsPerSample: number | null;
  /** Wall time of one run, one entry for each round that it took part in. Of a wrong output too: it is never ranked. */
  readonly samplesMs: readonly number[];
  readonly medianMs: number | null;
  readonly minMs: number | null;
  readonly p90Ms: number | null;
  /** The rated quantities by the median time, the headline first; none of a wrong output. */
  readonly measures: readonly Measure[];
  readonly deviceMs: number | null;
}

export interface ShapeReport {
  readonly op: string;
  readonly shape: Shape;
  readonly quantities: readonly Quantity[];
  readonly adapter: string;
  readonly entries: readonly Entry[];
}

/** The file that a run writes. */
export interface PeersDocument {
  readonly tool: 'tilescope-peers';
  /** Of Tilescope. */
  readonly version: string;
  readonly createdAt: string;
  readonly host: 'chrome' | 'dawn';
  readonly adapter: string;
  readonly op: string;
  readonly quick: boolean;
  readonly processors: number;
  /** Load average over a minute when the run began and when it ended: other work on the machine shows here. */
  readonly load: readonly [before: number, after: number];
  readonly versions: Readonly<Record<string, string>>;
  readonly shapes: readonly ShapeReport[];
}
