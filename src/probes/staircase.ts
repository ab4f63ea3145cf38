/**
 * The staircase: latency of a pointer chase and bandwidth of reading, against the working set. Two chases, one random within a
 * page before it goes to the next, one over all lines at random. The second pays for address translation too, so a step is called
 * a cache only if both have it.
 */
import { Random } from '../core/random.ts';
import { type Staircase, staircase } from '../core/steps.ts';
import { type Curve, caches, curveOf, lastLevel, levelFound, rest } from './parts/levels.ts';
import { checkWords, hashed, KIB, LANES, lineBytes, MIB, manyWorkgroups } from './parts/shared.ts';
import { LITTLE, LRU, RANDOM, staircaseModels } from './parts/sharp.ts';
import type { Found, Probe, ProbeBuffer, ProbePass, Setting, Step } from './types.ts';

const SHADER = 'probes/staircase.wgsl';
const SMALLEST = 4 * KIB;
const TILE_BYTES = 4 * KIB;
/** Bytes within which the first kind of chase stays for as long as there are lines it has not seen. */
const PAGE_BYTES = 4 * KIB;

/** Tiles that a workgroup reads of a small set: enough to hide what it costs to begin. */
const LEAST_LOADS = 32;

/** Two levels of four sizes each: fewer show no step. Where time is short, larger sets are left out, the largest first. */
const FEWEST_SETS = 8;

type Order = 'within pages' | 'at random';

/** From here on a processor's sizes are four an octave. */
const FINE = 256 * KIB;

/**
 * Working sets in bytes: two an octave, one an octave where each takes much memory. On a processor four an octave between its
 * second level and its memory: a machine that shares its third level with others may have no more than two octaves of it, and a
 * level takes four sizes.
 */
export function workingSets({ capabilities, mostBytes, quick }: Setting): readonly number[] {
  const { software } = capabilities;
  const most = Math.min(mostBytes, software ? (quick ? 32 : 128) * MIB : (quick ? 512 : 1024) * MIB);
  const dense = software ? 8 * MIB : 128 * MIB;
  const sets: number[] = [];
  for (let bytes = SMALLEST; bytes <= most; bytes *= 2) {
    const isFine = software && bytes >= FINE;
    const between = bytes <= SMALLEST || bytes >= dense ? [] : isFine ? [1.25, 1.5, 1.75] : [1.5];
    sets.push(bytes, ...between.map((factor) => factor * bytes).filter((size) => size <= most));
  }
  return sets;
}

/** Line numbers in the order of a random cycle: a page after another, or all of them at random. */
export function cycle(lines: number, perPage: number, order: Order, random: Random): Uint32Array<ArrayBuffer> {
  const sequence = new Uint32Array(lines);
  if (order === 'at random') {
    for (let i = 0; i < lines; i++) sequence[i] = i;
    shuffle(sequence, 0, lines, random);
    return sequence;
  }
  const pages = new Uint32Array(lines / perPage).map((_, i) => i);
  shuffle(pages, 0, pages.length, random);
  for (const [at, page] of pages.entries()) {
    for (let i = 0; i < perPage; i++) sequence[at * perPage + i] = page * perPage + i;
    shuffle(sequence, at * perPage, (at + 1) * perPage, random);
  }
  return sequence;
}

/** Fisher and Yates. */
function shuffle(values: Uint32Array, from: number, to: number, random: Random): void {
  for (let i = to - 1; i > from; i--) {
    const j = from + Math.floor((random.bits() / 2 ** 32) * (i - from + 1));
    const value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}

/** Loads of one chase: many laps of a small set, so that its first lap does not count, and less than a second of any. */
function hopsOf(bytes: number, quick: boolean): number {
  const most = bytes <= 512 * KIB ? 2 ** 16 : bytes <= 8 * MIB ? 2 ** 15 : 2 ** 14;
  return quick ? most / 2 : most;
}

function chase(
  setting: Setting,
  bytes: number,
  order: Order,
): { buffers: ProbeBuffer[]; setup: ProbePass; step: Step } {
  const line = lineBytes(setting);
  const [lines, pitch, hops] = [bytes / line, line / 4, hopsOf(bytes, setting.quick)];
  const name = `${order}, ${bytes}`;
  const bound = { order: `order ${name}`, cycle: `cycle ${name}`, links: `cycle ${name}`, state: `state ${name}` };
  const p = { lines, pitch, hops, tiles: 1, loads: 4 };
  const over = {
    shader: SHADER,
    workgroups: [Math.ceil(lines / LANES), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound,
    p,
  } as const;
  // The same seed draws the same cycle again, so that none is kept for the check.
  const sequence = (): Uint32Array<ArrayBuffer> =>
    cycle(lines, PAGE_BYTES / line, order, new Random(setting.seed, name));
  let kept: Uint32Array | null = null;
  return {
    buffers: [
      { name: bound.order, bytes: 4 * lines, words: sequence },
      { name: bound.cycle, bytes },
      { name: bound.state, bytes: 16 },
    ],
    setup: { ...over, entry: 'link' },
    step: {
      at: { bytes, curve: `latency ${order}` },
      group: order,
      work: {
        kind: 'dispatch',
        before: [{ ...over, entry: 'touch' }],
        pass: { ...over, entry: 'chase', workgroups: [1, 1, 1], workgroupSize: [1, 1, 1] },
      },
      quantities: [],
      each: { key: 'latency', title: 'Latency', count: hops },
      model: [],
      check: {
        buffer: bound.state,
        bytes: 16,
        checked: 2,
        total: 2,
        fault: (words, runs) => {
          kept ??= sequence();
          const place = (runs * hops) % lines;
          const at = kept[place] * pitch;
          if (words[0] === place && words[1] === at) return null;
          return `after ${runs} chases of ${hops} loads the last one ended at word ${words[1]}, place ${words[0]}, and should have at word ${at}, place ${place}`;
        },
      },
    },
  };
}

function reading(setting: Setting, bytes: number): Step {
  const groups = manyWorkgroups(setting);
  const tiles = bytes / TILE_BYTES;
  const loads = 4 * Math.ceil(Math.max(LEAST_LOADS, tiles / groups) / 4);
  const expected = (lane: number): number => {
    let sum = 0;
    for (let i = 0; i < loads; i++) {
      const tile = (Math.floor(lane / LANES) * loads + i) % tiles;
      const vector = tile * LANES + (lane % LANES);
      for (let word = 0; word < 4; word++) sum = (sum + hashed(4 * vector + word)) >>> 0;
    }
    return sum;
  };
  const total = groups * LANES * loads * 16;
  return {
    at: { bytes, curve: 'bandwidth' },
    group: 'bandwidth',
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry: 'gather',
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        p: { lines: 1, pitch: 1, hops: 8, tiles, loads },
      },
    },
    quantities: [{ key: 'bytes', title: 'Bytes read', unit: 'B', count: total }],
    model: [],
    check: checkWords('sums', groups * LANES, setting.seed, expected),
  };
}

export default {
  id: 'staircase',
  order: 1,
  title: 'Staircase: latency and bandwidth against the working set',
  asks: 'How large is each level of memory, how long does a load from it take, and what is its bandwidth?',
  inFingerprint: true,
  worth: 18,
  panels: [
    {
      title: 'Latency of a load',
      where: ({ curve }) => curve !== 'bandwidth',
      x: { scale: 'log', keys: ['bytes'], title: 'Working set', unit: 'B' },
      y: { key: 'latency', scale: 'log' },
      series: 'curve',
      over: [LRU, RANDOM],
      bands: 'step-',
    },
    {
      title: 'Bandwidth of reading',
      where: ({ curve }) => curve === 'bandwidth',
      x: { scale: 'log', keys: ['bytes'], title: 'Working set', unit: 'B' },
      y: { key: 'bytes', scale: 'linear' },
      over: [LITTLE],
    },
  ],
  plan(setting) {
    const sets = workingSets(setting);
    const chases = (['within pages', 'at random'] as const).flatMap((order) =>
      sets.map((bytes) => chase(setting, bytes, order)),
    );
    const spared = (step: Step): Step => {
      const at = sets.indexOf(Number(step.at.bytes));
      return at < FEWEST_SETS ? step : { ...step, spare: at };
    };
    const most = sets.at(-1) as number;
    const tiles = most / TILE_BYTES;
    const fill: ProbePass = {
      shader: SHADER,
      entry: 'fill',
      workgroups: [Math.min(tiles, manyWorkgroups(setting)), 1, 1],
      workgroupSize: [LANES, 1, 1],
      bound: { words: 'data' },
      p: { lines: 1, pitch: 1, hops: 8, tiles, loads: 4 },
    };
    return {
      buffers: [
        ...chases.flatMap(({ buffers }) => buffers),
        { name: 'data', bytes: most },
        { name: 'sums', bytes: 4 * LANES * manyWorkgroups(setting) },
      ],
      setup: [...chases.map(({ setup }) => setup), fill],
      steps: [...chases.map(({ step }) => step), ...sets.map((bytes) => reading(setting, bytes))].map(spared),
    };
  },
  expect(rows, { seed }) {
    return staircaseModels(rows, seed);
  },
  find(rows, { seed }) {
    const found = (name: string, key: string): Curve & Staircase => {
      const curve = curveOf(rows, name, key);
      return { ...curve, ...staircase(curve.points, seed) };
    };
    const within = found('latency within pages', 'latency');
    const random = found('latency at random', 'latency');
    const bandwidth = found('bandwidth', 'bytes');
    const levels = (of: Curve & Staircase, key: string, title: string, unit: string): Found[] => [
      ...of.levels.map((level, i) => levelFound(`${key}-${i + 1}`, title, unit, level, of)),
      ...rest(`${key}-rest`, title, unit, of),
    ];
    return [
      ...caches(within, random),
      lastLevel(within),
      ...levels(within, 'latency', 'Latency within pages', 'ns'),
      ...levels(random, 'random', 'Latency at random', 'ns'),
      ...levels(bandwidth, 'bandwidth', 'Bandwidth', 'GB/s'),
    ];
  },
} satisfies Probe;
