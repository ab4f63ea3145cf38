import { describe, expect, it } from 'vitest';
import { allow } from '../../src/core/bounds.ts';
import type { OutputJudge } from '../../src/core/judge.ts';
import { sampleRows } from '../../src/core/sample.ts';
import { compare, jsonNumber } from '../../src/core/verdict.ts';

/** A judge over fixed expectations, the same bound everywhere. */
function fixed(
  expected: ArrayLike<number>,
  dims: readonly number[],
  bound = 1e-3,
  more: Partial<OutputJudge> = {},
): OutputJudge {
  const rowLength = dims[dims.length - 1];
  return {
    tensor: 'c',
    dims,
    rows: expected.length / rowLength,
    rowLength,
    costPerRow: 100,
    row(row, out, bounds) {
      for (let column = 0; column < rowLength; column++) out[column] = expected[row * rowLength + column];
      bounds.fill(bound);
    },
    ...more,
  };
}

const all = { budget: 1e9, seed: 1 };
const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i + 1);

describe('compare', () => {
  it('passes what lies within the bound and says that all was checked', async () => {
    const values = ramp(512 * 512);
    const verdict = await compare([{ judge: fixed(values, [512, 512]), values }], all);
    expect(verdict).toMatchObject({ correct: true, checked: 262_144, total: 262_144, method: 'all 262,144', ratio: 0 });
    expect(verdict.reason).toBeUndefined();
  });

  it('reports the largest ratio of a passing output and where it is', async () => {
    const expected = [1, 2, 3, 4, 5, 6];
    const values = [1, 2, 3.0005, 4.0002, 5, 6];
    const verdict = await compare([{ judge: fixed(expected, [2, 3]), values }], all);
    expect(verdict.correct).toBe(true);
    expect(verdict.ratio).toBeCloseTo(0.5, 9);
    expect(verdict.worst).toMatchObject({ tensor: 'c', index: 2, row: 0, column: 2, at: [0, 2], expected: 3 });
  });

  it('names the worst element with its tile and lane, and counts the others', async () => {
    const expected = ramp(32 * 8);
    const values = expected.slice();
    values[17 * 8 + 3] += 0.25;
    values[20 * 8 + 1] += 0.125;
    const verdict = await compare([{ judge: fixed(expected, [32, 8]), values }], {
      ...all,
      tile: { rows: 16, columns: 8 },
      lane: (row, column) => (row % 16) * 8 + column,
    });
    expect(verdict).toMatchObject({
      correct: false,
      worst: { row: 17, column: 3, tile: '1', lane: 11, error: 0.25, ratio: 250 },
    });
    expect(verdict.reason).toBe(
      'row 17, column 3 of tile 1: got 140.25, expected 140, allowed error 0.001 (and 1 more)',
    );
  });

  it('gives all digits where the comparison is exact', async () => {
    const judge = fixed([-1054, 7], [2], 0);
    const verdict = await compare([{ judge, values: [212_345.5, 7] }], all);
    expect(verdict.reason).toBe('row 0, column 0: got 212345.5, expected -1054, not a bit of difference allowed');
  });

  it('names the matrix of a batched output, and tiles in both directions', async () => {
    const expected = ramp(2 * 3 * 20 * 8);
    const values = expected.slice();
    values[(1 * 3 + 2) * 160 + 18 * 8 + 5] = 0;
    const verdict = await compare([{ judge: fixed(expected, [2, 3, 20, 8]), values }], {
      ...all,
      tile: { rows: 16, columns: 4 },
    });
    expect(verdict.worst).toMatchObject({ at: [1, 2, 18, 5], tile: '(1, 1)' });
    expect(verdict.reason).toMatch(/^row 18, column 5 of c\[1, 2\] of tile \(1, 1\): got 0, expected 950, allowed/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'fails %s, without a JSON-less number',
    async (bad) => {
      const verdict = await compare([{ judge: fixed([1, 2, 3], [3, 1]), values: [1, bad, 3] }], all);
      expect(verdict).toMatchObject({ correct: false, ratio: 'Infinity' });
      expect(verdict.worst?.index).toBe(1);
      expect(verdict.worst?.actual).toBe(String(bad));
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      expect(verdict.reason).toContain(`element 1: got ${bad}, expected 2`);
    },
  );

  it('counts -0 and 0 as equal, even where no error is allowed', async () => {
    const verdict = await compare([{ judge: fixed([0, -0], [2, 1], 0), values: [-0, 0] }], all);
    expect(verdict).toMatchObject({ correct: true, ratio: 0 });
  });

  it('tells integers apart that f32 could not hold', async () => {
    const expected = [2 ** 24 + 1, 2 ** 32 - 1];
    const outcome = (...values: number[]) =>
      compare([{ judge: fixed(expected, [1, 2], 0), values: Uint32Array.from(values) }], all);
    expect(await outcome(...expected)).toMatchObject({ correct: true, ratio: 0 });
    expect(await outcome(2 ** 24, 2 ** 32 - 1)).toMatchObject({ correct: false, worst: { index: 0, error: 1 } });
    expect(await outcome(2 ** 24 + 1, 2 ** 32 - 2)).toMatchObject({ correct: false, worst: { index: 1, error: 1 } });
  });

  it('allows nothing where the bound is 0', async () => {
    const judge = fixed([1, 2], [2, 1], 0);
    expect((await compare([{ judge, values: [1, 2] }], all)).correct).toBe(true);
    const verdict = await compare([{ judge, values: [1, 2 + 2 ** -51] }], all);
    expect(verdict).toMatchObject({ correct: false, ratio: 'Infinity' });
    expect(verdict.reason).toContain('got 2.0000000000000004, expected 2, not a bit of difference allowed');
  });

  it('says so where the reference itself is NaN', async () => {
    for (const actual of [Number.NaN, 0]) {
      const verdict = await compare([{ judge: fixed([Number.NaN], [1, 1]), values: [actual] }], all);
      expect(verdict.correct).toBe(false);
      expect(verdict.reason).toContain('the reference itself is NaN');
    }
  });

  it('takes 0 for what a flushing device cannot store, and for nothing larger, and counts it', async () => {
    const expected = [1, 2 ** -15, -(2 ** -14) - 2 ** -25, 2 ** -13];
    const judge = fixed(expected, [1, 4], 2 ** -24);
    const flushing = { ...all, flushedBelow: 2 ** -14 };
    const verdict = await compare([{ judge, values: [1, 0, -0, 2 ** -13] }], flushing);
    expect(verdict).toMatchObject({
      correct: true,
      ratio: 0,
      method: 'all 4 (2 below 2^-14, which this device makes 0)',
    });
    expect((await compare([{ judge, values: [1, 2 ** -16, expected[2], 2 ** -13] }], flushing)).correct).toBe(false);
    expect((await compare([{ judge, values: [...expected.slice(0, 3), 0] }], flushing)).correct).toBe(false);
    expect((await compare([{ judge, values: [1, 0, expected[2], 2 ** -13] }], all)).correct).toBe(false);
  });

  it('calls an element that holds the poison "never written", whatever its value', async () => {
    const verdict = await compare(
      [{ judge: fixed([1, 2, 3], [3, 1]), values: [1, 2, 3], unwritten: Uint8Array.of(0, 0, 1) }],
      all,
    );
    expect(verdict).toMatchObject({ correct: false, ratio: 'Infinity', worst: { index: 2 } });
    expect(verdict.reason).toBe('element 2: never written, expected 3');
  });

  it('joins several outputs into one verdict and names the tensor', async () => {
    const good = { judge: fixed([1, 2], [2, 1]), values: [1, 2] };
    const bad = { judge: fixed([5], [1, 1], 1, { tensor: 'lse' }), values: [9] };
    const verdict = await compare([good, bad], all);
    expect(verdict).toMatchObject({
      correct: false,
      checked: 3,
      total: 3,
      method: 'all 3',
      ratio: 4,
      worst: { tensor: 'lse' },
    });
  });

  it('fails what is below the least that can be right, whatever the bound, and outside of the sample too', async () => {
    const judge = fixed(new Float64Array(4096), [4096, 1], 1, { least: 0 });
    const values = new Float32Array(4096);
    values[17] = -0;
    expect((await compare([{ judge, values }], all)).correct).toBe(true);
    values[1234] = -(2 ** -149);
    for (const budget of [1e9, 1]) {
      const verdict = await compare([{ judge, values }], { budget, seed: 1 });
      expect(verdict).toMatchObject({ correct: false, ratio: 'Infinity', worst: { index: 1234 } });
      expect(verdict.reason).toMatch(/^element 1234: got -1.4\d*e-45, expected 0, and nothing below 0 is right$/);
    }
  });

  it('fails what only several rows together show', async () => {
    const together = { fault: 'adds nothing', isWrong: (actual: ArrayLike<number>) => actual[0] === actual[1] };
    const judge = fixed([1, 1], [2, 1], 1, { together });
    expect((await compare([{ judge, values: [1, 1.5] }], all)).correct).toBe(true);
    const verdict = await compare([{ judge, values: [1, 1] }], all);
    expect(verdict).toMatchObject({ correct: false, ratio: 'Infinity' });
    expect(verdict.reason).toBe('Several rows of c together show that the kernel adds nothing');
  });

  it('awaits the pause while it works, and is cancelled by it', async () => {
    const slow = fixed(new Float32Array(400), [400, 1], 1, { costPerRow: 2e6 });
    const judge: OutputJudge = {
      ...slow,
      row(row, expected, bound) {
        const end = performance.now() + 1;
        while (performance.now() < end);
        slow.row(row, expected, bound);
      },
    };
    let pauses = 0;
    await compare([{ judge, values: new Float32Array(400) }], {
      budget: 1e12,
      seed: 1,
      pause: async () => void pauses++,
    });
    expect(pauses).toBeGreaterThanOrEqual(4);
    expect(pauses).toBeLessThan(100);
    const cancel = async () => {
      throw new Error('cancelled');
    };
    await expect(
      compare([{ judge, values: new Float32Array(400) }], { budget: 1e12, seed: 1, pause: cancel }),
    ).rejects.toThrow('cancelled');
  });
});

describe('sampling', () => {
  const expected = ramp(4096 * 16);
  const judge = fixed(expected, [4096, 16]);
  const options = { budget: 64 * 100, seed: 7, tile: { rows: 64, columns: 16 } };

  it('says how many elements were compared, and never more', async () => {
    let rows = 0;
    const counting = {
      ...judge,
      row: (row: number, out: Float64Array, bound: Float64Array) => {
        rows++;
        judge.row(row, out, bound);
      },
    };
    const verdict = await compare([{ judge: counting, values: expected }], options);
    expect(verdict).toMatchObject({ correct: true, checked: 1024, total: 65_536, method: '1,024 of 65,536' });
    expect(rows).toBe(64);
  });

  it('compares a part of the rows where an exact check of the whole costs less', async () => {
    const whole = { method: 'Freivalds', cost: 10, exact: true, check: () => ({ ratio: 0 }) };
    const verdict = await compare([{ judge: { ...judge, whole }, values: expected }], all);
    // A sixteenth at least.
    expect(verdict).toMatchObject({ correct: true, method: '4,096 of 65,536 and Freivalds' });
    const half = { ...whole, cost: (4096 * 100) / 2 };
    expect((await compare([{ judge: { ...judge, whole: half }, values: expected }], all)).checked).toBe(65_536 / 2);
    const dear = { ...whole, cost: 4096 * 100 };
    expect((await compare([{ judge: { ...judge, whole: dear }, values: expected }], all)).method).toBe('all 65,536');
    const rounding = { ...whole, exact: false };
    expect((await compare([{ judge: { ...judge, whole: rounding }, values: expected }], all)).method).toBe(
      'all 65,536',
    );
    const small = await compare([{ judge: { ...judge, whole }, values: expected }], options);
    expect(small.method).toBe('1,024 of 65,536 and Freivalds');
  });

  it('takes at least 8 rows however small the budget', async () => {
    const verdict = await compare([{ judge, values: expected }], { budget: 1, seed: 7 });
    expect(verdict.method).toBe('128 of 65,536');
  });

  it('runs the check of the whole output, and only where rows are sampled', async () => {
    const ratios: number[] = [0.2, 0.7, 30];
    let ran = 0;
    const check = () => {
      ran++;
      return { ratio: ratios.shift() ?? 0 };
    };
    const whole = { method: 'Freivalds', cost: 10, check };
    const checked = { ...judge, whole };
    expect(await compare([{ judge: checked, values: expected }], options)).toMatchObject({
      correct: true,
      method: '1,024 of 65,536 and Freivalds',
      ratio: 0.2,
    });
    expect(await compare([{ judge: checked, values: expected }], options)).toMatchObject({ correct: true, ratio: 0.7 });
    const wrong = await compare([{ judge: checked, values: expected }], options);
    expect(wrong).toMatchObject({ correct: false, ratio: 30 });
    expect(wrong.reason).toBe('Freivalds found c wrong as a whole: 30 times the error allowed');
    await compare([{ judge: checked, values: expected }], all);
    expect(ran).toBe(3);
  });

  it('compares the row that the whole check points at, and names the element in it', async () => {
    const sampled = new Set(sampleRows(judge, 7, 64, 64));
    const row = [...Array(4096).keys()].find((candidate) => !sampled.has(candidate)) ?? 0;
    const values = expected.slice();
    values[row * 16 + 9] += 1;
    const whole = { method: 'Freivalds', cost: 10, check: () => ({ ratio: 5, row }) };
    const verdict = await compare([{ judge: { ...judge, whole }, values }], options);
    expect(verdict).toMatchObject({ correct: false, checked: 1040, worst: { row, column: 9 } });
    expect(verdict.ratio).toBeGreaterThan(5);
  });

  it('says that the others are of those checked where a part is compared and the rest not known', async () => {
    const double = await compare([{ judge, values: expected.map((value) => 2 * value) }], options);
    expect(double.reason).toMatch(/ \(and 1,023 more of those checked\)$/);
  });

  it('finds NaN and unwritten elements outside of the sample', async () => {
    const sampled = new Set(sampleRows(judge, 7, 64, 64));
    const row = [...Array(4096).keys()].find((candidate) => !sampled.has(candidate)) ?? 0;
    const values = expected.slice();
    values[row * 16 + 2] = Number.NaN;
    expect(await compare([{ judge, values }], options)).toMatchObject({
      correct: false,
      ratio: 'Infinity',
      worst: { row, column: 2 },
    });
    // They are not "of those checked", be they fewer or more than those: every element was looked at.
    const some = values.map((value, index) => (index >= row * 16 && index < (row + 1) * 16 ? Number.NaN : value));
    expect((await compare([{ judge, values: some }], options)).reason).toMatch(
      / \(and 15 more; all 65,536 were scanned for NaN\)$/,
    );
    const nothing = await compare([{ judge, values: expected.map(() => Number.NaN) }], options);
    expect(nothing.checked).toBeLessThan(nothing.total);
    expect(nothing.reason).toMatch(/ \(and 65,535 more; all 65,536 were scanned for NaN\)$/);
    const unwritten = new Uint8Array(expected.length);
    unwritten[row * 16 + 5] = 1;
    const verdict = await compare([{ judge, values: expected, unwritten }], options);
    expect(verdict).toMatchObject({ correct: false, worst: { row, column: 5 } });
    expect(verdict.reason).toContain('never written');
  });

  it('takes the first row, the last and both sides of tile edges; the same for one seed, others for another', () => {
    const rows = sampleRows(judge, 7, 64, 64);
    expect(rows).toHaveLength(64);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(rows).toContain(0);
    expect(rows).toContain(4095);
    expect(rows).toContain(63);
    expect(rows).toContain(64);
    expect(rows.filter((row) => row % 64 === 0 && rows.includes(row - 1)).length).toBeGreaterThanOrEqual(15);
    expect(sampleRows(judge, 7, 64, 64)).toEqual(rows);
    expect(sampleRows(judge, 8, 64, 64)).not.toEqual(rows);
  });

  it('leaves no long gap: every stratum has a row', () => {
    for (const wanted of [8, 33, 500, 4000]) {
      const rows = sampleRows(judge, 3, wanted, 100);
      expect(rows).toHaveLength(wanted);
      const gap = Math.max(...rows.slice(1).map((row, i) => row - rows[i]));
      expect(gap).toBeLessThanOrEqual((4 * 4096) / wanted + 1);
    }
  });

  it('counts the ends of matrices as tile edges where tiles do not divide them', () => {
    const batched = fixed(ramp(50 * 100 * 2), [50, 100, 2]);
    const rows = sampleRows(batched, 1, 400, 64);
    expect(Math.max(...rows)).toBe(4999);
    expect(rows.some((row) => row % 100 === 64 && rows.includes(row - 1))).toBe(true);
    expect(rows.some((row) => row > 0 && row % 100 === 0 && rows.includes(row - 1))).toBe(true);
  });

  it.each([1, 2, 7, 8, 9])('works for %i rows', (count) => {
    expect(sampleRows(fixed(ramp(count), [count, 1]), 1, 3, 4)).toHaveLength(Math.min(count, 8));
  });
});

describe('allow', () => {
  const one = (value: number, error: number, output: 'f32' | 'f16') => {
    const [expected, bound] = [new Float64Array(1), new Float64Array(1)];
    allow(expected, bound, 0, value, error, output);
    const judge = fixed(expected, [1, 1], bound[0]);
    return async (actual: number) => (await compare([{ judge, values: [actual] }], all)).correct;
  };

  it('gives f32 the error alone', async () => {
    const passes = one(1, 0.25, 'f32');
    expect(await passes(1.25)).toBe(true);
    expect(await passes(1.2500001)).toBe(false);
  });

  it('adds the rounding of f16 storage', async () => {
    const between = 1 + 2 ** -12;
    const passes = one(between, 0, 'f16');
    expect(await passes(1)).toBe(true);
    expect(await passes(1 + 2 ** -10)).toBe(true);
    expect(await passes(1 + 2 ** -9)).toBe(false);
    expect(await one(2 ** -26, 0, 'f16')(2 ** -24)).toBe(true);
    expect(await one(0, 2 ** -40, 'f16')(2 ** -24)).toBe(true);
  });

  it('adds none to what f16 stores exactly, where the sum is exact too', async () => {
    expect(await one(1, 0, 'f16')(1)).toBe(true);
    expect(await one(1, 0, 'f16')(1 + 2 ** -10)).toBe(false);
    expect(await one(0, 0, 'f16')(2 ** -24)).toBe(false);
    expect(await one(1, 2 ** -20, 'f16')(1 + 2 ** -10)).toBe(true);
  });

  it('wants a finite result where one is due', async () => {
    expect(await one(65_504, 8, 'f16')(Number.POSITIVE_INFINITY)).toBe(false);
    expect(await one(65_504, 8, 'f16')(65_504)).toBe(true);
    expect(await one(3e38, 1e30, 'f32')(Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('takes infinity or the largest number beyond the range, with the right sign', async () => {
    for (const sign of [1, -1]) {
      const passes = one(sign * 1e6, 10, 'f16');
      expect(await passes(sign * Number.POSITIVE_INFINITY)).toBe(true);
      expect(await passes(sign * 65_504)).toBe(true);
      expect(await passes(-sign * Number.POSITIVE_INFINITY)).toBe(false);
      expect(await passes(sign * 65_472)).toBe(false);
      expect(await passes(0)).toBe(false);
      expect(await passes(Number.NaN)).toBe(false);
    }
  });

  it('takes both near the edge: what rounds down and what rounds to infinity', async () => {
    const passes = one(65_515, 10, 'f16');
    expect(await passes(65_504)).toBe(true);
    expect(await passes(65_472)).toBe(true);
    expect(await passes(Number.POSITIVE_INFINITY)).toBe(true);
    expect(await passes(65_400)).toBe(false);
  });
});

describe('jsonNumber', () => {
  it('names what JSON has no number for', () => {
    expect([1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(jsonNumber)).toEqual([
      1.5,
      'NaN',
      'Infinity',
      '-Infinity',
    ]);
  });
});
