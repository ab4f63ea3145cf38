/** Whether a value is a probe's result as `bench memory`, `device --fingerprint` and the page write it. */
import type { Adapter } from '../../../gpu/device.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { DeviceReport, TimerReport } from '../../../lab/result.ts';
import { CUTS } from '../../../probes/parts/findings.ts';
import {
  type Check,
  count,
  either,
  fields,
  interval,
  isRecord,
  list,
  number,
  orNull,
  positive,
  table,
  text,
  word,
} from './checks.ts';
import { verdict } from './results.ts';
import type { Roofline } from './roofline.ts';

/** Measurements of a device, as far as they are shown. */
export interface Fingerprint {
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: Adapter;
  /** Null, and empty lists, of a file that does not have them. */
  readonly timer: TimerReport | null;
  readonly features: DeviceReport['features'];
  readonly limits: DeviceReport['limits'];
  /** Milliseconds that all probes had together; null where they took as long as they needed, or the file does not say. */
  readonly timeLimitMs: number | null;
  readonly results: readonly ProbeResult[];
  /** Of a file of `bench roofline`, and of a recording that has one beside it; null of others. */
  readonly roofline: Roofline | null;
}

const valued = list(fields({ key: text, title: text, unit: text, value: number }));

const row = fields(
  {
    at: table(either(number, text)),
    medianNs: orNull(positive),
    intervalNs: interval,
    samplesNs: list(number),
    dropped: number,
    measures: valued,
    model: valued,
  },
  { withheld: text, cutAfterMs: number },
);

const found = fields({
  key: text,
  title: text,
  unit: text,
  says: text,
  value: orNull(number),
  interval,
  withheld: orNull(text),
});

const result = fields(
  {
    kernel: text,
    title: text,
    seed: count,
    status: word('correct', 'wrong', 'refused', 'withheld', 'failed'),
    reason: orNull(text),
    verdict: orNull(verdict),
    rows: list(row),
    found: list(found),
  },
  { cut: word(...Object.keys(CUTS)), withinMs: number },
);

/** Times stand only beside a verdict that passed: on all steps, or on those that ended before another one failed. */
export const isProbeResult: Check = (value) => {
  if (!result(value) || !isRecord(value)) return false;
  const stands = value.status === 'correct' || (value.status === 'failed' && value.cut === 'failure');
  const agrees = !isRecord(value.verdict) || value.verdict.correct === stands;
  return agrees && ((stands && value.verdict !== null) || (value.rows as unknown[]).length === 0);
};
