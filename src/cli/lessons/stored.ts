/** What was recorded before and is in the repository: traces, results of runs, measurements of probes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeResult } from '../../lab/probe-result.ts';
import type { Recording } from '../../lab/recording.ts';
import type { Result, ResultDocument } from '../../lab/result.ts';
import type { RooflinePoint } from '../../lab/roofline.ts';
import type { TraceResult } from '../../lab/trace-result.ts';
import type { Data, Evidence, RecordedRuns, Run } from '../../lessons/types.ts';

export class Stored {
  /** Files that were read, so that a change of one renders the lesson again. */
  readonly read = new Set<string>();

  constructor(private readonly root: string) {}

  /**
   * The results of all runs, from files under bench/results/ that one host on one adapter has written; `shape` in the place of
   * theirs where it says so.
   */
  runs(files: readonly string[], runs: readonly Run[], shape: Readonly<Record<string, number>>): RecordedRuns {
    const documents = files.map((file) => this.json<ResultDocument>(`bench/results/${file}.json`));
    const places = new Set(documents.map(({ adapter, host }) => JSON.stringify([adapter, host])));
    const [{ adapter, createdAt, host }] = documents;
    if (!adapter || places.size !== 1) throw new Error(`${files.join(', ')} are not of one adapter`);
    const all = documents.flatMap(({ results }) => results);
    const results = runs.map((run) => plain(resultOf(all, { ...run, shape: recordedShape(run, shape) }, files)));
    return { createdAt, host, adapter, results };
  }

  /** What a recording of a trace was made with. */
  traced(recording: string): Omit<Run, 'edit'> {
    const { op, kernel, shape, dtype, knobs } = this.trace(recording);
    return { label: '', op, kernel, shape, dtype, knobs, input: null };
  }

  /** Median time in ns of the kernel in a roofline under bench/results/, where each kernel has one problem: this one. */
  placed(name: string, op: string, kernel: string, shape: Readonly<Record<string, number>>): number {
    const { points } = this.json<{ points: readonly RooflinePoint[] }>(`bench/results/rooflines/${name}.json`);
    const point = points.find((one) => one.op === op && one.kernel === kernel && isPart(shape, one.shape));
    if (point?.medianNs == null) throw new Error(`${name} has no time of ${op} ${kernel} at ${JSON.stringify(shape)}`);
    return point.medianNs;
  }

  /** Recorded evidence; null where there is none. */
  data(evidence: Evidence): Data | null {
    switch (evidence.kind) {
      case 'trace':
        return { kind: 'trace', result: this.trace(evidence.recording) };
      case 'runs': {
        const { runs, recorded } = evidence;
        return recorded && { kind: 'runs', labels: runs.map(({ label }) => label), results: recorded.results };
      }
      case 'probe': {
        const [name] = evidence.recorded;
        if (name === undefined) return null;
        const folder = name.startsWith('probe-') ? 'lessons' : 'fingerprints';
        const { results } = this.json<{ results: readonly ProbeResult[] }>(`bench/results/${folder}/${name}.json`);
        const found = results.find(({ kernel }) => kernel === evidence.probe);
        if (!found) throw new Error(`${name} has no probe ${evidence.probe}`);
        return { kind: 'probe', rows: found.rows, found: found.found };
      }
      default:
        return evidence satisfies never;
    }
  }

  private trace(recording: string): TraceResult {
    return this.json<Recording>(`recordings/${recording}.json`).result;
  }

  private json<T>(path: string): T {
    const full = join(this.root, path);
    this.read.add(full);
    return JSON.parse(readFileSync(full, 'utf8')) as T;
  }
}

function isPart(part: Readonly<Record<string, unknown>>, whole: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(part).every(([key, value]) => whole[key] === value);
}

/** The one result of exactly this request, of the text as edited where it is. */
function resultOf(results: readonly Result[], run: Run, files: readonly string[]): Result {
  const found = results.filter(
    ({ op, kernel, dtype, shape, knobs, input, source }) =>
      op === run.op &&
      kernel === run.kernel &&
      dtype === run.dtype &&
      isPart(run.shape, shape) &&
      isPart(run.knobs, knobs) &&
      (run.input === null || input === run.input) &&
      (source !== undefined) === (run.edit !== null),
  );
  if (found.length !== 1)
    throw new Error(`${files.join(', ')} have ${found.length} results of "${run.label}", not one`);
  return found[0];
}

/** With its samples in whole nanoseconds: what is drawn of them needs no fractions, and the page has to fetch them. */
function plain(result: Result): Result {
  return result.time
    ? { ...result, time: { ...result.time, samplesNs: result.time.samplesNs.map(Math.round) } }
    : result;
}

/** What was recorded may be larger than what runs on the reader's device: those of its sizes that the run has. */
function recordedShape(run: Run, shape: Readonly<Record<string, number>>): Run['shape'] {
  return Object.fromEntries(Object.entries(run.shape).map(([key, value]) => [key, shape[key] ?? value]));
}
