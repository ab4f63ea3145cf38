/**
 * Limited time. A fingerprint has a minute or some for all of its probes, on whatever machine: each probe gets a part of it,
 * and what does not fit is left out and named, never measured by half.
 */
import type { Harness } from './experiment.ts';

/** Milliseconds of a clock that does not go back. */
export type Clock = () => number;

const sinceStart: Clock = () => performance.now();

/**
 * How long the GPU and its compiler may still take when the time is over, in ms: what has begun cannot be interrupted. A kernel
 * that takes longer is taken for one that does not end.
 */
const OVERDUE_MS = 10_000;

/** Thrown where the time is over. It ends what was being measured, and is no failure. */
export class Late extends Error {}

/** A moment by which something has to be over; never, if `ms` is Infinity. */
export class Deadline {
  private readonly end: number;

  /** In `ms` milliseconds from now on. */
  constructor(
    ms: number,
    readonly now: Clock = sinceStart,
  ) {
    this.end = now() + ms;
  }

  /** Milliseconds that are left; less than 0 once it is over. */
  get leftMs(): number {
    return this.end - this.now();
  }

  /** So many milliseconds before this one. */
  earlier(ms: number): Deadline {
    return new Deadline(this.leftMs - ms, this.now);
  }

  /** The harness whose pauses throw `Late` once the time is over, and whose patience with the GPU ends soon after. */
  bounding(harness: Harness): Harness {
    const check = (): void => {
      if (this.leftMs <= 0) throw new Late();
    };
    const limitMs = (): number => Math.min(harness.budget.limitMs, Math.max(0, this.leftMs) + OVERDUE_MS);
    return {
      ...harness,
      budget: {
        ...harness.budget,
        get limitMs() {
          return limitMs();
        },
      },
      async pause() {
        await harness.pause();
        check();
      },
      async step(phase) {
        await harness.step(phase);
        check();
      },
    };
  }
}

/** How long something took, beside its limit: what has begun cannot be interrupted, so it may have taken longer. */
export function tookWords(tookMs: number, limitMs: number, text: (ms: number) => string): string {
  return tookMs <= limitMs
    ? `${text(tookMs)} of at most ${text(limitMs)}`
    : `${text(tookMs)}, with a limit of ${text(limitMs)}`;
}

/** In the order to measure them: those last that have most to do, since these can use whatever the others leave. */
export function inTurn<T extends Worth>(probes: readonly T[]): readonly T[] {
  return [...probes].sort((a, b) => worthOf(a) - worthOf(b));
}

/** How much of the time a probe should have at least, as a part of the sum of all. */
interface Worth {
  readonly worth?: number;
}

function worthOf({ worth = 1 }: Worth): number {
  return worth;
}

/** What part of the time of all these probes some of them should have together. */
export function partOf(some: readonly Worth[], all: readonly Worth[]): number {
  return sum(some.map(worthOf)) / sum(all.map(worthOf));
}

/** Of all the time, what is kept for probes to come; the rest is for whichever needs it first. */
const KEPT = 0.6;

/** Time that several probes share, from the moment that it was made. */
export class SharedTime {
  private readonly deadline: Deadline;
  private readonly worths: readonly number[];

  /** Of probes in the order in which they are measured: see `inTurn`. */
  constructor(
    probes: readonly Worth[],
    private readonly totalMs: number,
    now: Clock = sinceStart,
  ) {
    this.deadline = new Deadline(totalMs, now);
    this.worths = probes.map(worthOf);
  }

  /**
   * Milliseconds that the probe at this place may take now: what is left, less what is kept for those after it, but no less
   * than its part of what is left. What it does not use is for those after it.
   */
  of(at: number): number {
    const leftMs = Math.max(0, this.deadline.leftMs);
    const after = sum(this.worths.slice(at + 1));
    const keptMs = (KEPT * this.totalMs * after) / sum(this.worths);
    return Math.max((leftMs * this.worths[at]) / (this.worths[at] + after), leftMs - keptMs);
  }
}

/** What may be left out: the higher its number, the sooner. What has no number is needed by all the others. */
interface Sparable {
  readonly spare?: number;
}

/** Whether some may be left out and others stay. */
export function isThinnable(all: readonly Sparable[]): boolean {
  return new Set(all.map(({ spare = -1 }) => spare)).size > 1;
}

/**
 * Those that are measured: of what may be left out only as much as takes no longer than `fairMs` with all the rest, and
 * nothing at all where the rest alone would take longer than `mostMs`.
 */
export function fitting<T extends Sparable>(
  all: readonly T[],
  costMs: (one: T) => number,
  fairMs: number,
  mostMs: number,
): readonly T[] {
  let kept = all;
  while (sum(kept.map(costMs)) > fairMs && isThinnable(kept)) {
    const most = Math.max(...kept.map(({ spare = -1 }) => spare));
    kept = kept.filter(({ spare = -1 }) => spare < most);
  }
  return sum(kept.map(costMs)) > mostMs ? [] : kept;
}

/** How much more than its part of the time a group may take: others may need less than theirs. */
const BORROWED = 1.5;

/** The time that so many of the steps to come should share, in milliseconds. */
export function fairShare(leftMs: number, own: number, toCome: number): number {
  return Math.min(leftMs, (BORROWED * leftMs * own) / toCome);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
