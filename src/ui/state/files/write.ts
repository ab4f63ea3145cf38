/** What the page has measured as the documents that the command line writes: their schemas are in bench/. */
import { documentHead } from '../../../lab/document.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { recorded } from '../../../lab/recording.ts';
import type { Result, ResultSource } from '../../../lab/result.ts';
import type { TraceReply } from '../../../lab/trace-result.ts';
import { BUDGETS } from '../effort.ts';
import type { Entry, Item } from '../ledger.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Origin } from './read.ts';
import type { Roofline } from './roofline.ts';
import type { Table } from './table.ts';

/** Where the documents say that kernels ran. */
const HOST = 'page';

/** Whose results they are: of this device, or of the file that is shown. */
export interface Whose {
  /** What is known of the device; null where that is no more than its adapter. */
  readonly report: Pick<Fingerprint, 'adapter' | 'timer' | 'features' | 'limits'> | null;
  readonly origin: Origin | null;
}

/** Results of one effort, as `bench` writes them. */
export async function benchDocument(whose: Whose, entries: readonly Entry[]): Promise<object> {
  const made = entries.filter((entry): entry is Entry & { result: Result } => entry.result !== null);
  const results = await Promise.all(made.map(async (entry) => withSource(entry.result, entry.source)));
  const timer = whose.report?.timer ?? null;
  const budget = whose.origin === null && made[0] ? { budget: BUDGETS[made[0].budget] } : {};
  return { ...headOf(whose), timer, error: null, ...budget, results };
}

/** A trace: with what a workgroup did, as `trace --record` writes it, or where that is not known its counters alone. */
export async function traceDocument(whose: Whose, { source }: Item, reply: TraceReply): Promise<object> {
  const result = await withSource(reply.result, source);
  if (reply.steps.length > 0) return { ...headOf(whose), result, steps: recorded(reply.steps) };
  return { ...headOf(whose), command: 'trace', error: null, results: [result] };
}

/**
 * Probes, as `bench memory` or, those that tell one device from another, `device --fingerprint` writes them: with the time that
 * all of them had, where it was limited.
 */
export function memoryDocument(
  whose: Whose,
  results: readonly ProbeResult[],
  command: 'memory' | 'fingerprint' = 'memory',
  timeLimitMs: number | null = null,
): object {
  const { report } = whose;
  const { timer = null, features = [], limits = {} } = report ?? {};
  const limited = timeLimitMs === null ? {} : { timeLimitMs };
  return { ...headOf(whose), command, timer, features, limits, ...limited, error: null, results };
}

/** Kernels under the roofs that these probes measured, as `bench roofline` writes them. */
export function rooflineDocument(whose: Whose, { results, points, roofs }: Omit<Roofline, keyof Origin>): object {
  return { ...memoryDocument(whose, results), command: 'roofline', points, roofs };
}

function headOf({ report, origin }: Whose): object {
  const { createdAt = documentHead().createdAt, host = HOST, adapter = report?.adapter ?? null } = origin ?? {};
  return { ...documentHead(), createdAt, host, adapter };
}

async function withSource<T extends { readonly kernel: string; readonly source?: ResultSource | undefined }>(
  result: T,
  text: string | undefined,
): Promise<T> {
  if (text === undefined) return result;
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const digest = `sha256:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return { ...result, source: { file: `${result.kernel}.wgsl`, digest, text } };
}

/** A line for each result: what was asked for, whether it was right, and how fast it was. */
export function resultTable(entries: readonly Entry[]): Table {
  const made = entries.flatMap(({ result }) => result ?? []);
  const names = (of: (result: Result) => object): string[] => [...new Set(made.flatMap((one) => Object.keys(of(one))))];
  const sizes = names(({ shape }) => shape);
  const knobs = names(({ knobs: own }) => own);
  const measures = [...new Map(made.flatMap((one) => one.measures).map((one) => [one.key, one])).values()];
  return {
    columns: [
      'op',
      'kernel',
      'dtype',
      ...sizes,
      ...knobs,
      'status',
      'reason',
      'median_ns',
      'interval_low_ns',
      'interval_high_ns',
      'min_ns',
      'p90_ns',
      ...measures.map(({ title, unit }) => `${title} (${unit})`),
    ],
    rows: made.map(({ op, kernel, dtype, shape, knobs: own, status, reason, time, measures: values }) => [
      op,
      kernel,
      dtype,
      ...sizes.map((key) => shape[key] ?? null),
      ...knobs.map((key) => own[key] ?? null),
      status,
      reason,
      time?.medianNs ?? null,
      time?.intervalNs?.[0] ?? null,
      time?.intervalNs?.[1] ?? null,
      time?.minNs ?? null,
      time?.p90Ns ?? null,
      ...measures.map(({ key }) => values.find((one) => one.key === key)?.value ?? null),
    ]),
  };
}
