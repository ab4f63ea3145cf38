/** Numbers, sentences and columns for a terminal: three significant digits, every number with its unit. */
import { withCommas } from '../core/words.ts';
import type { AdapterReport, Time } from '../lab/result.ts';

import { WIDTH } from './screen.ts';

/** Three significant digits, without an exponent from 0.001 to a million. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size < 1e-3 || size >= 1e6) return rounded.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? withCommas(rounded) : rounded.toPrecision(3);
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

/** A time that is only expected, in milliseconds: "5 s", "40 s", "4 min". */
export function roughly(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 90 ? `${5 * Math.round(seconds / 5)} s` : `${Math.round(seconds / 60)} min`;
}

/** Nanoseconds in the largest unit of which there is at least one, and its name. */
export function timeUnit(ns: number): readonly [number, string] {
  return TIME_UNITS.find(([size]) => Number(ns.toPrecision(3)) >= size) ?? TIME_UNITS[3];
}

/**
 * "1.23 ms (1.20..1.31)", the median with its 99% interval in the same unit; without one of fewer than 15 samples;
 * "unresolved" where the timer is too coarse.
 */
export function gpuTime(time: Time): string {
  if (!time.resolved || time.medianNs === null) return 'unresolved';
  const [size] = timeUnit(time.medianNs);
  const ends = time.intervalNs?.map((ns) => significant(ns / size)).join('..');
  return `${duration(time.medianNs)}${ends ? ` (${ends})` : ''}${time.source === 'wall' ? ' wall' : ''}`;
}

/** The first line of every report: which host and adapter, and whether its times mean anything. */
export function adapterLine(host: string, adapter: AdapterReport | null): string {
  if (!adapter) return 'No device was opened.';
  const software = adapter.software ? ' (software: its times say nothing about GPUs)' : '';
  const limits = adapter.limits === 'minimum' ? ", WebGPU's guaranteed limits" : '';
  return `Host ${host}, adapter ${nameOf(adapter) || 'without a name'}${software}${limits}`;
}

/** A GPU may describe itself by its driver alone ("NVIDIA: 580.159"): then its name comes first. */
function nameOf({ description, device, vendor }: AdapterReport): string {
  const isDriver = /^\w+: [\d. ]+$/.test(description) && !/^(0x|$)/.test(device);
  return [isDriver ? device : '', description || vendor].filter((word) => word !== '').join(', ');
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

/** Breaks a text at its line breaks and at spaces into lines of at most `width`, the later ones indented. */
export function wrap(text: string, indent = '  ', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, part] of text.split('\n').entries()) {
    if (index > 0) {
      lines.push(line);
      line = indent.slice(1);
    }
    for (const word of printable(part).split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
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

/** Groups of items with the same key, in the order of their first members. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}
