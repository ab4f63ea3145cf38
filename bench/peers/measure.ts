/** Runs one job: every contestant verified, then timed in turns, then checked again. */
import { sentence } from '../../src/core/errors.ts';
import { measuresOf, type Quantity } from '../../src/core/quantity.ts';
import { Random } from '../../src/core/random.ts';
import { quantile } from '../../src/core/statistics.ts';
import { compare } from '../../src/core/verdict.ts';
import { Problems } from '../../src/lab/problems.ts';
import { findOperation } from '../../src/ops/index.ts';
import type { Operation, Problem, Shape } from '../../src/ops/types.ts';
import { callsSoFar } from './proof.ts';
import type { Contestant, Entry, Job, Prepared, Progress, ShapeReport } from './types.ts';

/** A contestant in the middle of its job. */
interface Runner {
  readonly contestant: Contestant;
  readonly prepared: Prepared;
  readonly verdict: Entry['verdict'];
  readonly isCorrect: boolean;
  readonly shaderModules: number;
  readonly firstMs: number;
  /** Of the first run and of the second, which was read back: what one run takes at most. */
  readonly leastMs: number;
  dispatches: number;
  reason: string | null;
  runs: number;
  rounds: number;
  samplesMs: number[];
  deviceMs: number | null;
}

export async function runJob(
  job: Job,
  contestants: readonly Contestant[],
  adapter: string,
  tell: (progress: Progress) => void,
): Promise<ShapeReport> {
  const { operation, problem } = problemOf(job);
  const problems = new Problems();
  const inputs = problems.inputs(problem);
  const entries = new Map<string, Entry>();
  const runners: Runner[] = [];
  const asked = contestants.filter(({ id }) => !job.without.includes(id));
  const fail = (contestant: Contestant, error: unknown): void => {
    entries.set(contestant.id, failed(contestant, sentence(error)));
  };
  const judge = async (values: Float32Array) => {
    // f32 throughout and a whole row at once: the least that may be assumed of a library.
    const judges = problems.judges(problem, { output: 'f32' });
    return compare(
      judges.map((one) => ({ judge: one, values })),
      { budget: job.referenceCost, seed: problem.seed },
    );
  };

  for (const contestant of asked) {
    let prepared: Prepared | undefined;
    try {
      tell({ contestant: contestant.id, phase: 'prepare' });
      const before = callsSoFar();
      prepared = await contestant.prepare(problem, inputs);
      const started = performance.now();
      await prepared.batch(1);
      const firstMs = performance.now() - started;
      const { shaderModules, dispatches } = callsSoFar();
      // Native code has an adapter and calls of its own, which cannot be seen; its host offers one adapter only.
      if (prepared.adapter !== null) {
        if (prepared.adapter !== adapter) throw new Error(`It runs on ${prepared.adapter}, not on ${adapter}`);
        if (dispatches === before.dispatches) throw new Error('It dispatched nothing: it does not run on WebGPU');
      }
      const again = performance.now();
      const values = await prepared.output();
      const leastMs = Math.min(firstMs, performance.now() - again);
      tell({ contestant: contestant.id, phase: 'verify' });
      const verdict = await judge(values);
      runners.push({
        contestant,
        prepared,
        verdict: { ratio: verdict.ratio, method: verdict.method },
        isCorrect: verdict.correct,
        shaderModules: shaderModules - before.shaderModules,
        dispatches: dispatches - before.dispatches,
        firstMs,
        leastMs,
        reason: verdict.correct ? null : `Wrong: ${verdict.reason}`,
        runs: 1,
        rounds: job.samples,
        samplesMs: [],
        deviceMs: null,
      });
    } catch (error) {
      await prepared?.release();
      fail(contestant, error);
    }
  }

  const live = async (runner: Runner, phase: Progress['phase'], work: () => Promise<void>): Promise<void> => {
    const { contestant } = runner;
    if (entries.has(contestant.id)) return;
    tell({ contestant: contestant.id, phase });
    try {
      await work();
    } catch (error) {
      fail(contestant, error);
    }
  };
  const share = job.shapeMs / Math.max(1, runners.length);
  const isSlow = ({ leastMs }: Runner): boolean => leastMs > share;
  for (const runner of runners) {
    if (!isSlow(runner)) {
      await live(runner, 'warm up', () => calibrate(runner, job, share));
      continue;
    }
    // There is no time for another run: the first one counts, with its compilation.
    runner.rounds = 0;
    runner.samplesMs.push(runner.firstMs);
  }
  await takeSamples(runners, job, live);
  for (const runner of runners) {
    const { prepared, isCorrect } = runner;
    await live(runner, 'verify again', async () => {
      if (isCorrect && !isSlow(runner)) {
        const verdict = await judge(await prepared.output());
        if (!verdict.correct) throw new Error(`After the timed runs the output was wrong: ${verdict.reason}`);
      }
      if (prepared.deviceMs) runner.deviceMs = await prepared.deviceMs(runner.runs);
    });
    await prepared.release();
  }

  const quantities = operation.quantities(problem.shape, problem.dtype);
  for (const runner of runners) {
    if (!entries.has(runner.contestant.id)) entries.set(runner.contestant.id, finished(runner, quantities));
  }
  return {
    op: job.op,
    shape: problem.shape,
    quantities,
    adapter,
    entries: asked.map(({ id }) => entries.get(id) as Entry),
  };
}

/** Finds how many runs a batch needs, and how many batches there is time for. */
async function calibrate(runner: Runner, job: Job, share: number): Promise<void> {
  const { prepared } = runner;
  const timed = async (runs: number): Promise<number> => {
    const before = callsSoFar();
    const started = performance.now();
    await prepared.batch(runs);
    const ms = performance.now() - started;
    runner.dispatches = (callsSoFar().dispatches - before.dispatches) / runs;
    return ms;
  };
  // A first run that was slow with its compilation may be fast without.
  let ms = await timed(1);
  while (ms < job.batchMs) {
    const growth = Math.min(16, Math.max(1.2, (1.1 * job.batchMs) / ms));
    runner.runs = Math.ceil(runner.runs * growth);
    ms = await timed(runner.runs);
  }
  runner.rounds = Math.max(1, Math.min(job.samples, Math.floor(share / ms)));
}

/** One batch each in every round, in an order drawn anew, so that no one always follows the same neighbour. */
async function takeSamples(
  runners: readonly Runner[],
  job: Job,
  live: (runner: Runner, phase: Progress['phase'], work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const random = new Random(job.seed, 'order');
  for (let round = 0; round < job.samples; round++) {
    for (const runner of shuffled(runners, random)) {
      if (round >= runner.rounds) continue;
      await live(runner, 'time', async () => {
        const started = performance.now();
        await runner.prepared.batch(runner.runs);
        runner.samplesMs.push((performance.now() - started) / runner.runs);
      });
    }
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The job's problem, its shape completed. Throws a `Refusal` where the shape does not fit together. */
export function problemOf(job: Pick<Job, 'op' | 'shape' | 'seed'>): { operation: Operation; problem: Problem } {
  const operation = findOperation(job.op) as Operation;
  const defaults = Object.fromEntries(operation.parameters.map((parameter) => [parameter.key, parameter.default]));
  const shape = { ...defaults, ...job.shape } as Shape;
  operation.check?.(shape);
  return {
    operation,
    problem: { op: job.op, shape, dtype: 'f32', seed: job.seed, input: operation.inputCases[0].id },
  };
}

/** An entry of one that came to nothing. */
export function failed({ id, title }: Pick<Contestant, 'id' | 'title'>, reason: string): Entry {
  return {
    id,
    title,
    program: null,
    status: 'failed',
    reason,
    verdict: null,
    adapter: null,
    calls: null,
    firstMs: null,
    runsPerSample: null,
    samplesMs: [],
    medianMs: null,
    minMs: null,
    p90Ms: null,
    measures: [],
    deviceMs: null,
  };
}

function finished(runner: Runner, quantities: readonly Quantity[]): Entry {
  const { contestant, prepared, samplesMs, deviceMs } = runner;
  const medianMs = quantile(samplesMs, 0.5);
  return {
    id: contestant.id,
    title: contestant.title,
    program: prepared.program,
    status: runner.isCorrect ? 'correct' : 'wrong',
    reason: runner.reason,
    verdict: runner.verdict,
    adapter: prepared.adapter,
    calls: prepared.adapter === null ? null : { shaderModules: runner.shaderModules, dispatches: runner.dispatches },
    firstMs: runner.firstMs,
    runsPerSample: runner.runs,
    samplesMs,
    medianMs,
    minMs: Math.min(...samplesMs),
    p90Ms: quantile(samplesMs, 0.9),
    measures: runner.isCorrect ? measuresOf(quantities, 1e6 * medianMs) : [],
    deviceMs: deviceMs !== null && Number.isFinite(deviceMs) ? deviceMs : null,
  };
}
