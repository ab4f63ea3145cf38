/** The steps of a probe on a device: buffers filled, pipelines built, each step ready to run, to be timed and to be checked. */
import { Failure } from '../core/errors.ts';
import type { Measure } from '../core/quantity.ts';
import { FEWEST_SAMPLES } from '../core/statistics.ts';
import { type BoundPass, encode } from '../gpu/bindings.ts';
import { launch, readback, trip, upload } from '../gpu/launch.ts';
import type { Sample, Timer } from '../gpu/timer.ts';
import { Workspace } from '../gpu/workspace.ts';
import { completed, params } from '../kernels/draft.ts';
import { outline, shader } from '../kernels/shaders.ts';
import { indices } from '../probes/parts/shared.ts';
import type { ProbePass, ProbePlan, Step } from '../probes/types.ts';
import type { Clock } from './deadline.ts';
import type { Harness } from './experiment.ts';
import { calibrate, reading, settle } from './measure.ts';
import { sourceFrom } from './plan.ts';
import { enoughWork } from './probe-amount.ts';

/** A number that no kernel's parameters have, counted up. */
const FIRST_SALT = 2 ** 31;

/** A step writes this value only by an unlikely accident. */
const POISON = 0x7fc5a5a5;

export interface Prepared {
  readonly step: Step;
  /** How many repetitions have run so far. */
  runs: number;
  /** Repetitions in a sample. */
  repetitions: number;
  /** Nanoseconds of a repetition, by sample; NaN where the stamps were of no use. */
  samples: number[];
  /** Of a run in phases: what each sample spent where. */
  parts: Readonly<Record<string, number>>[];
  again: boolean;
  /** What its output says beside its time. */
  observed: readonly Measure[];
  /** A sample of one repetition from when its output was checked first, and how many milliseconds the latest sample lasted. */
  first?: Sample;
  lastedMs: number;
  /** Of what comes back to the host: where the words arrive, which are its output. */
  readonly arrived?: Uint32Array;
  /** One sample of `repetitions`. Throws a `Failure`. */
  sample(repetitions: number): Promise<Sample>;
}

export class ProbeSteps {
  private readonly space: Workspace;
  private uniforms = 0;
  private salt = FIRST_SALT;

  constructor(
    private readonly harness: Harness,
    private readonly timer: Timer,
    private readonly plan: ProbePlan,
    owner: string,
    private readonly now: Clock,
  ) {
    this.space = new Workspace(harness.gpu, owner, harness.budget);
  }

  /** Allocates, fills, and runs the set-up. Throws a `Failure`; then `release` all the same. */
  async allocate(): Promise<void> {
    const { harness, plan, space } = this;
    await harness.step('inputs');
    for (const { name, bytes, words } of plan.buffers) {
      await space.allocate(name, bytes);
      if (words) space.write(name, words());
      await harness.pause();
    }
    for (const pass of plan.setup) {
      await space.run([await this.bound(pass)]);
      await harness.pause();
    }
  }

  /** Builds steps of one group, all with as much work as the first of them needs. Throws a `Failure`. */
  async prepare(steps: readonly Step[]): Promise<readonly Prepared[]> {
    const { harness } = this;
    await harness.step('compile');
    const all: Prepared[] = [];
    // A run of too few samples for any claim is a trial of the thing itself.
    const claims = harness.budget.samples >= FEWEST_SAMPLES;
    const [{ times } = {}] = steps;
    const amount = claims && times ? await this.enough(times) : 1;
    for (const step of steps) {
      all.push(await this.prepared(step.times?.(amount) ?? step));
      await harness.pause();
    }
    return all;
  }

  /** How many times its work a step needs, by trying it, on a GPU at its full clock. */
  private async enough(times: (amount: number) => Step): Promise<number> {
    const { harness, timer } = this;
    const pause = (): Promise<void> => harness.pause();
    const once = await this.prepared(times(1));
    if (!harness.gpu.adapter.software) {
      const { repetitions } = await calibrate(timer, once.sample, harness.budget, 1);
      await settle([async () => reading(timer.source, await once.sample(repetitions))], pause);
    }
    return enoughWork(timer, async (amount) => {
      await pause();
      return amount === 1 ? once.sample : (await this.prepared(times(amount))).sample;
    });
  }

  /** Runs what has not run, and gives one sentence on the first value that is wrong; null where all are right. */
  async firstFault(steps: readonly Prepared[], when: string): Promise<string | null> {
    for (const prepared of steps) {
      const { step } = prepared;
      const { buffer, bytes, from = 0 } = step.check;
      await this.harness.pause();
      const isShared = !prepared.arrived && this.sharesOutput(step);
      // What other steps left there is not this step's output.
      if (isShared) this.space.write(buffer, new Uint32Array(bytes / 4).fill(POISON), from);
      const isFirst = prepared.runs === 0;
      if (isShared || isFirst) {
        const started = this.now();
        const sample = await prepared.sample(1);
        if (isFirst) Object.assign(prepared, { first: sample, lastedMs: this.now() - started });
      }
      const words = prepared.arrived ?? (await this.space.read(buffer, from, bytes));
      const fault = step.check.fault(words, prepared.runs);
      prepared.observed = step.check.observe?.(words) ?? [];
      if (fault !== null)
        return `${when} the step (${Object.entries(step.at)
          .map(([key, value]) => `${key}: ${value}`)
          .join('; ')}) was wrong: ${fault}`;
    }
    return null;
  }

  release(): void {
    this.space.release();
  }

  private sharesOutput({ check }: Step): boolean {
    return this.plan.steps.filter((other) => other.check.buffer === check.buffer).length > 1;
  }

  private async prepared(step: Step): Promise<Prepared> {
    const { work } = step;
    const { gpu, budget } = this.harness;
    const blank = { step, runs: 0, repetitions: 1, samples: [], parts: [], again: false, observed: [], lastedMs: 0 };
    if (work.kind === 'transfer') {
      // An upload sends each word's index; what a readback brings is compared where it arrives.
      const count = work.bytes / 4;
      const words = work.direction === 'upload' ? indices(count) : new Uint32Array(count).fill(POISON);
      const sample = async (): Promise<Sample> => {
        prepared.runs++;
        const ns =
          work.direction === 'upload'
            ? await upload(gpu, this.space.buffer(work.buffer), words, budget.limitMs)
            : await readback(gpu, this.space.buffer(work.buffer), words, budget.limitMs);
        return { gpuNs: Number.NaN, wallNs: ns };
      };
      const prepared: Prepared = { ...blank, sample, ...(work.direction === 'readback' ? { arrived: words } : {}) };
      return prepared;
    }
    if (work.kind === 'host') {
      const out = work.out();
      const sample = async (repetitions: number): Promise<Sample> => {
        prepared.runs += repetitions;
        const started = performance.now();
        for (let i = 0; i < repetitions; i++) work.run(out);
        return { gpuNs: Number.NaN, wallNs: (performance.now() - started) * 1e6 };
      };
      const prepared: Prepared = { ...blank, repetitions: work.times, sample, arrived: out };
      return prepared;
    }
    if (work.kind === 'run') return this.wholeRun(step, work, blank);
    const pass = await this.bound(work.pass);
    if (work.kind === 'launch') {
      const { submits, passes, dispatches } = work.launches;
      const sample = async (): Promise<Sample> => {
        prepared.runs += submits * passes * dispatches;
        return { gpuNs: Number.NaN, wallNs: await launch(gpu, pass, work.launches, budget.limitMs) };
      };
      const prepared: Prepared = { ...blank, sample };
      return prepared;
    }
    const before: BoundPass[] = [];
    for (const one of work.before ?? []) before.push(await this.bound(one));
    const sample = async (repetitions: number): Promise<Sample> => {
      prepared.runs += repetitions;
      // Waited for: a driver may stamp the beginning of a pass while the one before it still runs.
      // And one by one: all of them together may last longer than a driver lets a submission last.
      for (const one of before) {
        await this.space.run([one]);
        if (before.length > 1) await this.harness.pause();
      }
      return this.timer.sample(
        { encode: (encoder, times) => encode(encoder, [pass], times) },
        repetitions,
        budget.limitMs,
      );
    };
    const prepared: Prepared = { ...blank, sample };
    return prepared;
  }

  /** A run from the upload to the readback; in phases, each of them waited for, if its kernel has salt. */
  private async wholeRun(
    step: Step,
    { pass, dispatches, to, words, from, bytes, salt }: Extract<Step['work'], { kind: 'run' }>,
    blank: Omit<Prepared, 'sample'>,
  ): Promise<Prepared> {
    const { gpu, budget } = this.harness;
    const named = await this.withParams(pass);
    const built = await this.built(named);
    const [sent, brought] = [words(), new Uint32Array(bytes / 4).fill(POISON)];
    const ends = { to: this.space.buffer(to), sent, from: this.space.buffer(from), brought };
    const whole = async (): Promise<Sample> => {
      prepared.runs++;
      return { gpuNs: Number.NaN, wallNs: await trip(gpu, built, ends, budget.limitMs) };
    };
    const inPhases = async (): Promise<Sample> => {
      prepared.runs++;
      const uploadNs = await upload(gpu, ends.to, sent, budget.limitMs);
      const started = performance.now();
      // Salt is beyond what a kernel compares it with.
      const fresh = await this.built({ ...named, constants: { ...named.constants, [salt as string]: this.salt++ } });
      const compiled = performance.now();
      const { gpuNs, wallNs } = await this.timer.sample(
        { encode: (encoder, times) => encode(encoder, [fresh], times) },
        dispatches,
        budget.limitMs,
      );
      const encodeNs = Math.max(0, (performance.now() - compiled) * 1e6 - wallNs);
      const readbackNs = await readback(gpu, ends.from, brought, budget.limitMs);
      const compileNs = (compiled - started) * 1e6;
      const parts = {
        upload: uploadNs,
        compile: compileNs,
        encode: encodeNs,
        // Without a stamp of this sample the two cannot be told apart.
        ...(Number.isNaN(gpuNs) ? { 'submit and wait': wallNs } : { 'submit and wait': wallNs - gpuNs, GPU: gpuNs }),
        readback: readbackNs,
      };
      return { gpuNs: Number.NaN, wallNs: uploadNs + compileNs + encodeNs + wallNs + readbackNs, parts };
    };
    const prepared: Prepared = { ...blank, step, sample: salt === undefined ? whole : inPhases, arrived: brought };
    return prepared;
  }

  private async bound(pass: ProbePass): Promise<BoundPass> {
    return this.built(await this.withParams(pass));
  }

  /** The same pass with its parameters in a buffer of their own. */
  private async withParams({ p, ...pass }: ProbePass): Promise<ProbePass> {
    if (!p) return pass;
    const name = `p ${this.uniforms++}`;
    await this.space.allocateUniform(name, params(pass.shader, p).data);
    return { ...pass, bound: { ...pass.bound, p: name } };
  }

  private async built({
    shader: path,
    bound = {},
    overrides = {},
    constants = {},
    aliases = {},
    enables = [],
    ...pass
  }: ProbePass): Promise<BoundPass> {
    const plan = completed({ shader: path, constants, aliases }, { ...pass, overrides, bound });
    const most = this.harness.capabilities.limits.maxComputeWorkgroupsPerDimension;
    if (plan.workgroups.some((groups) => groups > most))
      throw new Failure('internal', `${path} asks for a grid of ${plan.workgroups.join(' x ')} workgroups`);
    try {
      return await this.space.pass(sourceFrom(shader(path), outline(path), { constants, aliases, enables }), plan);
    } catch (error) {
      // A slow compiler holds no kernel: where the time is over, this throws `Late`, and the host need not be restarted.
      if (error instanceof Failure && error.code === 'slow-compile') await this.harness.pause();
      throw error;
    }
  }
}
