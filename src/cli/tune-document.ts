/** What `tune` writes as JSON. */
import type { TunedEntry } from '../kernels/tuned.ts';
import type { Compared } from '../lab/compare.ts';
import type { AdapterReport, Result, TimerReport } from '../lab/result.ts';
import type { Problem } from '../ops/types.ts';

export interface TuneDocument {
  readonly tool: 'tilescope';
  readonly version: string;
  readonly createdAt: string;
  readonly command: 'tune';
  readonly host: string;
  readonly adapter: AdapterReport | null;
  readonly timer: TimerReport | null;
  readonly error: string | null;
  /** Null, as `search`, where the command line was refused. */
  readonly problem: (Problem & { readonly shapeClass: string }) | null;
  readonly search: TuneSearch | null;
  /** As it would stand, or stands, in bench/tuned.json. */
  readonly winner: TunedEntry | null;
  /** How the winner's time compares with that of the fastest kernel with its defaults; null where it is that kernel. */
  readonly gain: Compared | null;
  /** The file that the winner was saved in. */
  readonly savedIn: string | null;
  /** Finalists and defaults, timed side by side with many samples, fastest first. */
  readonly finals: readonly Result[];
  /** All that was measured on the way, with few samples, fastest first. */
  readonly results: readonly Result[];
}

export interface TuneSearch {
  readonly kernels: readonly string[];
  /** Configurations there are, those that the device refuses included, and how many of them were measured. */
  readonly space: number;
  readonly measured: number;
  readonly limitSeconds: number;
  /** Until the search ended; the comparison at the end came on top. */
  readonly seconds: number;
  readonly timeUp: boolean;
}

/** The document of a command line that was refused, less its head and its error. */
export const EMPTY_TUNE_DOCUMENT = {
  command: 'tune',
  host: '',
  adapter: null,
  timer: null,
  problem: null,
  search: null,
  winner: null,
  gain: null,
  savedIn: null,
  finals: [],
  results: [],
} as const;
