/** Results as a table for a terminal: at most 120 columns, three significant digits, every number with its unit. */
import { findKernel, findOperation } from '../kernels/index.ts';
import type { Knobs } from '../kernels/types.ts';
import type { AdapterReport, Result, ResultDocument, Time } from '../lab/result.ts';
import { group } from './args.ts';

export const WIDTH = 120;

/** Three significant digits, without an exponent from 0.001 to a million. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size < 1e-3 || size >= 1e6) return rounded.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? group(rounded) : rounded.toPrecision(3);
}

const TIME_UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
  [1, 'ns'],
] as const;

/** A duration in nanoseconds: "1.23 ms". */
export function duration(ns: number): string {
  const [size, unit] = timeUnit(ns);
  return `${significant(ns / size)} ${unit}`;
}

function timeUnit(ns: number): readonly [number, string] {
  return TIME_UNITS.find(([size]) => Number(ns.toPrecision(3)) >= size) ?? TIME_UNITS[3];
}

/** "1.23 ms (1.20..1.31)", all in the median's unit; "unresolved" where the timer is too coarse. */
export function gpuTime(time: Time): string {
  if (!time.resolved || time.medianNs === null) return 'unresolved';
  const [size] = timeUnit(time.medianNs);
  const [low, high] = [time.minNs, time.p90Ns].map((ns) => (ns === null ? '?' : significant(ns / size)));
  return `${duration(time.medianNs)} (${low}..${high})${time.source === 'wall' ? ' wall' : ''}`;
}

/** The first line of every report: which host and adapter, and whether its times mean anything. */
export function adapterLine(host: string, adapter: AdapterReport | null): string {
  if (!adapter) return 'No device was opened.';
  const software = adapter.software ? ' (software: its times teach nothing about GPUs)' : '';
  return `Host ${host}, adapter ${adapter.description || adapter.vendor || 'without a name'}${software}`;
}

/** Rows of cells as aligned columns; the first row is the header. Empty columns are left out. */
export function columns(rows: readonly (readonly string[])[], alignRight: readonly boolean[] = []): string[] {
  const clean = rows.map((row) => row.map(printable));
  const used = rows[0].map((_, column) => clean.slice(1).some((row) => row[column] !== ''));
  const widths = rows[0].map((_, column) => clean.reduce((width, row) => Math.max(width, row[column].length), 0));
  return clean.map((row) =>
    row
      .map((cell, column) => (alignRight[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .filter((_, column) => used[column])
      .join('  ')
      .trimEnd(),
  );
}

/** Breaks a text at its line breaks and at spaces into lines of at most `WIDTH`, the later ones indented. */
export function wrap(text: string, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, part] of text.split('\n').entries()) {
    if (index > 0) {
      lines.push(line);
      line = indent.slice(1);
    }
    for (const word of printable(part).split(' ')) {
      if (line !== '' && line.length + 1 + word.length > WIDTH) {
        lines.push(line);
        line = `${indent}${word}`;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
  }
  return [...lines, line];
}

/** A reason as a sentence: one full stop at its end. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Names come from files of others: what would move a terminal's cursor, or turn its text around, is shown as "?". */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

const HEADER = ['kernel', 'knobs', 'verdict', 'ratio', 'GPU median (min..p90)', 'wall', 'GFLOP/s', 'GB/s', 'compile'];
const RIGHT = [false, false, false, true, true, true, true, true, true];
/** What the other columns need at most; the knobs get the rest. */
const KNOBS_WIDTH = 26;

/** The whole report of a `bench`: a table for each problem, reasons, the tally. */
export function benchTable(document: ResultDocument): string {
  const lines = [adapterLine(document.host, document.adapter)];
  for (const results of byProblem(document.results)) {
    const [{ op, shape, dtype, seed, input }] = results;
    const sizes = Object.entries(shape)
      .filter(([key, value]) => value !== 0 || !isOffByDefault(op, key))
      .map(([key, value]) => `${key}=${value}`);
    lines.push('', ...wrap(`${op}: ${sizes.join(' ')}, ${dtype}, inputs "${input}", seed ${seed}`));
    lines.push(...columns([HEADER, ...results.map((result) => row(result, results))], RIGHT));
  }
  const methods = new Set(document.results.flatMap(({ verdict }) => (verdict ? [verdict.method] : [])));
  const isTimed = document.results.some(({ time }) => time !== null);
  if (methods.size > 0) lines.push('', ...wrap(`Elements checked against float64: ${[...methods].join('; ')}.`));
  if (document.adapter?.software && isTimed) {
    lines.push('Times are of a software adapter: they say nothing about any GPU.');
  }
  const faults = document.results.filter(({ status }) => status !== 'correct');
  if (faults.length > 0) lines.push('');
  for (const alike of byReason(faults)) {
    const [first] = alike;
    const others = alike.length > 1 ? ` and ${alike.length - 1} more` : '';
    const text = asSentence(first.reason ?? 'no reason given');
    lines.push(...wrap(`${label(first, document.results)}${others}: ${first.status}: ${text}`));
  }
  lines.push('', tally(document.results));
  return `${lines.join('\n')}\n`;
}

/** Options such as a mask, which need no word where they are not used. */
function isOffByDefault(op: string, key: string): boolean {
  return findOperation(op)?.parameters.find((parameter) => parameter.key === key)?.default === 0;
}

/** "3 correct, 0 wrong, 1 refused, 0 failed". */
export function tally(results: readonly Pick<Result, 'status'>[]): string {
  return (['correct', 'wrong', 'refused', 'failed'] as const)
    .map((status) => `${results.filter((result) => result.status === status).length} ${status}`)
    .join(', ');
}

function byProblem(results: readonly Result[]): Result[][] {
  return grouped(results, ({ op, shape, dtype, seed, input }) => JSON.stringify([op, shape, dtype, seed, input]));
}

/** A rule that a whole sweep breaks is said once. */
function byReason(results: readonly Result[]): Result[][] {
  return grouped(results, ({ op, status, reason }) => JSON.stringify([op, status, reason]));
}

/** Groups of results with the same key, in the order of their first members. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

function row(result: Result, peers: readonly Result[]): string[] {
  const { kernel, status, verdict, time, rate } = result;
  const knobs = changedKnobs(result, peers);
  return [
    kernel,
    knobs.length > KNOBS_WIDTH ? `${knobs.slice(0, KNOBS_WIDTH - 3)}...` : knobs,
    status,
    verdict ? significant(Number(verdict.ratio)) : '',
    time ? gpuTime(time) : '',
    time?.wallNs ? duration(time.wallNs) : '',
    rate && time?.resolved ? significant(rate.gflops) : '',
    rate && time?.resolved ? significant(rate.gbps) : '',
    time ? duration(time.compileMs * 1e6) : '',
  ];
}

/** The knobs in which a row differs from its kernel's defaults or from the kernel's other rows. */
function changedKnobs(result: Result, peers: readonly Result[]): string {
  const defaults = findKernel(result.op, result.kernel)?.knobs ?? [];
  const same = peers.filter((peer) => peer.op === result.op && peer.kernel === result.kernel);
  const differs = (key: string, knobs: Knobs): boolean =>
    same.some((peer) => peer.knobs[key] !== knobs[key]) ||
    (key in knobs && defaults.some((knob) => knob.key === key && knob.default !== knobs[key]));
  return Object.keys(result.knobs)
    .filter((key) => differs(key, result.knobs))
    .map((key) => `${key}=${result.knobs[key]}`)
    .join(' ');
}

function label(result: Result, all: readonly Result[]): string {
  const knobs = changedKnobs(result, all);
  return `${result.op} ${result.kernel}${knobs ? ` (${knobs})` : ''}`;
}
