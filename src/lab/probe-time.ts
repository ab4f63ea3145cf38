/** Times the steps of a probe side by side: warm-up, calibration, samples in both orders, and again where a clock rose meanwhile. */
import { measuresOf } from '../core/quantity.ts';
import { changePoints, FEWEST_SAMPLES, medianInterval, quantile } from '../core/statistics.ts';
import type { Timer } from '../gpu/timer.ts';
import type { Row } from '../probes/types.ts';
import type { Harness } from './experiment.ts';
import { clockNs, QUANTA, wantedNs } from './measure.ts';
import type { Prepared } from './probe-steps.ts';

/** A GPU may run at a sixth of its clock until it has been busy for some tenths of a second. */
const WARM_UP_NS = 6e8;
/** Before a group that follows another: the clock falls while outputs are compared, but not all the way. */
const STAY_WARM_NS = 3e8;
/** Rounds of warm-up, however little each takes. */
const WARM_UP_ROUNDS = 200;
/** No submission should last much longer: a driver may reset after two seconds. */
const LONGEST_NS = 5e8;
/** Of a series: long enough that what lies between two samples is no rest. */
const SERIES_MS = 25;
const MOST_REPETITIONS = 4096;
/** First samples slower than the later ones by more than this are the warm-up's. */
const RAMP = 1.05;

/** Fills in the samples of all, which follow other steps where `isWarm`. `share` of the work that is done is told. Throws a `Failure`. */
export async function timeSteps(
  harness: Harness,
  timer: Timer,
  steps: readonly Prepared[],
  isWarm: boolean,
  tell: (share: number) => void,
): Promise<void> {
  await calibrateAll(harness, timer, steps);
  if (steps.some(({ step }) => step.seconds !== undefined)) {
    for (const step of steps) await series(harness, timer, step, tell);
    return;
  }
  if (!harness.gpu.adapter.software) {
    const wanted = isWarm ? STAY_WARM_NS : WARM_UP_NS;
    let busy = 0;
    for (let round = 0; round < WARM_UP_ROUNDS && busy < wanted; round++) {
      for (const step of steps) {
        if (busy >= wanted) break;
        const { wallNs } = await step.sample(step.repetitions);
        busy += wallNs;
        await harness.pause();
      }
    }
    // At the higher clock a sample needs more.
    await calibrateAll(harness, timer, steps);
  }
  await sampleAll(harness, timer, steps, (share) => tell(0.1 + 0.8 * share));
  const rising = harness.gpu.adapter.software ? [] : steps.filter(({ samples }) => isRamp(samples));
  if (rising.length === 0) return;
  for (const step of rising) Object.assign(step, { samples: [], again: true });
  await sampleAll(harness, timer, rising, (share) => tell(0.9 + 0.1 * share));
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
      const ns = nsOf(timer, step, await step.sample(step.repetitions));
      step.samples.push(isTold(timer, step, ns) ? ns / step.repetitions : Number.NaN);
      await harness.pause();
    }
    tell((round + 1) / samples);
  }
}

/** Samples without a break, from a device that has just been waiting: how its clock rises is part of the series. */
async function series(harness: Harness, timer: Timer, step: Prepared, tell: (share: number) => void): Promise<void> {
  // A run of too few samples for any claim is a trial of the thing itself, and need not last.
  const share = Math.min(1, harness.budget.samples / FEWEST_SAMPLES);
  const seconds = (step.step.seconds ?? 0) * share;
  const longer = Math.max(1, SERIES_MS / harness.budget.sampleMs);
  step.repetitions = Math.min(MOST_REPETITIONS, Math.ceil(step.repetitions * longer));
  const started = performance.now();
  for (let passed = 0; passed < seconds; passed = (performance.now() - started) / 1000) {
    const ns = nsOf(timer, step, await step.sample(step.repetitions));
    step.samples.push(isTold(timer, step, ns) ? ns / step.repetitions : Number.NaN);
    await harness.pause();
    tell(passed / seconds);
  }
}

/** How often a sample repeats each step. */
async function calibrateAll(harness: Harness, timer: Timer, steps: readonly Prepared[]): Promise<void> {
  const wanted = wantedNs(timer, harness.budget);
  for (const step of steps) {
    if (step.step.work.kind !== 'dispatch') continue;
    for (;;) {
      await harness.pause();
      const sample = await step.sample(step.repetitions);
      const ns = nsOf(timer, step, sample);
      if (ns >= wanted) break;
      // A reading below ten steps of the timer says little; the host's clock bounds the time from above.
      const growth = ns >= 10 * timer.quantumNs ? Math.max(1.3, (1.2 * wanted) / ns) : 8;
      const most = Math.max(1, Math.floor((step.repetitions * LONGEST_NS) / sample.wallNs));
      const next = Math.min(MOST_REPETITIONS, Math.max(step.repetitions, most), Math.ceil(step.repetitions * growth));
      if (next <= step.repetitions) break;
      step.repetitions = next;
    }
  }
}

function nsOf(timer: Timer, { step }: Prepared, sample: { readonly gpuNs: number; readonly wallNs: number }): number {
  return step.work.kind === 'dispatch' ? clockNs(timer, sample) : sample.wallNs;
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
export function rowOf(timer: Timer, { step, samples, repetitions, again, observed }: Prepared): Row {
  const told = samples.filter((ns) => !Number.isNaN(ns));
  const medianNs = told.length > samples.length / 2 ? quantile(told, 0.5) : null;
  const { each } = step;
  const eachMeasure =
    medianNs !== null && each ? [{ key: each.key, title: each.title, unit: 'ns', value: medianNs / each.count }] : [];
  return {
    at: step.at,
    medianNs,
    intervalNs: medianNs === null ? null : medianInterval(told),
    samplesNs: told,
    repetitions,
    source: step.work.kind === 'dispatch' ? timer.source : 'wall',
    dropped: samples.length - told.length,
    ...(again ? { again: true as const } : {}),
    measures: medianNs === null ? [] : [...eachMeasure, ...measuresOf(step.quantities, medianNs), ...observed],
    model: step.model,
    check: step.check.only === undefined ? 'exact' : 'none',
  };
}
