/**
 * A whole run: where its wall-clock goes, from the upload to the readback, in one large dispatch and in many small ones, and
 * the size from which a GPU is faster than a loop of plain JavaScript on one thread. The work is the same everywhere, and so
 * exact that all results are compared bit for bit.
 */
import { compareRounds, type Interval, medianInterval, quantile } from '../core/statistics.ts';
import { TOO_FEW } from './parts/findings.ts';
import { LANES } from './parts/shared.ts';
import type { Check, Found, Probe, ProbePass, Row, Setting, Step } from './types.ts';

/** Multiply-adds for each element: an odd number, so that the result is not what it began with. */
const STEPS = 65;
const [A, B] = [-1, 3];
/** What x holds: whole numbers, of which the sums are exact. */
const VALUES = 1024;

const HOST = 'plain JavaScript';
const TRIP = 'GPU, with upload and readback';
const THERE = 'GPU, data already there';
/** A loop of JavaScript is repeated until it has gone over so many elements in a sample. */
const LEAST_ELEMENTS = 2 ** 15;
const SMALL_DISPATCHES = 256;
const LARGE = 'one large dispatch';
const SMALL = `${SMALL_DISPATCHES} small dispatches`;

/** Days of the long run, and the share of it that is said to be lost to launches (FACTS: 15% is 4.5 days of 30). */
const DAYS = 30;
const CLAIMED = 0.15;

function started(n: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Float32Array.from({ length: n }, (_, i) => i % VALUES).buffer);
}

/** The loop that the kernel is compared with: the same f32 arithmetic, rounded after each operation. */
export function multiplyAdd(x: Float32Array, y: Float32Array, a: number, b: number): void {
  for (let i = 0; i < y.length; i++) {
    let value = x[i];
    for (let k = 0; k < STEPS; k++) value = Math.fround(Math.fround(value * a) + b);
    y[i] = value;
  }
}

function checked(buffer: string, n: number): Check {
  return {
    buffer,
    bytes: 4 * n,
    checked: n,
    total: n,
    fault: (words) => {
      const ends = new Float32Array(words.buffer, words.byteOffset, n);
      const wrong = ends.findIndex((end, i) => end !== B - (i % VALUES));
      return wrong < 0 ? null : `element ${wrong} is ${ends[wrong]}, and should be ${B - (wrong % VALUES)}`;
    },
  };
}

function passOf(n: number, out: string): ProbePass {
  return {
    shader: 'probes/run.wgsl',
    entry: 'multiply_add',
    workgroups: [Math.ceil(n / LANES), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { x: 'x', y: out },
    p: { n, steps: STEPS, a: A, b: B },
  };
}

const quantities = (n: number): Step['quantities'] => [
  { key: 'rate', title: 'Rate', unit: 'FLOP', count: 2 * STEPS * n },
];

function crossing(n: number): readonly Step[] {
  const about = { group: `crossover ${n}`, quantities: quantities(n), model: [] };
  const times = Math.max(1, LEAST_ELEMENTS / n);
  let x: Float32Array | null = null;
  return [
    {
      ...about,
      at: { what: HOST, n },
      work: {
        kind: 'host',
        times,
        out: () => new Uint32Array(n),
        run: (out) => {
          x ??= new Float32Array(started(n).buffer);
          multiplyAdd(x, new Float32Array(out.buffer), A, B);
        },
      },
      check: checked('y', n),
    },
    {
      ...about,
      at: { what: TRIP, n },
      work: {
        kind: 'run',
        pass: passOf(n, 'y'),
        dispatches: 1,
        to: 'x',
        words: () => started(n),
        from: 'y',
        bytes: 4 * n,
      },
      check: checked('y', n),
    },
    {
      ...about,
      at: { what: THERE, n },
      work: {
        kind: 'launch',
        pass: passOf(n, 'kept'),
        launches: { submits: 1, passes: 1, dispatches: 1, oneByOne: false },
      },
      check: checked('kept', n),
    },
  ];
}

function phases(what: string, n: number, dispatches: number): Step {
  const each = n / dispatches;
  return {
    at: { what },
    group: 'phases',
    work: {
      kind: 'run',
      pass: passOf(each, 'y'),
      dispatches,
      to: 'x',
      words: () => started(n),
      from: 'y',
      bytes: 4 * each,
      salt: 'SALT',
    },
    quantities: quantities(n),
    model: [],
    check: checked('y', each),
  };
}

/** Elements of the largest run. */
function most({ capabilities, quick }: Setting): number {
  return 2 ** (capabilities.software ? 18 : quick ? 20 : 22);
}

function sizes(setting: Setting): readonly number[] {
  const all: number[] = [];
  for (let n = LANES / 4; n <= most(setting); n *= 4) all.push(n);
  return all;
}

export default {
  id: 'run',
  order: 8,
  title: 'Run: where the time of a whole run goes',
  asks: 'How much of a run is outside the kernel, and from which size on is the GPU faster than plain JavaScript?',
  inFingerprint: false,
  panels: [
    {
      title: 'Time of a run, by the number of elements',
      where: ({ n }) => n !== undefined,
      x: { scale: 'log', keys: ['n'], title: 'Elements' },
      y: { key: null, scale: 'log' },
      series: 'what',
    },
  ],
  plan(setting) {
    const bytes = 4 * most(setting);
    return {
      buffers: [
        { name: 'x', bytes, words: () => started(most(setting)) },
        { name: 'y', bytes },
        { name: 'kept', bytes },
      ],
      setup: [],
      steps: [
        phases(LARGE, most(setting), 1),
        phases(SMALL, most(setting), SMALL_DISPATCHES),
        ...sizes(setting).flatMap(crossing),
      ],
    };
  },
  find(rows, { seed }) {
    const row = (what: string): Row | undefined => rows.find(({ at }) => at.what === what);
    return [
      ...[LARGE, SMALL].flatMap((what) => [outsideOf(what, row(what)), launchingOf(what, row(what))]),
      crossover(TRIP, rows, seed),
      crossover(THERE, rows, seed),
    ];
  },
} satisfies Probe;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Median and interval of what is made of each sample's phases; in words why there is none. */
function fromParts(
  row: Row | undefined,
  of: (part: (key: string) => number) => number,
): { readonly value: number; readonly interval: Interval } | string {
  const { parts } = row ?? {};
  if (!row || !parts) return 'not measured';
  if (parts.GPU?.length !== row.samplesNs.length) return 'without timestamps the time of the kernel is not known';
  const values = row.samplesNs.map((_, i) => of((key) => parts[key][i]));
  const interval = medianInterval(values);
  return interval ? { value: quantile(values, 0.5), interval } : TOO_FEW;
}

/** All of a first run: what is compiled once and moved once included. */
export function outsideOf(what: string, row: Row | undefined): Found {
  const about = { key: `outside ${what}`, title: `Outside the kernel, first run, ${what}`, unit: '%' };
  const share = fromParts(row, (part) => {
    const all = Object.keys(row?.parts ?? {}).reduce((sum, key) => sum + part(key), 0);
    return 1 - part('GPU') / all;
  });
  if (typeof share === 'string')
    return { ...about, value: null, interval: null, says: 'no share shown', withheld: share };
  const micros = row?.measures
    .filter(({ key }) => key in (row.parts ?? {}))
    .map(({ title, value }) => `${title} ${(value / 1000).toFixed(0)} us`);
  return { ...about, ...inPercent(share), says: (micros ?? []).join(', '), withheld: null };
}

/** Of a run that goes on and on: launches against the kernel's own time, which is the share that is claimed to be 15%. */
export function launchingOf(what: string, row: Row | undefined): Found {
  const about = { key: `launching ${what}`, title: `Lost to launching, ${what}`, unit: '%' };
  const share = fromParts(row, (part) => {
    const launching = part('encode') + part('submit and wait');
    return launching / (launching + part('GPU'));
  });
  if (typeof share === 'string')
    return { ...about, value: null, interval: null, says: 'no share shown', withheld: share };
  const days = (part: number): string => (DAYS * part).toFixed(1);
  const says = `${days(share.value)} days of a run of ${DAYS} days (${days(share.interval[0])} to ${days(share.interval[1])}) if each launch is waited for; ${percent(CLAIMED)} would be ${days(CLAIMED)}`;
  return { ...about, ...inPercent(share), says, withheld: null };
}

function inPercent({ value, interval }: { readonly value: number; readonly interval: Interval }) {
  return { value: 100 * value, interval: [100 * interval[0], 100 * interval[1]] as const };
}

/** From the last size at which JavaScript is shown to be faster to the first from which on the GPU is. */
export function crossover(what: string, rows: readonly Row[], seed: number): Found {
  const about = { key: `crossover ${what}`, title: `Faster than plain JavaScript: ${what}`, unit: 'elements' };
  const compared = rows
    .filter(({ at }) => at.what === what)
    .flatMap((row) => {
      const host = rows.find(({ at }) => at.what === HOST && at.n === row.at.n);
      return host ? [{ n: Number(row.at.n), ...compareRounds(row.samplesNs, host.samplesNs, { seed }) }] : [];
    })
    .sort((a, b) => a.n - b.n);
  const withheld = (why: string): Found => ({
    ...about,
    value: null,
    interval: null,
    says: compared.map(({ n, ratio }) => `${n}: ${ratio?.toFixed(2)} times the time`).join(', '),
    withheld: why,
  });
  if (compared.length === 0) return withheld('not measured');
  if (compared.some(({ interval }) => !interval)) return withheld(TOO_FEW);
  const first = compared.findIndex((_, i) => compared.slice(i).every(({ outcome }) => outcome === 'faster'));
  const last = compared.findLastIndex(({ outcome }) => outcome === 'slower');
  const largest = compared[compared.length - 1].n;
  if (first < 0)
    return withheld(`the GPU is not shown to be faster up to ${largest} elements, the most that were tried`);
  if (last < 0)
    return withheld(`JavaScript is not shown to be faster at ${compared[0].n} elements, the fewest that were tried`);
  const interval = [compared[last].n, compared[first].n] as const;
  const { ratio } = compared[compared.length - 1];
  return {
    ...about,
    value: Math.sqrt(interval[0] * interval[1]),
    interval,
    says: `JavaScript is faster up to ${interval[0]} elements, the GPU from ${interval[1]} on; at ${largest} it takes ${ratio?.toFixed(3)} of the time`,
    withheld: null,
  };
}
