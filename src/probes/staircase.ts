/**
 * The staircase: latency of a pointer chase and bandwidth of reading, against the working set. Two chases, one random within a
 * page before it goes to the next, one over all lines at random. The second pays for address translation too, so a step is called
 * a cache only if both have it.
 *
 * In full it goes on to the largest buffer that the device can bind and has room for. Large sets then lie in one buffer, which
 * is linked or filled again ahead of each sample: all buffers together take 1 GiB more than that one (0.25 GiB on a software
 * adapter), 5 GiB where 4 GiB can be bound. With a buffer for each set of each chase it would be 21 GiB. The quick form ends at
 * 512 MiB and takes 3 GiB (32 and 243 MiB; on a phone both forms end at 128 MiB).
 */
import { type Staircase, staircase } from '../core/steps.ts';
import { type Order, PAGE_BYTES } from './parts/cycle.ts';
import { type Curve, caches, curveOf, lastLevel, levelFound, rest } from './parts/levels.ts';
import { isShared, LARGE, type Linked, linkedAgain, linkedOnce, SHADER } from './parts/linked.ts';
import { checkWords, hashed, KIB, LANES, lineBytes, MIB, manyWorkgroups } from './parts/shared.ts';
import { LITTLE, LRU, RANDOM, staircaseModels } from './parts/sharp.ts';
import type { Found, Probe, ProbePass, Setting, Step } from './types.ts';

const SMALLEST = 4 * KIB;
const TILE_BYTES = 4 * KIB;

/** Tiles that a workgroup reads of a small set: enough to hide what it costs to begin. */
const LEAST_LOADS = 32;

/** Two levels of four sizes each: fewer show no step. Where time is short, larger sets are left out, the largest first. */
const FEWEST_SETS = 8;

/** From here on a processor's sizes are four an octave. */
const FINE = 256 * KIB;

/** Indices of words are u32, and so is the sum of the last one and a stride of a grid. */
const MOST = 8192 * MIB;
/** The largest buffer is a set by itself if it is larger by this factor than the last of those an octave apart. */
const CLEARLY = 1.25;

/**
 * Working sets in bytes: two an octave, one an octave where each takes much memory. On a processor four an octave between its
 * second level and its memory: a machine that shares its third level with others may have no more than two octaves of it, and a
 * level takes four sizes. In full, the last one is all of the largest buffer but for a part of a page.
 */
export function workingSets({ capabilities, mostBytes, quick }: Setting): readonly number[] {
  const { software } = capabilities;
  const largest = PAGE_BYTES * Math.floor(Math.min(mostBytes, MOST) / PAGE_BYTES);
  const most = quick ? Math.min(largest, (software ? 32 : 512) * MIB) : largest;
  const dense = software ? 8 * MIB : 128 * MIB;
  const sets: number[] = [];
  for (let bytes = SMALLEST; bytes <= most; bytes *= 2) {
    const isFine = software && bytes >= FINE;
    const between = bytes <= SMALLEST || bytes >= dense ? [] : isFine ? [1.25, 1.5, 1.75] : [1.5];
    sets.push(bytes, ...between.map((factor) => factor * bytes).filter((size) => size <= most));
  }
  return !quick && most >= CLEARLY * Math.max(...sets) ? [...sets, most] : sets;
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
): Pick<Linked, 'buffers' | 'setup'> & { readonly step: Step } {
  const [pitch, hops] = [lineBytes(setting), hopsOf(bytes, setting.quick)];
  const state = `state ${order}, ${bytes}`;
  const link = isShared(setting, bytes) ? linkedAgain : linkedOnce;
  const { buffers, setup, before, pass, line } = link(setting, { bytes, order, hops, state });
  return {
    buffers: [...buffers, { name: state, bytes: 16 }],
    setup,
    step: {
      at: { bytes, curve: `latency ${order}` },
      group: order,
      work: { kind: 'dispatch', before, pass },
      quantities: [],
      each: { key: 'latency', title: 'Latency', count: hops },
      model: [],
      check: {
        buffer: state,
        bytes: 16,
        checked: 2,
        total: 2,
        fault: (words, runs) => {
          const place = (runs * hops) % (bytes / pitch);
          const at = (line(place) * pitch) / 4;
          if (words[0] === place && words[1] === at) return null;
          return `after ${runs} chases of ${hops} loads the last one ended at word ${words[1]}, place ${words[0]}, and should have at word ${at}, place ${place}`;
        },
      },
    },
  };
}

/** Fills a buffer with words that tell their places. */
function filling(setting: Setting, buffer: string, bytes: number): ProbePass {
  const tiles = bytes / TILE_BYTES;
  return {
    shader: SHADER,
    entry: 'fill',
    workgroups: [Math.min(tiles, manyWorkgroups(setting)), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { words: buffer },
    p: { lines: 1, pitch: 1, hops: 8, tiles, loads: 4 },
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
  const buffer = isShared(setting, bytes) ? LARGE : 'data';
  const pass: ProbePass = {
    shader: SHADER,
    entry: 'gather',
    workgroups: [groups, 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { data: buffer },
    p: { lines: 1, pitch: 1, hops: 8, tiles, loads },
  };
  return {
    at: { bytes, curve: 'bandwidth' },
    group: 'bandwidth',
    // A first lap leaves in the caches what each one after it finds there.
    work: { kind: 'dispatch', pass, before: buffer === LARGE ? [filling(setting, buffer, bytes), pass] : [] },
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
  bounded: ({ at }) => (at.curve === 'bandwidth' ? { by: 'read', key: 'bytes', setBytes: Number(at.bytes) } : null),
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
    const own = sets.filter((bytes) => !isShared(setting, bytes));
    const most = Math.max(...own);
    return {
      buffers: [
        // First, so that a device without room for it says so at once.
        ...(own.length < sets.length ? [{ name: LARGE, bytes: Math.max(...sets) }] : []),
        ...chases.flatMap(({ buffers }) => buffers),
        { name: 'data', bytes: most },
        { name: 'sums', bytes: 4 * LANES * manyWorkgroups(setting) },
      ],
      setup: [...chases.flatMap(({ setup }) => setup), filling(setting, 'data', most)],
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
