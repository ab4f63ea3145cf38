/**
 * Whether a dispatch would hold a GPU for longer than its owner should be surprised with. Windows resets a driver that is
 * busy for two seconds, and a screen that the GPU draws stands still meanwhile; so what is predicted to last over a second
 * is sent only where the reader says so.
 *
 * The prediction comes from runs of the same kernel with the same knobs on the same device over smaller problems, each
 * so small that by the one before it cannot last long. Small runs take longer for their size than large ones, since
 * launches cost and few lanes are busy: so a prediction errs upwards, and one that is too long is believed only when its
 * run was long enough to be past that, on a clock that has risen.
 */
import { Refusal } from '../core/errors.ts';
import type { Timer } from '../gpu/timer.ts';
import { headline, smaller } from '../ops/smaller.ts';
import type { Shape } from '../ops/types.ts';
import { type Harness, prepare } from './experiment.ts';
import { gateRequest } from './gated.ts';
import { reading, settle } from './measure.ts';
import { type Planned, tryPlan } from './plan.ts';

/** Id of the rule that such a refusal names. */
export const LONG_DISPATCH = 'long-dispatch';

/** What may last longer than this is not sent unasked. */
const LONGEST_NS = 1e9;
/** Operations of the first run: a hundredth of a second for a single lane that does all the work. */
const FIRST_OPERATIONS = 2 ** 20;
/** How long a run should last at most, by the one before it. */
const WANTED_NS = 50e6;
/** A run of this duration is long past the cost of its launch, and has filled the device. */
const BELIEVED_NS = 20e6;
const LEAST_GROWTH = 4;

/** A run over a smaller problem, and what follows from it. */
export interface Forecast {
  /** Predicted duration of one dispatch. */
  readonly ns: number;
  /** The smaller problem, and how long it took. */
  readonly shape: Shape;
  readonly measuredNs: number;
}

/** Runs smaller problems: one dispatch in nanoseconds, or null where the kernel does not take that shape. */
export interface Pilot {
  run(shape: Shape): Promise<number | null>;
  /** The same once the device's clock has risen. */
  runWarm(shape: Shape): Promise<number | null>;
}

/** The forecast for a plan that would last too long; null for one that would not, or of which nothing can be predicted. */
export async function forecastLong(
  { operation, problem: { shape, dtype } }: Pick<Planned, 'operation' | 'problem'>,
  pilot: Pilot,
): Promise<Forecast | null> {
  const whole = headline(operation, shape, dtype);
  let before = 0;
  for (let most = FIRST_OPERATIONS; ; ) {
    const less = smaller(operation, shape, dtype, most);
    const part = headline(operation, less, dtype);
    // The problem itself is as small as a run can be.
    if (part >= whole || part <= before) return null;
    const firstNs = await pilot.run(less);
    if (firstNs === null) {
      // A kernel that wants whole tiles may take a larger one: better a bold run than none before the problem itself.
      before = part;
      most = part * LEAST_GROWTH;
      continue;
    }
    const isLong = (ns: number): boolean => (ns * whole) / part > LONGEST_NS;
    if (!isLong(firstNs)) return null;
    if (firstNs >= BELIEVED_NS) {
      const measuredNs = (await pilot.runWarm(less)) ?? firstNs;
      if (!isLong(measuredNs)) return null;
      if (measuredNs >= BELIEVED_NS) return { ns: (measuredNs * whole) / part, shape: less, measuredNs };
    }
    before = part;
    most = part * Math.max(LEAST_GROWTH, WANTED_NS / firstNs);
  }
}

/** Throws a `Refusal` (`LONG_DISPATCH`) where a dispatch of the plan is predicted to last too long on this device. */
export async function askFirst(
  harness: Harness,
  timer: Timer,
  planned: Planned,
  source: string | undefined,
): Promise<void> {
  // Nothing resets a CPU.
  if (harness.capabilities.software) return;
  const forecast = await forecastLong(planned, pilotOf(harness, timer, planned, source));
  if (forecast) throw longRefusal(forecast, planned);
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
  const over = async (shape: Shape, isWarm: boolean): Promise<number | null> => {
    const request = gateRequest(planned, { ...planned.problem, shape }, source);
    const small = tryPlan(request, harness.capabilities);
    if (small instanceof Refusal) return null;
    const execution = await prepare(harness, small, `${planned.operation.id} ${planned.kernel.id}`);
    try {
      const take = async () => {
        const sample = await timer.sample(execution, 1);
        const { wallNs } = sample;
        const { ns } = reading(timer.source, sample);
        return { ns: Number.isNaN(ns) ? wallNs : ns, wallNs };
      };
      if (isWarm) await settle([take], () => harness.pause());
      const [first, second] = [await take(), await take()];
      return Math.min(first.ns, second.ns);
    } finally {
      execution.release();
    }
  };
  return { run: (shape) => over(shape, false), runWarm: (shape) => over(shape, true) };
}
