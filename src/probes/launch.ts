/**
 * The cost of launching work: dispatches, passes and submits, each as a + n b by the host's clock, in a stream and one by one;
 * and of moving bytes to the device and back, as a + bytes / bandwidth, beside a kernel that reads them there. Each dispatch
 * counts itself, and each byte is compared.
 */
import { withCommas } from '../core/words.ts';
import { CUTS, comparison, fixedCost, slopeOf, UNPAIRED, untimed } from './parts/findings.ts';
import { checkWords, indices, KIB, LANES, MIB, powerOfTwo } from './parts/shared.ts';
import type { Check, Found, Probe, ProbeBuffer, ProbePass, Row, Setting, Step } from './types.ts';

type Ask = 'dispatches' | 'passes' | 'submits' | 'submits, one by one';

const COUNTS: Readonly<Record<Ask, readonly number[]>> = {
  dispatches: [1, 64, 256, 1024],
  passes: [1, 16, 64, 256],
  submits: [1, 8, 32, 64],
  'submits, one by one': [1, 4, 8, 16],
};

const KERNEL = 'a kernel that reads them';
/** Bytes of the least grid of that kernel. */
const LEAST_READ = 64 * KIB;

function tick(buffer: string): ProbePass {
  return {
    shader: 'probes/launch.wgsl',
    entry: 'tick',
    workgroups: [1, 1, 1],
    workgroupSize: [1, 1, 1],
    bound: { count: buffer },
  };
}

/** Modulo 2^32, as the counter counts. */
function counted(buffer: string): Check {
  return {
    buffer,
    bytes: 16,
    checked: 1,
    total: 1,
    fault: (words, runs) =>
      words[0] === runs >>> 0 ? null : `${withCommas(words[0])} dispatches were counted of ${withCommas(runs)}`,
  };
}

function asked(ask: Ask, n: number): Step {
  const buffer = `count ${ask} ${n}`;
  const launches = {
    submits: ask.startsWith('submits') ? n : 1,
    passes: ask === 'passes' ? n : 1,
    dispatches: ask === 'dispatches' ? n : 1,
    oneByOne: ask === 'submits, one by one',
  };
  return {
    at: { what: ask, n },
    group: ask,
    work: { kind: 'launch', pass: tick(buffer), launches },
    quantities: [],
    each: { key: 'each', title: 'For each', count: n },
    model: [],
    check: counted(buffer),
  };
}

/** Dispatches of one pass, by the GPU's own clock. */
function onDevice(): Step {
  return {
    at: { what: 'dispatch, on the device', n: 1 },
    group: 'device',
    work: { kind: 'dispatch', pass: tick('count device') },
    quantities: [],
    each: { key: 'each', title: 'For each', count: 1 },
    model: [],
    check: counted('count device'),
  };
}

function transfers(setting: Setting): readonly number[] {
  const most = powerOfTwo(setting.mostBytes, (setting.capabilities.software ? 16 : setting.quick ? 64 : 256) * MIB);
  return [4 * KIB, 64 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB, 256 * MIB].filter((bytes) => bytes <= most);
}

function moved(direction: 'upload' | 'readback', bytes: number): Step {
  const buffer = direction === 'upload' ? 'uploaded' : 'kept';
  return {
    at: { what: direction, bytes },
    group: direction,
    work: { kind: 'transfer', direction, buffer, bytes },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: bytes }],
    model: [],
    check: {
      buffer,
      bytes,
      checked: bytes / 4,
      total: bytes / 4,
      fault: (words) => {
        // A loop, since there may be 2^24 of them.
        let wrong = 0;
        while (wrong < words.length && words[wrong] === wrong) wrong++;
        return wrong === words.length ? null : `word ${wrong} arrived as ${words[wrong]}`;
      },
    },
  };
}

/** A kernel that reads what was moved, 16 bytes a load: what the same bytes cost where they are. */
function read(setting: Setting, bytes: number): Step {
  const rows = bytes / (16 * LANES);
  const items = powerOfTwo(rows / 64, 64, 4);
  const groups = rows / items;
  const sum = (lane: number): number => {
    let total = 0;
    for (let i = 0; i < items; i++) {
      const first = 4 * ((Math.floor(lane / LANES) * items + i) * LANES + (lane % LANES));
      total = (total + 4 * first + 6) >>> 0;
    }
    return total;
  };
  return {
    at: { what: KERNEL, bytes },
    group: 'kernel',
    work: {
      kind: 'dispatch',
      pass: {
        shader: 'probes/reading.wgsl',
        entry: 'vector',
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        bound: { vectors: 'kept' },
        p: { stride: 1, base: 0, items, words: 1 },
      },
    },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: bytes }],
    model: [],
    check: checkWords('sums', groups * LANES, setting.seed, sum),
  };
}

export default {
  id: 'launch',
  order: 7,
  title: 'Launch: the cost of launching work and of moving bytes',
  asks: 'What do a dispatch, a pass, a submit, an upload and a readback cost in themselves?',
  inFingerprint: true,
  worth: 8,
  panels: [
    {
      title: 'Time for each, with n in a row',
      where: ({ n }) => n !== undefined,
      x: { scale: 'log', keys: ['n'], title: 'n' },
      y: { key: 'each', scale: 'log' },
      series: 'what',
    },
    {
      title: 'Moving bytes',
      where: ({ bytes }) => bytes !== undefined,
      x: { scale: 'log', keys: ['bytes'], title: 'Bytes moved', unit: 'B' },
      y: { key: 'bytes', scale: 'log' },
      series: 'what',
    },
  ],
  plan(setting) {
    const asks = (Object.keys(COUNTS) as Ask[]).flatMap((ask) => COUNTS[ask].map((n) => asked(ask, n)));
    const sizes = transfers(setting);
    const most = sizes.at(-1) as number;
    const steps = [
      onDevice(),
      ...asks,
      ...(['upload', 'readback'] as const).flatMap((direction) => sizes.map((bytes) => moved(direction, bytes))),
      ...sizes.filter((bytes) => bytes >= LEAST_READ).map((bytes) => read(setting, bytes)),
    ];
    const counters = [onDevice(), ...asks].map(
      ({ check }): ProbeBuffer => ({
        name: check.buffer,
        bytes: 16,
      }),
    );
    const buffers: readonly ProbeBuffer[] = [
      ...counters,
      { name: 'uploaded', bytes: most },
      { name: 'kept', bytes: most, words: () => indices(most / 4) },
      { name: 'sums', bytes: most / 16 },
    ];
    return { buffers, setup: [], steps };
  },
  find(rows, { seed }) {
    const asks = (Object.keys(COUNTS) as Ask[]).map((ask) => costOf(ask, rows));
    const [, , stream, single] = asks;
    return [
      ...asks,
      oneByOne(single, stream),
      transferOf('upload', rows),
      transferOf('readback', rows),
      ...bus(rows, seed),
    ];
  },
} satisfies Probe;

function costOf(ask: Ask, rows: readonly Row[]): Found {
  const about = { key: ask, title: `Each of n ${ask}`, unit: 'ns' };
  const slope = slopeOf(
    rows.filter(({ at }) => at.what === ask),
    'n',
  );
  if (typeof slope === 'string')
    return { ...about, value: null, interval: null, says: 'no cost shown', withheld: slope };
  const says = fixedCost(slope, 'for all of them together, including the wait of the host');
  return { ...about, value: slope.b, interval: slope.interval, says, withheld: null };
}

/** Of two costs. Its interval goes from end to end of theirs, and so is rather too wide. */
function oneByOne(single: Found, stream: Found): Found {
  const about = {
    key: 'one-by-one',
    title: 'A submit that is waited for, against one in a stream',
    unit: 'times the cost',
  };
  if (single.value === null || stream.value === null || !single.interval || !stream.interval) {
    const cut = Object.values(CUTS).find((why) => [single, stream].some(({ withheld }) => withheld === why));
    const withheld = cut ?? 'one of the costs is withheld';
    return { ...about, value: null, interval: null, says: 'no ratio shown', withheld };
  }
  const interval = [single.interval[0] / stream.interval[1], single.interval[1] / stream.interval[0]] as const;
  const says =
    interval[0] > 1
      ? 'timing one operation at a time overstates what a stream of them costs'
      : 'it is not shown that a stream saves anything';
  return { ...about, value: single.value / stream.value, interval, says, withheld: null };
}

function transferOf(direction: 'upload' | 'readback', rows: readonly Row[]): Found {
  const own = rows.filter(({ at }) => at.what === direction);
  const about = {
    key: direction,
    title: `${direction === 'upload' ? 'Upload' : 'Readback'} of large buffers`,
    unit: 'GB/s',
  };
  const slope = slopeOf(own, 'bytes');
  if (typeof slope === 'string')
    return { ...about, value: null, interval: null, says: 'no bandwidth shown', withheld: slope };
  // Bytes in a nanosecond are GB/s.
  const { b, interval } = slope;
  return {
    ...about,
    value: 1 / b,
    interval: [1 / interval[1], 1 / interval[0]],
    says: fixedCost(slope, 'for each, whatever its size'),
    withheld: null,
  };
}

/** Moving the most bytes there and back, against a kernel that reads them: the first by the host's clock. */
function bus(rows: readonly Row[], seed: number): Found[] {
  const kernel = rows.filter(({ at }) => at.what === KERNEL).at(-1);
  // Recordings from before there was one have none.
  if (!kernel) return [];
  const [to, back] = ['upload', 'readback'].map((what) =>
    rows.find(({ at }) => at.what === what && at.bytes === kernel.at.bytes),
  );
  const about = { key: 'bus', title: 'Upload and readback against a kernel that reads the same bytes' };
  const withheld = (why: string): Found[] => [
    { ...about, unit: 'times the time', value: null, interval: null, says: 'no ratio shown', withheld: why },
  ];
  const why = untimed([to, back, kernel]);
  if (why !== null || !to || !back) return withheld(why ?? 'not measured');
  if (to.dropped + back.dropped > 0) return withheld(UNPAIRED);
  const shortest = Math.min(to.samplesNs.length, back.samplesNs.length);
  const both = { ...to, samplesNs: to.samplesNs.slice(0, shortest).map((ns, i) => ns + back.samplesNs[i]) };
  return [comparison(about, both, kernel, seed, `of ${Number(kernel.at.bytes) / MIB} MiB`, 'apart')];
}
