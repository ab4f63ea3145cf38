/** How the log of a traced pass is laid out, and which workgroups are in it. */
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import type { PassPlan } from '../gpu/plan.ts';
import type { Recording } from '../gpu/recorder.ts';
import type { PassLog } from '../trace/analyse.ts';
import { HEAD } from '../wgsl/events.ts';

/** Which workgroups: all that fit, the first, the middle and the last one, or those of these numbers. */
export type Choice = 'all' | 'sample' | readonly number[];

export function workgroupsOf({ workgroups }: PassPlan): number {
  return workgroups.reduce((product, count) => product * count, 1);
}

export function lanesOf({ workgroupSize }: PassPlan): number {
  return workgroupSize.reduce((product, size) => product * size, 1);
}

/** Numbers in ascending order, as far as the pass has them. */
export function chosen(choice: Choice, of: number): readonly number[] {
  if (choice === 'all') return Array.from({ length: of }, (_, number) => number);
  const numbers = choice === 'sample' ? [0, of >> 1, of - 1] : choice.filter((number) => number < of);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/**
 * A log for these workgroups. `counts` are the entries of each of their lanes, for which there is room; without them
 * there is no room, and only the counts come back.
 */
export function recording(
  of: number,
  lanes: number,
  workgroups: readonly number[],
  counts: Uint32Array | null,
): Recording & { readonly starts: Uint32Array } {
  const own = workgroups.length * lanes;
  const startsAt = HEAD.length + of;
  const countsAt = startsAt + own + 1;
  const head = new Uint32Array(2 * countsAt);
  const starts = new Uint32Array(own + 1);
  head[2 * HEAD.starts] = startsAt;
  head[2 * HEAD.lanes] = lanes;
  head[2 * HEAD.counts] = countsAt;
  for (const [slot, number] of workgroups.entries()) head[2 * (HEAD.length + number)] = slot + 1;
  let end = countsAt + own;
  for (let lane = 0; lane < own; lane++) {
    starts[lane] = end;
    end += counts?.[lane] ?? 0;
  }
  starts[own] = end;
  for (const [lane, start] of starts.entries()) head[2 * (startsAt + lane)] = start;
  return { head, length: end, from: countsAt, to: end, starts };
}

/** What a log without counts asks for, in entries. */
export function countingEntries(of: number, lanes: number, workgroups: number): number {
  return HEAD.length + of + 2 * workgroups * lanes + 1;
}

/** Counts of lanes as they are read back: the first words of entries. */
export function countsOf(words: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: words.length / 2 }, (_, at) => words[2 * at]);
}

/** What came back of a log, workgroup by workgroup. */
export function passLog(
  words: Uint32Array,
  { from, starts }: Recording & { readonly starts: Uint32Array },
  of: number,
  lanes: number,
  workgroups: readonly number[],
): PassLog {
  return {
    workgroups,
    of,
    lanes(index) {
      const first = index * lanes;
      return {
        log: words,
        starts: starts.subarray(first, first + lanes + 1).map((at) => at - from),
        counts: countsOf(words.subarray(2 * first, 2 * (first + lanes))),
      };
    },
  };
}

/** The part of `counts`, which are of the lanes of `workgroups`, that is of the lanes of `some` of them. */
export function countsWithin(
  counts: Uint32Array,
  workgroups: readonly number[],
  some: readonly number[],
  lanes: number,
): Uint32Array {
  const kept = new Uint32Array(some.length * lanes);
  for (const [at, number] of some.entries()) {
    const first = workgroups.indexOf(number) * lanes;
    kept.set(counts.subarray(first, first + lanes), at * lanes);
  }
  return kept;
}

/** What the busiest workgroup may log, as a multiple of the average, where some are to stand for all. */
const MOST_UNEVEN = 1.5;

/**
 * Throws a `Refusal` where the busiest workgroup of a pass logs far more than the average one: if it is not among those that
 * are traced, they say nothing of it. `counts` are the entries of every lane of the pass.
 */
export function assertAlike(pass: PassPlan, counts: Uint32Array): void {
  const lanes = lanesOf(pass);
  const own = Array.from({ length: workgroupsOf(pass) }, (_, number) =>
    counts.subarray(number * lanes, (number + 1) * lanes).reduce((sum, one) => sum + one, 0),
  );
  const [total, most] = own.reduce(([sum, largest], one) => [sum + one, Math.max(largest, one)], [0, 0]);
  const times = (most * own.length) / total;
  // Where nothing is logged at all, nobody does more than others.
  if (total === 0 || times <= MOST_UNEVEN) return;
  throw new Refusal(
    `The busiest workgroup of ${pass.entry} logs ${Number(times.toPrecision(3))} times what the average one does, so some cannot stand for all`,
  );
}

/**
 * As many of these workgroups as a log of `most` entries holds: all, else the first, the middle and the last, else the
 * first alone. Throws a `Refusal` where not even that fits.
 */
export function thatFit(
  pass: PassPlan,
  workgroups: readonly number[],
  counts: Uint32Array,
  most: number,
): readonly number[] {
  const lanes = lanesOf(pass);
  const of = workgroupsOf(pass);
  const words = (chosen: readonly number[]): number =>
    chosen.reduce(
      (sum, number) => {
        const first = workgroups.indexOf(number) * lanes;
        return counts.subarray(first, first + lanes).reduce((total, one) => total + one, sum);
      },
      countingEntries(of, lanes, chosen.length),
    );
  const total = counts.reduce((sum, one) => sum + one, countingEntries(of, lanes, workgroups.length));
  if (total <= most) return workgroups;
  const last = workgroups.length - 1;
  const few = [...new Set([0, workgroups.length >> 1, last])].map((at) => workgroups[at]);
  const found = [few, few.slice(0, 1)].find((some) => words(some) <= most);
  if (found) return found;
  throw new Refusal(
    `One workgroup of ${pass.entry} logs more than the ${withCommas(most * 8)} bytes that a trace may log here: choose a smaller shape`,
  );
}
