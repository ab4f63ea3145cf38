/** The steps of a probe on a device: buffers filled, pipelines built, each step ready to run, to be timed and to be checked. */
import { Failure } from '../core/errors.ts';
import type { Measure } from '../core/quantity.ts';
import { type BoundPass, encode } from '../gpu/bindings.ts';
import { launch, readback, upload } from '../gpu/launch.ts';
import type { Sample, Timer } from '../gpu/timer.ts';
import { Workspace } from '../gpu/workspace.ts';
import { completed, params } from '../kernels/draft.ts';
import { outline, shader } from '../kernels/shaders.ts';
import type { ProbePass, ProbePlan, Step } from '../probes/types.ts';
import type { Harness } from './experiment.ts';
import { sourceFrom } from './plan.ts';

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
  again: boolean;
  /** What its output says beside its time. */
  observed: readonly Measure[];
  /** Of a readback: where the words arrive, which are its output. */
  readonly arrived?: Uint32Array;
  /** One sample of `repetitions`. Throws a `Failure`. */
  sample(repetitions: number): Promise<Sample>;
}

export class ProbeSteps {
  all: readonly Prepared[] = [];
  private readonly space: Workspace;
  private uniforms = 0;

  constructor(
    private readonly harness: Harness,
    private readonly timer: Timer,
    private readonly plan: ProbePlan,
    owner: string,
  ) {
    this.space = new Workspace(harness.gpu, owner, harness.budget.limitMs);
  }

  /** Allocates, fills, builds, and runs the set-up. Throws a `Failure`; then `release` all the same. */
  async prepare(): Promise<void> {
    const { harness, plan, space } = this;
    await harness.step('inputs');
    for (const { name, bytes, words } of plan.buffers) {
      await space.allocate(name, bytes);
      if (words) space.write(name, words());
      await harness.pause();
    }
    for (const pass of plan.setup) await space.run([await this.bound(pass)]);
    await harness.step('compile');
    const all: Prepared[] = [];
    for (const step of plan.steps) {
      all.push(await this.prepared(step));
      await harness.pause();
    }
    this.all = all;
  }

  /** Runs what has not run, and gives one sentence on the first value that is wrong; null where all are right. */
  async firstFault(steps: readonly Prepared[], when: string): Promise<string | null> {
    for (const prepared of steps) {
      const { step } = prepared;
      if (prepared.runs === 0) await prepared.sample(1);
      await this.harness.pause();
      const { buffer, bytes, from = 0 } = step.check;
      if (!prepared.arrived && this.sharesOutput(step)) {
        // What other steps left there is not this step's output.
        this.space.write(buffer, new Uint32Array(bytes / 4).fill(POISON), from);
        await prepared.sample(1);
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
    const blank = { step, runs: 0, repetitions: 1, samples: [], again: false, observed: [] };
    if (work.kind === 'transfer') {
      // An upload sends each word's index; what a readback brings is compared where it arrives.
      const words = new Uint32Array(work.bytes / 4).map((_, i) => (work.direction === 'upload' ? i : POISON));
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
      if (before.length > 0) await this.space.run(before);
      return this.timer.sample({ encode: (encoder, times) => encode(encoder, [pass], times) }, repetitions);
    };
    const prepared: Prepared = { ...blank, sample };
    return prepared;
  }

  private async bound({
    shader: path,
    p,
    bound,
    overrides = {},
    constants = {},
    aliases = {},
    enables = [],
    ...pass
  }: ProbePass): Promise<BoundPass> {
    const own: Record<string, string> = { ...bound };
    if (p) {
      const name = `p ${this.uniforms++}`;
      await this.space.allocateUniform(name, params(path, p).data);
      own.p = name;
    }
    const plan = completed({ shader: path, constants, aliases }, { ...pass, overrides, bound: own });
    const most = this.harness.capabilities.limits.maxComputeWorkgroupsPerDimension;
    if (plan.workgroups.some((groups) => groups > most))
      throw new Failure('internal', `${path} asks for a grid of ${plan.workgroups.join(' x ')} workgroups`);
    return this.space.pass(sourceFrom(shader(path), outline(path), { constants, aliases, enables }), plan);
  }
}
