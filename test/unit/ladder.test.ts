/** The ladder: which kernel builds on which, gains and ties, and how long the rest of a batch may take. */
import { describe, expect, it } from 'vitest';
import { kernels, kernelsOf, source } from '../../src/kernels/index.ts';
import { compareTimes, sharesLead } from '../../src/lab/compare.ts';
import type { Time } from '../../src/lab/result.ts';
import { timeLeft, timeLeftWords } from '../../src/ui/state/time-left.ts';
import { fastest, gainsOf, isShownFastest, leastGain, sorted, type Timed } from '../../src/ui/views/ladder/standing.ts';

/** "From kernel 6:", "From kernels 10 and 11:". */
const HEAD = /^\/\/ From kernels? (\d+(?:(?:, | and )\d+)*):/m;

/** Fifteen samples between the ends, the same in each group. */
const time = (medianNs: number, minNs = medianNs, p90Ns = medianNs, group = 'one'): Time => ({
  resolved: true,
  source: 'gpu',
  medianNs,
  minNs,
  p90Ns,
  intervalNs: null,
  firstNs: null,
  group,
  dropped: 0,
  samplesNs: Array.from({ length: 15 }, (_, i) => [minNs, medianNs, p90Ns][i % 3]),
  dispatchesPerSample: 1,
  quantumNs: 1,
  compileMs: 1,
  wallNs: null,
  caches: 'warm',
});
const rung = (number: number, from: readonly number[], measured?: Time): Timed => ({
  kernel: { id: `${number}_x`, from },
  number,
  time: measured,
});

describe('what a kernel builds on', () => {
  it.each(kernels.map((kernel) => [`${kernel.op}/${kernel.id}`, kernel] as const))(
    '%s: as its head says',
    (_, kernel) => {
      // One that chooses among the others has no head of its own.
      const written = kernel.shader ? null : HEAD.exec(source(kernel));
      expect(kernel.from ?? []).toEqual([...(written?.[1] ?? '').matchAll(/\d+/g)].map(Number));
      const number = Number.parseInt(kernel.id, 10);
      const others = kernelsOf(kernel.op).map(({ id }) => Number.parseInt(id, 10));
      for (const from of kernel.from ?? []) {
        expect(others).toContain(from);
        expect(from).toBeLessThan(number);
      }
      if (number > 1) expect(kernel.from?.length).toBeGreaterThan(0);
    },
  );
});

describe('gains', () => {
  const one = rung(1, [], time(100));
  const two = rung(2, [1], time(50));
  const three = rung(3, [2, 1], time(52, 48, 70));

  it('are ratios of medians to the kernels that it builds on', () => {
    expect(gainsOf(one, [one, two])).toEqual([]);
    expect(gainsOf(two, [one, two])).toEqual([
      { over: 1, ratio: 2, interval: [2, 2], outcome: 'faster', sideBySide: true },
    ]);
    expect(gainsOf(three, [one, two, three])).toMatchObject([
      { over: 2, ratio: expect.closeTo(50 / 52), interval: [50 / 70, 50 / 48], outcome: 'inconclusive' },
      { over: 1, ratio: expect.closeTo(100 / 52), outcome: 'faster' },
    ]);
  });

  it('are unknown until both have a time, and the smallest one counts', () => {
    expect(leastGain(gainsOf(two, [rung(1, []), two]))).toMatchObject({ over: 1, ratio: null });
    expect(leastGain(gainsOf(three, [one, two, three]))).toMatchObject({ over: 2 });
    expect(leastGain(gainsOf(three, [one, rung(2, [1]), three]))).toMatchObject({ over: 1 });
    expect(leastGain([])).toBeNull();
  });

  it('are decided by the interval of the ratio within rounds, however far the samples spread', () => {
    expect(compareTimes(time(10, 5, 20), time(11, 5.5, 22))).toMatchObject({ outcome: 'faster', sideBySide: true });
    expect(compareTimes(time(10, 9, 12), null)).toBeNull();
  });

  it('are not claimed of kernels timed apart whose samples overlap, or of which samples were dropped', () => {
    const other = (samples: Time): Time => ({ ...samples, group: 'two' });
    expect(compareTimes(time(10, 9, 12), other(time(13, 12, 14)))).toMatchObject({
      outcome: 'inconclusive',
      sideBySide: false,
    });
    expect(compareTimes(time(10, 9, 11.9), other(time(13, 12, 14)))?.outcome).toBe('faster');
    expect(compareTimes(time(10), { ...time(11), dropped: 1 })?.sideBySide).toBe(false);
  });

  it('are not claimed of fewer than 15 samples, and a slow kernel shares no lead for that', () => {
    const few = (ns: number): Time => ({ ...time(ns), samplesNs: Array(14).fill(ns) });
    expect(compareTimes(few(10), few(100))).toMatchObject({ outcome: 'inconclusive', interval: null, ratio: 0.1 });
    expect(sharesLead(few(100), few(10))).toBe(false);
    expect(sharesLead(few(10), few(10))).toBe(true);
  });
});

describe('the order of the rungs', () => {
  const rows = [rung(1, []), rung(2, [1], time(50)), rung(3, [2], time(40, 35, 45)), rung(4, [3], time(41, 44, 34))];

  it('is by number, or by speed with those without a time last', () => {
    expect(sorted(rows, 'order').map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(sorted(rows, 'speed').map(({ number }) => number)).toEqual([3, 4, 2, 1]);
  });

  it('has every kernel in the lead that ties with the fastest', () => {
    expect(fastest(rows).map(({ number }) => number)).toEqual([3, 4]);
    expect(fastest([rung(1, [])])).toEqual([]);
    expect(isShownFastest(rows[2], rows)).toBe(false);
    expect(isShownFastest(rows[2], rows.slice(0, 3))).toBe(true);
  });
});

describe('how long the rest takes', () => {
  it('lies between the paces of the fastest and the slowest turn, and is unknown after one', () => {
    expect(timeLeft([{ done: 4, seconds: 2 }], 8)).toBeNull();
    const turns = [
      { done: 4, seconds: 2 },
      { done: 4, seconds: 20 },
    ];
    expect(timeLeft(turns, 8)).toEqual([4, 40]);
  });

  it('claims no more than is known', () => {
    expect(timeLeftWords([4, 41])).toBe('4 s to 40 s');
    expect(timeLeftWords([37, 41])).toBe('about 40 s');
    expect(timeLeftWords([50, 200])).toBe('50 s to 3 min');
    expect(timeLeftWords([0, 0.2])).toBe('about 1 s');
  });
});
