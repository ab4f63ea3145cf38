import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { magnitudes, normals, places, trend } from '../../src/ops/inputs.ts';
import { f16, range } from './arithmetic.ts';

const many = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((x, y) => x + y, 0) / values.length;
const moment = (values: ArrayLike<number>, power: number) => mean(Array.from(values, (value) => value ** power));

describe('Random', () => {
  it('gives these numbers in every engine', () => {
    // sfc32 with this seeding, computed apart in Python with 32-bit integers.
    const random = new Random(1, 'x');
    expect(range(0, 4).map(() => random.bits())).toEqual([3999381596, 627733530, 2445543627, 29683457]);
  });

  it('repeats itself for the same seed and stream, and for no others', () => {
    const draw = (seed: number, stream: string) => {
      const random = new Random(seed, stream);
      return range(0, 8).map(() => random.bits());
    };
    expect(draw(7, 'w')).toEqual(draw(7, 'w'));
    const all = [draw(7, 'w'), draw(8, 'w'), draw(7, 'x'), draw(7, ''), draw(7 + 2 ** 32, 'w'), draw(0, 'w')];
    expect(new Set(all.flat()).size).toBe(48);
  });

  it('uniform: within its range, evenly spread, neighbours unrelated', () => {
    const random = new Random(3);
    const values = many(100_000, () => random.uniform(-2, 6));
    expect(Math.min(...values.subarray(0, 5e4))).toBeGreaterThanOrEqual(-2);
    expect(values.every((value) => value < 6)).toBe(true);
    const bins = new Array<number>(64).fill(0);
    for (const value of values) bins[Math.floor((value + 2) * 8)]++;
    // Chi-squared with 63 degrees of freedom: 4 standard deviations are 108.
    expect(bins.reduce((sum, count) => sum + (count - 1562.5) ** 2 / 1562.5, 0)).toBeLessThan(108);
    const pairs = mean(values.subarray(1).map((value, i) => (value - 2) * (values[i] - 2))) / (64 / 12);
    expect(Math.abs(pairs)).toBeLessThan(4 / Math.sqrt(1e5));
  });

  it('integer: both ends included, all equally likely', () => {
    const random = new Random(4);
    const counts = new Map<number, number>();
    for (let i = 0; i < 60_000; i++) {
      const value = random.integer(-2, 3);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
    expect(random.integer(5, 5)).toBe(5);
  });

  it('normal: mean 0, variance 1, tails as they should be', () => {
    const random = new Random(5);
    checkNormal(many(100_000, () => random.normal()));
  });

  it('each bit of each word is as often 1 as 0', () => {
    const random = new Random(6, 'bits');
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const bits = random.bits();
      for (let b = 0; b < 32; b++) ones[b] += (bits >>> b) & 1;
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
  });
});

function checkNormal(values: ArrayLike<number>): void {
  const root = Math.sqrt(values.length);
  expect(Math.abs(mean(values))).toBeLessThan(5 / root);
  expect(Math.abs(moment(values, 2) - 1)).toBeLessThan((5 * Math.sqrt(2)) / root);
  expect(Math.abs(moment(values, 4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / root);
  const beyond3 = Array.from(values).filter((value) => Math.abs(value) > 3).length / values.length;
  expect(beyond3).toBeGreaterThan(0.0018);
  expect(beyond3).toBeLessThan(0.0036);
}

describe('input values', () => {
  it('normals have the moments of a normal distribution, whatever the seed', () => {
    for (const seed of [1, 2, 3]) checkNormal(normals(new Random(seed, 'w'), 100_000, 'f32'));
    const scaled = normals(new Random(1), 100_000, 'f16', 0.5);
    expect(moment(scaled, 2)).toBeCloseTo(0.25, 2);
    expect(scaled.every((value) => f16(value) === value)).toBe(true);
  });

  it('normals seldom repeat: wrong indices would hide behind equal values', () => {
    const values = normals(new Random(9, 'x'), 10_000, 'f32');
    expect(new Set(values).size).toBeGreaterThan(9_900);
  });

  it('magnitudes spread over their exponents with either sign', () => {
    const values = magnitudes(new Random(1), 10_000, 'f32', -76, -54);
    const exponents = new Set([...values].map((value) => Math.floor(Math.log2(Math.abs(value)))));
    expect(Math.min(...exponents)).toBe(-76);
    expect(Math.max(...exponents)).toBe(-55);
    expect(exponents.size).toBe(22);
    expect(Math.abs(values.filter((value) => value < 0).length - 5000)).toBeLessThan(300);
  });

  it('places take every remainder of 256, and with it of every smaller number of lanes, in turn', () => {
    for (const count of [256, 257, 1000, 4096, 2 ** 20]) {
      const found = places(new Random(2), 384, count);
      expect(new Set(found.map((place) => place % 256)).size).toBe(256);
      for (const lanes of [8, 32, 64]) {
        // Long before each remainder of 256 has had its turn.
        const early = found.subarray(0, 384).map((place) => place % lanes);
        for (const lane of range(0, lanes)) {
          expect(early.filter((other) => other === lane).length).toBeGreaterThanOrEqual(256 / lanes);
        }
      }
      expect(found.every((place) => place >= 0 && place < count)).toBe(true);
      // Anywhere in the row, both ends and the middle among them.
      if (count > 1000) expect(new Set(found).size).toBeGreaterThan(300);
      for (const place of [0, count - 1, count >> 1, 16, 15, 64, 63]) expect(found).toContain(place);
    }
  });

  it('places of a short row are all of it', () => {
    for (const count of [1, 2, 3, 17, 75, 255]) {
      const found = places(new Random(3), 384, count);
      expect([...new Set(found)].sort((a, b) => a - b)).toEqual(range(0, count));
    }
    expect(places(new Random(3), 1, 1000)).toEqual(Int32Array.of(0));
  });

  it('trends run from end to end', () => {
    expect([trend('rising', 0, 5), trend('rising', 4, 5), trend('falling', 0, 5), trend('falling', 4, 5)]).toEqual([
      0, 60, 60, 0,
    ]);
    expect([trend('low', 3, 5), trend('high', 3, 5), trend('normal', 3, 5), trend('rising', 0, 1)]).toEqual([
      -200, 200, 0, 0,
    ]);
  });
});
