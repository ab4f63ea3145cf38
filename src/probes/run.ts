/**
 * A whole run: where its wall-clock goes, from the upload to the readback, in one large dispatch and in many small ones; from
 * how many dispatches on one large one is faster than the same work in so many; and the size from which a GPU is faster than a
 * loop of plain JavaScript on one thread. The work is the same everywhere, and so exact that all results are compared bit for bit.
 */
import { crossover, HOST, launchingOf, outsideOf, overtaken } from './parts/runs.ts';
import { LANES } from './parts/shared.ts';
import { LOOP, MOVED, type Names, PIECES_LINE, runModels, THERE_LINE } from './parts/whole.ts';
import type { Check, Probe, ProbePass, Row, Setting, Step } from './types.ts';

/** Multiply-adds for each element: odd numbers, so that the result is not what it began with. */
const STEPS = 65;
const LONG_STEPS = 257;
const [A, B] = [-1, 3];
/** What x holds: whole numbers, of which the sums are exact. */
const VALUES = 1024;

const TRIP = 'GPU, with upload and readback';
const THERE = 'GPU, data already there';
/** A loop of JavaScript is repeated until it has gone over so many elements in a sample. */
const LEAST_ELEMENTS = 2 ** 15;
const SMALL_DISPATCHES = 256;
const PIECES = 'the same work';
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const LARGE = 'one large dispatch';
const SMALL = `${SMALL_DISPATCHES} small dispatches`;

const NAMES: Names = {
  host: HOST,
  there: THERE,
  trip: TRIP,
  large: LARGE,
  small: SMALL,
  dispatches: SMALL_DISPATCHES,
};

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

function passOf(n: number, out: string, steps = STEPS): ProbePass {
  return {
    shader: 'probes/run.wgsl',
    entry: 'multiply_add',
    workgroups: [Math.ceil(n / LANES), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { x: 'x', y: out },
    p: { n, steps, a: A, b: B },
  };
}

const quantities = (n: number, steps = STEPS): Step['quantities'] => [
  { key: 'rate', title: 'Rate', unit: 'FLOP', count: 2 * steps * n },
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

/**
 * All of the elements in one dispatch, or an equal part of them in each of several: the same work, launched more often. So
 * much work for each element that it does not matter that the several go over fewer bytes, which a cache may hold.
 */
function pieces(setting: Setting, count: number): Step {
  const all = most(setting) / 4;
  const n = all / count;
  return {
    at: { what: PIECES, dispatches: count },
    group: 'pieces',
    work: {
      kind: 'launch',
      pass: passOf(n, 'kept', LONG_STEPS),
      launches: { submits: 1, passes: 1, dispatches: count, oneByOne: false },
    },
    quantities: quantities(all, LONG_STEPS),
    model: [],
    check: checked('kept', n),
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
  asks: 'How much of a run is outside the kernel, when is one large dispatch faster than many, and from which size on is the GPU faster than plain JavaScript?',
  inFingerprint: false,
  panels: [
    {
      title: 'Time of a run, by the number of elements',
      where: ({ n }) => n !== undefined,
      x: { scale: 'log', keys: ['n'], title: 'Elements' },
      y: { key: null, scale: 'log' },
      series: 'what',
      over: [LOOP, THERE_LINE, MOVED],
    },
    {
      title: 'The same work in one dispatch or in more',
      where: ({ dispatches }) => dispatches !== undefined,
      x: { scale: 'log', keys: ['dispatches'], title: 'Dispatches' },
      y: { key: null, scale: 'log' },
      over: [PIECES_LINE],
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
        ...COUNTS.map((count) => pieces(setting, count)),
        ...sizes(setting).flatMap(crossing),
      ],
    };
  },
  expect(rows) {
    return runModels(rows, NAMES);
  },
  find(rows, { seed }) {
    const row = (what: string): Row | undefined => rows.find(({ at }) => at.what === what);
    return [
      ...[LARGE, SMALL].flatMap((what) => [outsideOf(what, row(what)), launchingOf(what, row(what))]),
      crossover(TRIP, rows, seed),
      crossover(THERE, rows, seed),
      overtaken(rows, seed),
    ];
  },
} satisfies Probe;
