/**
 * Finds the best configuration of an operation's kernels for one problem on one device, in a bounded time.
 *
 * The space is a product of small knobs, too many to try one by one, and neighbouring values of a knob perform alike.
 * So: start from every kernel's defaults, which somebody chose with care; climb, measuring the neighbours (one knob, one
 * step) of the best few, the best one's first, until all of them have been measured; then start again from seeded
 * random configurations of the faster half of the kernels, until that has found nothing better several times or the
 * time is up. A compiler may take seconds for one configuration, so that a minute may be enough for thirty: what is
 * likely to be good comes first. At last measure the finalists again, side by side with the kernels at their defaults and with more samples, since the
 * best of many noisy times is too good to be true.
 */
import { Refusal } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import type { Capabilities, Kernel, Knobs } from '../kernels/types.ts';
import { type Compared, compareTimes, sharesLead } from './compare.ts';
import { tryPlan } from './plan.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';

/** Best ones whose neighbours are measured next. */
const CLIMBERS = 3;
/** Random configurations to climb from, once the first climb has ended. */
const STARTERS = 8;
const FINALISTS = 5;
/** Climbs from new places that may find nothing better. */
const DRY_CLIMBS = 3;
/** What counts as better where a few samples show nothing: less is noise. */
export const BETTER = 1.02;
/** Configurations in one call: the first is small since nobody knows yet how long one takes. */
const FIRST_BATCH = 2;
const MOST_BATCH = 8;
/** Share of the time limit that one call may take, as far as can be told. */
const BATCH_SHARE = 0.1;

export interface TuneOptions {
  readonly seed: number;
  /** When to stop looking, in ms; the final comes on top. */
  readonly limitMs: number;
  readonly now: () => number;
  /** True where a device can run the request, e.g. `eligible`. */
  readonly runs: (request: Request) => boolean;
  /**
   * Verifies and times requests side by side; 'final' asks for more samples. Null for what it did not come to: a
   * caller may cut a search call short where `limitMs` is up.
   */
  readonly measure: (requests: readonly Request[], round: 'search' | 'final') => Promise<readonly (Result | null)[]>;
  readonly onProgress?: (measured: number, best: Result | null) => void;
}

export interface Tuned {
  /**
   * The fastest of the finals that is shown to be faster than `baseline`, or that where nothing is; null where no
   * configuration came out correct with a time.
   */
  readonly best: Result | null;
  /** How `best` compares with `baseline`; null where it is the baseline, or there is none. */
  readonly gain: Compared | null;
  /** Finalists that share the lead with `best`: they are not shown to be slower. */
  readonly ties: readonly Result[];
  /** The finalists and the defaults they are compared with, as timed side by side; fastest first. */
  readonly finals: readonly Result[];
  /** The fastest kernel with the knobs that it comes with; null where none of them was reached or is correct. */
  readonly baseline: Result | null;
  /** All that was measured, fastest first, what has no time last. */
  readonly results: readonly Result[];
  /** Configurations in the whole space, those that the device refuses included. */
  readonly space: number;
  readonly timeUp: boolean;
}

/**
 * A test for `TuneOptions.runs`: whether the device takes a request, and the request may win. A kernel that is wrong by
 * design may not, not even where its sums are too short to show it: it is fast at the cost of accuracy.
 */
export function eligible(device: Capabilities): (request: Request) => boolean {
  return (request) => {
    const planned = tryPlan(request, device);
    return !(planned instanceof Refusal) && !planned.kernel.wrongByDesign?.(planned.problem, planned.knobs);
  };
}

/** The knobs that a tuner turns: not those that say how the data lie. */
export function tunable(kernel: Kernel): Kernel['knobs'] {
  return kernel.knobs.filter((knob) => !knob.fixed);
}

/** How many configurations there are. */
export function spaceOf(kernels: readonly Kernel[]): number {
  return kernels.reduce(
    (sum, kernel) => sum + tunable(kernel).reduce((product, knob) => product * knob.values.length, 1),
    0,
  );
}

/** The kernel on the problem of `base`, whose fixed knobs are kept, with all other knobs at their defaults. */
function asItComes(base: Omit<Request, 'kernel'>, kernel: Kernel): Request {
  return requestOf(base, kernel, {});
}

/** Dispatches a second; 0 where there is no verified time. */
export function speedOf(result: Result): number {
  const median = result.status === 'correct' ? result.time?.medianNs : null;
  return median ? 1e9 / median : 0;
}

/**
 * `base` is the problem; its knobs are ignored but for those that are fixed. The kernels' order is that of the ladder:
 * the last ones are meant to be the fastest and are looked at first. Throws what `measure` throws.
 */
export async function tune(
  kernels: readonly Kernel[],
  base: Omit<Request, 'kernel'>,
  options: TuneOptions,
): Promise<Tuned> {
  const search = new Search(kernels, base, options);
  await search.run();
  const finalists = search.fastest(FINALISTS);
  const defaults = new Map(kernels.map((kernel) => [kernel.id, asItComes(base, kernel)]));
  const untouched = distinct([...defaults.values()]);
  const atDefaults = new Set(untouched.map(keyOf));
  const [first] = search.fastest(1, atDefaults);
  const compared = distinct([
    ...finalists,
    ...(first ? [first] : []),
    ...finalists.map((request) => defaults.get(request.kernel) as Request).filter(options.runs),
  ]);
  const measured = compared.length > 0 ? await options.measure(compared, 'final') : [];
  const finals = bySpeed(measured.filter((result) => result !== null));
  const fastest = finals.find((result) => speedOf(result) > 0) ?? null;
  const baseline = finals.find((result) => speedOf(result) > 0 && atDefaults.has(keyOf(result))) ?? null;
  const timed = finals.filter((result) => speedOf(result) > 0);
  const best = baseline
    ? (timed.find(({ time }) => compareTimes(time, baseline.time)?.outcome === 'faster') ?? baseline)
    : fastest;
  return {
    best,
    gain: best && baseline && best !== baseline ? compareTimes(best.time, baseline.time) : null,
    ties: timed.filter((result) => result !== best && sharesLead(result.time, best?.time)),
    finals,
    baseline,
    results: bySpeed(search.results),
    space: spaceOf(kernels),
    timeUp: search.timeUp,
  };
}

class Search {
  private readonly measured = new Map<string, { readonly request: Request; readonly result: Result }>();
  private readonly random: Random;
  private readonly started: number;
  private cutShort = false;

  constructor(
    private readonly kernels: readonly Kernel[],
    private readonly base: Omit<Request, 'kernel'>,
    private readonly options: TuneOptions,
  ) {
    this.random = new Random(options.seed, 'tune');
    this.started = options.now();
  }

  get timeUp(): boolean {
    return this.cutShort || this.options.now() - this.started > this.options.limitMs;
  }

  get results(): Result[] {
    return [...this.measured.values()].map(({ result }) => result);
  }

  /** The requests of the fastest verified configurations, of those `among` where given. */
  fastest(count: number, among?: ReadonlySet<string>): Request[] {
    return [...this.measured]
      .filter(([key, { result }]) => speedOf(result) > 0 && (among?.has(key) ?? true))
      .sort(([, a], [, b]) => speedOf(b.result) - speedOf(a.result))
      .slice(0, count)
      .map(([, { request }]) => request);
  }

  async run(): Promise<void> {
    const { kernels, base } = this;
    await this.measure([...kernels].reverse().map((kernel) => asItComes(base, kernel)));
    const promising = this.fasterHalf();
    await this.climb();
    for (let dry = 0; dry < DRY_CLIMBS && !this.timeUp; ) {
      const [count, speed] = [this.measured.size, this.bestSpeed()];
      await this.measure(this.draw(promising, STARTERS));
      if (this.measured.size === count) return;
      await this.climb();
      dry = this.bestSpeed() > BETTER * speed ? 0 : dry + 1;
    }
  }

  /** One call at a time, since each may show a better place to go on from. */
  private async climb(): Promise<void> {
    while (!this.timeUp) {
      const next = this.fresh(this.fastest(CLIMBERS).flatMap((request) => this.neighbours(request)));
      if (next.length === 0) return;
      await this.call(next.slice(0, this.batchSize()));
    }
  }

  private async measure(requests: readonly Request[]): Promise<void> {
    const fresh = this.fresh(requests);
    while (fresh.length > 0 && !this.timeUp) await this.call(fresh.splice(0, this.batchSize()));
  }

  private fresh(requests: readonly Request[]): Request[] {
    return distinct(requests).filter((one) => !this.measured.has(keyOf(one)) && this.options.runs(one));
  }

  private async call(batch: readonly Request[]): Promise<void> {
    const { options, measured } = this;
    const results = await options.measure(batch, 'search');
    for (const [k, request] of batch.entries()) {
      const result = results[k];
      if (result) measured.set(keyOf(request), { request, result });
      else this.cutShort = true;
    }
    options.onProgress?.(measured.size, bySpeed(this.results).find((result) => speedOf(result) > 0) ?? null);
  }

  /** As many as are likely to take no more than their share of the time, judged by those so far. */
  private batchSize(): number {
    if (this.measured.size === 0) return FIRST_BATCH;
    const each = (this.options.now() - this.started) / this.measured.size;
    return Math.max(1, Math.min(MOST_BATCH, Math.floor((BATCH_SHARE * this.options.limitMs) / Math.max(each, 1e-6))));
  }

  private bestSpeed(): number {
    return Math.max(0, ...this.results.map(speedOf));
  }

  /** Kernels that are not far behind with their defaults; all of them where too few have a time to tell. */
  private fasterHalf(): readonly Kernel[] {
    const ids = this.fastest(Math.max(2, Math.ceil(this.kernels.length / 2))).map(({ kernel }) => kernel);
    return ids.length === 0 ? this.kernels : this.kernels.filter(({ id }) => ids.includes(id));
  }

  private draw(kernels: readonly Kernel[], count: number): Request[] {
    const found = new Map<string, Request>();
    // Refused ones are drawn again, but not for ever: some kernels have hardly any that a device runs.
    for (let draw = 0; draw < 20 * count && found.size < count; draw++) {
      const kernel = kernels[this.random.integer(0, kernels.length - 1)];
      const knobs = tunable(kernel).map(({ key, values }) => [key, values[this.random.integer(0, values.length - 1)]]);
      const drawn = requestOf(this.base, kernel, Object.fromEntries(knobs));
      if (!this.measured.has(keyOf(drawn)) && this.options.runs(drawn)) found.set(keyOf(drawn), drawn);
    }
    return [...found.values()];
  }

  /** All configurations one step away in one knob. */
  private neighbours(from: Request): Request[] {
    const kernel = this.kernels.find((candidate) => candidate.id === from.kernel) as Kernel;
    return tunable(kernel).flatMap((knob) => {
      const at = knob.values.indexOf(from.knobs?.[knob.key] ?? knob.default);
      return [at - 1, at + 1]
        .filter((index) => index >= 0 && index < knob.values.length)
        .map((index) => requestOf(this.base, kernel, { ...from.knobs, [knob.key]: knob.values[index] }));
    });
  }
}

/** Complete knobs: the defaults, then the fixed ones of `base`, then `knobs`. */
function requestOf(base: Omit<Request, 'kernel'>, kernel: Kernel, knobs: Knobs): Request {
  const kept = kernel.knobs.flatMap(({ key, fixed }) => {
    const value = fixed ? base.knobs?.[key] : undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
  const defaults = kernel.knobs.map((knob) => [knob.key, knob.default]);
  return {
    ...base,
    kernel: kernel.id,
    knobs: { ...Object.fromEntries(defaults), ...Object.fromEntries(kept), ...knobs },
  };
}

function bySpeed(results: readonly Result[]): Result[] {
  return [...results].sort((a, b) => speedOf(b) - speedOf(a));
}

function keyOf(one: Pick<Request, 'kernel' | 'knobs'>): string {
  return JSON.stringify([one.kernel, Object.entries(one.knobs ?? {}).sort()]);
}

function distinct(requests: readonly Request[]): Request[] {
  return [...new Map(requests.map((one) => [keyOf(one), one])).values()];
}
