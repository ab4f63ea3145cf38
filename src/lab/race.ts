/**
 * The race behind a kernel that chooses: its candidates, run where the answer is needed, since what is fastest on one
 * machine may be slow on another with an adapter of the same name.
 *
 * Every candidate is verified before its time counts: on a small problem of the kind, behind its gates like any run,
 * then on the problem that is timed, whose output is looked at again after the last sample. Samples are taken in turns.
 * The cost is bounded: about a second of GPU time for the samples, and a time after which no other candidate is begun.
 */
import { Failure, Refusal } from '../core/errors.ts';
import { quantile } from '../core/statistics.ts';
import type { Execution } from '../gpu/execution.ts';
import { planBytes } from '../gpu/limits.ts';
import type { Timer } from '../gpu/timer.ts';
import { questionKey } from '../kernels/raced.ts';
import type { Choice, Chosen, Knobs, Race, RaceOutcome } from '../kernels/types.ts';
import type { Problem } from '../ops/types.ts';
import { askToRun } from './consent.ts';
import { compareOutputs, type Harness, prepare } from './experiment.ts';
import { gatedTrial } from './gated.ts';
import { calibrate, QUANTA, reading, samplerOf, settle } from './measure.ts';
import { type Planned, tryPlan } from './plan.ts';
import { QUICK } from './protocol.ts';
import { groupBytes } from './room.ts';
import { BETTER, tunable } from './tune.ts';

/** GPU time of all samples together: the round that passes it is the last, but for the least rounds. */
const SAMPLING_NS = 1e9;
const MOST_ROUNDS = 9;
/** Fewer samples would not tell a slow candidate from a busy moment. */
const LEAST_ROUNDS = 3;
const SAMPLE_MS = 5;
/** After so long no other candidate is compiled and verified; those that are ready race. */
const PREPARING_MS = 15_000;
/** A candidate whose first sample is slower than the fastest by this factor gets no other. */
const HOPELESS = 2;
/** How long a candidate may take for its compiler and one dispatch, at least: a driver may compile at the first one. */
const LEAST_LIMIT_MS = 60_000;
/** Operations of the problem raced, at most: some 50 ms where a CPU emulates the GPU, some 10 ms on a GPU. */
const MOST_OPERATIONS = { software: 1.1e9, gpu: 4e10 };
/** Operations of the small problem, at most. */
const SMALL_OPERATIONS = 5e7;

interface Entrant {
  readonly choice: Choice;
  readonly isStart: boolean;
  readonly planned: Planned;
  readonly execution: Execution;
  readonly repetitions: number;
  readonly firstNs: number;
  /** Of one dispatch each. */
  readonly samplesNs: number[];
}

/** Hears which of how many candidates is being looked at, from 1 on. */
type Tell = (at: number, of: number) => void;

/**
 * Runs the race for a plan whose kernel chooses. Null where there was nothing to decide or nothing could be decided: then
 * the choice without a race stands. `asked` has the questions that were raced in this session, so that one which came to
 * nothing, or took the device down, is not raced again. Throws a `Failure` where the device is lost, a kernel does not
 * return or the reader cancels.
 */
export async function race(
  harness: Harness,
  timer: Timer,
  { kernel, problem, knobs }: Planned,
  asked: Set<string>,
  tell: Tell,
): Promise<RaceOutcome | null> {
  if (!kernel.race) return null;
  const { capabilities } = harness;
  const question = kernel.race.question(problem, knobs, capabilities);
  const key = questionKey(question);
  if (asked.has(key) || kernel.race.known(problem, knobs, capabilities)) return null;
  asked.add(key);
  // Outside of what may fail: a rival that is no candidate is a fault of the kernel that chooses, not of the device.
  const entrants = kernel.race.entrants(problem, knobs, capabilities);
  const course = new Course(harness, timer, kernel.race, problem, knobs, tell);
  try {
    const found = await course.run(entrants);
    return found && { ...question, ...found, given: knobs, date: today() };
  } catch (error) {
    if (error instanceof Failure && error.code === 'cancelled') asked.delete(key);
    if (isFatal(error)) throw error;
    return null;
  } finally {
    course.release();
  }
}

/**
 * The outcome of a race in which a candidate took the device down, so that none is run again for such problems: the
 * choice without a race, and no times.
 */
export function abandoned({ kernel, problem, knobs, chosen }: Planned, { capabilities }: Harness): RaceOutcome | null {
  if (!kernel.race || !chosen) return null;
  const start = { kernel: chosen.kernel, knobs: {} };
  const { shape } = problem;
  const question = kernel.race.question(problem, knobs, capabilities);
  const edition = kernel.race.edition(problem, knobs, capabilities, [start]);
  return { ...question, start, winner: start, shape, given: knobs, edition, times: [], date: today() };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** One race under way. */
class Course {
  private readonly harness: Harness;
  private readonly raced: Problem;
  private readonly small: Problem;
  private entrants: Entrant[] = [];
  private spentNs = 0;

  constructor(
    outer: Harness,
    private readonly timer: Timer,
    private readonly race: Race,
    problem: Problem,
    private readonly given: Knobs,
    private readonly tell: Tell,
  ) {
    const limitMs = Math.max(LEAST_LIMIT_MS, outer.budget.limitMs);
    this.harness = {
      ...outer,
      budget: { ...QUICK, samples: 0, sampleMs: SAMPLE_MS, limitMs },
      // The phases of a candidate's own runs are not those of the request.
      step: () => outer.pause(),
    };
    const { software } = outer.capabilities;
    this.raced = { ...problem, shape: race.shape(problem, MOST_OPERATIONS[software ? 'software' : 'gpu']) };
    this.small = { ...problem, shape: race.shape(problem, SMALL_OPERATIONS) };
  }

  release(): void {
    for (const { execution } of this.entrants) execution.release();
  }

  /** Null where fewer than two candidates came out correct with a time. */
  async run(
    all: readonly Chosen[],
  ): Promise<Pick<RaceOutcome, 'start' | 'winner' | 'shape' | 'edition' | 'times'> | null> {
    const possible = all.flatMap((chosen, at) => {
      const [small, planned] = [this.small, this.raced].map((problem) => planOf(chosen, problem, this.harness));
      return small && planned ? [{ isStart: at === 0, small, planned }] : [];
    });
    const first = possible.find(({ isStart }) => isStart);
    if (!first || possible.length < 2) return null;
    const started = performance.now();
    let bytes = 0;
    const most = groupBytes(this.harness.capabilities);
    for (const [at, { isStart, small, planned }] of possible.entries()) {
      bytes += planBytes(planned.plan);
      if (at > 0 && (performance.now() - started > PREPARING_MS || bytes > most)) break;
      this.tell(at + 1, possible.length);
      await unlessFatal(() => this.enter(isStart, small, planned));
    }
    await this.sample();
    const times = await this.confirmed();
    if (times.length < 2) return null;
    const start = times.find(({ isStart }) => isStart);
    // What replaces it must as a rule be faster than that is at best: on a busy machine the fastest sample alone is luck.
    const better = times.filter(({ medianNs }) => !start || BETTER * medianNs < start.leastNs);
    const won = better.length === 0 ? start : better.reduce((a, b) => (b.leastNs < a.leastNs ? b : a));
    if (!won) return null;
    const begun = choiceOf(first.planned);
    const compared = [begun, ...times.map(({ choice }) => choice)];
    return {
      start: begun,
      winner: won.choice,
      shape: this.raced.shape,
      edition: this.race.edition(this.raced, this.given, this.harness.capabilities, compared),
      times: times.map(({ choice, leastNs }) => ({ ...choice, leastNs })),
    };
  }

  /** Verifies a candidate and takes its first sample. Throws a `Failure` or a `Refusal` where it is not to race. */
  private async enter(isStart: boolean, small: Planned, planned: Planned): Promise<void> {
    const { harness, timer } = this;
    const owner = `race ${planned.kernel.id}`;
    await askToRun(harness, timer, planned, undefined);
    const { trial, verdict } = await gatedTrial(harness, small, undefined, owner);
    trial?.execution.release();
    if (!verdict.correct) return;
    const execution = await prepare(harness, planned, owner);
    try {
      const outputs = await execution.run();
      if (!(await compareOutputs(harness, planned, outputs, 1)).correct) {
        execution.release();
        return;
      }
      const take = samplerOf(timer, execution);
      if (this.entrants.length === 0 && !harness.capabilities.software) {
        await settle([async () => reading(timer.source, await take(1))], () => harness.pause());
      }
      const { repetitions, sample } = await calibrate(timer, take, harness.budget, 1);
      const { ns } = reading(timer.source, sample);
      if (isReading(ns)) this.spentNs += ns;
      const choice = choiceOf(planned);
      const firstNs = ns / repetitions;
      this.entrants.push({ choice, isStart, planned, execution, repetitions, firstNs, samplesNs: [] });
    } catch (error) {
      execution.release();
      throw error;
    }
  }

  /** In turns, every other round backwards, so that no candidate always follows the same neighbour. */
  private async sample(): Promise<void> {
    const least = Math.min(...this.entrants.map(({ firstNs }) => firstNs).filter(isReading));
    const field = this.entrants.filter(({ firstNs, isStart }) => isStart || firstNs <= HOPELESS * least);
    for (let round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || this.spentNs < SAMPLING_NS); round++) {
      for (const entrant of round % 2 === 0 ? field : [...field].reverse()) {
        await this.harness.pause();
        const { source } = this.timer;
        const { ns } = reading(source, await this.timer.sample(entrant.execution, entrant.repetitions));
        if (isReading(ns)) this.spentNs += ns;
        entrant.samplesNs.push(ns / entrant.repetitions);
      }
    }
    // Its one sample is all that there is of a candidate that fell behind.
    for (const { samplesNs, firstNs } of this.entrants) if (samplesNs.length === 0) samplesNs.push(firstNs);
  }

  /**
   * The candidates whose output is still right and whose samples the timer could resolve. None where it cannot resolve the
   * choice without a race: then nothing is known to be faster than that.
   */
  private async confirmed(): Promise<{ choice: Choice; isStart: boolean; leastNs: number; medianNs: number }[]> {
    const { harness, timer } = this;
    const kept: { choice: Choice; isStart: boolean; leastNs: number; medianNs: number }[] = [];
    for (const { choice, isStart, planned, execution, repetitions, samplesNs } of this.entrants) {
      if (!isResolved(samplesNs, repetitions, timer.quantumNs)) {
        if (isStart) return [];
        continue;
      }
      const { correct } = await compareOutputs(harness, planned, await execution.outputs(), 1);
      if (correct) {
        const read = samplesNs.filter(isReading);
        const [leastNs, medianNs] = [Math.min(...read), quantile(read, 0.5)];
        kept.push({ choice, isStart, leastNs, medianNs });
      }
    }
    return kept;
  }
}

/** A clock now and then gives nothing, which is NaN. */
function isReading(ns: number): boolean {
  return Number.isFinite(ns) && ns > 0;
}

/**
 * Whether samples of one dispatch each make a time, as those of a measurement do: most of them were read, and none of these
 * is too short for the timer's step.
 */
export function isResolved(samplesNs: readonly number[], repetitions: number, quantumNs: number): boolean {
  const read = samplesNs.filter(isReading);
  return read.length > samplesNs.length / 2 && read.every((ns) => ns * repetitions >= QUANTA * quantumNs);
}

function planOf({ kernel, knobs }: Chosen, problem: Problem, { capabilities }: Harness): Planned | null {
  const planned = tryPlan({ ...problem, kernel, knobs }, capabilities);
  return planned instanceof Refusal ? null : planned;
}

/** A plan's kernel with the knobs that may be chosen: not those that say how the data lie. */
function choiceOf({ kernel, knobs }: Planned): Choice {
  return { kernel: kernel.id, knobs: Object.fromEntries(tunable(kernel).map(({ key }) => [key, knobs[key]])) };
}

/** A candidate that fails is out of the race; what ends the whole call is thrown. */
async function unlessFatal(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isFatal(error)) throw error;
  }
}

/** Whether an error ends the whole call: a lost device, a kernel that does not return, a cancellation, a fault of ours. */
function isFatal(error: unknown): boolean {
  if (error instanceof Failure) return ['device-lost', 'timeout', 'cancelled'].includes(error.code);
  return !(error instanceof Refusal);
}
