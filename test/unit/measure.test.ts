/** How times are taken, on samples that are made up: a clock that rises, noise without end, a timer with a coarse step. */
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import type { Execution } from '../../src/gpu/execution.ts';
import { duration, floorOf, type Sample, type Timer, type Work } from '../../src/gpu/timer.ts';
import { calibrate, even, firstOf, measure, type Sampler, settle, type Variant } from '../../src/lab/measure.ts';
import { QUICK } from '../../src/lab/protocol.ts';

const budget = { ...QUICK, samples: 5, sampleMs: 10 };
/** At the full clock, and how many times as long at rest. */
const DISPATCH_NS = 1e6;
const SLOWER = 5.7;

/** A device whose clock rises after `riseMs` of work, and falls no more. */
function rising(riseMs: number) {
  let busy = 0;
  let samples = 0;
  const sample = async (work: Work, repetitions: number): Promise<Sample> => {
    samples++;
    if (work === broken) throw new Failure('validation', 'It does not run');
    const ns = repetitions * DISPATCH_NS * (busy < riseMs * 1e6 ? SLOWER : 1);
    busy += ns;
    return { gpuNs: ns, wallNs: ns };
  };
  const timer = { source: 'gpu', quantumNs: 1, sample } as unknown as Timer;
  return { timer, count: () => samples };
}

const broken = { compileMs: 1 } as Execution;
const variant = (execution = { compileMs: 1 } as Execution): Variant => ({
  execution,
  firstNs: null,
  failure: null,
  time: null,
});
const pause = async (): Promise<void> => {};
const options = { warmUp: false, pause };

describe('times', () => {
  test('are those of the full clock after a warm-up, and are not without', async () => {
    for (const [warmUp, largest] of [
      [true, DISPATCH_NS],
      [false, SLOWER * DISPATCH_NS],
    ] as const) {
      const variants = [variant(), variant()];
      await measure(rising(250).timer, variants, budget, { warmUp, pause });
      expect(Math.max(...variants.flatMap(({ time }) => time?.samplesNs ?? []))).toBeCloseTo(largest, 0);
    }
  });

  test('come soon on a device that never settles', async () => {
    let turn = 0;
    const sample = async (_: Work, repetitions: number): Promise<Sample> => {
      const ns = repetitions * DISPATCH_NS * (1 + (turn++ % 2));
      return { gpuNs: ns, wallNs: ns };
    };
    const [one] = [variant()];
    await measure({ source: 'gpu', quantumNs: 1, sample } as unknown as Timer, [one], budget, { warmUp: true, pause });
    // Two seconds at most, of some 15 ms each, and the samples.
    expect(turn).toBeLessThan(250);
    expect(one.time?.samplesNs).toHaveLength(budget.samples);
  });

  test('of the others come where the first one fails in its warm-up', async () => {
    const [first, second] = [variant(broken), variant()];
    await measure(rising(250).timer, [first, second], budget, { warmUp: true, pause });
    expect(first.failure?.code).toBe('validation');
    expect(second.time?.samplesNs).toEqual(Array(budget.samples).fill(DISPATCH_NS));
  });

  test('ask for no warm-up where the clock does not rise', async () => {
    const { timer, count } = rising(0);
    await measure(timer, [variant()], budget, options);
    expect(count()).toBeLessThan(budget.samples + 8);
  });
});

const MS = 1e6;

describe('timestamps', () => {
  test('that are zero, negative or longer than the wait for them give no duration', () => {
    expect(duration(5n, 105n, 1e3)).toBe(100);
    for (const [start, end] of [
      [0n, 100n],
      [0n, 0n],
      [100n, 100n],
      [200n, 100n],
      [5n, 2_000_000_005n],
    ])
      expect(duration(start, end, 10 * MS)).toBeNaN();
  });

  test('of an empty pass that are zero leave the floor unknown, and it is not 0', () => {
    expect(floorOf([1000, 900, 5000], 1, 10)).toBe(100);
    expect(floorOf([1000, Number.NaN, 5000], 1, 10)).toBeNull();
    expect(floorOf([3, 3, 3], 1, 10)).toBeNull();
  });

  test('of a first run count where the step of the timer is a tenth of it at most', () => {
    const sample = { gpuNs: 1000, wallNs: 5000 };
    expect(firstOf({ source: 'gpu', quantumNs: 100 }, sample)).toBe(1000);
    expect(firstOf({ source: 'gpu', quantumNs: 101 }, sample)).toBeNull();
    expect(firstOf({ source: 'wall', quantumNs: 101 }, sample)).toBe(5000);
    expect(firstOf({ source: 'gpu', quantumNs: 1 }, { ...sample, gpuNs: Number.NaN })).toBeNull();
  });

  test('nearer each other than 100 steps of the timer are no time, however often the kernel runs', async () => {
    for (const [ns, resolved] of [
      [99 * 65_536, false],
      [100 * 65_536, true],
    ] as const) {
      const one = variant();
      const sample = async (): Promise<Sample> => ({ gpuNs: ns, wallNs: 20 * MS });
      await measure({ source: 'gpu', quantumNs: 65_536, sample } as unknown as Timer, [one], budget, options);
      expect(one.time).toMatchObject({ resolved, dropped: 0 });
      expect([one.time?.medianNs === null, one.time?.minNs === null]).toEqual([!resolved, !resolved]);
    }
  });

  test('that are bad drop a sample, which is counted; where most are, there is no time', async () => {
    for (const [bad, resolved] of [
      [2, true],
      [3, false],
    ] as const) {
      let turn = -3;
      const sample = async (_: Work, repetitions: number): Promise<Sample> => {
        const ns = repetitions * 20 * MS;
        // The first three are those of the calibration.
        return { gpuNs: turn++ >= 0 && turn <= bad ? Number.NaN : ns, wallNs: ns };
      };
      const one = variant();
      const timer = { source: 'gpu', quantumNs: 1, sample } as unknown as Timer;
      await measure(timer, [one], budget, options);
      expect(one.time).toMatchObject({ resolved, dropped: bad });
      expect(one.time?.samplesNs).toHaveLength(resolved ? budget.samples - bad : 0);
    }
  });
});

/** Settles on samples of which `nsAt` says what each takes, by how long the device has been busy; gives how long it was. */
async function busyFor(nsAt: (busy: number, index: number) => number, steps = 1): Promise<number> {
  let [busy, index] = [0, 0];
  const sample = async () => {
    const ns = nsAt(busy, index++);
    busy += Number.isNaN(ns) ? 10 * MS : ns;
    return { ns, wallNs: Number.isNaN(ns) ? 10 * MS : ns };
  };
  await settle(Array(steps).fill(sample), pause);
  return busy / MS;
}

describe('the warm-up', () => {
  test('lasts 0.4 s where samples are the same from the first', async () => {
    expect(await busyFor(() => 10 * MS)).toBe(400);
  });

  test('is not over where a clock stands still for 0.35 s before it rises', async () => {
    expect(await busyFor((busy) => (busy < 350 * MS ? 20 : 4) * MS)).toBeGreaterThanOrEqual(400);
  });

  test('lasts until a clock has risen that takes longer', async () => {
    // By 4% from one sample to the next, for 0.8 s.
    const busy = await busyFor((busy, index) => (busy < 800 * MS ? 60 * MS * 0.96 ** index : 20 * MS));
    expect(busy).toBeGreaterThan(800);
    expect(busy).toBeLessThan(900);
  });

  test('compares rounds of all steps, which need not be alike', async () => {
    expect(await busyFor((_, index) => (index % 2 === 0 ? 10 : 30) * MS, 2)).toBe(400);
  });

  test('does not wait for noise to end, or for samples without a time', async () => {
    expect(await busyFor((_, index) => (index % 2 === 0 ? 10 : 15) * MS)).toBeLessThan(420);
    expect(await busyFor(() => Number.NaN)).toBe(400);
  });

  test('ends after 2 s where samples still get faster', async () => {
    const busy = await busyFor((_, index) => 90 * MS * 0.96 ** index);
    expect(busy).toBeGreaterThanOrEqual(2000);
    expect(busy).toBeLessThan(2020);
  });
});

describe('calibration', () => {
  const budget = { samples: 15, sampleMs: 2, limitMs: 1000, referenceCost: 1 };
  const repetitions = async (nsEach: number, quantumNs: number): Promise<number> => {
    const sampler: Sampler = async (times) => ({
      gpuNs: Math.floor((times * nsEach) / quantumNs) * quantumNs,
      wallNs: times * nsEach + MS,
    });
    const timer = { source: 'gpu', quantumNs } as Timer;
    return (await calibrate(timer, sampler, budget, 1)).repetitions;
  };

  test('makes a sample as long as the budget wants, and 100 steps of the timer', async () => {
    expect(1000 * (await repetitions(1000, 1))).toBeGreaterThanOrEqual(2 * MS);
    expect(1000 * (await repetitions(1000, 65_536))).toBeGreaterThanOrEqual(100 * 65_536);
    expect(await repetitions(5 * MS, 1)).toBe(1);
  });

  test.each([0, 1, 2, 3])('is not taken in by sample %i if something else slowed it down', async (slow) => {
    let turn = 0;
    const sampler: Sampler = async (times) => {
      const ns = times * 0.4 * MS + (turn++ === slow ? 30 * MS : 0);
      return { gpuNs: ns, wallNs: ns };
    };
    const timer = { source: 'gpu', quantumNs: 1 } as Timer;
    const { repetitions, sample } = await calibrate(timer, sampler, budget, 1);
    expect(repetitions * 0.4).toBeGreaterThanOrEqual(2);
    expect(sample.gpuNs).toBeLessThan(4 * MS);
  });

  test('begins with a sample that is known, and takes fewer of one that is ample, but does not trust it alone', async () => {
    const timer = { source: 'gpu', quantumNs: 1 } as Timer;
    const taken = async (
      knownMs: number | null,
      ms: number,
    ): Promise<readonly [taken: number, repetitions: number]> => {
      let count = 0;
      const sampler: Sampler = async (times) => {
        count++;
        return { gpuNs: times * ms * MS, wallNs: times * ms * MS };
      };
      const known = knownMs === null ? undefined : { gpuNs: knownMs * MS, wallNs: knownMs * MS };
      const { repetitions } = await calibrate(timer, sampler, budget, 1, known);
      return [count, repetitions];
    };
    expect(await taken(null, 3)).toEqual([3, 1]);
    expect(await taken(3, 3)).toEqual([2, 1]);
    expect(await taken(null, 30)).toEqual([3, 1]);
    expect(await taken(30, 30)).toEqual([1, 1]);
    expect((await taken(30, 0.4))[1]).toBeGreaterThanOrEqual(5);
    expect((await taken(300, 0.4))[1]).toBeGreaterThanOrEqual(5);
    expect(await taken(300, 300)).toEqual([1, 1]);
  });

  test('never asks for a second in one submission', async () => {
    // A step of 100 ms wants samples of 10 s, which no driver would let pass.
    expect((await repetitions(20 * MS, 100 * MS)) * 20).toBeLessThanOrEqual(1000);
  });
});

describe('variants side by side', () => {
  const evened = (...plans: readonly (readonly [repetitions: number, sampleMs: number])[]): number[] => {
    const all = plans.map(([repetitions, ms]) => ({ repetitions, sampleNs: ms * MS }));
    even(all);
    return all.map(({ repetitions }) => repetitions);
  };

  test('take turns, every other round backwards, so that none always follows the same neighbour', async () => {
    const order: number[] = [];
    const variants = [1, 2, 3].map((compileMs) => variant({ compileMs } as Execution));
    const sample = async (work: Work): Promise<Sample> => {
      order.push((work as Execution).compileMs);
      return { gpuNs: 20 * MS, wallNs: 20 * MS };
    };
    await measure({ source: 'gpu', quantumNs: 1, sample } as unknown as Timer, variants, budget, options);
    expect(order.slice(-3 * budget.samples)).toEqual([1, 2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2, 3]);
  });

  test('get the same number of dispatches where they need about as many', () => {
    expect(evened([11, 3], [13, 3], [2, 3], [15, 3], [7, 3], [3, 3])).toEqual([15, 15, 3, 15, 7, 3]);
    expect(evened([1, 3], [2, 3], [4, 3])).toEqual([1, 4, 4]);
  });

  test('keep theirs where a single dispatch is long', () => {
    expect(evened([1, 400], [2, 3])).toEqual([1, 2]);
  });
});
