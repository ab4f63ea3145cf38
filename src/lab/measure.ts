/** Times verified kernels side by side: warm-up, calibration, then samples taken round-robin. */
import { Failure } from '../core/errors.ts';
import { medianInterval, quantile } from '../core/statistics.ts';
import type { Execution } from '../gpu/execution.ts';
import type { Sample, Timer, Work } from '../gpu/timer.ts';
import type { Budget } from './protocol.ts';
import type { Time } from './result.ts';
import { Turns } from './turns.ts';

/** A time must span this many steps of the timer, so that the step costs at most one percent. */
export const QUANTA = 100;
/** Samples are this many times as long as the timer asks for when they are calibrated: a device may get faster. */
const MARGIN = 1.25;
/** No submission should last much longer: a driver may reset after two seconds. */
const LONGEST_NS = 1e9;
const MOST_DISPATCHES = 32_768;
/**
 * A variant gets fewer samples where they would take longer than this in all. Below fifteen nothing is concluded of them, so
 * it is long enough for as many of half a second each.
 */
const SAMPLING_NS = 8e9;

/**
 * A GPU at rest runs at a fraction of its clock until it has been busy for a while: an H200 at 345 of 1,980 MHz, which
 * took 100 to 250 ms to rise and fell again while the processor verified.
 */
const LEAST_WARM_UP_NS = 0.4e9;
const MOST_WARM_UP_NS = 2e9;
/** How long warming up may take by the host's clock, part of which the GPU may stand idle. */
const MOST_WARMING_NS = 4e9;
/** The clock has settled after so many rounds in a row of which none is faster than the fastest before by this factor. */
const STEADY_ROUNDS = 2;
const STEADY = 1.03;

export interface Variant {
  readonly execution: Execution;
  /** The same text for variants whose tensors hold the same values: these take turns with each other's memory. */
  readonly tensors?: string;
  /** Duration of its first dispatch, which is kept apart from the samples; null where it is not known. */
  readonly firstNs: number | null;
  /** Set where timing it failed; the others go on. */
  failure: Failure | null;
  time: Time | null;
}

export interface MeasureOptions {
  /** Whether the device has a clock that rises under load: all but software adapters. */
  readonly warmUp: boolean;
  /** Called between submissions; may throw to end it all. */
  readonly pause: () => Promise<void>;
}

/**
 * Fills in the times. Throws only what ends the whole bench: a lost device, a kernel that does not return, a
 * cancellation; what concerns one variant is kept in its `failure`.
 */
export async function measure(
  timer: Timer,
  variants: readonly Variant[],
  budget: Budget,
  { warmUp, pause }: MeasureOptions,
): Promise<void> {
  for (const variant of warmUp ? variants : []) {
    const warmed = await guarded(variant, async () => {
      const sampler = samplerOf(timer, variant.execution);
      const { repetitions } = await calibrate(timer, sampler, budget, 1);
      await settle([async () => reading(timer.source, await sampler(repetitions))], pause);
    });
    // The first that runs will do.
    if (warmed) break;
  }
  const plans: Plan[] = [];
  for (const variant of variants) {
    if (variant.failure) continue;
    await pause();
    await guarded(variant, async () => {
      const { repetitions, sample } = await calibrate(timer, samplerOf(timer, variant.execution), budget, 1);
      const samples = Math.max(
        Math.min(3, budget.samples),
        Math.min(budget.samples, Math.floor(SAMPLING_NS / Math.max(sample.wallNs, 1))),
      );
      const { ns } = reading(timer.source, sample);
      plans.push({ variant, repetitions, sampleNs: ns, samples, gpu: [], wall: [] });
    });
  }
  even(plans);
  const rounds = Math.max(0, ...plans.map((plan) => plan.samples));
  const turns = new Turns(plans);
  for (let round = 0; round < rounds; round++) {
    turns.before(round);
    // Every other round runs backwards, so that no variant always follows the same neighbour.
    for (const plan of round % 2 === 0 ? plans : [...plans].reverse()) {
      if (round >= plan.samples || plan.variant.failure) continue;
      await pause();
      await guarded(plan.variant, async () => {
        const sample = await timer.sample(plan.variant.execution, plan.repetitions);
        plan.gpu.push(sample.gpuNs);
        plan.wall.push(sample.wallNs);
      });
    }
  }
  const group = crypto.randomUUID();
  for (const { variant, repetitions, gpu, wall } of plans) {
    if (!variant.failure) variant.time = summary(timer, variant, group, repetitions, gpu, wall);
  }
}

/** A variant that is being timed. */
interface Plan {
  readonly variant: Variant;
  /** Dispatches of a sample. */
  repetitions: number;
  /** What a sample took while it was calibrated. */
  readonly sampleNs: number;
  /** Samples that it gets. */
  readonly samples: number;
  readonly gpu: number[];
  readonly wall: number[];
}

/**
 * Gives variants that need about as many dispatches a sample the same number. The dispatches of a sample share the cost of
 * its pass: one with 11 of them seems slower than one with 13, by 1% on llvmpipe, which is no difference of the kernels.
 */
export function even(plans: readonly { repetitions: number; readonly sampleNs: number }[]): void {
  const byNumber = [...plans].sort((a, b) => b.repetitions - a.repetitions);
  let most = 0;
  for (const plan of byNumber) {
    const { repetitions, sampleNs } = plan;
    if (2 * repetitions < most || repetitions > most) most = repetitions;
    // The cost of a pass is nothing beside a sample that is long by itself.
    if (2 * sampleNs < CONFIRMED_NS) plan.repetitions = most;
  }
}

/** A sample by the clock that counts for it, and by the host's. */
export interface Reading {
  /** NaN where the clock gave nothing. */
  readonly ns: number;
  readonly wallNs: number;
}

/**
 * Keeps the device busy until its clock has risen: for a least time, then until rounds of all `samples` get no faster,
 * within a most. That they agree would be too much to ask: noise does not end.
 */
export async function settle(samples: readonly (() => Promise<Reading>)[], pause: () => Promise<void>): Promise<void> {
  let [fastest, since] = [Number.POSITIVE_INFINITY, 0];
  let [busy, waited] = [0, 0];
  const isOver = (): boolean => busy >= LEAST_WARM_UP_NS && (since >= STEADY_ROUNDS || busy >= MOST_WARM_UP_NS);
  while (!isOver() && waited < MOST_WARMING_NS) {
    let round = 0;
    for (const sample of samples) {
      await pause();
      const { ns, wallNs } = await sample();
      // A host may tell long after it that the GPU has finished.
      busy += Number.isNaN(ns) ? wallNs : Math.min(ns, wallNs);
      waited += wallNs;
      round += ns;
    }
    if (round < fastest / STEADY) [fastest, since] = [round, 0];
    else since++;
  }
}

/** False where the work failed, which is then said of the variant. */
async function guarded(variant: Variant, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || ['device-lost', 'timeout', 'cancelled'].includes(error.code)) throw error;
    variant.failure = error;
    return false;
  }
}

/** How many dispatches a sample needs, and the sample that showed it. */
export interface Calibration {
  readonly repetitions: number;
  readonly sample: Sample;
}

/** Takes one sample of so many dispatches. Throws a `Failure`. */
export type Sampler = (repetitions: number) => Promise<Sample>;

export function samplerOf(timer: Timer, work: Work): Sampler {
  return (repetitions) => timer.sample(work, repetitions);
}

/** A sample that seems long enough is taken so often again: what slowed one down must not decide for all that follow. */
const CONFIRMATIONS = 2;
/** Not of one that lasts longer than this: it is long enough, whatever slowed it down. */
const CONFIRMED_NS = 1e8;
/** Where a sample was known, one more will do if both are so many times as long as they have to be. */
const AMPLE = 4;

/**
 * Finds how many dispatches a sample needs, from `repetitions` on, by the shortest of three samples: a variant that gets
 * too few, since the machine was busy elsewhere while it was calibrated, pays for its passes and seems slower than it is.
 * `known` is a sample of so many `repetitions`, where one was taken before: it is one of the three, and so is, from then
 * on, one of another number of repetitions by which these are enough. It never decides alone, since the first run of a
 * pipeline may have waited for a compiler.
 */
export async function calibrate(
  timer: Timer,
  take: Sampler,
  budget: Budget,
  repetitions: number,
  known?: Sample,
): Promise<Calibration> {
  const target = wantedNs(timer, budget);
  let before = known;
  /** Samples so far, with other numbers of repetitions, by which so many are enough. */
  let agreed = 0;
  for (;;) {
    const own = before ? 0 : 1;
    let sample = before ?? (await take(repetitions));
    before = undefined;
    let { ns } = reading(timer.source, sample);
    for (let again = 0; again + agreed < CONFIRMATIONS && ns >= target; again++) {
      if (own + again > 0 && ns >= CONFIRMED_NS) break;
      if (known && again > 0 && ns >= AMPLE * target) break;
      const other = await take(repetitions);
      const otherNs = reading(timer.source, other).ns;
      if (otherNs < ns) [sample, ns] = [other, otherNs];
    }
    if (ns >= target || repetitions >= MOST_DISPATCHES) return { repetitions, sample };
    // Below ten steps of the timer the reading says little: grow blindly, but never towards more than the longest
    // submission by the wall clock, which bounds the GPU's time from above.
    const isTold = ns >= 10 * timer.quantumNs;
    const growth = isTold ? Math.max(1.3, (1.2 * target) / ns) : 8;
    const most = Math.max(repetitions, Math.floor((repetitions * LONGEST_NS) / sample.wallNs));
    const next = Math.min(MOST_DISPATCHES, most, Math.ceil(repetitions * Math.min(growth, 64)));
    if (next <= repetitions) return { repetitions, sample };
    agreed = known && isTold && (ns * next) / repetitions >= target ? 1 : 0;
    repetitions = next;
  }
}

/** Duration that a sample should have at least, so that later ones, which may be shorter, are not too short for the timer. */
export function wantedNs(timer: Timer, budget: Budget): number {
  return Math.max(budget.sampleMs * 1e6, MARGIN * QUANTA * timer.quantumNs);
}

/** Duration of a single dispatch; null where the timer's step would be more than a tenth of it. */
export function firstOf(timer: Pick<Timer, 'source' | 'quantumNs'>, sample: Sample): number | null {
  const { ns } = reading(timer.source, sample);
  return ns >= 10 * timer.quantumNs ? ns : null;
}

/** Duration of a sample by the given clock. */
export function reading(source: Timer['source'], { gpuNs, wallNs }: Sample): Reading {
  return { ns: source === 'gpu' ? gpuNs : wallNs, wallNs };
}

function summary(
  timer: Timer,
  { execution: { compileMs }, firstNs }: Variant,
  group: string,
  repetitions: number,
  gpu: readonly number[],
  wall: readonly number[],
): Time {
  const all = timer.source === 'gpu' ? gpu : wall;
  const durations = all.filter((ns) => Number.isFinite(ns) && ns > 0);
  // One that is too short speaks against all: to drop the short ones would leave the slow ones.
  const resolved = durations.length > all.length / 2 && durations.every((ns) => ns >= QUANTA * timer.quantumNs);
  const samplesNs = resolved ? durations.map((ns) => ns / repetitions) : [];
  return {
    resolved,
    source: timer.source,
    medianNs: resolved ? quantile(samplesNs, 0.5) : null,
    minNs: resolved ? Math.min(...samplesNs) : null,
    p90Ns: resolved ? quantile(samplesNs, 0.9) : null,
    intervalNs: medianInterval(samplesNs, { confidence: 0.99 }),
    firstNs,
    group,
    dropped: all.length - durations.length,
    samplesNs,
    dispatchesPerSample: repetitions,
    quantumNs: timer.quantumNs,
    compileMs,
    wallNs:
      wall.length > 0
        ? quantile(
            wall.map((ns) => ns / repetitions),
            0.5,
          )
        : null,
    caches: 'warm',
  };
}
