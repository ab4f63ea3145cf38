/**
 * The grid: time against the number of workgroups, each with the same arithmetic. As long as every workgroup has a core to
 * itself, more of them take no longer; then the time rises by a whole wave at once, and the last wave may leave most cores idle. And
 * occupancy: the same lanes in workgroups of other sizes and with more workgroup memory, each waiting for its own loads.
 */

import { compareRounds, type Interval } from '../core/statistics.ts';
import { type Point, staircase } from '../core/steps.ts';
import { withCommas } from '../core/words.ts';
import { predicted, predictedNs, type Timed, throughEnds, timed } from './parts/expected.ts';
import { comparison, leftOut, TOO_FEW, UNPAIRED } from './parts/findings.ts';
import { checkWords, KIB, LANES, manyWorkgroups, measure } from './parts/shared.ts';
import type { Found, Model, Prediction, Probe, Row, Setting, Step } from './types.ts';

function counts({ capabilities, quick }: Setting): readonly number[] {
  if (capabilities.software) return Array.from({ length: 16 }, (_, i) => i + 1);
  const step = quick ? 8 : 4;
  return [
    1,
    2,
    4,
    ...Array.from({ length: 512 / step }, (_, i) => step * (i + 1)).filter((n) => n > 4),
    1024,
    2048,
    4096,
  ];
}

function grid(setting: Setting, groups: number): Step {
  const rounds = setting.capabilities.software ? 33 : 257;
  return {
    at: { workgroups: groups },
    group: 'grid',
    work: {
      kind: 'dispatch',
      pass: {
        shader: 'probes/roofs.wgsl',
        entry: 'multiply_add_4',
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        p: { rows: 1, items: 4, laps: 1, rounds, shift: 0 },
      },
    },
    quantities: [{ key: 'rate', title: 'Rate', unit: 'FLOP', count: 2 * 8 * 16 * rounds * groups * LANES }],
    model: [],
    // Four chains of four numbers each: see `multiply_add_4`.
    check: checkWords('sums', groups * LANES, setting.seed, (lane) => 4 * (4 * (lane & 7) + 6 + 32)),
  };
}

const LINKS = 4096;
/** A full cycle: 5 leaves 1 when divided by 4, and 1 is odd (Hull and Dobell). */
const next = (at: number): number => (5 * at + 1) % LINKS;

/** Lanes of a workgroup where its memory varies. */
const FEW = 64;
/** Bytes of workgroup memory where the size varies: a word for each lane of the largest. */
const LITTLE = 4 * LANES;

/** On a processor, a barrier of all lanes of a workgroup may take milliseconds. */
function lanesOf(setting: Setting): number {
  return (setting.capabilities.software ? 2 : manyWorkgroups(setting)) * LANES;
}

/** The same lanes, whatever the workgroup. */
function waiting(setting: Setting, at: Step['at'], size: number, bytes: number): Step {
  const lanes = lanesOf(setting);
  const hops = setting.capabilities.software ? 32 : 512;
  const ends = Array.from({ length: LINKS }, (_, start) => {
    let place = start;
    for (let i = 0; i < hops; i++) place = next(place);
    return place;
  });
  return {
    at,
    group: 'occupancy',
    work: {
      kind: 'dispatch',
      pass: {
        shader: 'probes/grid.wgsl',
        entry: 'wait',
        workgroups: [lanes / size, 1, 1],
        workgroupSize: [size, 1, 1],
        overrides: { SIZE: size },
        constants: { WORDS: bytes / 4 },
        p: { hops },
      },
    },
    quantities: [{ key: 'loads', title: 'Dependent loads', unit: 'loads', count: hops * lanes }],
    model: [],
    check: checkWords('ends', lanes, setting.seed, (index) => {
      const lane = index % size;
      return ends[(index - lane + size - 1 - lane) % LINKS];
    }),
  };
}

function occupancy(setting: Setting): readonly Step[] {
  const { limits, software } = setting.capabilities;
  const most = limits.maxComputeWorkgroupStorageSize;
  // Each is a pipeline of its own, which SwiftShader takes a second to compile.
  const [sizes, kibs] = software
    ? [
        [64, 256],
        [1, 16],
      ]
    : [
        [32, 64, 128, 256],
        [1, 2, 4, 8, 16, 32, 48],
      ];
  return [
    ...sizes.map((size) => waiting(setting, { 'workgroup size': size }, size, LITTLE)),
    ...kibs
      .map((kib) => kib * KIB)
      .filter((bytes) => bytes <= most)
      .map((bytes) => waiting(setting, { 'workgroup memory': bytes }, FEW, bytes)),
  ];
}

const WAVES: Model = {
  key: 'waves',
  title: 'waves',
  from: 'of the size within the interval found that fits the later steps best, each as long as the smallest grid takes',
  common: true,
};
const SLOPE: Model = {
  key: 'slope',
  title: 'no waves, a + n b',
  from: 'from the smallest and the largest grid',
  common: true,
};
const SIZES: Model = {
  key: 'any size',
  title: 'any size alike',
  from: 'from the smallest workgroups',
  common: true,
};
const ROOM: Model = {
  key: 'room',
  title: 'as many as fit',
  from: 'from the least and the most memory',
  common: true,
};

export default {
  id: 'grid',
  order: 9,
  title: 'Grid: waves, the tail, and occupancy',
  asks: 'How many workgroups run side by side, what does one more cost, and how do their size and memory matter?',
  inFingerprint: true,
  worth: 6,
  panels: [
    {
      title: 'Time of the whole grid, by its number of workgroups',
      where: ({ workgroups }) => Number(workgroups) <= 512,
      x: { scale: 'linear', keys: ['workgroups'], title: 'Workgroups' },
      y: { key: null, scale: 'linear' },
      over: [WAVES, SLOPE],
    },
    {
      title: 'The same number of lanes waiting for loads, by workgroup size',
      where: (at) => at['workgroup size'] !== undefined,
      x: { scale: 'log', keys: ['workgroup size'], title: 'Workgroup size' },
      y: { key: 'loads', scale: 'linear' },
      over: [SIZES],
    },
    {
      title: `The same in workgroups of ${FEW} lanes, by workgroup memory`,
      where: (at) => at['workgroup memory'] !== undefined,
      x: { scale: 'log', keys: ['workgroup memory'], title: 'Workgroup memory', unit: 'B' },
      y: { key: 'loads', scale: 'linear' },
      over: [ROOM],
    },
  ],
  plan(setting) {
    const all = counts(setting);
    return {
      buffers: [
        { name: 'sums', bytes: 4 * LANES * Math.max(...all) },
        { name: 'one', bytes: 16, words: () => new Uint32Array([1]) },
        { name: 'links', bytes: 4 * LINKS, words: () => new Uint32Array(LINKS).map((_, at) => next(at)) },
        { name: 'ends', bytes: 4 * lanesOf(setting) },
      ],
      setup: [],
      steps: [...all.map((groups) => grid(setting, groups)), ...occupancy(setting)],
    };
  },
  expect(rows, { seed }) {
    const [waves, waiting] = [wavesOf(rows, seed), roomOf(rows)];
    return (row) => (row.at.workgroups === undefined ? waiting(row) : waves(row));
  },
  find(all, { seed }) {
    const rows = all.filter(({ at }) => at.workgroups !== undefined);
    return [wave(rows, seed), tailOf(rows, seed), crowded(all, seed)];
  },
} satisfies Probe;

function wave(rows: readonly Row[], seed: number): Found {
  const about = { key: 'wave', title: 'Workgroups in the first wave', unit: '' };
  const late = leftOut(rows);
  if (late !== null) return { ...about, value: null, interval: null, says: 'no wave shown', withheld: late };
  const points = timed(rows).map(({ at, medianNs }): Point => ({ x: Number(at.workgroups), y: medianNs }));
  const [first] = staircase(points, seed).steps;
  if (!first)
    return {
      ...about,
      value: null,
      interval: null,
      says: 'no wave shown',
      withheld: 'the time has no step, or only a slope',
    };
  return {
    ...about,
    value: first.above,
    interval: [first.above, first.below],
    says: `from ${withCommas(first.above)} to ${withCommas(first.below)} workgroups the time grows to ${first.ratio.toFixed(2)} times as much`,
    withheld: null,
  };
}

/** The time by the number of workgroups: in whole waves where a wave was found, and in proportion where none was. */
function wavesOf(all: readonly Row[], seed: number): (row: Row) => readonly Prediction[] {
  const rows = all.filter(({ at }) => at.workgroups !== undefined);
  const { interval } = wave(rows, seed);
  const own = timed(rows);
  const [smallest] = own;
  if (interval !== null) {
    const size = bestSize(own, interval);
    return (row) =>
      predictedNs(WAVES, row, null, Math.ceil(Number(row.at.workgroups) / size) * smallest.medianNs, [smallest]);
  }
  const line = leftOut(rows) === null ? throughEnds(own, 'workgroups') : null;
  return (row) => (line ? predictedNs(SLOPE, row, null, line.at(Number(row.at.workgroups)), line.from) : []);
}

/**
 * The size of a wave, from `above` on and less than `below`, whose later steps lie where the measured ones do: by the ratios of the
 * times of neighbours, which stay the same if each wave but the first takes a little less. The smallest of those that fit alike.
 */
function bestSize(rows: readonly Timed[], [above, below]: Interval): number {
  const later = rows.filter(({ at }) => Number(at.workgroups) >= below);
  const misfit = (size: number): number => {
    const off = later.map(({ at, medianNs }) => Math.log(medianNs / Math.ceil(Number(at.workgroups) / size)));
    return off.slice(1).reduce((sum, value, i) => sum + Math.abs(value - off[i]), 0);
  };
  const sizes = Array.from({ length: Math.max(1, below - above) }, (_, i) => ({
    size: above + i,
    off: misfit(above + i),
  }));
  // Sums of the same ratios may differ in their last bits.
  return sizes.reduce((best, one) => (one.off < best.off - 1e-9 ? one : best)).size;
}

/**
 * The rate of lanes that wait for loads. It grows with the lanes that there are at once, up to what the loads allow; of
 * workgroups with more memory each, fewer fit, in proportion.
 */
function roomOf(all: readonly Row[]): (row: Row) => readonly Prediction[] {
  const sizes = timed(all, (at) => at['workgroup size'] !== undefined);
  const memories = timed(all, (at) => at['workgroup memory'] !== undefined);
  const [least, most] = [memories[0], memories[memories.length - 1]];
  const rate = (row: Row | undefined): number => measure(row, 'loads')?.value ?? Number.NaN;
  return (row) => {
    const bytes = Number(row.at['workgroup memory']);
    if (row.at['workgroup size'] !== undefined) return predicted(SIZES, row, 'loads', rate(sizes[0]), [sizes[0]]);
    // Of two rows none would be left to predict.
    if (memories.length < 3) return [];
    const fitting = (rate(most) * Number(most.at['workgroup memory'])) / bytes;
    return predicted(ROOM, row, 'loads', Math.min(rate(least), fitting), [least, most]);
  };
}

/**
 * The grid whose rate falls most below that of the next smaller one. Of so many pairs one is always the worst, by noise alone:
 * it counts only where the interval, at a confidence that allows for all of them, leaves no fall out.
 */
export function tailOf(rows: readonly Row[], seed: number): Found {
  const about = { key: 'tail', title: 'The tail', unit: '% of the rate of the next smaller grid' };
  const withheld = (why: string): Found => {
    return { ...about, value: null, interval: null, says: 'no tail shown', withheld: why };
  };
  const late = leftOut(rows);
  if (late !== null) return withheld(late);
  // By workgroup: what rises here is the rate that falls.
  const grids = rows.map(({ at, samplesNs }) => {
    const groups = Number(at.workgroups);
    return { groups, perGroup: samplesNs.map((ns) => ns / groups) };
  });
  if (rows.some(({ dropped }) => dropped > 0)) return withheld(UNPAIRED);
  const confidence = 1 - 0.01 / Math.max(1, grids.length - 1);
  const [worst] = grids
    .slice(1)
    .map(({ groups, perGroup }, i) => {
      const before = grids[i];
      return { to: groups, from: before.groups, ...compareRounds(perGroup, before.perGroup, { confidence, seed }) };
    })
    .sort((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0));
  if (!worst?.interval || worst.ratio === null) return withheld(TOO_FEW);
  if (worst.outcome !== 'slower')
    return withheld('no grid has a rate that is certainly below that of the next smaller one');
  const { ratio, interval, from, to } = worst;
  return {
    ...about,
    value: 100 / ratio,
    interval: [100 / interval[1], 100 / interval[0]],
    says: `${withCommas(to)} workgroups instead of ${withCommas(from)}`,
    withheld: null,
  };
}

/** What the most workgroup memory costs lanes that wait for loads. */
function crowded(rows: readonly Row[], seed: number): Found {
  const own = rows.filter(({ at }) => at['workgroup memory'] !== undefined);
  const [least, most] = [own[0], own.at(-1)];
  const about = { key: 'crowded', title: 'The most workgroup memory against the least' };
  const sizes = `${Number(most?.at['workgroup memory']) / KIB} KiB against ${Number(least?.at['workgroup memory']) / KIB} KiB`;
  return comparison(about, most, least, seed, `${sizes}, in workgroups of ${FEW} lanes`);
}
