/** Roofs on simulated devices: with a cost for each dispatch, a set that lies in a cache, work that is left out, noise. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import type { Sample, Timer } from '../../src/gpu/timer.ts';
import type { Harness } from '../../src/lab/experiment.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { enoughWork } from '../../src/lab/probe-amount.ts';
import { PROBE_BUDGETS } from '../../src/lab/probe-result.ts';
import type { Prepared } from '../../src/lab/probe-steps.ts';
import { rowOf, timeSteps } from '../../src/lab/probe-time.ts';
import { isProvenOrNot, roofOf } from '../../src/probes/parts/roof.ts';
import roofs from '../../src/probes/roofs.ts';
import type { Found, Row, Setting, Step } from '../../src/probes/types.ts';

const MS = 1e6;
const SETTING: Setting = {
  capabilities: { ...defaultCapabilities, software: true },
  quick: true,
  seed: 1,
  mostBytes: 2 ** 27,
};

/** What a dispatch of a step takes, in ms, by what the step says of its own work. */
type Device = (step: Step) => number;

/** In ms and GB, of each use: a lap over the words of a set, at so many GB/s, beside a cost of each dispatch. */
function memory(costMs: number, rate: number, slower = (_bytes: number): number => 1): Device {
  return ({ quantities, given }) => {
    const bytes = given?.[0].value ?? 0;
    return costMs + (quantities[0].count / rate / MS) * slower(bytes);
  };
}

const arithmetic =
  (costMs: number, rate: number): Device =>
  ({ quantities }) =>
    costMs + quantities[0].count / rate / MS;

interface Outcome extends Found {
  readonly amount: number;
  readonly samples: number;
  readonly longestMs: number;
}

/** The lab's own way to a roof, on a device that is made up; times have noise of so many parts of them. */
async function roofOn(roof: string, device: Device, noise = 0, seed = 1): Promise<Outcome> {
  const random = new Random(seed, 'noise');
  const timer = { source: 'gpu', quantumNs: 1 } as Timer;
  let longestMs = 0;
  const sampler =
    (step: Step) =>
    async (repetitions: number): Promise<Sample> => {
      const ms = device(step);
      longestMs = Math.max(longestMs, ms);
      const ns = repetitions * ms * MS * Math.exp(noise * random.normal());
      return { gpuNs: ns, wallNs: ns };
    };
  const steps = roofs.plan(SETTING).steps.filter(({ group }) => group === roof);
  const amount = await enoughWork(timer, async (more) => sampler(steps[0].times?.(more) ?? expect.fail()));
  const prepared = steps.map((one): Prepared => {
    const step = one.times?.(amount) ?? one;
    const blank = { runs: 0, repetitions: 1, samples: [], parts: [], again: false, observed: [], lastedMs: 0 };
    return { ...blank, step, sample: sampler(step) };
  });
  const harness = { budget: PROBE_BUDGETS.quick, gpu: { adapter: { software: true } }, pause: async () => {} };
  const rows = (): Row[] => prepared.map((one) => rowOf(timer, one));
  await timeSteps(
    harness as unknown as Harness,
    timer,
    prepared,
    () => {},
    () => isProvenOrNot(rows(), 1),
  );
  return { ...roofOf(roof, rows(), 1), amount, samples: prepared[0].samples.length, longestMs };
}

const READ = 'read, 16 B loads';
const F32 = 'f32 multiply-add, 8 chains';

describe('a roof on a device whose dispatches cost time of their own', () => {
  it('stands once there is enough work beside that cost', async () => {
    // 17 rounds take 0.04 ms, beside which 0.3 ms would leave nothing of a factor of 2.
    const { value, amount, withheld } = await roofOn(F32, arithmetic(0.3, 1000));
    expect(withheld).toBeNull();
    expect(amount).toBeGreaterThanOrEqual(64);
    // What is left of the cost is 3% at most.
    expect(value).toBeGreaterThan(970);
    expect(value).toBeLessThanOrEqual(1000);
  });

  it('needs no more of it where the cost does not show', async () => {
    expect(await roofOn(F32, arithmetic(0, 100))).toMatchObject({ amount: 1, withheld: null });
    expect(await roofOn(READ, memory(0.2, 5))).toMatchObject({ amount: 1, withheld: null });
    expect((await roofOn(READ, memory(0.2, 100))).amount).toBeGreaterThan(1);
  });

  it('does not ask a slow device for much more than 80 ms', async () => {
    const { amount, longestMs, withheld } = await roofOn(F32, arithmetic(30, 10));
    expect(amount).toBeLessThanOrEqual(8);
    expect(longestMs).toBeLessThan(2 * 80);
    expect(withheld).toBe('twice the work does not take twice the time');
  });
});

describe('a roof is withheld', () => {
  it('where a compiler left out the work', async () => {
    const { amount, withheld } = await roofOn(F32, () => 0.3);
    expect(amount).toBe(4096);
    expect(withheld).toBe('twice the work does not take twice the time');
  });

  it('where the smaller set lies in a cache', async () => {
    const cached = memory(0.01, 50, (bytes) => (bytes <= 2 ** 25 ? 1 : 3));
    expect((await roofOn(READ, cached)).withheld).toBe('twice the set does not take twice the time');
  });

  it('where noise is so large that no number of samples says anything', async () => {
    const { samples, withheld } = await roofOn(READ, memory(0, 5), 0.5);
    expect(samples).toBe(120);
    expect(withheld).toMatch(/^too noisy/);
  });
});

/** In which order the workgroups of a grid start: place in time by x, y and the size of the grid. */
const ORDERS: Readonly<Record<string, (x: number, y: number, groups: number, laps: number) => number>> = {
  'lap after lap': (x, y, groups) => y * groups + x,
  'all laps of a part together': (x, y, _, laps) => x * laps + y,
  'in blocks of 8 x 8': (x, y, groups) => 64 * ((y >> 3) * (groups >> 3) + (x >> 3)) + 8 * (y & 7) + (x & 7),
  'in no order': (x, y) => Math.imul(0x9e3779b1, Math.imul(x + 1, 0x85ebca6b) ^ Math.imul(y + 1, 0xc2b2ae35)) >>> 0,
};
/** Of the simulated memory, in GB/s; its cache is four times as fast. */
const RATE = 50;
/** Parts of the smaller set that the cache holds: a fifth of them, as an H200's does, half, or all. */
const FIFTH = 12;
const HALF = 32;
const ALL = 64;

type Order = (typeof ORDERS)[string];

/** The parts of the set that the workgroups of a step go over, as the workgroups start. */
function partsOf({ work }: Step, order: Order, isShifted = true): readonly number[] {
  const { workgroups, p } = (work as Extract<Step['work'], { kind: 'dispatch' }>).pass;
  const [groups, laps] = workgroups;
  const shift = isShifted ? Number(p?.shift) : 0;
  return Array.from({ length: groups * laps }, (_, i) => [i % groups, Math.floor(i / groups)] as const)
    .map(([x, y]) => ({ part: (x + y * shift) % groups, at: order(x, y, groups, laps) }))
    .sort((a, b) => a.at - b.at)
    .map(({ part }) => part);
}

/** How many of these parts are not in a cache that keeps what was used last. */
function missesOf(parts: readonly number[], cached: number): number {
  const cache = new Set<number>();
  let misses = 0;
  for (const part of parts) {
    if (!cache.delete(part)) misses++;
    cache.add(part);
    if (cache.size > cached) cache.delete(cache.values().next().value as number);
  }
  return misses;
}

/** A device with such a cache, whose workgroups start in some order. */
function ordered(order: Order, { isShifted = true, cached = FIFTH } = {}): Device {
  const known = new Map<string, number>();
  return (step) => {
    const parts = partsOf(step, order, isShifted);
    const key = `${step.at.variant} ${parts.length}`;
    const misses = known.get(key) ?? missesOf(parts, cached);
    known.set(key, misses);
    const bytes = step.given?.[0].value ?? 0;
    return (bytes / RATE / MS) * ((misses + (parts.length - misses) / 4) / new Set(parts).size);
  };
}

describe('whatever the order in which workgroups start', () => {
  it.each(Object.keys(ORDERS))('%s: no cache is taken for memory', async (name) => {
    const { value, withheld } = await roofOn(READ, ordered(ORDERS[name]));
    if (value === null) expect(withheld).toMatch(/^twice the (work|set) does not take twice the time$/);
    // In no order some reads find what another lap has just read: as many as the cache holds of the set.
    else expect(Math.abs(value / RATE - 1)).toBeLessThan(name === 'in no order' ? 0.17 : 0.1);
    // The order that is known must not lose its roof.
    if (name === 'lap after lap') expect(value).not.toBeNull();
  });

  it('laps that are not shifted would pass a cache for memory, where they start together', async () => {
    const { value } = await roofOn(READ, ordered(ORDERS['all laps of a part together'], { isShifted: false }));
    expect(value).toBeGreaterThan(3 * RATE);
  });

  it.each(Object.keys(ORDERS))('%s: nor is one that holds half of the set', async (name) => {
    const { value, withheld } = await roofOn(READ, ordered(ORDERS[name], { cached: HALF }));
    if (name === 'lap after lap') expect(Math.abs((value ?? 0) / RATE - 1)).toBeLessThan(0.1);
    else expect(withheld).toMatch(/^twice the (work|set) does not take twice the time$/);
  });

  it('one that holds all of the set passes for memory where laps start together, and where they do not it is withheld', async () => {
    const valueIn = async (name: string) => (await roofOn(READ, ordered(ORDERS[name], { cached: ALL }))).value;
    // The limit that the WGSL and docs/MEMORY.md state.
    expect(await valueIn('all laps of a part together')).toBeGreaterThan(3 * RATE);
    expect(await valueIn('lap after lap')).toBeNull();
  });

  it.each([1, 4, 16])(
    'on the grid of a GPU no shifted lap meets another in half of the set, with %d times the work',
    (amount) => {
      const { steps } = roofs.plan({ ...SETTING, capabilities: defaultCapabilities, mostBytes: 2 ** 31 });
      const step = steps.find(({ at }) => at.roof === READ && at.variant === 'twice the work')?.times?.(amount);
      const parts = partsOf(step ?? expect.fail(), ORDERS['all laps of a part together']);
      const groups = parts.length / (2 * amount);
      expect(groups).toBe(4096);
      expect(missesOf(parts, groups / 2)).toBe(parts.length);
      expect(missesOf(parts, groups)).toBeLessThan(parts.length);
    },
  );

  it.each([1, 2, 8, 128])('a third of the set lies between two reads, with %d times the work', (amount) => {
    const steps = roofs.plan(SETTING).steps.filter(({ at }) => at.roof === READ && at.variant === 'twice the work');
    const step = steps[0].times?.(amount) ?? expect.fail();
    for (const name of ['lap after lap', 'all laps of a part together']) {
      const last = new Map<number, number>();
      let nearest = Number.POSITIVE_INFINITY;
      for (const [at, part] of partsOf(step, ORDERS[name]).entries()) {
        nearest = Math.min(nearest, at - (last.get(part) ?? Number.NEGATIVE_INFINITY));
        last.set(part, at);
      }
      expect(nearest).toBeGreaterThanOrEqual(last.size * (name === 'lap after lap' ? 0.6 : 1 / 3));
    }
  });
});

describe('samples', () => {
  it('are as few as the budget has where they say enough', async () => {
    expect((await roofOn(READ, memory(0, 5), 0.02)).samples).toBe(15);
  });

  it('are taken until noise of an eighth leaves the ratios certain', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((seed) => roofOn(READ, memory(0, 5), 0.125, seed)));
    expect(outcomes.some(({ samples }) => samples > 15)).toBe(true);
    expect(outcomes.filter(({ value }) => value !== null).length).toBeGreaterThanOrEqual(4);
  });

  it('of a device on which twice the set takes 2.4 times the time make no roof of it, however often they are looked at', async () => {
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const wrong = memory(0, 5, (bytes) => (bytes <= 2 ** 25 ? 1 : 1.2));
    const outcomes = await Promise.all(seeds.map((seed) => roofOn(READ, wrong, 0.1, seed)));
    expect(outcomes.filter(({ value }) => value !== null).length).toBeLessThanOrEqual(1);
  });
});

describe('the steps of a roof', () => {
  const { steps } = roofs.plan(SETTING);
  const stepOf = (roof: string, variant: string, amount: number): Step =>
    steps.find(({ at }) => at.roof === roof && at.variant === variant)?.times?.(amount) ?? expect.fail();

  it.each([READ, 'write, 4 B stores', 'copy, 4 B'])(
    '%s: bytes grow with the amount, and twice of them are twice',
    (roof) => {
      const bytes = (variant: string, amount: number): number => {
        const { quantities, check } = stepOf(roof, variant, amount);
        // One word is written for each invocation of a read.
        return quantities[0].count - (roof === READ ? check.bytes : 0);
      };
      expect(bytes('once', 8)).toBe(8 * bytes('once', 1));
      expect(bytes('twice the work', 4)).toBe(2 * bytes('once', 4));
      expect(bytes('twice the set', 4)).toBe(2 * bytes('once', 4));
    },
  );

  it('read each word once in a lap, which has workgroups of its own', () => {
    for (const amount of [1, 2, 8, 128]) {
      const { work } = stepOf(READ, 'twice the work', amount);
      const { p, workgroups } = (work as Extract<Step['work'], { kind: 'dispatch' }>).pass;
      const { rows, items, laps } = p as Record<string, number>;
      // A lap is a row of workgroups, each of which reads its own part once.
      expect(workgroups).toEqual([rows / items, laps, 1]);
      expect(laps).toBe(2 * amount);
    }
  });

  it('do an odd number of rounds where an even one would end where it began', () => {
    for (const amount of [1, 2, 64]) {
      for (const variant of ['once', 'twice the work', 'twice the lanes']) {
        const { work } = stepOf(F32, variant, amount);
        const { p } = (work as Extract<Step['work'], { kind: 'dispatch' }>).pass;
        expect(Number(p?.rounds) % 2).toBe(1);
      }
    }
  });
});

describe('the steps of a group', () => {
  const take = async (ns: (name: number) => number, quantumNs = 1) => {
    const order: number[] = [];
    const steps = roofs.plan(SETTING).steps.slice(0, 3);
    const prepared = steps.map((step, name): Prepared => {
      const sample = async (): Promise<Sample> => {
        order.push(name);
        return { gpuNs: ns(name), wallNs: 10 * MS };
      };
      return { step, runs: 0, repetitions: 1, samples: [], parts: [], again: false, observed: [], lastedMs: 0, sample };
    });
    const harness = { budget: PROBE_BUDGETS.quick, gpu: { adapter: { software: true } }, pause: async () => {} };
    const timer = { source: 'gpu', quantumNs } as Timer;
    await timeSteps(harness as unknown as Harness, timer, prepared, () => {});
    return { order, rows: prepared.map((one) => rowOf(timer, one)) };
  };

  it('are timed in turns, every other round backwards', async () => {
    const { order } = await take(() => 10 * MS);
    const rounds = order.slice(-3 * PROBE_BUDGETS.quick.samples);
    expect(rounds.slice(0, 9)).toEqual([0, 1, 2, 2, 1, 0, 0, 1, 2]);
  });

  it('have no time from stamps that are nearer than 100 steps of the timer, zero or negative', async () => {
    const { rows } = await take((name) => [99, 126, -5][name] * 65_536, 65_536);
    expect(rows.map(({ medianNs }) => medianNs)).toEqual([null, 126 * 65_536, null]);
    expect(rows.map(({ dropped }) => dropped)).toEqual([15, 0, 15]);
  });
});
