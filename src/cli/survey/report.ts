/** What a survey found, a row for each step: as JSON while it goes on, as a table at its end. */
import type { Measure } from '../../core/quantity.ts';
import { isFault } from '../../lab/outcome.ts';
import type { Result } from '../../lab/result.ts';
import { columns, duration, groupBy, significant, wrap } from '../text.ts';

export interface StepReport {
  readonly id: string;
  /** The document that the step wrote; null where it wrote none. */
  readonly file: string | null;
  /** "cut short": its time was up, and the file has what had landed. */
  readonly state: 'done' | 'cut short' | 'failed' | 'left out';
  readonly reason: string | null;
  readonly seconds: number;
  /** Exit status; null where it was ended by force, or never ran. */
  readonly status: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly fastest: Fastest | null;
}

export interface Fastest {
  readonly kernel: string;
  readonly medianNs: number;
  readonly measure: Measure | null;
}

/** How many results have each status; a lesson that is wrong on purpose counts as "meant". */
export function countsOf(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const key = result.meant && !isFault(result) ? 'meant' : result.status;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Null where nothing was timed, or several operations were, whose times do not compare. */
export function fastestOf(results: readonly Result[]): Fastest | null {
  if (results.some(({ op }) => op !== results[0].op)) return null;
  let fastest: Fastest | null = null;
  for (const { kernel, chosen, time, measures } of results) {
    if (!time?.medianNs || (fastest && fastest.medianNs <= time.medianNs)) continue;
    const name = chosen ? `${kernel} (${chosen.kernel})` : kernel;
    fastest = { kernel: name, medianNs: time.medianNs, measure: measures[0] ?? null };
  }
  return fastest;
}

const HEAD = ['Step', 's', 'correct', 'wrong', 'meant', 'refused', 'failed', 'Fastest', 'time', 'rate', ''];
const RIGHT = HEAD.map((name) => !['Step', 'Fastest', ''].includes(name));

export function surveyTable(adapter: string, steps: readonly StepReport[]): string {
  const rows = steps.map(({ id, seconds, counts, fastest, state }) => [
    id,
    state === 'left out' ? '' : seconds.toFixed(1),
    ...HEAD.slice(2, 7).map((status) => (counts[status] ? String(counts[status]) : '')),
    fastest?.kernel ?? '',
    fastest ? duration(fastest.medianNs) : '',
    fastest?.measure ? `${significant(fastest.measure.value)} ${fastest.measure.unit}` : '',
    state === 'done' ? '' : state,
  ]);
  // What several steps have in common, such as a time that was too short, is said once.
  const reasons = groupBy(
    steps.filter(({ reason }) => reason !== null),
    ({ reason }) => reason as string,
  ).flatMap((alike) => wrap(`${alike.map(({ id }) => id).join(', ')}: ${alike[0].reason}`));
  return `${[adapter, '', ...columns([HEAD, ...rows], RIGHT), '', ...reasons].join('\n').trimEnd()}\n`;
}
