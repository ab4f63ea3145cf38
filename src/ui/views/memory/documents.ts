/** Fingerprints that were written to files: recorded ones, which come with the page, and the reader's own. */
import { Refusal } from '../../../core/errors.ts';
import type { Adapter } from '../../../gpu/device.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';

/** What `npm run device -- --fingerprint` and `npm run bench -- memory` write, as far as it is shown. */
export interface Fingerprint {
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: Pick<Adapter, 'description' | 'software'>;
  readonly results: readonly ProbeResult[];
}

const files = import.meta.glob<string>('../../../../bench/results/fingerprints/*.json', {
  query: '?raw',
  import: 'default',
});

/** Each under its file's name without ".json"; nothing is loaded before it is asked for. */
export const recordings: ReadonlyMap<string, () => Promise<Fingerprint>> = new Map(
  Object.entries(files).map(([path, load]) => [
    path.replace(/^.*\/|\.json$/g, ''),
    async () => fingerprintOf(await load()),
  ]),
);

/** The largest file that is read: a thorough run of all probes is a hundredth of it. */
export const MOST_BYTES = 64 * 2 ** 20;

/** Throws a `Refusal` that says in one sentence what the text is not. */
export function fingerprintOf(text: string): Fingerprint {
  const document = parsed(text);
  if (!isRecord(document) || document.tool !== 'tilescope')
    throw new Refusal(
      'This JSON was not written by Tilescope: open what npm run device -- --fingerprint --json wrote.',
    );
  const { command, results, adapter, createdAt, host } = document;
  if (command !== 'fingerprint' && command !== 'memory')
    throw new Refusal('This is a result of another command: open what npm run device -- --fingerprint --json wrote.');
  if (!isRecord(adapter) || typeof adapter.description !== 'string' || typeof adapter.software !== 'boolean')
    throw new Refusal('This file names no adapter: its run ended before there was one.');
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt)) || typeof host !== 'string')
    throw new Refusal('This file does not say when and where it was measured.');
  if (!Array.isArray(results) || results.length === 0) throw new Refusal('This file holds no results.');
  const at = results.findIndex((result) => !isResult(result));
  if (at >= 0) throw new Refusal(`Result ${at + 1} of this file is damaged, or of another version of Tilescope.`);
  const { description, software } = adapter;
  return { createdAt, host, adapter: { description, software }, results };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('This file is not JSON: open what npm run device -- --fingerprint --json wrote.');
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isInterval = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] <= value[1]);
const isText = (...values: readonly unknown[]): boolean => values.every((value) => typeof value === 'string');
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isList = (value: unknown, isOne: (one: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => isRecord(one) && isOne(one));

function isResult(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { kernel, title, status, reason, verdict, rows, found } = value;
  return (
    isText(kernel, title) &&
    ['correct', 'wrong', 'refused', 'failed'].includes(String(status)) &&
    isTextOrNull(reason) &&
    (verdict === null || (isRecord(verdict) && isText(verdict.method) && verdict.correct === (status === 'correct'))) &&
    isList(rows, isRow) &&
    isList(found, isFound) &&
    // Times stand only beside a verdict that passed.
    ((status === 'correct' && verdict !== null) || (rows as unknown[]).length === 0)
  );
}

function isRow({ at, medianNs, intervalNs, samplesNs, dropped, measures, model }: Fields): boolean {
  const isValued = ({ key, title, unit, value }: Fields): boolean => isText(key, title, unit) && isNumber(value);
  return (
    isRecord(at) &&
    Object.values(at).every((value) => isNumber(value) || typeof value === 'string') &&
    (medianNs === null || (isNumber(medianNs) && medianNs > 0)) &&
    isInterval(intervalNs) &&
    Array.isArray(samplesNs) &&
    samplesNs.every(isNumber) &&
    isNumber(dropped) &&
    isList(measures, isValued) &&
    isList(model, isValued)
  );
}

function isFound({ key, title, unit, value, interval, says, withheld }: Fields): boolean {
  return (
    isText(key, title, unit, says) &&
    (value === null || isNumber(value)) &&
    isInterval(interval) &&
    isTextOrNull(withheld)
  );
}
