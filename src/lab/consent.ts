/**
 * Whether a dispatch would hold a GPU for longer than its owner should be surprised with. Windows resets a driver that is
 * busy for two seconds, and a screen that the GPU draws stands still meanwhile; so what is predicted to last over a second
 * is sent only where the reader says so.
 *
 * The prediction comes from runs of the same kernel with the same knobs on the same device over smaller problems, each
 * so small that by the one before it cannot last long. From one to the next, time grows with the operation's headline
 * quantity, or with the lanes that one of the plan's passes dispatches where these grow faster; or as it grew between two
 * of these runs, where that was faster still: a loop may walk through work that the headline does not count, such as keys
 * behind a window, and no plan says how long a loop is.
 *
 * Small runs take longer for their size than large ones, since launches cost and few lanes are busy: so a prediction errs
 * upwards, and one that is too long is believed only when its run was long enough to be past that, on a clock that has
 * risen. It errs downwards where the whole problem leaves a cache that the smaller ones fit into, and where a pass that was
 * too short beside the others to be seen grows faster than they do.
 */
import { Refusal } from '../core/errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { KernelPlan } from '../gpu/plan.ts';
import type { Timer } from '../gpu/timer.ts';
import { digest } from '../kernels/digest.ts';
import { headline, smaller } from '../ops/smaller.ts';
import type { Shape } from '../ops/types.ts';
import { type Harness, prepare } from './experiment.ts';
import { gateRequest } from './gated.ts';
import { LONG_DISPATCH } from './long-dispatch.ts';
import { settle } from './measure.ts';
import { type Planned, tryPlan } from './plan.ts';
import { lanesOf, workgroupsOf } from './trace-log.ts';

/** What may last longer than this is not sent unasked. */
const LONGEST_NS = 1e9;
/** Operations of the first run: a hundredth of a second for a single lane that does all the work. */
const FIRST_OPERATIONS = 2 ** 20;
/** How long a run should last at most, by the one before it. */
const WANTED_NS = 50e6;
/** A run of this duration is long past the cost of its launch, and has filled the device. */
const BELIEVED_NS = 20e6;
const LEAST_GROWTH = 4;
/** Work of a run at most, as a multiple of the run before. */
const MOST_GROWTH = 64;
/** From so much of the whole on a run shows how time grows: the launch is no longer what a smaller one spends most on. */
const LEAST_SHARE = 1 / 8;
/** How long a run may last if time grows with the square of the work. */
const SQUARED_NS = 400e6;
/** Time that grew by more than this beside the work has outrun it: less is noise. */
const NOISE = 1.5;

/** A run over a smaller problem, and what follows from it. */
export interface Forecast {
  /** Predicted duration of one dispatch. */
  readonly ns: number;
  /** The smaller problem, and how long it took. */
  readonly shape: Shape;
  readonly measuredNs: number;
}

/** One dispatch over a smaller problem. */
export interface Flight {
  readonly ns: number;
  /** Lanes that each pass of its plan dispatches. */
  readonly lanes: readonly number[];
}

/** Runs smaller problems; null where the kernel does not take that shape. */
export interface Pilot {
  run(shape: Shape): Promise<Flight | null>;
  /** The same once the device's clock has risen. */
  runWarm(shape: Shape): Promise<Flight | null>;
}

/** A flight with the headline quantity of its problem. */
interface Flown extends Flight {
  readonly count: number;
}

/** Lanes that each pass of a plan dispatches. */
export function passLanes({ passes }: KernelPlan): readonly number[] {
  return passes.map((pass) => workgroupsOf(pass) * lanesOf(pass));
}

/** How many times as much work there is, by what grows most: the headline quantity, or the lanes of a pass. */
function growth(from: Omit<Flown, 'ns'>, to: Omit<Flown, 'ns'>): number {
  const sum = (lanes: readonly number[]): number => lanes.reduce((total, one) => total + one, 0);
  const isAlike = from.lanes.length === to.lanes.length;
  const pairs = isAlike ? from.lanes.map((lanes, at) => [lanes, to.lanes[at]]) : [[sum(from.lanes), sum(to.lanes)]];
  // A pass of no lanes says nothing.
  return Math.max(to.count / from.count, ...pairs.map(([less, more]) => (less > 0 ? more / less : 1)));
}

/** The power of the work with which time grew between two flights: 1 where it did not outrun the work. */
function powerOf(from: Flown, to: Flown): number {
  const [times, work] = [to.ns / from.ns, growth(from, to)];
  return times > NOISE * work ? Math.min(2, Math.log(times) / Math.log(work)) : 1;
}

/** The forecast for a plan that would last too long; null for one that would not, or of which nothing can be predicted. */
export async function forecastLong(
  { operation, problem: { shape, dtype }, plan }: Pick<Planned, 'operation' | 'problem' | 'plan'>,
  pilot: Pilot,
): Promise<Forecast | null> {
  const whole = { count: headline(operation, shape, dtype), lanes: passLanes(plan) };
  let before = 0;
  let last: Flown | undefined;
  for (let most = FIRST_OPERATIONS; ; ) {
    const less = smaller(operation, shape, dtype, most);
    const count = headline(operation, less, dtype);
    // The problem itself is as small as a run can be.
    if (count >= whole.count || count <= before) return null;
    const flight = await pilot.run(less);
    before = count;
    if (!flight) {
      // A kernel that wants whole tiles may take a larger one: better a bold run than none before the problem itself.
      most = count * LEAST_GROWTH;
      continue;
    }
    const predicted = (flown: Flown): number => flown.ns * growth(flown, whole) ** (last ? powerOf(last, flown) : 1);
    const isBelieved = ({ ns }: Flown): boolean => ns >= BELIEVED_NS;
    let flown: Flown = { ...flight, count };
    if (predicted(flown) > LONGEST_NS && isBelieved(flown)) {
      flown = { ...((await pilot.runWarm(less)) ?? flight), count };
      const ns = predicted(flown);
      if (ns > LONGEST_NS && isBelieved(flown)) return { ns, shape: less, measuredNs: flown.ns };
    }
    const rest = growth(flown, whole);
    if (flown.ns * rest ** 2 <= LONGEST_NS) return null;
    const isKnown = last !== undefined && rest * LEAST_SHARE <= 1 && powerOf(last, flown) === 1;
    if (isKnown && predicted(flown) <= LONGEST_NS) return null;
    last = flown;
    const step = Math.min(WANTED_NS / flown.ns, Math.sqrt(SQUARED_NS / flown.ns), MOST_GROWTH);
    most = count * Math.max(LEAST_GROWTH, step);
  }
}

/** What has been found to be short on a device, so that it is not asked again whenever it is run. */
const short = new WeakMap<Gpu, Set<string>>();

/**
 * Throws a `Refusal` (`LONG_DISPATCH`) where a dispatch of the plan is predicted to last too long on this device, by the
 * pilot's runs. `what` is sent: "run" for the kernel itself.
 */
export async function askFirst(harness: Harness, planned: Planned, what: string, pilot: Pilot): Promise<void> {
  const { capabilities, gpu } = harness;
  // Nothing resets a CPU.
  if (capabilities.software) return;
  const { op, shape, dtype, kernel, knobs } = gateRequest(planned, planned.problem);
  const key = JSON.stringify([what, op, shape, dtype, kernel, knobs, digest(planned.text)]);
  const known = short.get(gpu) ?? new Set();
  if (known.has(key)) return;
  const forecast = await forecastLong(planned, pilot);
  if (forecast) throw longRefusal(forecast, planned);
  short.set(gpu, known.add(key));
}

/** The same for the kernel as it is. */
export function askToRun(harness: Harness, timer: Timer, planned: Planned, source: string | undefined): Promise<void> {
  return askFirst(harness, planned, 'run', pilotOf(harness, timer, planned, source));
}

/** What a reader is told, and asked. */
export function longRefusal({ ns, shape, measuredNs }: Forecast, { problem }: Pick<Planned, 'problem'>): Refusal {
  const seconds = Number((ns / 1e9).toPrecision(2));
  const measuredMs = Number((measuredNs / 1e6).toPrecision(2));
  // Only the sizes that differ: the rest is as in the request.
  const from = Object.keys(shape)
    .filter((key) => shape[key] !== problem.shape[key])
    .map((key) => `${key}=${shape[key]}`)
    .join(' ');
  return new Refusal(
    `One dispatch would keep the GPU busy for about ${seconds} s, to judge by ${measuredMs} ms with ${from}; ` +
      'a driver may reset a GPU after 2 s',
    { rule: LONG_DISPATCH, parameters: { seconds, measuredMs, from }, works: [] },
  );
}

function pilotOf(harness: Harness, timer: Timer, planned: Planned, source: string | undefined): Pilot {
  const over = async (shape: Shape, isWarm: boolean): Promise<Flight | null> => {
    const small = smallerPlan(harness, planned, shape, source);
    if (!small) return null;
    const execution = await prepare(harness, small, `${planned.operation.id} ${planned.kernel.id}`);
    try {
      const take = async () => {
        const sample = await timer.sample(execution, 1);
        const { gpuNs, wallNs } = sample;
        // What a host takes to tell of nothing at all does not grow with the work.
        const ns = Number.isNaN(gpuNs) ? Math.max(timer.quantumNs, wallNs - timer.latencyNs) : gpuNs;
        return { ns, wallNs };
      };
      return { ns: await fasterOfTwo(harness, take, isWarm), lanes: passLanes(small.plan) };
    } finally {
      execution.release();
    }
  };
  return { run: (shape) => over(shape, false), runWarm: (shape) => over(shape, true) };
}

/** The plan of the same kernel over another shape; null where it does not take that. */
export function smallerPlan(
  { capabilities }: Harness,
  planned: Planned,
  shape: Shape,
  source: string | undefined,
): Planned | null {
  const small = tryPlan(gateRequest(planned, { ...planned.problem, shape }, source), capabilities);
  return small instanceof Refusal ? null : small;
}

/** The duration of the faster of two runs, after such as raise the device's clock where it is to be warm. */
export async function fasterOfTwo(
  harness: Harness,
  take: () => Promise<{ readonly ns: number; readonly wallNs: number }>,
  isWarm: boolean,
): Promise<number> {
  if (isWarm) await settle([take], () => harness.pause());
  const [first, second] = [await take(), await take()];
  return Math.min(first.ns, second.ns);
}
