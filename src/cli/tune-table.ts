/** The report of a `tune`: the finalists beside the defaults, the winner, and how much of the space was tried. */
import { withCommas } from '../core/words.ts';
import { findKernel } from '../kernels/index.ts';
import type { TunedEntry } from '../kernels/tuned.ts';
import { changedKnobs } from '../lab/chosen.ts';
import type { Result } from '../lab/result.ts';
import { speedOf, type Tuned } from '../lab/tune.ts';

import { fasterBy, timesAsFast } from './compared.ts';
import { type MeasureColumns, measureColumns } from './measures.ts';
import type { Screen } from './screen.ts';
import { cut, fitted, problemLine, reasons, tally, usedSizes } from './table.ts';
import { adapterLine, gpuTime, significant, wrap } from './text.ts';
import type { TuneDocument, TuneSearch } from './tune-document.ts';

const RIGHT = [false, false, false, true, true, true, true, true];
const KNOBS_WIDTH = 26;
const COMPARED =
  'x own, x best: how many times as fast as the kernel with its defaults, and as the fastest kernel with its defaults, with the 99% interval of the ratio; "?" where that contains 1, or where fewer than 15 samples show nothing.';
const NOT_COMPARED = 'These are from the search, with few samples: they were not compared side by side.';

/** `tuned` is null where the search was interrupted. */
export function tuneTable(document: TuneDocument, tuned: Tuned | null, screen: Screen): string {
  const { finals, results, winner, savedIn, search } = document;
  const wrapped = (text: string): string[] => wrap(text, '  ', screen.width);
  const best = tuned?.best ?? null;
  const lines = [
    ...wrapped(adapterLine(document.host, document.adapter)),
    '',
    ...wrapped(`${problemLine(results[0])}; shape class "${document.problem?.shapeClass}"`),
  ];
  const rows = finals.length > 0 ? finals : results.filter((result) => speedOf(result) > 0).slice(0, 5);
  if (rows.length > 0) {
    const headline = measureColumns(rows, 1);
    const cells = [
      ['kernel', 'knobs', 'verdict', 'ratio', 'GPU median (99%)', ...headline.heads, 'x own', 'x best'],
      ...rows.map((result) => row(result, headline, finals, tuned?.baseline ?? null)),
    ];
    const spare = ['ratio', ...headline.heads, 'x own'];
    lines.push(...fitted(cells, RIGHT, spare, screen), ...wrapped(finals.length > 0 ? COMPARED : NOT_COMPARED));
  }
  if (best && winner) {
    lines.push('', ...wrapped(bestLine(best, winner, tuned)), commandOf(best, document.host));
    if (tuned && tuned.ties.length > 0) lines.push(...wrapped(tiesLine(tuned.ties)));
  } else if (tuned) {
    lines.push('', 'No configuration came out correct with a time that the timer resolves.');
  }
  if (document.adapter?.software && rows.length > 0) {
    lines.push('Times are of a software adapter: they say nothing about any GPU.');
  }
  if (search) lines.push(...wrapped(searchLine(search, tuned === null)));
  if (winner && savedIn !== null) {
    lines.push(
      ...wrapped(
        `Saved in ${savedIn} for the adapter "${winner.adapter}" and ${winner.dtype} of class "${winner.shapeClass}".`,
      ),
    );
  }
  lines.push(...reasons(distinct([...results, ...finals]), true, screen), '', tally(results));
  return `${lines.join('\n')}\n`;
}

function searchLine(search: TuneSearch, isInterrupted: boolean): string {
  const { kernels, space, measured, seconds, timeUp } = search;
  const share = significant((100 * measured) / space);
  const among = `${kernels.length} ${kernels.length === 1 ? 'kernel' : 'kernels'}`;
  const end = measured === space ? 'that is all of them' : 'nothing better was found any more';
  const why = timeUp ? 'the time was up' : end;
  return (
    `Tried ${withCommas(measured)} of ${withCommas(space)} configurations (${share}%) of ${among} ` +
    `in ${significant(seconds)} s: ${isInterrupted ? 'interrupted' : why}.`
  );
}

function bestLine(best: Result, { ratioToDefault }: TunedEntry, tuned: Tuned | null): string {
  const { baseline = null, gain = null } = tuned ?? {};
  if (!baseline || ratioToDefault === null) return `Best: ${best.kernel}; no kernel could be timed with its defaults.`;
  if (best === baseline) return `Best: ${best.kernel} with its defaults; nothing that was tried is shown to be faster.`;
  const times = significant(ratioToDefault);
  const ends = gain?.interval ? ` (${fasterBy(gain.interval).map(significant).join(' to ')}, 99%)` : '';
  return `Best: ${best.kernel}, ${times} times as fast${ends} as the fastest kernel with its defaults, ${baseline.kernel}.`;
}

function tiesLine(ties: readonly Result[]): string {
  const names = ties.map((tie) => [tie.kernel, ...changedKnobs(tie.op, tie)].join(' '));
  return `Not shown to differ from it: ${names.join('; ')}.`;
}

/** What is wrong in the search and again in the comparison is said once. */
function distinct(results: readonly Result[]): Result[] {
  return [
    ...new Map(
      results.map((result) => [JSON.stringify([result.kernel, result.knobs, result.status]), result]),
    ).values(),
  ];
}

function row(result: Result, headline: MeasureColumns, finals: readonly Result[], baseline: Result | null): string[] {
  const { op, kernel, status, verdict, time } = result;
  const own = finals.find((other) => other.kernel === kernel && changedKnobs(op, other).length === 0);
  return [
    kernel,
    cut(changedKnobs(op, result).join(' ') || '(defaults)', KNOBS_WIDTH),
    status,
    verdict ? significant(Number(verdict.ratio)) : '',
    time ? gpuTime(time) : '',
    ...headline.cells(result),
    times(result, own),
    times(result, baseline),
  ];
}

function times(result: Result, baseline: Result | null | undefined): string {
  return result === baseline ? '1x' : timesAsFast(result, baseline);
}

/** The command line that measures the configuration again. */
function commandOf({ op, kernel, shape, dtype, knobs, seed, input }: Result, host: string): string {
  const own = findKernel(op, kernel)?.knobs ?? [];
  const sets = own.filter((knob) => knobs[knob.key] !== knob.default).map(({ key }) => `--set ${key}=${knobs[key]}`);
  const sizes = usedSizes(op, shape).map(([key, value]) => `${key}=${value}`);
  return [
    `npm run bench -- ${op} --kernel ${kernel} --shape ${sizes.join(',')}`,
    ...(dtype === 'f32' ? [] : [`--dtype ${dtype}`]),
    ...sets,
    `--input ${input} --seed ${seed} --host ${host}`,
  ].join(' ');
}
