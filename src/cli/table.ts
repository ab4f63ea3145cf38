/** The report of a `bench`: a table for each problem, heat maps of what was swept, reasons, the tally. */
import { FEWEST_SAMPLES } from '../core/statistics.ts';
import { withCommas } from '../core/words.ts';
import { findKernel, findOperation } from '../kernels/index.ts';
import { OWN } from '../kernels/own/index.ts';
import type { Knobs } from '../kernels/types.ts';
import { chosenBy, chosenWords } from '../lab/chosen.ts';
import { verdictWords } from '../lab/outcome.ts';
import type { Result, ResultDocument } from '../lab/result.ts';
import type { Shape } from '../ops/types.ts';
import type { Sweep } from './bench-request.ts';
import { timesAsFast } from './compared.ts';
import { heatMaps } from './heat-map.ts';
import { wayOut } from './long-dispatch.ts';
import { type MeasureColumns, measureColumns } from './measures.ts';
import { PLAIN, type Screen } from './screen.ts';
import { adapterLine, asSentence, columns, duration, gpuTime, groupBy, significant, wrap } from './text.ts';

/** Columns before those of the measures; the numbers begin with the ratio. */
const HEADER = ['kernel', 'knobs', 'verdict', 'ratio', 'GPU median (99%)', 'wall'];
const NUMBERS = HEADER.indexOf('ratio');
/** What the other columns need at most; the knobs get the rest. */
const KNOBS_WIDTH = 26;

/** A sweep with more rows than this is shown as its best ones; the JSON has them all. */
const MOST_ROWS = 40;
const BEST_ROWS = 20;

export interface TableOptions {
  readonly screen?: Screen;
  readonly sweeps?: readonly Sweep[];
  /** Where all results can be found, said where only some are shown. */
  readonly file?: string | undefined;
}

export function benchTable(document: ResultDocument, options: TableOptions = {}): string {
  const { screen = PLAIN, sweeps = [], file } = options;
  const { results } = document;
  const wrapped = (text: string): string[] => wrap(text, '  ', screen.width);
  const shortened = sweeps.length > 0 && results.length > MOST_ROWS;
  const shown = shortened ? best(results) : results;
  const lines = wrapped(adapterLine(document.host, document.adapter));
  // Sizes that are swept stand in the rows: a table for each would be mostly headers.
  const sweptSizes = new Set(
    sweeps.flatMap(({ op, axes }) => axes.flatMap((axis) => (axis.of === 'shape' ? [`${op} ${axis.key}`] : []))),
  );
  const isSwept = (op: string, key: string): boolean => sweptSizes.has(`${op} ${key}`);
  for (const alike of groupBy(shown, (result) => problemOf(result, isSwept))) {
    const measures = measureColumns(alike);
    const first = alike.find(({ time }) => time?.resolved);
    const cells = [
      [...HEADER, ...measures.heads, 'x first', 'first run', 'compile'],
      ...alike.map((result) => row(result, measures, results, isSwept, first)),
    ];
    const alignRight = cells[0].map((_, column) => column >= NUMBERS);
    // What a narrow screen does without, in this order: the verdict, the time and the headline always stay.
    const spare = ['compile', 'first run', 'wall', ...measures.heads.slice(1).reverse(), 'x first', 'ratio'];
    lines.push('', ...wrapped(problemLine(alike[0], isSwept)), ...fitted(cells, alignRight, spare, screen));
    lines.push(...chosenLines(alike, results, isSwept).flatMap(wrapped));
  }
  if (shortened) lines.push(...wrapped(restLine(shown.length, results.length, file)));
  lines.push(...heatMaps(results, sweeps, document.adapter, screen));
  const sources = new Map(
    results.flatMap(({ kernel, source }) => (source ? [[source.digest, { kernel, ...source }]] : [])),
  );
  for (const [digest, { kernel, file }] of sources) {
    const what = kernel === OWN ? `${OWN}: ${file}` : `(edited): ${file} in place of the kernel's own WGSL`;
    lines.push('', ...wrapped(`${what}, ${digest}.`));
  }
  const methods = new Set(results.flatMap(({ verdict }) => (verdict ? [verdict.method] : [])));
  const isTimed = results.some(({ time }) => time !== null);
  if (methods.size > 0) lines.push('', ...wrapped(`Elements checked against float64: ${[...methods].join('; ')}.`));
  lines.push(...timesLines(results).flatMap(wrapped));
  if (document.adapter?.software && isTimed) {
    lines.push('Times are of a software adapter: they say nothing about any GPU.');
  }
  lines.push(...reasons(results, sweeps.length > 0, screen), '', tally(results));
  return `${lines.join('\n')}\n`;
}

/** What the times in the table are, where there are any. */
function timesLines(results: readonly Result[]): string[] {
  const times = results.flatMap(({ time }) => (time?.resolved ? [time] : []));
  if (times.length === 0) return [];
  const few = times.filter(({ intervalNs }) => !intervalNs).length;
  const dropped = times.reduce((sum, time) => sum + (time.dropped ?? 0), 0);
  return [
    'Times are medians with their 99% interval; the first run on the problem is kept apart from the samples.',
    ...(times.length > 1
      ? [
          '"x first" is how many times as fast as the first row of the problem, with the 99% interval of the ratio; "?" where that shows nothing.',
        ]
      : []),
    ...(few > 0
      ? [`Times without an interval: ${few} of ${times.length}. Fewer than ${FEWEST_SAMPLES} samples show nothing.`]
      : []),
    ...(dropped > 0 ? [`${dropped} ${dropped === 1 ? 'sample was' : 'samples were'} dropped for bad timestamps.`] : []),
  ];
}

function restLine(shown: number, all: number, file: string | undefined): string {
  const where = file === undefined ? '--json FILE keeps them all' : `${file} has them all`;
  if (shown === 0) return `No row has a time; the ${withCommas(all)} rows are not shown: ${where}.`;
  return `The fastest ${shown} of ${withCommas(all)}; ${withCommas(all - shown)} are not shown: ${where}.`;
}

function best(results: readonly Result[]): Result[] {
  return results
    .filter(({ measures }) => measures.length > 0)
    .sort((a, b) => b.measures[0].value - a.measures[0].value)
    .slice(0, BEST_ROWS);
}

type IsSwept = (op: string, key: string) => boolean;

/** "matmul: m=512 n=512 k=512, f32, inputs "normal", seed 1", with "m=(swept)" for a size that differs by rows. */
export function problemLine({ op, shape, dtype, seed, input }: Result, isSwept: IsSwept = () => false): string {
  const sizes = usedSizes(op, shape, isSwept).map(([key, value]) =>
    isSwept(op, key) ? `${key}=(swept)` : `${key}=${value}`,
  );
  // A request that was refused before it was looked at closely has no sizes and no inputs.
  const inputs = input === '' ? [] : [`inputs "${input}"`];
  return `${op}: ${[sizes.join(' '), dtype, ...inputs, `seed ${seed}`].filter(Boolean).join(', ')}`;
}

/** The sizes and flags of a shape, without the options such as a mask that are not used and need no word. */
export function usedSizes(op: string, shape: Shape, isSwept: IsSwept = () => false): [key: string, value: number][] {
  return Object.entries(shape).filter(([key, value]) => value !== 0 || !isOffByDefault(op, key) || isSwept(op, key));
}

function isOffByDefault(op: string, key: string): boolean {
  return findOperation(op)?.parameters.find((parameter) => parameter.key === key)?.default === 0;
}

const STATUSES: readonly string[] = ['correct', 'wrong', 'refused', 'failed'];

/** "3 correct, 0 wrong, 1 refused, 0 failed", and "1 wrong as meant" where there is such a one. */
export function tally(results: readonly Pick<Result, 'status' | 'meant'>[]): string {
  const words = results.map(verdictWords);
  const lessons = [...new Set(words)].filter((word) => !STATUSES.includes(word));
  return [...STATUSES, ...lessons]
    .map((word) => `${words.filter((other) => other === word).length} ${word.replaceAll(',', '')}`)
    .join(', ');
}

/** Faults alike that are named one by one; the JSON has the others. */
const MOST_NAMED = 5;

/**
 * Why results are not correct, after an empty line; a rule that several break is said once. Of a sweep it is the same
 * rule whatever its numbers are.
 */
export function reasons(results: readonly Result[], isSweep: boolean, screen: Screen): string[] {
  const faults = results.filter(({ status, meant }) => status !== 'correct' || meant === false);
  const alike = (result: Result): string => {
    const { op, kernel } = result;
    const words = verdictWords(result);
    return JSON.stringify(isSweep ? [op, kernel, words, ...causeOf(result)] : [op, words, explained(result)]);
  };
  const lines = groupBy(faults, alike).flatMap((same) => {
    const [first, ...others] = same;
    const text = explained(first);
    const example = isSweep && others.length > 0 ? ', e.g.' : ':';
    const line = `${label(first, results)}${andOthers(others, results)}: ${verdictWords(first)}${example} ${text}`;
    return wrap(line, '  ', screen.width);
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

/** The same for results of a sweep that are not correct for one cause, whatever their numbers are. */
function causeOf({ refusal, failure, verdict, reason }: Result): readonly unknown[] {
  if (refusal) return [refusal.rule];
  if (failure || !verdict) return [failure?.code, reason];
  return [verdict.gates.find(({ correct }) => !correct)?.name, verdict.worst?.tensor];
}

/** Why a result is what it is; of a lesson first what makes it wrong. */
function explained({ op, kernel, shape, dtype, seed, input, knobs, meant, reason, refusal }: Result): string {
  const design =
    meant === undefined ? null : findKernel(op, kernel)?.wrongByDesign?.({ op, shape, dtype, seed, input }, knobs);
  const parts = [design?.why, reason, wayOut(refusal?.rule)].filter((part) => part != null);
  return parts.length > 0 ? parts.map(asSentence).join(' ') : 'No reason given.';
}

/** " and 7 more"; a refusal is the device's affair, but which ones are wrong must not be looked for. */
function andOthers(others: readonly Result[], all: readonly Result[]): string {
  if (others.length === 0) return '';
  const count = ` and ${withCommas(others.length)} more`;
  const named = others[0].status === 'refused' ? [] : others.map((other) => changedKnobs(other, all)).filter(Boolean);
  return `${count}${listed(named)}`;
}

/** " (m=64; m=128; ...)"; nothing where there is nothing to name. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` (${names.slice(0, MOST_NAMED).join('; ')}${names.length > MOST_NAMED ? '; ...' : ''})`;
}

function problemOf({ op, shape, dtype, seed, input }: Result, isSwept: IsSwept): string {
  return JSON.stringify([op, Object.entries(shape).filter(([key]) => !isSwept(op, key)), dtype, seed, input]);
}

/**
 * Aligned columns, less as many of the `spare` ones, by their headers and in this order, as do not fit on the screen.
 * What was left out is said below.
 */
export function fitted(
  cells: readonly (readonly string[])[],
  alignRight: readonly boolean[],
  spare: readonly string[],
  screen: Screen,
): string[] {
  const [header] = cells;
  for (let count = 0; ; count++) {
    const left = spare.slice(0, count);
    const keep = <T>(row: readonly T[]): T[] => row.filter((_, at) => !left.includes(header[at]));
    const lines = columns(cells.map(keep), keep(alignRight));
    const fitting = lines.every(({ length }) => length <= screen.width);
    if (!fitting && count < spare.length) continue;
    return left.length === 0 ? lines : [...lines, `No room here for: ${left.join(', ')}.`];
  }
}

function row(
  result: Result,
  measures: MeasureColumns,
  peers: readonly Result[],
  isSwept: IsSwept,
  first: Result | undefined,
): string[] {
  const { verdict, time } = result;
  return [
    nameOf(result),
    cut(settingsOf(result, peers, isSwept), KNOBS_WIDTH),
    verdictWords(result),
    verdict ? significant(Number(verdict.ratio)) : '',
    time ? gpuTime(time) : '',
    time?.wallNs ? duration(time.wallNs) : '',
    ...measures.cells(result),
    result === first ? '' : timesAsFast(result, first),
    time?.firstNs ? duration(time.firstNs) : '',
    time ? duration(time.compileMs * 1e6) : '',
  ];
}

/** What is swept, and the knobs that tell a row from others: "m=64 WX=8". */
function settingsOf(result: Result, peers: readonly Result[], isSwept: IsSwept): string {
  const { op, shape } = result;
  const sizes = Object.entries(shape).flatMap(([key, value]) => (isSwept(op, key) ? [`${key}=${value}`] : []));
  return [...sizes, changedKnobs(result, peers)].join(' ').trim();
}

/** "0_auto took 7_from_cache with WX=4 WY=2.", a line for each choice; of several it says for which rows. */
function chosenLines(alike: readonly Result[], all: readonly Result[], isSwept: IsSwept): string[] {
  const choosing = alike.filter(({ chosen }) => chosen !== null);
  const words = (result: Result): string =>
    result.chosen ? `${result.kernel} took ${chosenWords(result.op, result.chosen)}, ${chosenBy(result.chosen)}` : '';
  const choices = groupBy(choosing, words);
  return choices.map((same) => {
    const named = choices.length === 1 ? [] : same.map((result) => settingsOf(result, all, isSwept)).filter(Boolean);
    return `${words(same[0])}${listed(named)}.`;
  });
}

/** At most `width` characters, with dots where there were more. */
export function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 3)}...` : text;
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

function nameOf({ kernel, source }: Result): string {
  return source && kernel !== OWN ? `${kernel} (edited)` : kernel;
}

function label(result: Result, all: readonly Result[]): string {
  const knobs = changedKnobs(result, all);
  return `${result.op} ${nameOf(result)}${knobs ? ` (${knobs})` : ''}`;
}
