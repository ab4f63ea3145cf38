/** Times the steps of a probe side by side: warm-up, calibration, samples in both orders, and again where a clock rose meanwhile. */
import { measuresOf } from '../core/quantity.ts';
import { changePoints, FEWEST_SAMPLES, medianInterval, quantile } from '../core/statistics.ts';
import type { Sample, Timer } from '../gpu/timer.ts';
import { LOOKS } from '../probes/parts/findings.ts';
import type { Row } from '../probes/types.ts';
import { type Clock, Deadline, fitting, Late } from './deadline.ts';
import type { Harness } from './experiment.ts';
import { calibrate, QUANTA, type Reading, reading, settle } from './measure.ts';
import { sourceOf } from './probe-conclusion.ts';
import type { Prepared } from './probe-steps.ts';

/** Of a series: long enough that what lies between two samples is no rest. */
const SERIES_MS = 25;
/** What there is of a series is handed on so often, since its run may be cancelled at any time. */
const KEPT_MS = 1000;
/** First samples slower than the later ones by more than this are the warm-up's. */
const RAMP = 1.05;

/** The first run of a step may last longer than those that follow: so much of it is what a sample will last at least. */
const FIRST = 0.5;
/** A check of an output takes about as long as so many samples. */
const CHECKS = 2;

/**
 * There are more samples of a group only until it has taken as long as so many samples of the least length: of 2 ms, 1.2 s. A
 * fingerprint asks for a dozen such groups on a software adapter, and has a minute.
 */
const MORE = 600;

/** Without a limit: as in a probe that runs by itself. */
const ALONE: Conditions = { deadline: new Deadline(Number.POSITIVE_INFINITY), fair: (leftMs) => leftMs };

/** By when a group must be through, and how much of the time that is left it should take. */
export interface Conditions {
  readonly deadline: Deadline;
  fair(leftMs: number): number;
  /** Given what a series comes to so far, every second and at its end. */
  keep?(step: Prepared, soFar: Row): void;
}

/**
 * Fills in the samples of all: as many as the budget has, and twice as many again while `isSettled` says that they do not
 * say enough, if there is time for that. The `share` of the work that is done is told. Those steps come back that were
 * sampled: within limits, some may be left out. Throws a `Failure`, or `Late`.
 */
export async function timeSteps(
  harness: Harness,
  timer: Timer,
  all: readonly Prepared[],
  tell: (share: number) => void,
  isSettled: () => boolean = () => true,
  { deadline, fair, keep }: Conditions = ALONE,
): Promise<readonly Prepared[]> {
  const calibrating = deadline.bounding(harness);
  const begun = affordable(harness, all, deadline, (leftMs) => leftMs, FIRST);
  await calibrateAll(calibrating, timer, begun, deadline.now);
  if (begun.some(({ step }) => step.seconds !== undefined)) {
    for (const step of begun) await series(calibrating, timer, step, tell, keep);
    return begun;
  }
  const isSoftware = harness.gpu.adapter.software;
  if (!isSoftware) {
    const samples = begun.map((step) => () => take(timer, step));
    await settle(samples, () => calibrating.pause());
    // At the higher clock a sample needs more.
    await calibrateAll(calibrating, timer, begun, deadline.now);
  }
  const sampled = affordable(harness, begun, deadline, fair);
  // Outputs are checked once more after the last sample.
  const sampling = deadline.earlier(CHECKS * lastedMs(sampled)).bounding(harness);
  let started = deadline.now();
  await sampleAll(sampling, timer, sampled, (share) => tell(0.1 + 0.8 * share));
  if (!isSoftware && sampled.some(({ samples }) => isRamp(samples))) {
    // All of them, so that the samples of two steps still are of the same rounds.
    for (const step of sampled) Object.assign(step, { samples: [], parts: [], again: true });
    started = deadline.now();
    await sampleAll(sampling, timer, sampled, () => {});
  }
  for (let look = 1; look < LOOKS && !isSettled(); look++) {
    // As many again as there are, which takes as long as all of them took.
    const tookMs = deadline.now() - started;
    if (tookMs > MORE * harness.budget.sampleMs || tookMs > fair(deadline.leftMs)) break;
    try {
      for (let times = 0; times < 2 ** (look - 1); times++)
        await sampleAll(sampling, timer, sampled, (share) => tell(0.9 + (0.1 * (look - 1 + share)) / LOOKS));
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      keepWholeRounds(sampled);
      break;
    }
  }
  return sampled;
}

/** Samples of two steps are compared round by round, so each step has as many as the others. */
function keepWholeRounds(steps: readonly Prepared[]): void {
  const rounds = Math.min(...steps.map(({ samples }) => samples.length));
  for (const one of steps)
    Object.assign(one, { samples: one.samples.slice(0, rounds), parts: one.parts.slice(0, rounds) });
}

/** Steps for which there is time, by how long their latest samples lasted, or a part of that. Throws `Late` without any. */
function affordable(
  { budget }: Harness,
  all: readonly Prepared[],
  { leftMs }: Deadline,
  fair: Conditions['fair'],
  part = 1,
): readonly Prepared[] {
  const costs = new Map(all.map((one) => [one.step, part * (budget.samples + CHECKS) * one.lastedMs]));
  const kept = fitting(
    all.map(({ step }) => step),
    (step) => costs.get(step) ?? 0,
    fair(leftMs),
    leftMs,
  );
  if (kept.length === 0) throw new Late();
  return all.filter(({ step }) => kept.includes(step));
}

function lastedMs(steps: readonly Prepared[]): number {
  return steps.reduce((sum, one) => sum + one.lastedMs, 0);
}

/** Every other round runs backwards, so that no step always follows the same neighbour. */
async function sampleAll(
  harness: Harness,
  timer: Timer,
  steps: readonly Prepared[],
  tell: (share: number) => void,
): Promise<void> {
  const { samples } = harness.budget;
  for (let round = 0; round < samples; round++) {
    for (const step of round % 2 === 0 ? steps : [...steps].reverse()) {
      await record(timer, step);
      await harness.pause();
    }
    tell((round + 1) / samples);
  }
}

/** Samples without a break, from a device that has just been waiting: how its clock rises is part of the series. */
async function series(
  harness: Harness,
  timer: Timer,
  step: Prepared,
  tell: (share: number) => void,
  keep: Conditions['keep'],
): Promise<void> {
  // A run of too few samples for any claim is a trial of the thing itself, and need not last.
  const share = Math.min(1, harness.budget.samples / FEWEST_SAMPLES);
  const seconds = (step.step.seconds ?? 0) * share;
  const longer = Math.max(1, SERIES_MS / harness.budget.sampleMs);
  step.repetitions = Math.ceil(step.repetitions * longer);
  const started = performance.now();
  let [passedMs, keptMs] = [0, 0];
  while (passedMs < 1000 * seconds) {
    await record(timer, step);
    await harness.pause();
    passedMs = performance.now() - started;
    tell(passedMs / 1000 / seconds);
    if (passedMs - keptMs < KEPT_MS) continue;
    keptMs = passedMs;
    keep?.(step, rowSoFar(timer, step, passedMs));
  }
  keep?.(step, rowSoFar(timer, step, passedMs));
}

/** How often a sample repeats each step, and how long it lasts; what the host's clock times is not repeated. */
async function calibrateAll(harness: Harness, timer: Timer, steps: readonly Prepared[], now: Clock): Promise<void> {
  for (const step of steps) {
    const isDispatch = step.step.work.kind === 'dispatch';
    if (!isDispatch && !step.first) continue;
    await harness.pause();
    const take = async (repetitions: number): Promise<Sample> => {
      const started = now();
      const sample = await step.sample(repetitions);
      step.lastedMs = now() - started;
      return sample;
    };
    // The first transfer pays for its staging buffer: what a sample lasts, a second one tells.
    if (!isDispatch) await take(step.repetitions);
    const { repetitions } = isDispatch
      ? await calibrate(timer, take, harness.budget, step.repetitions, step.first)
      : step;
    // At another clock of the device it says nothing.
    Object.assign(step, { repetitions, first: undefined });
  }
}

async function take(timer: Timer, step: Prepared): Promise<Reading> {
  return reading(sourceOf(step.step, timer.source), await step.sample(step.repetitions));
}

async function record(timer: Timer, step: Prepared): Promise<void> {
  const sample = await step.sample(step.repetitions);
  const { ns } = reading(sourceOf(step.step, timer.source), sample);
  step.samples.push(isTold(timer, step, ns) ? ns / step.repetitions : Number.NaN);
  if (sample.parts) step.parts.push(sample.parts);
}

/** False for stamps that are zero, negative or too near each other, which are counted and not clipped. */
function isTold(timer: Timer, { step }: Prepared, ns: number): boolean {
  return ns > 0 && (step.work.kind !== 'dispatch' || ns >= QUANTA * timer.quantumNs);
}

/** Whether the first samples are on a slower level than the later ones, as while a clock rises. */
export function isRamp(samples: readonly number[]): boolean {
  const told = samples.filter((ns) => !Number.isNaN(ns));
  const [first] = changePoints(
    told.map((ns) => Math.log(ns)),
    { shortest: 1 },
  );
  if (!first || first.index > told.length / 2) return false;
  return quantile(told.slice(0, first.index), 0.5) > RAMP * quantile(told.slice(first.index), 0.5);
}

/** What a step's samples come to. */
export function rowOf(timer: Timer, prepared: Prepared): Row {
  const row = rowWithoutInterval(timer, prepared);
  return row.medianNs === null ? row : { ...row, intervalNs: medianInterval(row.samplesNs) };
}

/** The same of a series that goes on. Its interval takes longer than a sample, and is for whoever keeps the row in the end. */
function rowSoFar(timer: Timer, prepared: Prepared, cutAfterMs: number): Row {
  const { check, ...row } = rowWithoutInterval(timer, prepared);
  return { ...row, cutAfterMs, check: check === 'exact' ? 'before' : check };
}

function rowWithoutInterval(timer: Timer, prepared: Prepared): Row {
  const { step, samples, repetitions, again, observed, parts } = prepared;
  const phases = Object.keys(parts[0] ?? {}).map((key) => [key, parts.flatMap((one) => one[key] ?? [])] as const);
  const phaseMeasures = phases.map(([key, ns]) => ({ key, title: key, unit: 'ns', value: quantile(ns, 0.5) }));
  const told = samples.filter((ns) => !Number.isNaN(ns));
  const medianNs = told.length > samples.length / 2 ? quantile(told, 0.5) : null;
  const { each } = step;
  const eachMeasure =
    medianNs !== null && each ? [{ key: each.key, title: each.title, unit: 'ns', value: medianNs / each.count }] : [];
  return {
    at: step.at,
    medianNs,
    intervalNs: null,
    samplesNs: told,
    repetitions,
    source: sourceOf(step, timer.source),
    dropped: samples.length - told.length,
    ...(again ? { again: true as const } : {}),
    ...(phases.length > 0 ? { parts: Object.fromEntries(phases) } : {}),
    measures:
      medianNs === null
        ? []
        : [
            ...eachMeasure,
            ...phaseMeasures,
            ...measuresOf(step.quantities, medianNs),
            ...(step.given ?? []),
            ...observed,
          ],
    model: step.model,
    check: step.check.only === undefined ? 'exact' : 'none',
  };
}
