/** The statistics by simulation: what they must find, and what they must not. All of it is seeded. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import {
  binomialInterval,
  changePoints,
  compareApart,
  compareRounds,
  line,
  medianInterval,
  quantile,
} from '../../src/core/statistics.ts';

/** Times as a busy machine makes them: a little noise on all of them, now and then one that is much longer. */
function times(random: Random, count: number, { level = 1, noise = 0.01, outliers = 0.1 } = {}): number[] {
  return Array.from({ length: count }, () => {
    const late = random.uniform() < outliers ? random.uniform(0, 0.5) : 0;
    return level * (1 + noise * random.normal() + late);
  });
}

describe('the interval of the median', () => {
  it('holds the true median about as often as it says', () => {
    const random = new Random(1);
    let held = 0;
    for (let k = 0; k < 200; k++) {
      const [low, high] = medianInterval(times(random, 21, { outliers: 0 }), { seed: k }) ?? [0, 0];
      if (low <= 1 && 1 <= high) held++;
    }
    expect(held / 200).toBeGreaterThan(0.88);
  });

  it('does not exist for fewer than 15 samples', () => {
    expect(medianInterval(Array(14).fill(1))).toBeNull();
    expect(medianInterval(Array(15).fill(1))).toEqual([1, 1]);
  });

  it('is the same for the same seed', () => {
    const samples = times(new Random(2), 15);
    expect(medianInterval(samples)).toEqual(medianInterval(samples));
  });
});

describe('a comparison', () => {
  it('of identical code is inconclusive in at least 95% of 200 simulations', () => {
    const random = new Random(3);
    let different = 0;
    for (let k = 0; k < 200; k++) {
      const { outcome } = compareRounds(times(random, 15), times(random, 15), { seed: k });
      if (outcome !== 'inconclusive') different++;
    }
    expect(different).toBeLessThanOrEqual(10);
  });

  it('finds a planted 3% in quiet data, and says which way', () => {
    const random = new Random(4);
    for (let k = 0; k < 50; k++) {
      const [a, b] = [times(random, 21, { level: 1.03, noise: 0.005 }), times(random, 21, { noise: 0.005 })];
      expect(compareRounds(a, b, { seed: k }).outcome).toBe('slower');
      expect(compareRounds(b, a, { seed: k }).outcome).toBe('faster');
    }
  });

  it('is not taken in by a load that both meet: rounds are compared and not medians', () => {
    const random = new Random(5);
    // The second half of all rounds takes half as long again.
    const load = (samples: number[]): number[] => samples.map((ns, i) => (i < 10 ? ns : 1.5 * ns));
    const [a, b] = [load(times(random, 20, { outliers: 0 })), load(times(random, 20, { outliers: 0 }))];
    expect(compareRounds(a, b).outcome).toBe('inconclusive');
    // One after the other, the same load makes one of two identical programs slower.
    expect(
      compareRounds(
        times(random, 20).map((ns) => 1.5 * ns),
        times(random, 20),
      ).outcome,
    ).toBe('slower');
  });

  it('of lists without common rounds is inconclusive for identical code too, and finds a planted 3%', () => {
    const random = new Random(6);
    let different = 0;
    for (let k = 0; k < 200; k++) {
      if (compareApart(times(random, 15), times(random, 15), { seed: k }).outcome !== 'inconclusive') different++;
      const quiet = { noise: 0.005, outliers: 0 };
      const slow = compareApart(times(random, 21, { level: 1.03, ...quiet }), times(random, 21, quiet), { seed: k });
      expect(slow.outcome).toBe('slower');
    }
    expect(different).toBeLessThanOrEqual(10);
    expect(compareApart(Array(14).fill(2), Array(20).fill(1))).toMatchObject({ ratio: 2, interval: null });
  });

  it('of fewer than 15 rounds is inconclusive, whatever the ratio', () => {
    expect(compareRounds(Array(14).fill(2), Array(14).fill(1))).toEqual({
      outcome: 'inconclusive',
      ratio: 2,
      interval: null,
    });
    expect(compareRounds([], [])).toEqual({ outcome: 'inconclusive', ratio: null, interval: null });
  });
});

describe('change points', () => {
  it('are found where levels change', () => {
    const random = new Random(6);
    for (let seed = 0; seed < 20; seed++) {
      const values = [...times(random, 12, { outliers: 0 }), ...times(random, 12, { level: 1.5, outliers: 0 })];
      expect(changePoints(values, { seed }).map(({ index }) => index)).toContain(12);
    }
  });

  it('are found in 5% of steady noise at most', () => {
    const random = new Random(7);
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      if (changePoints(times(random, 30, { outliers: 0 }), { seed }).length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(10);
  });

  it('are found under a drop of 24.5% within noise of 5%, as a clock that falls makes it', () => {
    const random = new Random(8);
    const values = [
      ...times(random, 40, { noise: 0.05, outliers: 0 }),
      ...times(random, 40, { level: 0.755, noise: 0.05, outliers: 0 }),
    ];
    const [{ index }] = changePoints(values);
    expect(Math.abs(index - 40)).toBeLessThanOrEqual(2);
  });

  it('are not looked for in what is too short', () => {
    expect(changePoints([])).toEqual([]);
    expect(changePoints([1, 2, 3])).toEqual([]);
  });
});

describe('a line', () => {
  it('bears outliers', () => {
    const points = Array.from({ length: 9 }, (_, x) => [x, x === 4 ? 100 : 3 + 2 * x] as const);
    const { a, b } = line(points);
    expect(a).toBeCloseTo(3);
    expect(b).toBeCloseTo(2);
  });
});

it('a quantile is linear between order statistics', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([5], 0.9)).toBe(5);
});

describe('the interval of a share', () => {
  it('is that of published tables (Clopper and Pearson, 95%)', () => {
    expect(binomialInterval(0, 100)).toEqual([0, expect.closeTo(0.0362, 4)]);
    expect(binomialInterval(5, 100)).toEqual([expect.closeTo(0.0164, 4), expect.closeTo(0.1128, 4)]);
    expect(binomialInterval(10, 10)).toEqual([expect.closeTo(0.6915, 4), 1]);
    expect(binomialInterval(0, 0)).toBeNull();
  });

  it('is the mirror image for the rest, of many tries too', () => {
    const [low, high] = binomialInterval(10, 2000) ?? [0, 0];
    const mirrored = [expect.closeTo(1 - high, 9), expect.closeTo(1 - low, 9)];
    expect(binomialInterval(1990, 2000)).toEqual(mirrored);
  });
});
