/**
 * Accuracy: the error of built-in functions on this device, each in the terms in which WGSL's
 * section 15.7.4, "Floating Point Accuracy", bounds it. An error beyond that bound is a finding about the device and not a
 * wrong verdict; only what is not a number at all, or was never written, is wrong.
 */
import { Random } from '../core/random.ts';
import { LANES } from './parts/shared.ts';
import type { Found, Probe, ProbeBuffer, Row, Setting, Step } from './types.ts';

/** Arguments of each function. */
const COUNT = 65_536;
const LEAST_NORMAL = 2 ** -126;

type Arguments = readonly [x: number, y: number, z: number];

interface Case {
  readonly name: string;
  readonly entry: string;
  readonly range: string;
  draw(random: Random): Arguments;
  exact(...values: Arguments): number;
  /** The error that is allowed for these arguments, in `unit`. */
  allowed(...values: Arguments): number;
  readonly unit: 'ULP' | 'absolute';
}

/** A number of any magnitude between two powers of two, of either sign. */
function wide(random: Random, low: number, high: number): number {
  return Math.fround((random.uniform() < 0.5 ? -1 : 1) * 2 ** random.uniform(low, high));
}

const inRange =
  (low: number, high: number) =>
  (random: Random): Arguments => [Math.fround(random.uniform(low, high)), 0, 0];

const CASES: readonly Case[] = [
  {
    name: 'exp',
    entry: 'exponential',
    range: '-80 to 80',
    draw: inRange(-80, 80),
    exact: Math.exp,
    allowed: (x) => 3 + 2 * Math.abs(x),
    unit: 'ULP',
  },
  {
    name: 'exp',
    entry: 'exponential',
    range: '-1 to 0',
    draw: inRange(-1, 0),
    exact: Math.exp,
    allowed: (x) => 3 + 2 * Math.abs(x),
    unit: 'ULP',
  },
  {
    name: 'log',
    entry: 'logarithm',
    range: '0.5 to 2',
    draw: inRange(0.5, 2),
    exact: Math.log,
    allowed: () => 2 ** -21,
    unit: 'absolute',
  },
  {
    name: 'log',
    entry: 'logarithm',
    range: '2 to 2^100',
    draw: (random) => [Math.fround(2 ** random.uniform(1, 100)), 0, 0],
    exact: Math.log,
    allowed: () => 3,
    unit: 'ULP',
  },
  {
    name: 'x / y',
    entry: 'quotient',
    range: 'magnitudes of 2^-40 to 2^40',
    draw: (random) => [wide(random, -40, 40), wide(random, -40, 40), 0],
    exact: (x, y) => x / y,
    allowed: () => 2.5,
    unit: 'ULP',
  },
  {
    name: 'fma',
    entry: 'multiply_add',
    range: 'x, y and z of like magnitudes',
    draw: (random) => [wide(random, -8, 8), wide(random, -8, 8), wide(random, -8, 8)],
    exact: (x, y, z) => x * y + z,
    // Inherited from x * y + z: half a unit of the product, which the sum may have cancelled, and half a unit of the sum.
    allowed: (x, y, z) => (0.5 * ulp(x * y)) / ulp(x * y + z) + 0.5,
    unit: 'ULP',
  },
  {
    name: 'tanh',
    entry: 'hyperbolic_tangent',
    range: '-8 to 8',
    draw: inRange(-8, 8),
    exact: Math.tanh,
    allowed: () => 1e-5,
    unit: 'absolute',
  },
  {
    name: 'sqrt',
    entry: 'square_root',
    range: '2^-40 to 2^40',
    draw: (random) => [Math.fround(2 ** random.uniform(-40, 40)), 0, 0],
    exact: Math.sqrt,
    // Inherited from 1 / inverseSqrt(x): 2 units of that, and 2.5 of the division.
    allowed: () => 4.5,
    unit: 'ULP',
  },
  {
    name: 'inverseSqrt',
    entry: 'inverse_square_root',
    range: '2^-40 to 2^40',
    draw: (random) => [Math.fround(2 ** random.uniform(-40, 40)), 0, 0],
    exact: (x) => 1 / Math.sqrt(x),
    allowed: () => 2,
    unit: 'ULP',
  },
  {
    name: 'sin',
    entry: 'sine',
    range: '-pi to pi',
    draw: inRange(-3.1415925, 3.1415925),
    exact: Math.sin,
    allowed: () => 2 ** -11,
    unit: 'absolute',
  },
];

/** The unit in the last place of binary32 at a real number. */
export function ulp(value: number): number {
  const size = Math.max(Math.abs(value), LEAST_NORMAL);
  return 2 ** (Math.floor(Math.log2(size)) - 23);
}

interface Errors {
  /** In the unit of the case. */
  readonly largest: number;
  /** Largest share of what is allowed. */
  readonly share: number;
  /** Where that is. */
  readonly at: Arguments;
}

function errorsOf(
  { exact, allowed, unit }: Case,
  values: ArrayLike<number>,
  given: (index: number) => Arguments,
): Errors {
  let [largest, share, at]: [number, number, Arguments] = [0, 0, given(0)];
  for (let index = 0; index < COUNT; index++) {
    const own = given(index);
    const wanted = exact(...own);
    // What is denormal may be flushed: nothing is claimed of it.
    if (Math.abs(wanted) < LEAST_NORMAL) continue;
    const error = Math.abs(values[index] - wanted) / (unit === 'ULP' ? ulp(wanted) : 1);
    largest = Math.max(largest, error);
    if (error / allowed(...own) > share) [share, at] = [error / allowed(...own), own];
  }
  return { largest, share, at };
}

function given({ draw, name, range }: Case, seed: number): readonly Float32Array<ArrayBuffer>[] {
  const random = new Random(seed, `${name} ${range}`);
  const columns = [0, 1, 2].map(() => new Float32Array(COUNT));
  for (let index = 0; index < COUNT; index++) {
    const own = draw(random);
    for (const [k, column] of columns.entries()) column[index] = own[k];
  }
  return columns;
}

function step(
  setting: Setting,
  one: Case,
  index: number,
): { readonly buffers: readonly ProbeBuffer[]; readonly step: Step } {
  const columns = given(one, setting.seed);
  const names = ['x', 'y', 'z'].map((name) => `${name} ${index}`);
  const at = (i: number): Arguments => [columns[0][i], columns[1][i], columns[2][i]];
  return {
    buffers: names.map((name, k) => ({
      name,
      bytes: 4 * COUNT,
      words: () => new Uint32Array(columns[k].buffer),
    })),
    step: {
      at: { function: one.name, arguments: one.range },
      group: 'all',
      work: {
        kind: 'dispatch',
        pass: {
          shader: 'probes/accuracy.wgsl',
          entry: one.entry,
          workgroups: [COUNT / LANES, 1, 1],
          workgroupSize: [LANES, 1, 1],
          bound: { x: names[0], y: names[1], z: names[2] },
        },
      },
      quantities: [{ key: 'values', title: 'Rate', unit: 'values', count: COUNT }],
      model: [],
      check: {
        buffer: 'values',
        bytes: 4 * COUNT,
        checked: COUNT,
        total: COUNT,
        only: 'only that each is a finite number: its error is what this probe measures',
        fault: (words) => {
          const values = new Float32Array(words.buffer, words.byteOffset, COUNT);
          const wrong = values.findIndex((value) => !Number.isFinite(value));
          return wrong < 0 ? null : `${one.name} of ${at(wrong).join(', ')} is ${values[wrong]}`;
        },
        observe: (words) => {
          const values = new Float32Array(words.buffer, words.byteOffset, COUNT);
          const { largest, share } = errorsOf(one, values, at);
          const unit = one.unit === 'ULP' ? 'ULP' : 'absolute';
          return [
            { key: `error ${unit}`, title: 'Largest error', unit, value: largest },
            { key: 'share', title: 'Share of what is allowed', unit: '%', value: 100 * share },
          ];
        },
      },
    },
  };
}

export default {
  id: 'accuracy',
  order: 10,
  title: 'Accuracy: errors of built-in functions',
  asks: 'How large are the errors of exp, log, division, fma, tanh, roots and sin, and does WGSL allow them?',
  inFingerprint: false,
  panels: [
    {
      title: 'Largest error, as a share of what WGSL allows',
      x: { scale: 'names', keys: ['function', 'arguments'], title: '' },
      y: { key: 'share', scale: 'linear' },
    },
  ],
  plan(setting) {
    const made = CASES.map((one, index) => step(setting, one, index));
    return {
      buffers: [...made.flatMap(({ buffers }) => buffers), { name: 'values', bytes: 4 * COUNT }],
      setup: [],
      steps: made.map((one) => one.step),
    };
  },
  find(rows) {
    return rows.flatMap(finding);
  },
} satisfies Probe;

function finding({ at, measures }: Row): Found[] {
  const share = measures.find(({ key }) => key === 'share');
  const error = measures.find(({ key }) => key.startsWith('error'));
  if (!share || !error) return [];
  return [
    {
      key: `${at.function} ${at.arguments}`,
      title: `${at.function}, arguments ${at.arguments}`,
      unit: error.unit === 'ULP' ? 'ULP' : 'absolute error',
      value: error.value,
      interval: null,
      says:
        share.value > 100
          ? `OUTSIDE what WGSL allows: ${share.value.toFixed(1)}% of it`
          : `${share.value.toFixed(1)}% of what WGSL allows`,
      withheld: null,
    },
  ];
}
