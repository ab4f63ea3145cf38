/**
 * Finds the best configuration of an operation's kernels for one problem on one device, in a bounded time.
 *
 * The space is a product of small knobs, too many to try one by one, and neighbouring values of a knob perform alike.
 * So: start from every kernel's defaults and a seeded random sample; then climb, measuring all neighbours (one knob,
 * one step) of the best few that have not been measured, until none is better or the time is up; at last measure the
 * finalists again side by side with more samples, since the best of many noisy times is too good to be true.
 */
import { Random } from '../core/random.ts';
import type { Kernel, Knobs } from '../kernels/types.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';

/** Configurations measured before the climb. */
const STARTERS = 16;
/** Best ones whose neighbours are measured next. */
const CLIMBERS = 3;
const FINALISTS = 5;
/** Configurations in one call: few enough that the time limit is met, enough to share the noise. */
const BATCH = 8;

export interface TuneOptions {
  readonly seed: number;
  /** When to stop looking, in ms; the batch under way and the final still run. */
  readonly limitMs: number;
  readonly now: () => number;
  /** True where a device can run the request. */
  readonly runs: (request: Request) => boolean;
  /** Verifies and times requests side by side; 'final' asks for more samples. */
  readonly measure: (requests: readonly Request[], round: 'search' | 'final') => Promise<readonly Result[]>;
  readonly onProgress?: (measured: number, best: Result | null) => void;
}

export interface Tuned {
  /** Null where no configuration came out correct with a time. */
  readonly best: Result | null;
  /** All that was measured, fastest first, what has no time last. */
  readonly results: readonly Result[];
  /** Configurations in the whole space, those that the device refuses included. */
  readonly space: number;
  readonly timeUp: boolean;
}

/** `base` is the problem; its kernel and knobs are ignored but for the knobs that are not tuned (layout, offset). */
export async function tune(
  kernels: readonly Kernel[],
  base: Omit<Request, 'kernel'>,
  options: TuneOptions,
): Promise<Tuned> {
  const started = options.now();
  const measured = new Map<string, { request: Request; result: Result }>();
  const timeUp = (): boolean => options.now() - started > options.limitMs;

  const measureAll = async (requests: readonly Request[]): Promise<void> => {
    const fresh = distinct(requests).filter((request) => !measured.has(keyOf(request)) && options.runs(request));
    for (let i = 0; i < fresh.length && !timeUp(); i += BATCH) {
      const batch = fresh.slice(i, i + BATCH);
      const results = await options.measure(batch, 'search');
      for (const [k, request] of batch.entries()) measured.set(keyOf(request), { request, result: results[k] });
      options.onProgress?.(measured.size, ranked()[0]?.result ?? null);
    }
  };
  const ranked = () =>
    [...measured.values()]
      .filter(({ result }) => speedOf(result) > 0)
      .sort((a, b) => speedOf(b.result) - speedOf(a.result));

  await measureAll(kernels.map((kernel) => request(base, kernel, {})));
  await measureAll(randomConfigurations(kernels, base, options));
  for (;;) {
    const before = measured.size;
    await measureAll(
      ranked()
        .slice(0, CLIMBERS)
        .flatMap((found) => neighbours(kernels, base, found.request)),
    );
    if (measured.size === before || timeUp()) break;
  }
  const finalists = ranked().slice(0, FINALISTS);
  const finals =
    finalists.length > 0
      ? await options.measure(
          finalists.map((found) => found.request),
          'final',
        )
      : [];
  const best = finals.filter((result) => speedOf(result) > 0).sort((a, b) => speedOf(b) - speedOf(a))[0] ?? null;
  const others = [...measured.values()].map(({ result }) => result).sort((a, b) => speedOf(b) - speedOf(a));
  return {
    best,
    results: others,
    space: kernels.reduce(
      (sum, kernel) => sum + tunable(kernel).reduce((product, knob) => product * knob.values.length, 1),
      0,
    ),
    timeUp: timeUp(),
  };
}

/** Dispatches a second; 0 where there is no verified time. */
function speedOf(result: Result): number {
  const median = result.status === 'correct' ? result.time?.medianNs : null;
  return median ? 1e9 / median : 0;
}

function tunable(kernel: Kernel): Kernel['knobs'] {
  return kernel.knobs.filter((knob) => !knob.fixed);
}

function request(base: Omit<Request, 'kernel'>, kernel: Kernel, knobs: Knobs): Request {
  const kept = Object.entries(base.knobs ?? {}).filter(([key]) =>
    kernel.knobs.some((knob) => knob.fixed && knob.key === key),
  );
  const defaults = kernel.knobs.map((knob) => [knob.key, knob.default]);
  return {
    ...base,
    kernel: kernel.id,
    knobs: { ...Object.fromEntries(defaults), ...Object.fromEntries(kept), ...knobs },
  };
}

function randomConfigurations(
  kernels: readonly Kernel[],
  base: Omit<Request, 'kernel'>,
  options: TuneOptions,
): Request[] {
  const random = new Random(options.seed, 'tune');
  const found: Request[] = [];
  // Refused ones are drawn again, but not for ever: some kernels have hardly any that a device runs.
  for (let draw = 0; draw < 20 * STARTERS && distinct(found).length < STARTERS; draw++) {
    const kernel = kernels[random.integer(0, kernels.length - 1)];
    const knobs = tunable(kernel).map((knob) => [knob.key, knob.values[random.integer(0, knob.values.length - 1)]]);
    const drawn = request(base, kernel, Object.fromEntries(knobs));
    if (options.runs(drawn)) found.push(drawn);
  }
  return distinct(found);
}

/** All configurations one step away in one knob. */
function neighbours(kernels: readonly Kernel[], base: Omit<Request, 'kernel'>, from: Request): Request[] {
  const kernel = kernels.find((candidate) => candidate.id === from.kernel);
  if (!kernel) return [];
  return tunable(kernel).flatMap((knob) => {
    const at = knob.values.indexOf(from.knobs?.[knob.key] ?? knob.default);
    return [at - 1, at + 1]
      .filter((index) => index >= 0 && index < knob.values.length)
      .map((index) => request(base, kernel, { ...from.knobs, [knob.key]: knob.values[index] }));
  });
}

function keyOf(one: Request): string {
  return JSON.stringify([one.kernel, Object.entries(one.knobs ?? {}).sort()]);
}

function distinct(requests: readonly Request[]): Request[] {
  return [...new Map(requests.map((one) => [keyOf(one), one])).values()];
}
