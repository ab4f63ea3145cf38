/** Models whose parameters are rows: what they predict, by hand, and that none of them copies what it predicts. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { memoryTable } from '../../src/cli/memory-table.ts';
import { Random } from '../../src/core/random.ts';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { findProbe, probes } from '../../src/probes/index.ts';
import { expected } from '../../src/probes/parts/expected.ts';
import { hitsAtRandom, latencyOf } from '../../src/probes/parts/sharp.ts';
import type { Panel, Probe, Row } from '../../src/probes/types.ts';
import { drawnOf } from '../../src/ui/parts/probe/points.ts';
import { modelled } from '../../src/ui/state/modelled.ts';
import { rowTable } from '../../src/ui/views/tables.ts';
import { probeRows } from './probe-rows.ts';

const KIB = 1024;

/** A row that took `ns`, with a measure in ns, or with one that is a rate and `value` at that time. */
function row(at: Row['at'], ns: number | null, measure?: readonly [key: string, unit: string, value: number]): Row {
  const measures = measure ? [{ key: measure[0], title: measure[0], unit: measure[1], value: measure[2] }] : [];
  const rest = { intervalNs: null, repetitions: 1, source: 'gpu', dropped: 0, model: [], check: 'exact' } as const;
  return { ...rest, at, medianNs: ns, samplesNs: ns === null ? [] : [ns], measures: ns === null ? [] : measures };
}

function rowsOf(id: string, rows: readonly Row[]): readonly Row[] {
  return expected(findProbe(id) as Probe, rows, { seed: 1 });
}

/** What the model `key` says of each row, to six digits; null where it says nothing. */
function said(id: string, rows: readonly Row[], key: string): readonly (number | null)[] {
  return rowsOf(id, rows).map(({ model }) => {
    const value = model.find((one) => one.key === key)?.value;
    return value === undefined ? null : Number(value.toPrecision(6));
  });
}

function fittedIn(id: string, rows: readonly Row[], key: string): readonly number[] {
  return rowsOf(id, rows).flatMap(({ model }, at) => (model.some((one) => one.key === key && one.fitted) ? [at] : []));
}

describe('the share of a cycle that a cache holds', () => {
  /** Hits of a cycle of so many lines, once it has gone round often enough. */
  const simulated = (lines: number, capacity: number, victim: (random: Random) => number): number => {
    const random = new Random(1, 'cache');
    const held = Array.from({ length: capacity }, (_, i) => i);
    const places = new Map(held.map((line) => [line, line]));
    let hits = 0;
    const [laps, counted] = [120, 40];
    for (let lap = 0; lap < laps; lap++) {
      for (let line = 0; line < lines; line++) {
        if (places.has(line)) {
          if (lap >= laps - counted) hits++;
          continue;
        }
        const place = victim(random);
        places.delete(held[place]);
        held[place] = line;
        places.set(line, place);
      }
    }
    return hits / (counted * lines);
  };

  test('at random solves 1 - m = exp(-m r): 0.7968 misses at twice the capacity', () => {
    expect(hitsAtRandom(2)).toBeCloseTo(1 - 0.79681, 5);
    expect([hitsAtRandom(0.3), hitsAtRandom(1)]).toEqual([1, 1]);
    // At the edge the cache begins to miss, at many times its size it holds next to nothing.
    expect(hitsAtRandom(1.001)).toBeCloseTo(0.998, 3);
    expect(hitsAtRandom(16)).toBeLessThan(1e-6);
  });

  it.each([1.15, 1.5, 2, 3])('at random is what a simulated cache holds at %d times its size', (ratio) => {
    const capacity = 400;
    const hits = simulated(ratio * capacity, capacity, (random) => random.integer(0, capacity - 1));
    expect(Math.abs(hits - hitsAtRandom(ratio))).toBeLessThan(0.02);
  });

  test('is nothing where the oldest line makes room, one line beyond the capacity', () => {
    let oldest = 0;
    expect(simulated(101, 100, () => oldest++ % 100)).toBe(0);
  });
});

describe('staircase', () => {
  const SIZES = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
  const rows = (latency: (kib: number) => number, random = latency, sizes = SIZES): readonly Row[] => [
    ...sizes.map((kib) => {
      return row({ bytes: kib * KIB, curve: 'latency within pages' }, latency(kib), ['latency', 'ns', latency(kib)]);
    }),
    ...sizes.map((kib) => {
      return row({ bytes: kib * KIB, curve: 'latency at random' }, random(kib), ['latency', 'ns', random(kib)]);
    }),
    ...sizes.map((kib) => row({ bytes: kib * KIB, curve: 'bandwidth' }, 10, ['bytes', 'GB/s', 100])),
  ];
  /** Of the first chase, of which a level has its own latency, but for a trace of its size. */
  const levels = (kib: number): number => (kib <= 32 ? 2 : kib <= 512 ? 10 : 80) * (1 + kib / 1e7);

  test('a level costs what it adds to the loads that the one before misses', () => {
    const known = { caches: [100, 1000], latencies: [1, 10, 100] };
    const oldest = (ratio: number): number => (ratio <= 1 ? 1 : 0);
    expect([100, 101, 1000, 1001].map((bytes) => latencyOf(known, bytes, oldest))).toEqual([1, 10, 10, 100]);
    expect(latencyOf(known, 200, hitsAtRandom)).toBeCloseTo(1 + 0.79681 * 9, 3);
    // 0.7968 of the loads at twice the second cache miss both, and next to none of the others are in the first.
    expect(latencyOf(known, 2000, hitsAtRandom)).toBeCloseTo(1 + 9 + 0.79681 * 90, 3);
  });

  test('sharp caches predict both chases, with the latency of one size a level', () => {
    const all = rows(levels, (kib) => 1.1 * levels(kib));
    const [first, second, third] = [8, 128, 4096].map((kib) => Number(levels(kib).toPrecision(6)));
    const steps = SIZES.map((kib) => (kib <= 32 ? first : kib <= 512 ? second : third));
    expect(said('staircase', all, 'lru').slice(0, 26)).toEqual([...steps, ...steps]);
    // The lower median of each level, of the chase within pages alone.
    expect(fittedIn('staircase', all, 'lru').map((at) => SIZES[at])).toEqual([8, 128, 4096]);
    // The first cache is found between 32 and 64 KiB, 45.3 KiB in the middle: 64 KiB are 1.414 times that.
    const random = said('staircase', all, 'random replacement');
    expect(random[4]).toBeCloseTo(2 + (1 - hitsAtRandom(Math.SQRT2)) * 8, 3);
    expect(hitsAtRandom(Math.SQRT2)).toBeCloseTo(0.4779, 3);
  });

  test('says nothing where no cache was found, and nothing beyond the level after the last one that was', () => {
    expect(
      said(
        'staircase',
        rows(() => 5),
        'lru',
      ),
    ).toEqual(Array(39).fill(null));
    // Only the chase within pages has the second step: the random one is on one level from 64 KiB on.
    const one = said(
      'staircase',
      rows(levels, (kib) => (kib <= 32 ? 2 : 10)),
      'lru',
    ).slice(0, 13);
    expect(one.map((value) => value !== null)).toEqual(SIZES.map((kib) => kib <= 512));
  });

  test('by Little, four times the latency is a quarter of the bandwidth, of the smallest set', () => {
    const all = rows((kib) => (kib <= 32 ? 2 : 8));
    expect(said('staircase', all, 'little').slice(26)).toEqual(SIZES.map((kib) => (kib <= 32 ? 100 : 25)));
    expect(fittedIn('staircase', all, 'little')).toEqual([26]);
    // Without the latency of the smallest set nothing is known of what is in flight.
    const late = all.map((one, at) => (at === 0 ? { ...one, medianNs: null, measures: [] } : one));
    expect(said('staircase', late, 'little')).toEqual(Array(39).fill(null));
  });
});

test('roofs: twice the work takes twice the time of the first step of the same roof', () => {
  const one = (roof: string, variant: string, value: number): Row => row({ roof, variant }, 5, ['rate', 'GB/s', value]);
  const rows = [
    one('read', 'once', 10),
    one('read', 'twice the set', 7),
    one('copy', 'once', 3),
    one('copy', 'twice the work', 3),
  ];
  expect(said('roofs', rows, 'same rate')).toEqual([10, 10, 3, 3]);
  expect(fittedIn('roofs', rows, 'same rate')).toEqual([0, 2]);
  expect(rowsOf('roofs', rows)[1].model[0].unit).toBe('GB/s');
  expect(said('roofs', rows.slice(1), 'same rate')).toEqual([null, 3, 3]);
});

describe('launch', () => {
  const asked = (n: number, ns: number): Row => row({ what: 'passes', n }, ns, ['each', 'ns', ns / n]);
  const moved = (bytes: number, ns: number): Row => row({ what: 'upload', bytes }, ns, ['bytes', 'GB/s', bytes / ns]);

  test('a + n b goes through the fewest and the most: 100 + 10 n', () => {
    const rows = [asked(1, 110), asked(10, 999), asked(40, 1), asked(90, 1000)];
    expect(said('launch', rows, 'a + n b')).toEqual([110, 20, 12.5, Number((1000 / 90).toPrecision(6))]);
    expect(fittedIn('launch', rows, 'a + n b')).toEqual([0, 3]);
    // Two rows make a line through both, which says nothing; and without a slope where more takes no longer there is no line.
    expect(said('launch', rows.slice(0, 2), 'a + n b')).toEqual([null, null]);
    expect(said('launch', [asked(1, 500), asked(10, 999), asked(90, 500)], 'a + n b')).toEqual([null, null, null]);
  });

  test('a + bytes / bandwidth: 100 ns and 2 bytes a nanosecond', () => {
    const rows = [moved(200, 200), moved(1800, 7), moved(4000, 2100)];
    expect(said('launch', rows, 'a + bytes / b')).toEqual([1, 1.8, Number((4000 / 2100).toPrecision(6))]);
  });
});

describe('run', () => {
  const [HOST, TRIP, THERE] = ['plain JavaScript', 'GPU, with upload and readback', 'GPU, data already there'];
  const phased = (what: string, parts: Readonly<Record<string, number>>): Row => ({
    ...row({ what }, 1000),
    measures: Object.entries(parts).map(([key, value]) => ({ key, title: key, unit: 'ns', value })),
  });
  const rows = [
    phased('one large dispatch', {
      upload: 30,
      compile: 999,
      encode: 10,
      'submit and wait': 20,
      GPU: 100,
      readback: 70,
    }),
    phased('256 small dispatches', { upload: 1, compile: 1, encode: 65, 'submit and wait': 75, GPU: 500, readback: 1 }),
    ...[1, 4, 256].map((dispatches) => row({ what: 'the same work', dispatches }, 300)),
    ...[64, 256, 1000].flatMap((n) => [
      row({ what: HOST, n }, 2 * n + n ** 0.5),
      row({ what: TRIP, n }, 1),
      row({ what: THERE, n }, n === 256 ? 50 : 36 + n),
    ]),
  ];

  test('each element of JavaScript takes as long as in the shortest run', () => {
    // 64 elements in 136 ns.
    expect(said('run', rows, 'loop').filter((value) => value !== null)).toEqual([136, 544, 2125]);
  });

  test('data already there: 36 + n', () => {
    expect(said('run', rows, 'there').filter((value) => value !== null)).toEqual([100, 292, 1036]);
  });

  test('with transfers: what the data already there took, and a tenth of a nanosecond an element', () => {
    expect(said('run', rows, 'moved').filter((value) => value !== null)).toEqual([106.4, 75.6, 1136]);
    expect(fittedIn('run', rows, 'moved')).toEqual([]);
    expect(said('run', rows.slice(2), 'moved')).toEqual(Array(12).fill(null));
  });

  test('each dispatch after the first costs 2 ns: (640 - 130) / 255', () => {
    expect(said('run', rows, 'pieces').filter((value) => value !== null)).toEqual([300, 306, 810]);
    expect(said('run', rows.slice(1), 'pieces')).toEqual(Array(13).fill(null));
  });
});

describe('grid', () => {
  const grids = (counts: readonly number[], nsOf: (groups: number) => number): readonly Row[] =>
    counts.map((workgroups) => row({ workgroups }, nsOf(workgroups)));

  test('waves of the size that fits later steps, each as long as the smallest grid', () => {
    // The device has room for 10 and pays 30 ns once. The found step is from 8 to 12: of 8 or 9, 20 would be a third wave.
    const rows = grids([1, 2, 4, 6, 8, 12, 14, 16, 18, 20, 40], (groups) => 30 + 70 * Math.ceil(groups / 10));
    expect(said('grid', rows, 'waves')).toEqual([100, 100, 100, 100, 100, 200, 200, 200, 200, 200, 400]);
    expect(fittedIn('grid', rows, 'waves')).toEqual([0]);
    expect(said('grid', rows, 'slope')).toEqual(Array(11).fill(null));
  });

  test('waves of 132 steps between 264 and 272, and of the lower end of the interval without later steps', () => {
    const upTo = (most: number): readonly number[] => Array.from({ length: most / 8 }, (_, i) => 8 * (i + 1));
    const waves = (most: number): Record<number, number | null> => {
      const counts = upTo(most);
      const values = said(
        'grid',
        grids(counts, (groups) => 5 + 43 * Math.ceil(groups / 132)),
        'waves',
      );
      return Object.fromEntries(counts.map((groups, at) => [groups, values[at]]));
    };
    // 128 would step at 264 and 392; 134 would not at 400.
    expect(waves(512)).toMatchObject({ 128: 48, 136: 96, 264: 96, 272: 144, 392: 144, 400: 192 });
    expect(waves(200)).toMatchObject({ 128: 48, 136: 96, 200: 96 });
  });

  test('without a wave, a line through the smallest and the largest grid', () => {
    const rows = grids([1, 2, 3, 5], (groups) => (groups === 2 ? 9 : 10 * groups));
    expect(said('grid', rows, 'slope')).toEqual([10, 20, 30, 50]);
    expect(said('grid', rows, 'waves')).toEqual(Array(4).fill(null));
    // Where the time ran out a wave may be there that was not seen.
    expect(said('grid', [...rows, { ...row({ workgroups: 6 }, null), withheld: 'late' }], 'slope')).toEqual(
      Array(5).fill(null),
    );
  });

  test('the rate of other sizes, and of as many workgroups as fit', () => {
    const rate = (at: Row['at'], value: number): Row => row(at, 5, ['loads', 'Gloads/s', value]);
    const sizes = [32, 64].map((size) => rate({ 'workgroup size': size }, size));
    const memory = [
      [1, 800],
      [4, 1],
      [12, 1],
      [48, 100],
    ].map(([kib, value]) => rate({ 'workgroup memory': kib * KIB }, value));
    expect(said('grid', sizes, 'any size')).toEqual([32, 32]);
    // Four times as many of 12 KiB as of 48, twelve times as many of 4, but no more than 800.
    expect(said('grid', memory, 'room')).toEqual([800, 800, 400, 100]);
    expect(fittedIn('grid', memory, 'room')).toEqual([0, 3]);
    expect(said('grid', memory.slice(2), 'room')).toEqual([null, null]);
  });
});

describe('layout', () => {
  const one = (what: string, sectors: number, key: 'bytes' | 'rate', rate: number): Row => ({
    ...row({ what }, 100, [key, 'G/s', rate]),
    model: [{ key: 'sectors', title: '', unit: '', value: sectors }],
  });

  test('the rate of a kind falls as its sectors grow, from its first row on', () => {
    const rows = [
      one('along rows of memory', 4, 'bytes', 80),
      one('down columns of memory', 32, 'bytes', 1),
      one('transpose', 36, 'bytes', 10),
      one('transpose, tiled', 8, 'bytes', 1),
      one('A by rows, B by rows', 4, 'rate', 9),
      one('A by rows, B by columns', 18, 'rate', 1),
    ];
    expect(said('layout', rows, 'by sectors')).toEqual([80, 0.125, 10, 4.5, 9, 0.222222]);
    expect(fittedIn('layout', rows, 'by sectors')).toEqual([0, 2, 4]);
  });
});

test('accuracy: half a unit of 2.5 that a division may be off by, and of 3 that a logarithm may', () => {
  const one = (name: string, range: string, type = 'f32'): Row =>
    row({ type, function: name, arguments: range }, 5, ['share', '%', 50]);
  const rows = [
    one('x / y', 'magnitudes of 2^-40 to 2^40'),
    one('log', '2 to 2^100'),
    one('x / y', 'magnitudes of 2^-6 to 2^6', 'f16'),
    one('cosh', 'any'),
  ];
  const [division, logarithm, half, unknown] = said('accuracy', rows, 'nearest').map(Number);
  for (const [share, most] of [
    [division, 20],
    [half, 20],
    [logarithm, 100 / 6],
  ]) {
    expect(share).toBeLessThanOrEqual(most * (1 + 1e-6));
    expect(share).toBeGreaterThan(0.99 * most);
  }
  expect(unknown).toBe(0);
});

test('sustained: all takes as long as the first 2% of the random numbers', () => {
  const series = (input: string, samplesNs: readonly number[]): Row => ({
    ...row({ input, seconds: 1 }, 7),
    samplesNs,
  });
  const early = [...Array(16).fill(10), ...Array(16).fill(20), ...Array(968).fill(30)];
  const rows = [series('random numbers', early), series('zeros', [5, 5])];
  // 20 of 1,000 samples, of which 16 took 10 ns.
  expect(said('sustained', rows, 'steady')).toEqual([10, 10]);
  expect(said('sustained', [series('random numbers', early.slice(0, 29))], 'steady')).toEqual([null]);
  expect(said('sustained', rows.slice(1), 'steady')).toEqual([null]);
});

describe.each(probes.map((probe) => [probe.id, probe] as const))('%s', (id, probe) => {
  const made = probeRows(id).map((one) => ({ ...one, samplesNs: Array(4).fill(one.samplesNs).flat() }));

  it('has a model beside or beneath at least one of its charts', () => {
    const rows = rowsOf(id, made);
    const keysOf = ({ model, over = [] }: Panel): readonly (string | undefined)[] => [
      model,
      ...over.map(({ key }) => key),
    ];
    const predicts = (panel: Panel): boolean =>
      rows.some(({ at, model }) => {
        return (panel.where?.(at) ?? true) && model.some(({ key, fitted }) => !fitted && keysOf(panel).includes(key));
      });
    expect(probe.panels.some(predicts)).toBe(true);
  });

  it('has a chart for each model over it, of rows that it draws', () => {
    const over = probe.panels.flatMap((panel) => panel.over ?? []);
    const made = new Set(rowsOf(id, probeRows(id)).flatMap(({ model }) => model.map(({ key }) => key)));
    const planned = new Set(probeRows(id).flatMap(({ model }) => model.map(({ key }) => key)));
    for (const key of made) if (!planned.has(key)) expect(over.map((model) => model.key)).toContain(key);
  });

  it('predicts nothing of rows that were not measured, and does not fail on rows that say nothing', () => {
    const late = made.map(
      (one): Row => ({ ...one, medianNs: null, intervalNs: null, samplesNs: [], measures: [], withheld: 'late' }),
    );
    expect(rowsOf(id, late)).toEqual(late);
    const half = made.map((one, at) => (at % 2 === 0 ? one : late[at]));
    for (const [at, one] of rowsOf(id, half).entries()) if (at % 2 === 1) expect(one).toEqual(late[at]);
    expect(() => rowsOf(id, [])).not.toThrow();
    expect(() => rowsOf(id, [row({ x: 1 }, 5)])).not.toThrow();
    const without: Row[][] = [made.map((one) => ({ ...one, at: {}, measures: [] }))];
    for (const key of new Set(made.flatMap(({ at }) => Object.keys(at))))
      without.push(made.map(({ at: { [key]: _, ...at }, ...one }) => ({ ...one, at })));
    for (const rows of without) expect(() => rowsOf(id, rows)).not.toThrow();
  });
});

const FILES = [
  'fingerprints/nvidia-h200',
  'fingerprints/llvmpipe',
  'fingerprints/swiftshader',
  'memory/llvmpipe',
  'memory/nvidia-h200',
];
describe.each(FILES)('the recording %s', (file) => {
  const document = JSON.parse(readFileSync(`bench/results/${file}.json`, 'utf8')) as {
    results: readonly ProbeResult[];
  };
  const results = document.results.filter(({ kernel }) => findProbe(kernel)?.expect);

  it('is as valid with what models say, has them once, and always the same', () => {
    const validate = new Ajv2020({ strict: true }).compile(schema);
    const made = document.results.map(modelled);
    validate({ ...document, results: made });
    expect(validate.errors).toBeNull();
    expect(made.map(modelled).map(({ rows }) => rows)).toEqual(made.map(({ rows }) => rows));
    expect(modelled(document.results[0])).toBe(made[0]);
    for (const result of results) expect(modelled(result).rows.some(({ model }) => model.length > 0)).toBe(true);
  });

  it.each(results.map((result) => [result.kernel, result] as const))(
    '%s: no prediction is made of its own row',
    (id, { rows }) => {
      const before = rowsOf(id, rows);
      let some = 0;
      for (const [at, one] of rows.entries()) {
        if (before[at].model.length === 0) continue;
        const slower = 1 + 1e-6;
        const other: Row = {
          ...one,
          // A steady load is predicted from the first samples of its own series, which are not all that its time is of.
          samplesNs: id === 'sustained' ? one.samplesNs : one.samplesNs.map((ns) => ns * slower),
          medianNs: one.medianNs && one.medianNs * slower,
          measures: one.measures.map((measure) => {
            if (measure.unit === 'B') return measure;
            return { ...measure, value: measure.unit === 'ns' ? measure.value * slower : measure.value / slower };
          }),
        };
        const after = rowsOf(id, rows.with(at, other))[at].model;
        for (const [i, { fitted, value }] of before[at].model.entries()) {
          if (fitted) continue;
          some++;
          expect(Math.abs(after[i].value / value - 1)).toBeLessThan(1e-9);
        }
      }
      expect(some).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('a model over a chart', () => {
  const panelOf = (id: string, at = 0): Panel => (findProbe(id) as Probe).panels[at];
  const recorded = (file: string, id: string): ProbeResult => {
    const { results } = JSON.parse(readFileSync(`bench/results/${file}.json`, 'utf8')) as {
      results: readonly ProbeResult[];
    };
    return modelled(results.find(({ kernel }) => kernel === id) as ProbeResult);
  };

  test('is in the unit of the measure, and drawn once where it says the same of every curve', () => {
    const { rows, found } = recorded('fingerprints/nvidia-h200', 'staircase');
    const [lru, random] = drawnOf(panelOf('staircase'), [], rows, found).over;
    expect([lru.key, random.key]).toEqual(['lru', 'random replacement']);
    const sets = new Set(rows.map(({ at }) => at.bytes)).size;
    expect(lru.points).toHaveLength(sets);
    const [little] = drawnOf(panelOf('staircase', 1), [], rows, found).over;
    // Terabytes a second, as the bandwidth is.
    expect(little.points[0].y).toBeCloseTo(23.365, 3);
    const [each] = drawnOf(panelOf('launch'), [], recorded('fingerprints/nvidia-h200', 'launch').rows, found).over;
    expect(new Set(each.points.map(({ series }) => series)).size).toBe(4);
  });

  test('is within the axis, on both of two devices', () => {
    const at = (n: number): Row['at'] => ({ what: 'passes', n });
    const far = (value: number): Row => ({
      ...row(at(2), 5, ['each', 'ns', 1]),
      model: [{ key: 'a + n b', title: '', unit: 'ns', value }],
    });
    const { reach } = drawnOf(panelOf('launch'), [], [far(50)], [], [far(0.02)]);
    expect([Math.min(...reach), Math.max(...reach)]).toEqual([0.02, 50]);
  });

  test('has a place before it is known, and none where it says nothing in the end', () => {
    const { rows, found } = recorded('fingerprints/nvidia-h200', 'grid');
    const keys = (...args: [Row[], ProbeResult['found']]): string[] =>
      drawnOf(panelOf('grid'), [], ...args).over.map(({ key }) => key);
    expect(keys([], [])).toEqual(['waves', 'slope']);
    expect(keys([...rows], found)).toEqual(['waves']);
  });

  test('goes along all samples, and stands beside names', () => {
    const { rows, found } = recorded('memory/llvmpipe', 'sustained');
    const [steady] = drawnOf(panelOf('sustained'), [], rows, found).over;
    expect(steady.points.map(({ x }) => x)).toEqual([1, Math.max(...rows.map(({ samplesNs }) => samplesNs.length))]);
    const roofs = recorded('fingerprints/llvmpipe', 'roofs');
    const { over, places } = drawnOf(panelOf('roofs'), [], roofs.rows, roofs.found);
    expect(over[0].points.map(({ x }) => x)).toEqual(places);
  });

  test('has a column of its own in tables, without the rows that its parameters are', () => {
    const result = recorded('fingerprints/llvmpipe', 'roofs');
    const rows = result.rows.slice(0, 3);
    const { columns, rows: lines } = rowTable(rows);
    const column = columns.indexOf('modelled: same rate (GB/s)');
    const rate = rows[0].measures[0].value;
    expect(lines.map((line) => line[column])).toEqual([null, rate, rate]);
    // Each rate under its own unit: bytes in one column and operations in the other.
    const all = rowTable(result.rows);
    for (const [index, row] of result.rows.entries()) {
      const [{ title, unit, value }] = row.measures;
      const own = `${title} (${unit})`;
      for (const [at, head] of all.columns.entries()) {
        if (head.startsWith(`${title} (`)) expect(all.rows[index][at]).toBe(head === own ? value : null);
      }
    }
    expect(all.columns).toEqual(
      expect.arrayContaining(['modelled: same rate (GB/s)', 'modelled: same rate (GFLOP/s)']),
    );
    expect(new Set(all.columns).size).toBe(all.columns.length);
    const [, head, first, second] = memoryTable({ ...result, rows })
      .split('\n')
      .slice(1);
    expect(head).toContain('Model: same rate, GB/s');
    expect([first, second].map((line) => line.trimEnd().endsWith(' 18.0'))).toEqual([false, true]);
  });
});
