/**
 * Traces one request: its kernel runs as it is, then twice with a log. The first time only counts what each lane would
 * log, the second has room for exactly that. The output of both kinds of run is compared bit for bit.
 */
import { Failure, Refusal } from '../core/errors.ts';
import { scatter } from '../core/layout.ts';
import { withCommas } from '../core/words.ts';
import type { Execution, Output } from '../gpu/execution.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import { Recorder } from '../gpu/recorder.ts';
import { findMachine, machines } from '../model/machines.ts';
import type { Tensors } from '../ops/types.ts';
import { Analyst } from '../trace/analyse.ts';
import { type Contents, MOST_SCALARS } from '../trace/steps.ts';
import { instrument } from '../wgsl/instrument.ts';
import { parse } from '../wgsl/parse.ts';
import { askFirst } from './consent.ts';
import { type Harness, prepare } from './experiment.ts';
import { unmade } from './outcome.ts';
import { type Planned, planRequest, sourceOf } from './plan.ts';
import {
  assertAlike,
  type Choice,
  chosen,
  countingEntries,
  countsOf,
  countsWithin,
  lanesOf,
  passLog,
  recording,
  thatFit,
  workgroupsOf,
} from './trace-log.ts';
import { tracePilot } from './trace-pilot.ts';
import type { TraceReply, TraceRequest, TraceResult } from './trace-result.ts';

/** Entries of a log that is read here: as much as one array should take. */
const MOST_ENTRIES = 2 ** 25;

/** What ends a host, or all work: no result says so. */
const FATAL: readonly Failure['code'][] = ['device-lost', 'cancelled'];

/**
 * Throws a `Failure` where the device is lost or the user cancelled; whatever else happens is a result. After a timeout
 * the host must be restarted.
 */
export async function trace(harness: Harness, asked: TraceRequest): Promise<Omit<TraceReply, 'liveBytes'>> {
  const { request, machine } = asked;
  try {
    return { ...(await traced(harness, planRequest(request, harness.capabilities), asked)), restart: false };
  } catch (error) {
    if (error instanceof Failure && FATAL.includes(error.code)) throw error;
    const { op, kernel, shape, dtype, knobs, seed, status, reason, refusal, failure } = unmade(request, error);
    const nothing = { traced: null, sameOutput: null, sites: [], totals: null, findings: [], notes: [] };
    const ended = status === 'refused' ? status : 'failed';
    const why = { status: ended, reason, ...(refusal && { refusal }), ...(failure && { failure }) } as const;
    const result: TraceResult = { op, kernel, shape, dtype, knobs, seed, ...why, machine, ...nothing };
    return { result, steps: [], restart: error instanceof Failure && error.code === 'timeout' };
  }
}

async function traced(
  harness: Harness,
  planned: Planned,
  asked: TraceRequest,
): Promise<Pick<TraceReply, 'result' | 'steps'>> {
  const machine = findMachine(asked.machine);
  if (!machine)
    throw new Refusal(`There is no machine "${asked.machine}"; there are ${machines.map(({ id }) => id).join(', ')}`);
  const { plan, operation, kernel, problem, knobs } = planned;
  const { limitMs } = harness.budget;
  const values = asked.steps === 'values';
  if (!asked.allowLong) {
    await askFirst(harness, planned, `trace ${values}`, tracePilot(harness, planned, asked.request.source, values));
  }
  const execution = await prepare(harness, planned, `${operation.id} ${kernel.id}, traced`);
  try {
    await harness.step('run');
    const plain = await execution.run();
    const source = await sourceOf(planned);
    const logging = instrument(source.code, { values });
    const recorder = await Recorder.prepare(execution, { ...source, code: logging.code }, logging.binding, limitMs);
    const most = Math.min(Recorder.mostEntries(harness.gpu), MOST_ENTRIES, asked.most ?? MOST_ENTRIES);
    const sizes = await counted(execution, recorder, asked, most);
    const inputs = harness.problems.inputs(problem);
    const analyst = new Analyst(
      plan,
      logging,
      parse(source.code).outline,
      machine,
      asked.steps !== undefined,
      values ? (name) => contentsOf(plan, name, inputs) : undefined,
    );
    execution.poison();
    for (const [index, pass] of plan.passes.entries()) {
      await harness.step('run');
      const { workgroups, counts } = sizes[index];
      const [of, lanes] = [workgroupsOf(pass), lanesOf(pass)];
      const asRecorded = recording(of, lanes, workgroups, counts);
      const words = await recorder.record(index, asRecorded);
      await harness.step('verify');
      await analyst.take(pass, passLog(words, asRecorded, of, lanes, workgroups), () => harness.pause());
    }
    const sameOutput = isSame(plain, await execution.outputs());
    const { sites, totals, findings, notes, traced: passes, isComplete, events, steps } = analyst.result();
    const total = (of: (pass: (typeof passes)[number]) => number): number =>
      passes.reduce((sum, pass) => sum + of(pass), 0);
    const result: TraceResult = {
      op: operation.id,
      kernel: kernel.id,
      shape: problem.shape,
      dtype: problem.dtype,
      knobs,
      seed: problem.seed,
      status: findings.length > 0 ? 'findings' : 'clean',
      reason: null,
      machine: machine.id,
      traced: {
        workgroups: total((pass) => pass.workgroups.length),
        of: total((pass) => pass.of),
        complete: isComplete,
        events,
        passes,
      },
      sameOutput,
      sites,
      totals,
      findings,
      notes: sameOutput
        ? notes
        : ['The traced run wrote other bits than the kernel alone: its output depends on what runs first', ...notes],
    };
    return { result, steps };
  } finally {
    execution.release();
  }
}

/** What a buffer of the plan holds at the start, where that is known and not too much, and how far apart its rows lie. */
function contentsOf({ buffers }: KernelPlan, name: string, inputs: Tensors): ReturnType<Contents> {
  const buffer = buffers.find((one) => one.name === name);
  if (buffer?.use === 'data') return { pitch: null, contents: Float32Array.from(new Uint32Array(buffer.data)) };
  if (buffer?.use !== 'input' && buffer?.use !== 'output') return null;
  const { layout } = buffer;
  const pitch = layout.dims.length > 1 ? Math.max(...layout.strides.slice(-2)) : null;
  if (buffer.use === 'output' || layout.length > MOST_SCALARS) return { pitch, contents: null };
  const contents = new Float32Array(layout.length).fill(Number.NaN);
  scatter(inputs[buffer.tensor], layout, contents);
  return { pitch, contents };
}

interface Sized {
  readonly workgroups: readonly number[];
  /** Entries of each lane of these. */
  readonly counts: Uint32Array;
}

/** How much each lane of the chosen workgroups logs, and which of them fit. */
async function counted(
  execution: Execution,
  recorder: Recorder,
  { workgroups: choice, alike = false }: Pick<TraceRequest, 'workgroups' | 'alike'>,
  most: number,
): Promise<Sized[]> {
  const { plan } = execution;
  execution.poison();
  const sizes: Sized[] = [];
  for (const [index, pass] of plan.passes.entries()) {
    const [of, lanes] = [workgroupsOf(pass), lanesOf(pass)];
    const isLarge = (some: Choice): boolean => countingEntries(of, lanes, chosen(some, of).length) > most;
    const wanted = chosen(isLarge(choice) ? 'sample' : choice, of);
    if (wanted.length === 0 && choice !== 'all' && choice !== 'sample' && plan.passes.length === 1)
      throw new Refusal(`Its pass ${pass.entry} has workgroups 0 to ${of - 1}, and none of ${choice.join(', ')}`);
    // Those that are not wanted are counted, too, where they are to be like them.
    const looked = alike && wanted.length < of ? chosen('all', of) : wanted;
    if (looked !== wanted && isLarge('all'))
      throw new Refusal(`Its pass ${pass.entry} has ${withCommas(of)} workgroups, too many to see if they are alike`);
    const all = countsOf(await recorder.record(index, recording(of, lanes, looked, null)));
    if (looked !== wanted) assertAlike(pass, all);
    const counts = countsWithin(all, looked, wanted, lanes);
    const workgroups = thatFit(pass, wanted, counts, most);
    sizes.push({ workgroups, counts: countsWithin(counts, wanted, workgroups, lanes) });
  }
  return sizes;
}

function isSame(one: readonly Output[], other: readonly Output[]): boolean {
  return one.every((output, at) => {
    const { raw } = other[at];
    // Of scratch only the guard is there, and both kernels leave that alone.
    return output.raw.length === raw.length && output.raw.every((word, index) => word === raw[index]);
  });
}
