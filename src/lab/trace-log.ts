/** How the log of a traced pass is laid out, and which workgroups are in it. */
import { Refusal } from '../core/errors.ts';
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
 * A log for these workgroups. `counts` are the words of each of their lanes, for which there is room; without them there
 * is none, and only the counts come back.
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
  const head = new Uint32Array(countsAt);
  head[HEAD.starts] = startsAt;
  head[HEAD.lanes] = lanes;
  head[HEAD.counts] = countsAt;
  for (const [slot, number] of workgroups.entries()) head[HEAD.length + number] = slot + 1;
  let end = countsAt + own;
  for (let lane = 0; lane < own; lane++) {
    head[startsAt + lane] = end;
    end += counts?.[lane] ?? 0;
  }
  head[startsAt + own] = end;
  return { head, length: end, from: countsAt, to: end, starts: head.subarray(startsAt) };
}

/** What a log without counts asks for, in words. */
export function countingWords(of: number, lanes: number, workgroups: number): number {
  return HEAD.length + of + 2 * workgroups * lanes + 1;
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
        counts: words.subarray(first, first + lanes),
      };
    },
  };
}

/**
 * As many of these workgroups as a log of `most` words holds: all, else the first, the middle and the last, else the
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
      countingWords(of, lanes, chosen.length),
    );
  const total = counts.reduce((sum, one) => sum + one, countingWords(of, lanes, workgroups.length));
  if (total <= most) return workgroups;
  const last = workgroups.length - 1;
  const few = [...new Set([0, workgroups.length >> 1, last])].map((at) => workgroups[at]);
  const found = [few, few.slice(0, 1)].find((some) => words(some) <= most);
  if (found) return found;
  throw new Refusal(
    `One workgroup of ${pass.entry} logs more than this device's ${(most * 4).toLocaleString('en-US')} bytes: choose a smaller shape`,
  );
}
