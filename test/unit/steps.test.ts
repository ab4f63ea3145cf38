/** The step finder on synthetic staircases: with noise, with and without steps, with a blurred knee, cut off too early. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { type Point, staircase } from '../../src/core/steps.ts';
import { curveOf } from '../../src/probes/parts/levels.ts';
import type { Row } from '../../src/probes/types.ts';

const KIB = 1024;

/** Two sizes an octave, from 4 KiB up. */
function sizes(octaves: number): number[] {
  return Array.from({ length: octaves }, (_, k) => [4 * KIB * 2 ** k, 6 * KIB * 2 ** k]).flat();
}

interface Shape {
  /** Sizes at which levels end, and the levels. */
  readonly ends: readonly number[];
  readonly levels: readonly number[];
  readonly noise?: number;
  /** Octaves over which a knee is spread: partitioned and randomly replaced caches have no edge. */
  readonly blur?: number;
  readonly octaves?: number;
}

function synthetic({ ends, levels, noise = 0.03, blur = 0, octaves = 16 }: Shape, seed: number): Point[] {
  const random = new Random(seed, 'staircase');
  return sizes(octaves).map((x) => {
    let y = levels[0];
    for (const [i, end] of ends.entries()) {
      const octavesBeyond = Math.log2(x / end);
      const share = blur === 0 ? Number(octavesBeyond > 0) : Math.min(1, Math.max(0, octavesBeyond / blur));
      y += share * (levels[i + 1] - levels[i]);
    }
    return { x, y: y * (1 + noise * random.normal()) };
  });
}

/** Whether the end of a level lies in the band, or at its edge. */
function holds({ above, below }: { above: number; below: number }, end: number): boolean {
  return above <= end && end <= below;
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

describe('levels with edges', () => {
  const ends = [192 * KIB, 48 * 1024 * KIB];

  it.each(SEEDS)('are found with their bands, seed %d', (seed) => {
    const { steps, levels, isLastReached } = staircase(synthetic({ ends, levels: [35, 250, 650] }, seed), seed);
    expect(steps).toHaveLength(2);
    expect(steps.every((step, i) => holds(step, ends[i]))).toBe(true);
    for (const [i, y] of [35, 250, 650].entries()) expect(Math.abs(Math.log(levels[i].y / y))).toBeLessThan(0.05);
    expect(steps.every(({ confidence }) => confidence >= 0.95)).toBe(true);
    // 192 MiB is four times the last step's band.
    expect(isLastReached).toBe(false);
  });

  it('have a last one where it goes on for four times as far', () => {
    expect(staircase(synthetic({ ends: [192 * KIB], levels: [35, 250] }, 1)).isLastReached).toBe(true);
  });
});

describe('no step is invented', () => {
  it.each(SEEDS)('in steady noise, seed %d', (seed) => {
    expect(staircase(synthetic({ ends: [], levels: [100], noise: 0.05 }, seed), seed).steps).toEqual([]);
  });

  it('in a slope without levels', () => {
    const points = sizes(16).map((x) => ({ x, y: x ** 0.3 }));
    expect(staircase(points).steps).toEqual([]);
  });
});

describe('a level', () => {
  const at = (...ys: readonly number[]): Point[] => ys.map((y, i) => ({ x: 2 ** i, y }));

  it('ends with the last size that is on it, and the next one begins with the first', () => {
    const { levels, steps } = staircase(at(26, 26, 26, 26, 27, 28, 29, 50, 122, 151, 155, 157, 161, 163, 162));
    expect(levels.map(({ from, to, off }) => [from, to, off])).toEqual([
      [1, 2 ** 6, []],
      [2 ** 9, 2 ** 14, []],
    ]);
    expect(steps).toMatchObject([{ above: 2 ** 6, below: 2 ** 9 }]);
  });

  it('goes on beyond a busy moment, and says which size that was', () => {
    expect(staircase(at(20, 20, 20, 20, 31, 20, 20, 20, 20, 20))).toMatchObject({
      levels: [{ from: 1, to: 2 ** 9, y: expect.closeTo(20), off: [2 ** 4] }],
      steps: [],
    });
  });

  it('is not two sizes of the slope between two others that are nearly the same', () => {
    const rises = [20.4, 20.3, 20.4, 20.1, 19.7, 87.1, 88.8, 89.4, 88.3, 86.6];
    const falls = [79.5, 68.3, 58.3, 49.3, 39, 30, 19.9, 41.1, 40.8, 19.7, 19.9, 20.1, 20.4];
    const again = [82.2, 81.1, 82.1, 81.8, 86.5, 85.6, 85, 85.2, 84.1, 85, 86, 85.4];
    const { levels, steps } = staircase(at(...rises, ...falls, ...again));
    expect(levels.map(({ y }) => Math.round(y))).toEqual([85]);
    expect(steps).toEqual([]);
  });

  it('is not the last one where the curve rises from it again', () => {
    const rises = [10, 10, 10, 10, 10, 10, 40, 40, 40, 40, 40, 40, 40, 60];
    expect(staircase(at(...rises.slice(0, -1))).isLastReached).toBe(true);
    expect(staircase(at(...rises)).isLastReached).toBe(false);
  });
});

describe('on curves that rise and fall', () => {
  /** 3 to 9 stretches one after another, each flat or a slope to the next, with some noise. */
  function wandering(seed: number): Point[] {
    const random = new Random(seed, 'wandering');
    const heights = Array.from({ length: random.integer(4, 10) }, () => [20, 24, 85][random.integer(0, 2)]);
    const values = heights.slice(1).flatMap((next, i) => {
      const count = random.integer(1, 9);
      const isSlope = random.uniform() < 0.6;
      return Array.from({ length: count }, (_, at) => heights[i] * (next / heights[i]) ** (isSlope ? at / count : 0));
    });
    return values.map((y, i) => ({ x: 2 ** i, y: y * Math.exp(0.02 * random.normal()) }));
  }
  const curves = Array.from({ length: 400 }, (_, seed) => {
    const points = wandering(seed);
    return { seed, points, levels: staircase(points, seed).levels };
  });

  it('a level has at least four sizes on it, and both of its ends', () => {
    expect(curves.filter(({ levels }) => levels.length > 1).length).toBeGreaterThan(100);
    for (const { seed, points, levels } of curves) {
      for (const { from, to, y, off } of levels) {
        const on = points.filter(
          (one) => from <= one.x && one.x <= to && Math.abs(Math.log(one.y / y)) < Math.log(1.2),
        );
        expect(on.length, `the seed ${seed}`).toBeGreaterThanOrEqual(4);
        expect([on[0].x, on[on.length - 1].x], `the seed ${seed}`).toEqual([from, to]);
        expect([from, to].filter((end) => off.includes(end))).toEqual([]);
      }
    }
  });

  it('levels next to each other are apart', () => {
    for (const { seed, levels } of curves)
      for (const [i, { y }] of levels.slice(1).entries())
        expect(Math.abs(Math.log(y / levels[i].y)), `the seed ${seed}`).toBeGreaterThanOrEqual(Math.log(1.2) - 1e-9);
  });
});

describe.each(['llvmpipe', 'nvidia-h200', 'swiftshader'])('the staircase of %s', (name) => {
  const { results } = JSON.parse(readFileSync(`bench/results/fingerprints/${name}.json`, 'utf8')) as {
    readonly results: readonly { readonly kernel: string; readonly rows: readonly Row[] }[];
  };
  const rows = results.find(({ kernel }) => kernel === 'staircase')?.rows ?? [];

  it.each([
    ['latency within pages', 'latency'],
    ['latency at random', 'latency'],
    ['bandwidth', 'bytes'],
  ])('has levels that hold only sizes which are on them: %s', (curve, key) => {
    const { points } = curveOf(rows, curve, key);
    const { levels, steps } = staircase(points);
    expect(levels.length).toBeGreaterThan(0);
    for (const { from, to, y, off } of levels) {
      const on = points.filter(({ x }) => from <= x && x <= to && !off.includes(x));
      expect(on.filter((point) => Math.abs(Math.log(point.y / y)) >= Math.log(1.2))).toEqual([]);
      expect([from, to].filter((end) => off.includes(end))).toEqual([]);
    }
    expect(steps.map(({ above, below }) => [above, below])).toEqual(
      levels.slice(1).map(({ from }, i) => [levels[i].to, from]),
    );
  });
});

it.each(SEEDS)('a knee that is blurred over two octaves is a wider band that holds all of it, seed %d', (seed) => {
  const end = 256 * KIB;
  const { steps } = staircase(synthetic({ ends: [end], levels: [40, 300], blur: 2 }, seed), seed);
  expect(steps).toHaveLength(1);
  const [{ above, below }] = steps;
  expect(above).toBeLessThanOrEqual(1.5 * end);
  expect(below).toBeGreaterThanOrEqual(2 * end);
});

it('a last level that begins at the largest sizes is not called reached', () => {
  const { isLastReached } = staircase(synthetic({ ends: [64 * 1024 * KIB], levels: [200, 600] }, 3));
  expect(isLastReached).toBe(false);
});
