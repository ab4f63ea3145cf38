/**
 * Proof that timed runs did the whole work.
 *
 * Timed runs repeat one set of inputs, so a kernel gains where it can tell that nothing has changed: by what it wrote
 * last, by a counter, by a fingerprint of its inputs. Here its runs alternate between two sets of input buffers. First
 * both hold the same values, then different ones; all else is the same, the footprint in the caches too. A kernel that
 * does the whole work takes equally long, and each output that is looked at is right for the inputs of the last run.
 */
import { Failure } from '../core/errors.ts';
import type { Timer } from '../gpu/timer.ts';
import type { Twin } from '../gpu/twin.ts';
import { calibrate, QUANTA, reading, samplerOf, wantedNs } from './measure.ts';
import type { Inputs, Trial } from './trial.ts';

/** How much longer a run may take where inputs change. Honest kernels differ by noise alone. */
const MOST_GAIN = 1.5;
/** Rounds of short samples, and the most where noise may be to blame: it only adds, so the shortest counts. */
const ROUNDS = 2;
const MOST_ROUNDS = 16;
/**
 * A kernel that skips work gains in each round; what is slow in some rounds and not in others is the machine. Where a
 * software adapter's cores come and go, a right kernel's round is uneven every other time by chance: three even rounds
 * clear it, and fewer of sixteen happen once in some 500 such machines.
 */
const EVEN = 1.25;
const EVEN_ROUNDS = 3;
/** One round is enough where samples last this long. */
const STEADY_NS = 3e7;
/** Runs that last longer than this come one at a time: several in one submission might trip a driver's watchdog. */
const LONG_NS = 3e8;
const ALTERNATING = 'In runs that alternate between two inputs';

/** The shortest run seen where inputs repeat, and where they change, in nanoseconds. */
interface Shortest {
  same: number;
  changed: number;
}

/**
 * Runs the proof on a kernel whose timed runs took `runNs` each. False where it failed; the trial's verdict then says
 * why. Where it holds, the problem's own inputs are loaded and were the last to be run over. Throws a `Failure`.
 */
export async function prove(trial: Trial, timer: Timer, runNs: number): Promise<boolean> {
  const { other } = trial;
  if (!other) return true;
  if (runNs >= LONG_NS) return oneByOne(trial, timer, other);
  let twin: Twin;
  try {
    twin = await trial.execution.twin();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'out-of-memory') throw error;
    return oneByOne(trial, timer, other);
  }
  try {
    return await alternating(trial, timer, twin, other);
  } finally {
    twin.release();
  }
}

async function alternating(trial: Trial, timer: Timer, twin: Twin, other: Inputs): Promise<boolean> {
  const { harness, execution, own } = trial;
  const isRight = async (runs: number, first: Inputs, second: Inputs): Promise<boolean> =>
    trial.accept(await execution.outputs(), runs % 2 === 1 ? first : second, ALTERNATING);
  /** Time of one of `runs`; null where the last of them was wrong. */
  const time = async (runs: number, first: Inputs, second: Inputs): Promise<number | null> => {
    await harness.pause();
    // By the wall clock the upload would be timed along.
    await timer.idle();
    const sample = await timer.sample(twin, runs);
    return (await isRight(runs, first, second)) ? runNsOf(timer, sample, runs) : null;
  };

  load(twin, other);
  await timer.idle();
  // Counted where the whole work must be done: elsewhere a kernel may be so fast that as many runs would take minutes.
  const { repetitions, sample: first } = await calibrate(
    timer,
    samplerOf(timer, twin),
    harness.budget,
    2 + Math.round(Math.random()),
  );
  if (!(await isRight(repetitions, own, other))) return false;
  const found: Shortest = { same: Number.POSITIVE_INFINITY, changed: runNsOf(timer, first, repetitions) };
  const { ns } = reading(timer.source, first);
  const isSteady = ns >= STEADY_NS;
  const isResolved = ns >= QUANTA * timer.quantumNs;
  let apart = Number.POSITIVE_INFINITY;
  let even = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // One more every other time, so that either set of inputs is the last one once.
    const runs = repetitions + (round % 2);
    let latest = found.changed;
    if (!isSteady || round > 0) {
      load(twin, other);
      const changed = await time(runs, own, other);
      if (changed === null) return false;
      latest = changed;
      found.changed = Math.min(found.changed, changed);
    }
    load(twin, own);
    const same = await time(runs, own, own);
    if (same === null) return false;
    found.same = Math.min(found.same, same);
    if (latest <= EVEN * same) even++;
    if (!isResolved || even >= EVEN_ROUNDS || found.changed <= MOST_GAIN * found.same) {
      if (isSteady || round + 1 >= ROUNDS) return true;
      continue;
    }
    // Work may depend on the data, e.g. on the lengths of sequences: then the other inputs take long by themselves.
    load(execution, other);
    load(twin, other);
    const alone = await time(runs, other, other);
    if (alone === null) return false;
    apart = Math.min(apart, alone);
    load(execution, own);
  }
  return isWhole(trial, { same: (found.same + apart) / 2, changed: found.changed });
}

/** The same with one set of buffers, whose contents are replaced between runs that are submitted one at a time. */
async function oneByOne(trial: Trial, timer: Timer, other: Inputs): Promise<boolean> {
  const { harness, execution, own } = trial;
  const found: Shortest = { same: Number.POSITIVE_INFINITY, changed: Number.POSITIVE_INFINITY };
  let even = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let latest = Number.POSITIVE_INFINITY;
    let same = 0;
    for (const changed of [other, own, null]) {
      await harness.pause();
      if (changed) load(execution, changed);
      await timer.idle();
      const ns = runNsOf(timer, await timer.sample(execution, 1), 1);
      if (changed) latest = Math.min(latest, ns);
      else same = ns;
      if (!(await trial.accept(await execution.outputs(), changed ?? own, ALTERNATING))) return false;
    }
    found.changed = Math.min(found.changed, latest);
    found.same = Math.min(found.same, same);
    // A single run of a short kernel says nothing about its time.
    if (found.changed < wantedNs(timer, harness.budget) || found.changed <= MOST_GAIN * found.same) return true;
    if (latest <= EVEN * same && ++even >= EVEN_ROUNDS) return true;
  }
  return isWhole(trial, found);
}

function isWhole(trial: Trial, { same, changed }: Shortest): boolean {
  if (changed <= MOST_GAIN * same) return true;
  const ms = (ns: number): string => `${Number((ns / 1e6).toPrecision(3))} ms`;
  trial.reject(
    `Its timed runs left out part of the work: ${ms(same)} a run where inputs repeat, ${ms(changed)} where they change`,
  );
  return false;
}

function load(target: Pick<Twin, 'load'>, { tensors }: Inputs): void {
  target.load((name) => tensors[name]);
}

/** Time of one run by the clock that times are told by. What it cannot tell took a step of it, or less. */
function runNsOf(timer: Timer, sample: { gpuNs: number; wallNs: number }, runs: number): number {
  const { ns } = reading(timer.source, sample);
  return (Number.isFinite(ns) ? Math.max(ns, timer.quantumNs) : timer.quantumNs) / runs;
}
