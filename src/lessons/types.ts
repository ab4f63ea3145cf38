/**
 * What a lesson is once its file is read: steps of prose, predictions and figures, and the evidence that both of them are
 * about. Every outcome and every number comes from evidence: a trace, results of runs, rows of a probe.
 */
import type { DType } from '../core/format.ts';
import type { Adapter } from '../gpu/device.ts';
import type { Knobs } from '../kernels/types.ts';
import type { Result } from '../lab/result.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import type { At, Found, Row } from '../probes/types.ts';
import type { Totals } from '../trace/report.ts';

/** What the list of lessons needs to know of one. */
export interface LessonHead {
  /** The file's name without its number. */
  readonly id: string;
  readonly number: number;
  readonly title: string;
  /** How long it takes to read and do. */
  readonly minutes: number;
  /** From practice, in one or two sentences. */
  readonly question: string;
  /** Its first prediction, where it is a choice: the front door can ask it. */
  readonly first: FirstQuestion | null;
  /** Id of the task that it ends with; null where it has none. */
  readonly taskId: string | null;
}

export interface FirstQuestion {
  /** Id of the prediction. */
  readonly id: string;
  readonly askHtml: string;
  readonly labels: readonly string[];
}

export interface Lesson extends LessonHead {
  readonly evidence: Readonly<Record<string, Evidence>>;
  readonly numbers: Readonly<Record<string, NumberSpec>>;
  readonly steps: readonly Step[];
  /** Null where the lesson has none that can be graded on structure. */
  readonly task: Task | null;
  readonly explore: Explore;
  readonly next: readonly Link[];
}

export interface Step {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  /** Rendered when the page is built, from the lesson's own Markdown. */
  | { readonly kind: 'prose'; readonly html: string }
  | { readonly kind: 'predict'; readonly predict: Prediction }
  | { readonly kind: 'figure'; readonly figure: Figure };

export interface Link {
  readonly title: string;
  /** Id of a lesson, or the query part of an address of the page ("?..."). */
  readonly to: string;
}

/** A kernel to change or to write, graded at once. */
export interface Task {
  /** Of a task in src/tasks. */
  readonly id: string;
  /** What is to be reached. */
  readonly html: string;
}

/** Something to find out on one's own device. */
export interface Explore {
  readonly html: string;
  /** The query part of an address, "?" included: where to start. */
  readonly link: string;
}

/** What the reader decides before anything is shown. */
export interface Prediction {
  readonly id: string;
  readonly askHtml: string;
  /** Name of a number: it is what is predicted. */
  readonly outcome: string;
  /** One of them is chosen, or a value is set on the axis. */
  readonly choices: readonly Choice[];
  readonly axis: Axis | null;
  /** What the outcome means, shown beside it. */
  readonly becauseHtml: string;
}

export interface Choice {
  readonly label: string;
  /** What the outcome would be: the choice nearest to it is right. A text must be the same. */
  readonly is?: number | string;
  /** Or the range in which it lies, `to` excluded. */
  readonly from?: number;
  readonly to?: number;
}

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: 'linear' | 'log';
  readonly title: string;
}

export type Figure = { readonly captionHtml: string } & (
  | { readonly kind: 'request'; readonly of: string; readonly access: string }
  | {
      readonly kind: 'lines';
      readonly of: readonly string[];
      readonly at: string;
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'traffic'; readonly of: readonly string[] }
  /** `rows`: elements in a row of a memory, by its name, where the memory itself does not say; `lane`: the one watched at first. */
  | {
      readonly kind: 'steps';
      readonly of: string;
      readonly rows: Readonly<Record<string, number>>;
      readonly lane: number;
    }
  | { readonly kind: 'findings'; readonly of: string }
  | {
      readonly kind: 'runs';
      readonly of: string;
      /** Labels of the runs that it has; empty for all. A run that is still to be predicted is left to a later figure. */
      readonly only: readonly string[];
      readonly baseline: string | null;
      readonly measure: string | null;
    }
  | {
      readonly kind: 'curve';
      readonly of: string;
      readonly x: string;
      readonly title: string;
      readonly measure: string;
      readonly scale: 'linear' | 'log';
    }
  | { readonly kind: 'samples'; readonly of: string; readonly run: string }
  | { readonly kind: 'verdict'; readonly of: string; readonly run: string }
  /** Runs under the roofs of the same device, which a probe has measured. */
  | { readonly kind: 'roofline'; readonly of: readonly [runs: string, roofs: string] }
  | { readonly kind: 'probe'; readonly of: string; readonly panel: number; readonly found: readonly string[] }
);

export type Evidence =
  | TraceEvidence
  | RunsEvidence
  /** `recorded`: the stored measurements that can be shown, by name. */
  | { readonly kind: 'probe'; readonly title: string; readonly probe: string; readonly recorded: readonly string[] };

export interface TraceEvidence {
  readonly kind: 'trace';
  readonly title: string;
  /** Path under recordings/ without ".json". */
  readonly recording: string;
  /** What the recording was made with, and so what a trace on the reader's device is made with. */
  readonly run: Omit<Run, 'edit'>;
  /** Set where it is of an edited text. */
  readonly edit: Edit | null;
}

export interface RunsEvidence {
  readonly kind: 'runs';
  readonly title: string;
  readonly runs: readonly Run[];
  /** Results of all of them in their order, of one device; null where there are none. */
  readonly recorded: RecordedRuns | null;
}

export interface Run {
  readonly label: string;
  readonly op: string;
  readonly kernel: string;
  readonly shape: Readonly<Record<string, number>>;
  readonly dtype: DType;
  readonly knobs: Knobs;
  /** Null for the operation's first. */
  readonly input: string | null;
  readonly edit: Edit | null;
}

/** A change of a kernel's text, which has `find` exactly once. */
export interface Edit {
  readonly find: string;
  readonly replace: string;
}

export interface RecordedRuns {
  /** Where and when, as the document says it. */
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: Adapter;
  readonly results: readonly Result[];
}

/** How a number is written; a "rate" is of GB/s. The last three are for ratios: "5.4% longer", "7.8% faster", "2.52 times as much". */
export type Form =
  | 'count'
  | 'number'
  | 'bytes'
  | 'time'
  | 'rate'
  | 'times'
  | 'percent'
  | 'text'
  | 'longer'
  | 'faster'
  | 'more';

/** The counters of a trace's sites that may be asked for. */
export type CounterName =
  | 'executions'
  | 'requests'
  | 'bytesAsked'
  | 'sectors'
  | 'idealSectors'
  | 'lines'
  | 'bankPasses'
  | 'idealBankPasses';

export type NumberSpec = {
  readonly as: Form;
} /** Of the sites of a trace with this access ("read w"), all lines together; a mean over `each`, else the sum. */ & (
  | {
      readonly kind: 'counter';
      readonly of: string;
      readonly access: string;
      readonly counter: CounterName;
      readonly each: 'requests' | 'executions' | null;
    }
  | { readonly kind: 'total'; readonly of: string; readonly total: keyof Totals }
  /** How many findings of this kind the sanitizer has; of any kind if null. */
  | { readonly kind: 'findings'; readonly of: string; readonly finding: string | null }
  /** `measure`: "time", "wall" or "first" (the first dispatch) in ns, "scratch" or "peak" in bytes, or the key of a measure. */
  | { readonly kind: 'run'; readonly of: string; readonly run: string; readonly measure: string }
  /** "correct", "wrong", ... or the name of the gate that a wrong result failed, or "the problem itself". */
  | { readonly kind: 'said'; readonly of: string; readonly run: string; readonly said: 'status' | 'gate' }
  /** Of the row of a probe whose `at` has these values: "time" in ns, the key of a measure, or of the model's. */
  | { readonly kind: 'row'; readonly of: string; readonly at: At; readonly measure: string; readonly modelled: boolean }
  | { readonly kind: 'found'; readonly of: string; readonly found: string }
  /** The first number divided by the second. */
  | { readonly kind: 'ratio'; readonly over: readonly [string, string] }
  /** What the operation itself counts, or what the lesson's own sizes say: known when the page is built. */
  | { readonly kind: 'known'; readonly value: number }
);

/** Evidence as it is there: recorded, or made on the reader's device. */
export type Data =
  | { readonly kind: 'trace'; readonly result: TraceResult }
  /** In the order of the evidence's runs. */
  | { readonly kind: 'runs'; readonly labels: readonly string[]; readonly results: readonly Result[] }
  | { readonly kind: 'probe'; readonly rows: readonly Row[]; readonly found: readonly Found[] };
