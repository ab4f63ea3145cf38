/** What probes conclude from rows, and their models, held to cases that were worked out by hand. */
import { describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { staircase } from '../../src/core/steps.ts';
import { fitting } from '../../src/lab/deadline.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { tailOf } from '../../src/probes/grid.ts';
import { findProbe } from '../../src/probes/index.ts';
import { type Arguments, CASES, ulp } from '../../src/probes/parts/accuracy-cases.ts';
import { comparison, fixedCost, slopeOf } from '../../src/probes/parts/findings.ts';
import { crossover, launchingOf, outsideOf, overtaken } from '../../src/probes/parts/runs.ts';
import { multiplyAdd } from '../../src/probes/run.ts';
import type { At, Probe, Row, Step } from '../../src/probes/types.ts';

const ROUNDS = 21;

function row(at: At, samplesNs: readonly number[], dropped = 0): Row {
  const medianNs = [...samplesNs].sort((a, b) => a - b)[samplesNs.length >> 1];
  const rest = { intervalNs: null, repetitions: 1, source: 'gpu', model: [], measures: [], check: 'exact' } as const;
  return { ...rest, at, medianNs, samplesNs, dropped };
}

/** Times about a level, each within 1% of it. */
function times(random: Random, level: number, count = ROUNDS): number[] {
  return Array.from({ length: count }, () => level * random.uniform(0.99, 1.01));
}

describe('two rows', () => {
  const random = new Random(1);
  const about = { key: 'key', title: 'title' };
  const compared = (one: Row | undefined, base: Row | undefined) =>
    comparison(about, one, base, 1, 'so says the model');
  const base = row({}, times(random, 100));

  it('differ where the interval of their ratio leaves 1 out', () => {
    const slower = compared(row({}, times(random, 150)), base);
    expect(slower.value).toBeCloseTo(1.5, 1);
    expect(slower.says).toBe('slower; so says the model');
    expect(slower.interval?.[0]).toBeGreaterThan(1.4);
    expect(compared(row({}, times(random, 100)), base).says).toBe('no difference shown; so says the model');
  });

  it('are not compared where rounds have no partner, or where there are too few', () => {
    expect(compared(row({}, times(random, 150, ROUNDS - 1), 1), base)).toMatchObject({ value: null });
    expect(compared(row({}, times(random, 150, 14)), base)).toMatchObject({ value: null, interval: null });
    expect(compared(undefined, base).withheld).toBe('not measured');
  });
});

describe('two rows that were not taken in the same rounds', () => {
  const random = new Random(4);
  const compared = (one: Row, base: Row) =>
    comparison({ key: 'key', title: 'title' }, one, base, 1, 'of 1 MiB', 'apart');
  const base = row({}, times(random, 100));

  it('are compared by their medians, however many samples each of them has', () => {
    const slower = compared(row({}, times(random, 150, 40), 3), base);
    expect(slower.value).toBeCloseTo(1.5, 1);
    expect(slower.says).toBe('slower; of 1 MiB');
    // Round by round this would be twice the time.
    const halves = (first: number, count: number, second: number): Row =>
      row({}, [...times(random, first, count), ...times(random, second, ROUNDS - count)]);
    expect(compared(halves(100, 11, 200), halves(50, 10, 100)).value).toBeCloseTo(1, 1);
    expect(compared(row({}, times(random, 150, 14)), base)).toMatchObject({ value: null, interval: null });
  });
});

describe('a staircase', () => {
  it('is looked for once in each of the three curves', () => {
    // One sample: no interval is drawn, so that permutations are all that takes random numbers.
    const rows = stepsOf('staircase').map(({ at, each }): Row => {
      const value = Number(at.bytes) < 2 ** 16 ? 5 : 10;
      const measures = [{ key: each ? 'latency' : 'bytes', title: '', unit: each ? 'ns' : 'GB/s', value }];
      return { ...row(at, [value]), measures };
    });
    const bits = vi.spyOn(Random.prototype, 'bits');
    const drawnBy = (work: () => unknown): number => {
      bits.mockClear();
      work();
      return bits.mock.calls.length;
    };
    const { find } = findProbe('staircase') as Probe;
    const curves = ['latency within pages', 'latency at random', 'bandwidth'].map((curve) =>
      rows.flatMap(({ at, measures }) => (at.curve === curve ? [{ x: Number(at.bytes), y: measures[0].value }] : [])),
    );
    const once = drawnBy(() => {
      for (const points of curves) staircase(points);
    });
    const setting = { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 2 ** 27 };
    expect(drawnBy(() => find(rows, setting))).toBe(once);
    expect(once).toBeGreaterThan(0);
    bits.mockRestore();
  });
});

it('names the sizes that are off a level, and leaves them out of its value', () => {
  const random = new Random(6);
  const sets = Array.from({ length: 12 }, (_, i) => 2 ** (12 + i));
  const rows = sets.map((bytes): Row => {
    const own = row({ bytes, curve: 'bandwidth' }, times(random, bytes === 2 ** 14 ? 200 : 100));
    const value = 1e4 / (own.medianNs as number);
    return { ...own, measures: [{ key: 'bytes', title: 'Bandwidth', unit: 'GB/s', value }] };
  });
  const setting = { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 2 ** 27 };
  const found = findProbe('staircase')?.find(rows, setting) ?? [];
  const { says, value } = found.find(({ key }) => key === 'bandwidth-1') ?? expect.fail();
  expect(says).toBe('flat from 4 KiB to 8 MiB, but for 16 KiB');
  expect(Math.abs((value ?? 0) - 100)).toBeLessThan(1);
});

describe('the cost of each of n', () => {
  const random = new Random(2);
  const rows = (each: number): Row[] => [1, 4, 8, 16].map((n) => row({ n }, times(random, 1000 + each * n)));

  it('is the slope, and what all have in common is left out', () => {
    const slope = slopeOf(rows(500), 'n');
    if (typeof slope === 'string') expect.fail(slope);
    expect(Math.abs(slope.b / 500 - 1)).toBeLessThan(0.02);
    expect(Math.abs(slope.a / 1000 - 1)).toBeLessThan(0.1);
    expect(slope.fixed[0]).toBeLessThan(slope.a);
    expect(slope.fixed[1]).toBeGreaterThan(slope.a);
    expect(fixedCost(slope, 'for all')).toMatch(/^plus [01]\.\d us \([01]\.\d to 1\.\d\) for all$/);
    expect(slope.interval[0]).toBeLessThan(slope.b);
    expect(slope.interval[1]).toBeGreaterThan(slope.b);
    expect(fixedCost({ ...slope, a: 12_345_678, fixed: [1e6, 2e7] }, 'for all')).toBe(
      'plus 12,345.7 us (1,000.0 to 20,000.0) for all',
    );
  });

  it('is not given where there is none, or where samples were dropped', () => {
    expect(slopeOf(rows(0), 'n')).toBe('its interval is not above zero');
    const none = [1, 4, 8, 16].map((n) => row({ n }, Array(ROUNDS).fill(500 * n)));
    const slope = slopeOf(none, 'n');
    expect(typeof slope === 'string' ? slope : fixedCost(slope, 'for all')).toBe('no fixed cost shown');
    const [first, ...others] = rows(500);
    expect(slopeOf([{ ...first, dropped: 1 }, ...others], 'n')).toContain('dropped');
  });
});

describe('loads that are not aligned', () => {
  const random = new Random(5);
  const { find } = findProbe('alignment') as Probe;
  const at = (base: number, ns: number): Row => {
    const model = stepsOf('alignment').find((step) => step.at.load === '4 B' && step.at.base === base)?.model ?? [];
    return { ...row({ load: '4 B', base }, times(random, ns)), model };
  };
  const says = (shifted: Row): string | undefined =>
    find([at(0, 100), shifted], { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 1 }).find(
      ({ key }) => key === '4 B 4',
    )?.says;

  it('are said to cost what the model has, or to be hidden, or neither', () => {
    const model = 'the model asks for 1.25 times the sectors and 2.00 times the lines';
    expect(says(at(4, 125))).toBe(`slower; ${model}; most of the extra sectors show in the time`);
    expect(says(at(4, 103))).toBe(`slower; ${model}; the device hides most of the extra sectors`);
    const noisy = { ...at(4, 1), samplesNs: Array.from({ length: ROUNDS }, () => random.uniform(80, 150)) };
    expect(says(noisy)).toBe(`no difference shown; ${model}; whether the time shows them is not certain`);
  });
});

describe('loads that are apart', () => {
  const random = new Random(6);
  const { find } = findProbe('alignment') as Probe;
  /** Of 4 bytes each: rows of another pitch read another number of them. */
  const at = (pitch: number, bytes: number, perByte: number): Row => {
    const model = stepsOf('alignment').find((step) => step.at.load === '4 B' && step.at.pitch === pitch)?.model ?? [];
    const rate = { key: 'bytes', title: 'Useful bytes', unit: 'GB/s', value: 1 / perByte };
    const own = row({ load: '4 B', pitch }, times(random, bytes * perByte));
    return { ...own, model, measures: [{ ...rate, value: bytes / Number(own.medianNs) }] };
  };
  const found = (...rows: readonly Row[]) => {
    const all = find(rows, { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 1 });
    return (pitch: number) => all.find(({ key }) => key === `pitch 4 B ${pitch}`);
  };

  it('are said to cost what the model has for each useful byte, or to be hidden', () => {
    // By hand: 32 lanes of 4 bytes are 4 sectors of one line side by side, and have a sector or a line each.
    const own = found(at(4, 4096, 1), at(32, 512, 7.5), at(128, 128, 2));
    expect(own(32)?.value).toBeCloseTo(7.5, 0);
    expect(own(32)?.says).toBe(
      'slower; times are for each useful byte; the model asks for 8.00 times the sectors and 8.00 times the lines; most of the extra sectors show in the time',
    );
    expect(own(128)?.value).toBeCloseTo(2, 0);
    expect(own(128)?.says).toBe(
      'slower; times are for each useful byte; the model asks for 8.00 times the sectors and 32.00 times the lines; the device hides most of the extra sectors',
    );
  });

  it('are not compared with what was not measured', () => {
    expect(found(at(4, 4096, 1))(32)).toMatchObject({ value: null, withheld: 'not measured' });
  });

  it('are read in all steps that a load allows, in full', () => {
    const probe = findProbe('alignment') as Probe;
    const { steps } = probe.plan({ capabilities: defaultCapabilities, quick: false, seed: 1, mostBytes: 2 ** 27 });
    for (const width of [4, 8, 16]) {
      const pitches = steps.flatMap(({ at: { load, pitch = [] } }) => (load === `${width} B` ? pitch : []));
      expect(pitches).toEqual(Array.from({ length: 512 / width }, (_, i) => width * (i + 1)));
    }
  });

  it('are left out last where findings need them, and then those of the quick form', () => {
    const probe = findProbe('alignment') as Probe;
    const { steps } = probe.plan({ capabilities: defaultCapabilities, quick: false, seed: 1, mostBytes: 2 ** 27 });
    const own = steps.filter(({ group }) => group === 'pitch, 4 B');
    const kept = (count: number): unknown[] => fitting(own, () => 1, count, count).map(({ at: { pitch } }) => pitch);
    expect(kept(3)).toEqual([4, 32, 128]);
    expect(kept(20).slice(0, 12)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48]);
    expect(kept(20).slice(-3)).toEqual([128, 132, 512]);
  });
});

describe('the bus', () => {
  const random = new Random(3);
  const { find } = findProbe('launch') as Probe;
  const moved = (what: string, ns: number, count = ROUNDS): Row =>
    row({ what, bytes: 2 ** 24 }, times(random, ns, count));
  const found = (...rows: readonly Row[]) =>
    find(rows, { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 1 }).find(
      ({ key }) => key === 'bus',
    );

  it('costs what both ways take, against a kernel on the same bytes', () => {
    const both = [moved('upload', 3000), moved('readback', 5000)];
    const { value, interval, says } = found(...both, moved('a kernel that reads them', 1000)) ?? expect.fail();
    expect(Math.abs((value ?? 0) - 8)).toBeLessThan(0.2);
    expect(interval?.[0]).toBeGreaterThan(7);
    expect(says).toBe('slower; of 16 MiB');
    expect(found(...both)).toBeUndefined();
    expect(found(...both, moved('a kernel that reads them', 1000, 14))?.value).toBeNull();
  });
});

describe('the tail', () => {
  const grids = (level: (groups: number) => number, seed: number): Row[] => {
    const random = new Random(seed);
    return Array.from({ length: 32 }, (_, i) => row({ workgroups: i + 1 }, times(random, level(i + 1))));
  };

  it('is the rate that falls where one workgroup is too many', () => {
    // Up to 16 side by side, and then twice the time: the rate goes from 16 to 17 / 2.
    const { value, says } = tailOf(
      grids((groups) => 100 * Math.ceil(groups / 16), 1),
      1,
    );
    expect(Math.abs((value ?? 0) - (100 * 17) / 32)).toBeLessThan(1);
    expect(says).toBe('17 workgroups instead of 16');
  });

  it('is not found where time grows with the grid, whatever the noise', () => {
    for (let seed = 0; seed < 10; seed++)
      expect(
        tailOf(
          grids((groups) => 100 * groups, seed),
          seed,
        ).value,
      ).toBeNull();
  });
});

/** Steps on a device that guarantees what WebGPU does. */
function stepsOf(id: string): readonly Step[] {
  const probe = findProbe(id) as Probe;
  return probe.plan({ capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 2 ** 27 }).steps;
}

const modelled = (steps: readonly Step[], at: At): number[] | undefined =>
  steps
    .find((step) => Object.entries(at).every(([key, value]) => step.at[key] === value))
    ?.model.map(({ value }) => value);

describe('models by hand', () => {
  it('realigned loads: two aligned vectors, of which the second begins 16 bytes on', () => {
    // 512 bytes from 0 are 16 sectors in 4 lines; from 16 they touch one more of each.
    expect(modelled(stepsOf('alignment'), { load: '16 B, realigned', base: 4 })).toEqual([16 + 17, 4 + 5]);
  });

  it('a transpose: 4 sectors to read a row, 32 to write a column, unless a tile turns it', () => {
    const steps = stepsOf('layout');
    expect(modelled(steps, { what: 'along rows of memory' })).toEqual([4]);
    expect(modelled(steps, { what: 'down columns of memory' })).toEqual([32]);
    expect(modelled(steps, { what: 'transpose' })).toEqual([4 + 32]);
    expect(modelled(steps, { what: 'transpose, tiled' })).toEqual([4 + 4, 32]);
    expect(modelled(steps, { what: 'transpose, tiled and padded' })).toEqual([4 + 4, 1]);
  });
});

describe('products by hand', () => {
  const steps = stepsOf('layout');

  it('ask for a sector of each row, or share four, and for one word of the vector', () => {
    expect(modelled(steps, { what: 'by rows, times a vector' })).toEqual([32 + 1]);
    expect(modelled(steps, { what: 'by columns, times a vector' })).toEqual([4 + 1]);
  });

  it('read two words of A, apart or side by side, and sixteen of B, side by side or apart', () => {
    const sectors = (a: string, b: string): number[] | undefined => modelled(steps, { what: `A by ${a}, B by ${b}` });
    expect(sectors('rows', 'rows')).toEqual([2 + 2]);
    expect(sectors('columns', 'rows')).toEqual([1 + 2]);
    expect(sectors('rows', 'columns')).toEqual([2 + 16]);
    expect(sectors('columns', 'columns')).toEqual([1 + 16]);
  });
});

describe('accuracy', () => {
  it('has the units in the last place of binary32', () => {
    expect([1.001, 1.999, 2.001, 0.75, -4.1, 0].map((x) => Math.log2(ulp(x)))).toEqual([-23, -23, -22, -24, -21, -149]);
    // At a power of two the neighbour below is nearer; just below one a logarithm is rounded up.
    expect([1, 2, -4, 2 - 2 ** -52, 2 ** -126].map((x) => Math.log2(ulp(x)))).toEqual([-24, -23, -22, -23, -149]);
  });

  it('allows what WGSL says, counted by hand', () => {
    const allowed = (type: 'f32' | 'f16', name: string, ...args: Arguments): number =>
      CASES[type].find((one) => one.name === name)?.allowed(...args) ?? expect.fail();
    expect([allowed('f32', 'exp', -5, 0, 0), allowed('f16', 'exp', -5, 0, 0)]).toEqual([13, 11]);
    // The product 1.5 has a unit of 2^-23, and the sum 0.25, a power of two, one of 2^-26.
    expect(allowed('f32', 'fma', 1.5, 1, -1.25)).toBe(2 ** 3 + 1);
    // 1 / 1.01 lies below 1 and 1.01 above: each unit of the first is half of one of the second.
    expect(allowed('f32', 'sqrt', 1.01 ** 2, 0, 0)).toBeCloseTo(2 * 0.5 * 1.01 ** 2 + 2.5);
    // And the other way round: twice of one.
    expect(allowed('f32', 'sqrt', 0.99 ** 2, 0, 0)).toBeCloseTo(2 * 2 * 0.99 ** 2 + 2.5);
    expect(allowed('f32', 'tanh', 3, 0, 0)).toBe(1e-5);
    // Around 0.1: exponentials 1.105 and 0.905 with units of 2^-10 and 2^-11, sums of 0.2003 and 2.01 with 2^-13 and 2^-9.
    const both = 1.2 * (2 ** -10 + 2 ** -11);
    const t = Math.tanh(0.1);
    const byHand = ((both + 2 ** -13) / 2 + (t * (both + 2 ** -9)) / 2) / Math.cosh(0.1) + 2.5 * 2 ** -14;
    expect(allowed('f16', 'tanh', 0.1, 0, 0)).toBeCloseTo(byHand, 12);
  });

  it('measures the error in them, of the whole allowance', () => {
    const { buffers, steps } = (findProbe('accuracy') as Probe).plan({
      capabilities: defaultCapabilities,
      quick: true,
      seed: 1,
      mostBytes: 2 ** 27,
    });
    const at = steps.findIndex((step) => step.at.function === 'inverseSqrt');
    const x = new Float32Array(buffers[3 * at].words?.().buffer ?? expect.fail('no arguments'));
    const { check } = steps[at];
    const observed = (values: Float32Array<ArrayBuffer>): number[] | undefined =>
      check.observe?.(new Uint32Array(values.buffer)).map(({ value }) => value);
    // Rounded to the nearest number, nothing is off by more than half a unit; 2 are allowed.
    const exact = x.map((value) => 1 / Math.sqrt(value));
    const [error, share] = observed(exact) ?? [];
    expect(error).toBeGreaterThan(0.49);
    expect(error).toBeLessThanOrEqual(0.5);
    expect(share).toBeCloseTo(50 * error);
    // Eight units too many, beside what rounding left.
    const off = exact.slice();
    off[7] += 8 * ulp(off[7]);
    const [worse] = observed(off) ?? [];
    expect(Math.abs(worse - 8)).toBeLessThanOrEqual(0.5);
    off[9] = Number.NaN;
    expect(check.fault(new Uint32Array(off.buffer), 1)).toContain('inverseSqrt of');
  });

  it('finds what is beyond the allowance, which is drawn as a line', () => {
    const { find, panels } = findProbe('accuracy') as Probe;
    const setting = { capabilities: defaultCapabilities, quick: true, seed: 1, mostBytes: 2 ** 27 };
    const of = (share: number) => {
      const measures = [
        { key: 'error ULP', title: '', unit: 'ULP', value: 1 },
        { key: 'share', title: '', unit: '%', value: share },
      ];
      const [{ says, outside }] = find([{ ...row({ type: 'f32', function: 'exp' }, [1]), measures }], setting);
      return [says, outside];
    };
    expect(of(100)).toEqual(['100.0% of what WGSL allows', undefined]);
    expect(of(0.01)).toEqual(['less than 0.1% of what WGSL allows', undefined]);
    // On which side of all that is allowed it is, it says.
    expect(of(100.03)).toEqual(['outside what WGSL allows: 100.03% of it', true]);
    expect(of(99.97)).toEqual(['99.97% of what WGSL allows', undefined]);
    expect(of(12_345.67)).toEqual(['outside what WGSL allows: 12,345.7% of it', true]);
    expect(panels.map(({ limit }) => limit?.value)).toEqual([100]);
  });
});

describe('a whole run', () => {
  const samples = (ns: number): number[] => Array(15).fill(ns);
  const phased = (GPU: number[] | undefined): Row =>
    ({
      at: { what: 'x' },
      samplesNs: samples(1000),
      measures: [],
      parts: { upload: samples(100), encode: samples(20), 'submit and wait': samples(30), ...(GPU ? { GPU } : {}) },
    }) as unknown as Row;

  it('is outside the kernel for what is not GPU, and loses to launches what is encoded and waited for', () => {
    expect(outsideOf('x', phased(samples(150)))).toMatchObject({ value: 50, interval: [50, 50] });
    expect(launchingOf('x', phased(samples(450)))).toMatchObject({ value: 10, interval: [10, 10] });
    expect(launchingOf('x', phased(samples(450))).says).toMatch(/^3\.0 days of a run of 30 days \(3\.0 to 3\.0\)/);
  });

  it('has no share without timestamps, in one sample too', () => {
    expect(outsideOf('x', phased(undefined))).toMatchObject({
      value: null,
      withheld: expect.stringMatching(/timestamps/),
    });
    expect(outsideOf('x', phased(samples(150).slice(1)))).toMatchObject({ value: null });
    expect(launchingOf('x', undefined).withheld).toBe('not measured');
  });

  const at = (n: number, host: number, gpu: number): Row[] =>
    [
      ['plain JavaScript', host],
      ['gpu', gpu],
    ].map(([what, ns]) => ({ at: { what, n }, samplesNs: samples(Number(ns)) }) as unknown as Row);

  it('is faster on the GPU from the first size on after which it never loses', () => {
    const rows = [...at(64, 1, 9), ...at(256, 4, 4), ...at(1024, 16, 4), ...at(4096, 64, 5)];
    expect(crossover('gpu', rows, 1)).toMatchObject({ value: 256, interval: [64, 1024] });
    expect(crossover('gpu', [...rows, ...at(16384, 1, 2)], 1)).toMatchObject({
      value: null,
      withheld: expect.stringMatching(/up to 16,384/),
    });
    expect(crossover('gpu', at(64, 9, 1), 1)).toMatchObject({
      value: null,
      withheld: expect.stringMatching(/the fewest that were tried/),
    });
  });

  it('in one dispatch overtakes the same work in so many as are always slower', () => {
    const random = new Random(4);
    const pieces = (level: (dispatches: number) => number): Row[] =>
      [1, 2, 4, 8, 16].map((dispatches) =>
        row({ what: 'the same work', dispatches }, times(random, level(dispatches))),
      );
    const found = overtaken(
      pieces((count) => 1000 + 50 * Math.max(0, count - 2)),
      1,
    );
    expect(found).toMatchObject({ value: 4, interval: [2, 4], withheld: null });
    expect(found.says).toMatch(/, 16: 1\.[67]\d times the time$/);
    expect(
      overtaken(
        pieces(() => 1000),
        1,
      ),
    ).toMatchObject({ value: null, withheld: expect.stringMatching(/than 16, the most/) });
    const [one, ...others] = pieces(() => 1000);
    expect(overtaken([{ ...one, dropped: 1 }, ...others], 1).withheld).toContain('dropped');
    expect(overtaken([], 1).withheld).toBe('not measured');
  });

  it('in plain JavaScript computes what the kernel does', () => {
    const y = new Float32Array(4);
    multiplyAdd(new Float32Array([0, 1, 2, 1023]), y, -1, 3);
    expect([...y]).toEqual([3, 2, 1, -1020]);
  });
});
