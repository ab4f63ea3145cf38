/** Reads a file that the command line or the page has written; whatever else it is given gets one sentence. */
import { Refusal } from '../../../core/errors.ts';
import type { Adapter } from '../../../gpu/device.ts';
import { unreadable } from '../../../lab/document.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { type RecordedSteps, replayed } from '../../../lab/recording.ts';
import type { Result, TimerReport } from '../../../lab/result.ts';
import type { TraceResult } from '../../../lab/trace-result.ts';
import type { Steps } from '../../../trace/steps.ts';
import {
  type Check,
  count,
  type Fields,
  fields,
  flag,
  isRecord,
  list,
  number,
  orNull,
  table,
  text,
  word,
} from './checks.ts';
import { type Fingerprint, isProbeResult } from './fingerprint.ts';
import { isResult, isSteps, isTrace } from './results.ts';
import { rooflineOf } from './roofline.ts';

export type { Fingerprint };

/** The largest file that is read: a thorough run of all probes is a hundredth of it. */
export const MOST_BYTES = 64 * 2 ** 20;

/** Where and when a file was written. */
export interface Origin {
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: Adapter;
}

export type Held =
  | {
      readonly kind: 'results';
      readonly origin: Origin;
      readonly timer: TimerReport | null;
      readonly results: readonly Result[];
    }
  | {
      readonly kind: 'trace';
      readonly origin: Origin;
      readonly result: TraceResult;
      /** Empty where the file holds counters alone. */
      readonly steps: readonly Steps[];
    }
  | {
      readonly kind: 'fingerprint';
      readonly origin: Origin;
      /** What wrote it: of a "fingerprint" the probes are those that tell devices apart. */
      readonly command: 'fingerprint' | 'memory' | 'roofline';
      readonly fingerprint: Fingerprint;
    };

const KNOWN = 'a JSON file of npm run bench, tune, trace or device -- --fingerprint, or one saved on this page';

const adapterOf = fields(
  { description: text, software: flag },
  {
    vendor: text,
    architecture: text,
    device: text,
    subgroupMinSize: count,
    subgroupMaxSize: count,
    subgroupMatrices: list(text),
    limits: word('minimum'),
  },
);
const timerOf = orNull(fields({ source: word('gpu', 'wall'), quantumNs: number, floorNs: orNull(number) }));

/** Throws a `Refusal` that says in one sentence what the file is not. */
export function heldIn(written: string): Held {
  const document = parsed(written);
  if (!isRecord(document) || document.tool !== 'tilescope')
    throw new Refusal(`This JSON was not written by Tilescope: open ${KNOWN}.`);
  const why = unreadable(document.version);
  if (why !== null) throw new Refusal(`This file cannot be read: ${why}.`);
  const { command, result, results, steps } = document;
  if (command === 'verify' || command === 'device')
    throw new Refusal(`This is what npm run ${command} writes, which this page does not show: open ${KNOWN}.`);
  const origin = originOf(document);
  if (command === 'trace') return traceOf(origin, Array.isArray(results) ? results : [], []);
  if (isRecord(result)) return traceOf(origin, [result], steps);
  if (!Array.isArray(results) || results.length === 0) throw new Refusal('This file holds no results.');
  if (command === 'fingerprint' || command === 'memory' || command === 'roofline') {
    checkEach(results, isProbeResult);
    const probes = results as ProbeResult[];
    const roofline = rooflineOf(document, origin, probes);
    const fingerprint = { ...origin, ...abilitiesOf(document), results: probes, roofline };
    return { kind: 'fingerprint', origin, command, fingerprint };
  }
  if (command !== undefined && command !== 'tune')
    throw new Refusal(`This is a result of another command: open ${KNOWN}.`);
  checkEach(results, isResult);
  return { kind: 'results', origin, timer: timerIn(document), results: results as Result[] };
}

/** The same for measurements of a device alone. */
export function fingerprintIn(written: string): Fingerprint {
  const held = heldIn(written);
  if (held.kind === 'fingerprint') return held.fingerprint;
  throw new Refusal('This is a result of another command: open what npm run device -- --fingerprint --json wrote.');
}

function originOf({ adapter, createdAt, host }: Fields): Origin {
  if (!adapterOf(adapter)) throw new Refusal('This file names no adapter: its run ended before there was one.');
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt)) || typeof host !== 'string')
    throw new Refusal('This file does not say when and where it was measured.');
  const nothing = { vendor: '', architecture: '', device: '', subgroupMinSize: 0, subgroupMaxSize: 0 };
  return { createdAt, host, adapter: { ...nothing, ...(adapter as unknown as Adapter) } };
}

function timerIn({ timer = null }: Fields): TimerReport | null {
  if (!timerOf(timer)) throw new Refusal('What this file says of its timer is damaged.');
  return timer as TimerReport | null;
}

function abilitiesOf(document: Fields): Pick<Fingerprint, 'timer' | 'features' | 'limits' | 'timeLimitMs'> {
  const { features = [], limits = {}, timeLimitMs = null } = document;
  if (!list(text)(features) || !table(number)(limits) || !orNull(count)(timeLimitMs))
    throw new Refusal('What this file says of its device is damaged.');
  return {
    timer: timerIn(document),
    features: features as Fingerprint['features'],
    limits: limits as Fingerprint['limits'],
    timeLimitMs: timeLimitMs as number | null,
  };
}

function traceOf(origin: Origin, [result]: readonly unknown[], steps: unknown): Held {
  if (result === undefined) throw new Refusal('This file holds no results.');
  if (!isTrace(result) || !list(isSteps)(steps))
    throw new Refusal('The trace in this file is damaged, or of another version of Tilescope.');
  return {
    kind: 'trace',
    origin,
    result: result as TraceResult,
    steps: replayed(steps as readonly RecordedSteps[]),
  };
}

function checkEach(results: readonly unknown[], isOne: Check): void {
  const at = results.findIndex((result) => !isOne(result));
  if (at >= 0) throw new Refusal(`Result ${at + 1} of this file is damaged, or of another version of Tilescope.`);
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw new Refusal(`This file is not JSON: open ${KNOWN}.`);
  }
}
