/** What probes plan for small and for large devices, what their checks catch, and what they make of rows. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import type { Capabilities } from '../../src/kernels/types.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { isRamp } from '../../src/lab/probe-time.ts';
import { findProbe, probes } from '../../src/probes/index.ts';
import { cycle } from '../../src/probes/parts/cycle.ts';
import { passesAt } from '../../src/probes/parts/passes.ts';
import { predicted } from '../../src/probes/parts/reading.ts';
import { roofOf } from '../../src/probes/parts/roof.ts';
import { hashed } from '../../src/probes/parts/shared.ts';
import { against, dropOf } from '../../src/probes/sustained.ts';
import type { Probe, Row, Setting } from '../../src/probes/types.ts';

const GIB = 2 ** 30;
const LARGE: Capabilities = {
  ...defaultCapabilities,
  limits: { ...defaultCapabilities.limits, maxBufferSize: 4 * GIB, maxStorageBufferBindingSize: 2 * GIB },
};

function setting(capabilities: Capabilities, quick: boolean): Setting {
  const { maxBufferSize, maxStorageBufferBindingSize } = capabilities.limits;
  return { capabilities, quick, seed: 1, mostBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize) };
}

const DEVICES: readonly (readonly [string, Setting])[] = [
  ['what WebGPU guarantees', setting(defaultCapabilities, true)],
  ['a large GPU', setting(LARGE, false)],
  ['a large GPU, quick', setting(LARGE, true)],
  ['a GPU that binds 4 GiB less a word', { ...setting(LARGE, false), mostBytes: 4 * GIB - 4 }],
  ['a software adapter', setting({ ...defaultCapabilities, software: true }, true)],
];

describe.each(DEVICES)('on %s', (_, device) => {
  it.each(probes.map((probe) => [probe.id, probe] as const))('%s fits the device', (_, probe: Probe) => {
    const { buffers, setup, steps } = probe.plan(device);
    const bytes = new Map(buffers.map((buffer) => [buffer.name, buffer.bytes]));
    for (const size of bytes.values()) {
      expect(Number.isInteger(size) && size > 0).toBe(true);
      // A few lines beyond the span are for a base that is not aligned.
      expect(size).toBeLessThanOrEqual(device.mostBytes);
    }
    const before = steps.flatMap(({ work }) => (work.kind === 'dispatch' ? (work.before ?? []) : []));
    const passes = [...setup, ...before, ...steps.flatMap(({ work }) => ('pass' in work ? [work.pass] : []))];
    for (const { workgroups, workgroupSize } of passes) {
      for (const groups of workgroups) expect(Number.isInteger(groups) && groups >= 1 && groups <= 65_535).toBe(true);
      expect(workgroupSize[0]).toBeLessThanOrEqual(256);
    }
    for (const { check } of steps) {
      expect((check.from ?? 0) + check.bytes).toBeLessThanOrEqual(bytes.get(check.buffer) ?? 0);
    }
    const places = steps.map(({ at }) => JSON.stringify(at));
    expect(new Set(places).size).toBe(places.length);
  });
});

it.each(probes.map((probe) => [probe.id, probe] as const))('%s finds fault with an output of zeros', (id, probe) => {
  const { steps } = probe.plan(setting({ ...defaultCapabilities, software: true }, true));
  for (const { check } of steps) {
    if (check.only !== undefined) continue;
    expect(check.fault(new Uint32Array(check.bytes / 4), 1), id).not.toBeNull();
  }
});

describe('the cycle of a chase', () => {
  it.each(['within pages', 'at random'] as const)('%s goes through each line once', (order) => {
    const lines = cycle(1024, 64, order, new Random(1));
    expect([...lines].sort((a, b) => a - b)).toEqual(Array.from({ length: 1024 }, (_, i) => i));
  });

  it('stays within a page until it has seen all of it', () => {
    const lines = cycle(1024, 64, 'within pages', new Random(1));
    const pages = [...lines].map((line) => Math.floor(line / 64));
    expect(pages.filter((page, i) => i > 0 && page !== pages[i - 1])).toHaveLength(15);
  });
});

describe('models by hand', () => {
  it('banks: a stride conflicts by what it shares with 32', () => {
    expect([0, 1, 2, 3, 4, 16, 24, 32, 33].map(passesAt)).toEqual([1, 1, 2, 1, 4, 16, 8, 32, 1]);
  });

  it('sectors and lines of a request', () => {
    const values = (...args: Parameters<typeof predicted>): number[] => predicted(...args).map(({ value }) => value);
    expect(values(4, 1, 0)).toEqual([4, 1]);
    expect(values(4, 1, 4)).toEqual([5, 2]);
    expect(values(16, 1, 0)).toEqual([16, 4]);
    expect(values(4, 8, 0)).toEqual([32, 8]);
    expect(values(4, 32, 0)).toEqual([32, 32]);
  });

  it('a hash that differs from word to word', () => {
    expect(new Set(Array.from({ length: 4096 }, (_, i) => hashed(i))).size).toBe(4096);
  });
});

function row(at: Row['at'], samplesNs: readonly number[], measures: Row['measures'] = []): Row {
  const medianNs = [...samplesNs].sort((a, b) => a - b)[samplesNs.length >> 1];
  const rest = { intervalNs: null, repetitions: 1, source: 'gpu', dropped: 0, model: [], check: 'exact' } as const;
  return { ...rest, at, medianNs, samplesNs, measures };
}

describe('a roof', () => {
  const random = new Random(1);
  const times = (level: number): number[] => Array.from({ length: 15 }, () => level * random.uniform(0.99, 1.01));
  const rows = (work: number, set: number): Row[] => [
    row({ roof: 'copy', variant: 'once' }, times(100)),
    row({ roof: 'copy', variant: 'twice the work' }, times(work), [
      { key: 'rate', title: 'Bandwidth', unit: 'GB/s', value: 50 },
    ]),
    row({ roof: 'copy', variant: 'twice the set' }, times(set)),
  ];

  it('counts where both twices take twice the time', () => {
    expect(roofOf('copy', rows(200, 200), 1)).toMatchObject({ value: 50, withheld: null });
  });

  it('is withheld where work was left out, where the set was in a cache, and where nothing is known', () => {
    expect(roofOf('copy', rows(110, 200), 1)).toMatchObject({
      value: null,
      withheld: 'twice the work does not take twice the time',
    });
    expect(roofOf('copy', rows(200, 400), 1)).toMatchObject({
      value: null,
      withheld: 'twice the set does not take twice the time',
    });
    expect(roofOf('copy', rows(200, 200).slice(1), 1).value).toBeNull();
  });
});

describe('a staircase', () => {
  const probe = findProbe('staircase') as Probe;
  const sizes = Array.from({ length: 17 }, (_, k) => 4096 * 2 ** k);
  const rows = (curve: string, level: (bytes: number) => number): Row[] =>
    sizes.map((bytes, i) =>
      row(
        { bytes, curve },
        [1],
        [{ key: 'latency', title: 'Latency', unit: 'ns', value: level(bytes) * (1 + 0.01 * (i % 3)) }],
      ),
    );
  const cached = (bytes: number): number => (bytes <= 2 ** 19 ? 40 : 300);

  it('calls a cache only what both chases show', () => {
    const device = setting(defaultCapabilities, true);
    const both = [...rows('latency within pages', cached), ...rows('latency at random', cached)];
    expect(probe.find(both, device).find(({ key }) => key === 'step-1')).toMatchObject({
      withheld: null,
      interval: [2 ** 19, 2 ** 20],
    });
    const one = [...rows('latency within pages', cached), ...rows('latency at random', () => 50)];
    expect(probe.find(one, device).find(({ key }) => key === 'step-1')?.value).toBeNull();
  });

  it('takes a step of the random chase for one cache only, the nearest', () => {
    // A processor's second level of 1 MiB, of which a busy moment makes two steps in one of the chases.
    const fine = Array.from({ length: 48 }, (_, k) => 2 ** 12 * 2 ** (k / 4));
    const levels = (curve: string, level: (bytes: number) => number): Row[] =>
      fine.map((bytes, i) => {
        const value = level(bytes) * (1 + 0.01 * (i % 3));
        return row({ bytes, curve }, Array(15).fill(value), [{ key: 'latency', title: 'Latency', unit: 'ns', value }]);
      });
    const twice = (bytes: number): number => (bytes <= 2 ** 19 ? 40 : bytes <= 2 ** 20 ? 52 : 70);
    const once = (bytes: number): number => (bytes <= 2 ** 20 ? 40 : 70);
    const found = probe.find(
      [...levels('latency within pages', twice), ...levels('latency at random', once)],
      setting(defaultCapabilities, true),
    );
    expect(found.find(({ key }) => key === 'step-1')).toMatchObject({
      value: null,
      withheld: expect.stringMatching(/no step of its own/),
    });
    expect(found.find(({ key }) => key === 'step-2')).toMatchObject({ withheld: null, interval: [2 ** 20, fine[33]] });
  });

  it('gives each level with an interval, and none of fewer samples', () => {
    const device = setting(defaultCapabilities, true);
    const chase = rows('latency within pages', cached);
    const levels = (samples: number) =>
      probe
        .find(
          chase.map((one) => ({ ...one, samplesNs: Array(samples).fill(one.medianNs) })),
          device,
        )
        .filter(({ key }) => key.startsWith('latency'));
    expect(levels(15).map(({ value }) => Math.round(value ?? 0))).toEqual([40, 303]);
    expect(levels(15).every(({ value, interval }) => interval && interval[0] <= Number(value))).toBe(true);
    expect(levels(14).every(({ value, withheld }) => value === null && withheld?.includes('15'))).toBe(true);
  });

  it('claims nothing of sets for which there was no time', () => {
    const device = setting(defaultCapabilities, true);
    const until = (most: number, all: readonly Row[]): Row[] =>
      all.map((one) =>
        Number(one.at.bytes) <= most
          ? one
          : { ...one, medianNs: null, samplesNs: [], measures: [], withheld: 'the time ran out' },
      );
    // Long enough beyond its step to be the last level, had it been looked at further.
    const within = until(2 ** 23, rows('latency within pages', cached));
    const of = (random: readonly Row[]) => {
      const found = probe.find([...within, ...random], device);
      return (name: string) => found.find(({ key }) => key === name);
    };
    const both = of(until(2 ** 23, rows('latency at random', cached)));
    expect(both('step-1')).toMatchObject({ withheld: null, interval: [2 ** 19, 2 ** 20] });
    expect(both('last-level')).toMatchObject({
      value: null,
      says: 'last level not reached',
      withheld: 'the time ran out after a set of 8 MiB',
    });
    expect(both('latency-rest')).toMatchObject({ value: null, says: 'no set beyond 8 MiB was measured' });
    const short = of(until(2 ** 19, rows('latency at random', cached)));
    expect(short('step-1')).toMatchObject({ value: null, withheld: expect.stringMatching(/^the time ran out before/) });
    const none = of(until(0, rows('latency at random', cached)));
    expect(none('random-rest')).toMatchObject({
      value: null,
      says: 'no set was measured',
      withheld: 'the time ran out',
    });
  });

  it('does not call the last level reached before four times its step', () => {
    // Four sizes an octave, so that the last octave is a level: long enough to be one, and still too short.
    const fine = Array.from({ length: 65 }, (_, k) => 2 ** 12 * 2 ** (k / 4));
    const late = (curve: string, end: number): Row[] =>
      fine.map((bytes, i) => {
        const value = (bytes <= end ? 40 : 300) * (1 + 0.01 * (i % 3));
        return row({ bytes, curve }, Array(15).fill(value), [{ key: 'latency', title: 'Latency', unit: 'ns', value }]);
      });
    const last = (end: number) =>
      probe
        .find([...late('latency within pages', end), ...late('latency at random', end)], setting(LARGE, true))
        .find(({ key }) => key === 'last-level');
    expect(last(2 ** 26.5)).toMatchObject({ value: null, says: 'last level not reached' });
    expect(last(2 ** 25)?.value).toBeCloseTo(303, 0);
  });
});

it('first samples on a slower level are a ramp, and a late outlier is not', () => {
  const steady = Array.from({ length: 12 }, (_, i) => 100 + (i % 3));
  expect(isRamp([600, 420, 300, ...steady])).toBe(true);
  expect(isRamp([101, 100, 102, ...steady])).toBe(false);
  expect(isRamp([...steady, 600, 420, 300])).toBe(false);
});

describe('a fall under load', () => {
  const random = new Random(2);
  const series = (count: number, ns: number): number[] =>
    Array.from({ length: count }, () => ns * (1 + 0.02 * random.normal()));

  it('of 24.5%, as a clock from 1590 to 1200 MHz makes it, is found after the clock has risen', () => {
    const { value } = dropOf([...series(20, 300), ...series(150, 100), ...series(200, 100 / 0.755)], 1);
    expect(value).toBeGreaterThan(23.5);
    expect(value).toBeLessThan(25.5);
  });

  it('is not found in steady noise, in a stall of a moment, or where the clock only rises', () => {
    const steady = dropOf(series(300, 100), 1);
    expect(steady).toMatchObject({ value: 0, says: expect.stringContaining('1 level in 300 samples') });
    // As much as noise could hide.
    expect(steady.interval?.[0]).toBeLessThanOrEqual(0);
    expect(steady.interval?.[1]).toBeLessThan(2);
    expect(dropOf([...series(30, 300), ...series(300, 100)], 1).value).toBe(0);
    expect(dropOf([...series(595, 100), ...series(5, 700)], 1).value).toBe(0);
    expect(dropOf(series(6, 100), 1).value).toBeNull();
  });
});

describe('other numbers under load', () => {
  const random = new Random(3);
  const ran = (input: string, ns: number, count = 100): Row =>
    row(
      { input, seconds: 5 },
      Array.from({ length: count }, () => ns * (1 + 0.01 * random.normal())),
    );
  const before = ran('random numbers', 115);

  it('are faster only if random numbers before and after them are both slower', () => {
    const zeros = ran('zeros', 100);
    const bothSlower = against(zeros, before, ran('random numbers, again', 115), 1);
    expect(bothSlower.value).toBeCloseTo(1.15, 1);
    expect(bothSlower.interval?.[0]).toBeGreaterThan(1.1);
    expect(bothSlower.says).toMatch(/^faster; 1\.1\d\d times .* before them, 1\.1\d\d of those after$/);
    // The device got faster meanwhile, whatever the numbers.
    const drifted = against(zeros, before, ran('random numbers, again', 100), 1);
    expect(drifted.says).toMatch(/^no difference shown/);
    expect(against(zeros, before, undefined, 1).withheld).toMatch(/not measured after/);
    expect(against(ran('zeros', 100, 28), before, before, 1).withheld).toContain('15 samples');
  });
});
