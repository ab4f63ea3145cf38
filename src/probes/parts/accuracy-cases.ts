/** What accuracy is measured of: functions, arguments, and the error that WGSL's section 15.7.4 allows, in f32 and in f16. */
import { type DType, FORMATS } from '../../core/format.ts';
import type { Random } from '../../core/random.ts';

export type Arguments = readonly [x: number, y: number, z: number];

export interface Case {
  readonly name: string;
  readonly type: DType;
  readonly entry: string;
  readonly range: string;
  /** Not yet rounded to the type. */
  draw(random: Random): Arguments;
  exact(...values: Arguments): number;
  /** The error that is allowed for these arguments, in `unit`. */
  allowed(...values: Arguments): number;
  readonly unit: 'ULP' | 'absolute';
}

/** A number of any magnitude between two powers of two, of either sign. */
function wide(random: Random, low: number, high: number): number {
  return (random.uniform() < 0.5 ? -1 : 1) * 2 ** random.uniform(low, high);
}

const inRange =
  (low: number, high: number) =>
  (random: Random): Arguments => [random.uniform(low, high), 0, 0];

const ofMagnitude =
  (low: number, high: number) =>
  (random: Random): Arguments => [2 ** random.uniform(low, high), 0, 0];

/** The unit in the last place at a real number: that of its binade, and of the least normal number below that. */
export function ulp(value: number, type: DType = 'f32'): number {
  const { smallestNormal, unit } = FORMATS[type];
  return 2 ** Math.floor(Math.log2(Math.max(Math.abs(value), smallestNormal))) * 2 * unit;
}

/** What differs by the type: ranges of arguments, which f16 has less of, and three of the bounds. */
const TYPES = {
  f32: {
    exp: [-80, 80],
    expUlps: 3,
    log: 2 ** -21,
    largest: 100,
    quotient: 40,
    factor: 8,
    root: 40,
    sine: 2 ** -11,
    pi: 3.1415925,
    tanh: () => 1e-5,
  },
  f16: {
    exp: [-9, 11],
    expUlps: 1,
    log: 2 ** -7,
    largest: 15,
    quotient: 6,
    factor: 4,
    root: 12,
    sine: 2 ** -7,
    pi: 3.140625,
    // Inherited from sinh(x) / cosh(x), to the first order: both exponentials are off by e of themselves, so that sinh is off
    // by e cosh and cosh by as much, each of them rounded twice; the division is off by 2.5 units.
    tanh: (x: number) => {
      const last = 2 * FORMATS.f16.unit;
      const [e, t] = [(1 + 2 * Math.abs(x)) * last, Math.abs(Math.tanh(x))];
      return e * (1 + t) + (1 + 1 + 2.5) * last * t;
    },
  },
} as const;

function casesOf(type: DType): readonly Case[] {
  const { exp, expUlps, log, largest, quotient, factor, root, sine, pi, tanh } = TYPES[type];
  const exponential = (low: number, high: number): Case => ({
    name: 'exp',
    type,
    entry: 'exponential',
    range: `${low} to ${high}`,
    draw: inRange(low, high),
    exact: Math.exp,
    allowed: (x) => expUlps + 2 * Math.abs(x),
    unit: 'ULP',
  });
  return [
    exponential(exp[0], exp[1]),
    exponential(-1, 0),
    {
      name: 'log',
      type,
      entry: 'logarithm',
      range: '0.5 to 2',
      draw: inRange(0.5, 2),
      exact: Math.log,
      allowed: () => log,
      unit: 'absolute',
    },
    {
      name: 'log',
      type,
      entry: 'logarithm',
      range: `2 to 2^${largest}`,
      draw: ofMagnitude(1, largest),
      exact: Math.log,
      allowed: () => 3,
      unit: 'ULP',
    },
    {
      name: 'x / y',
      type,
      entry: 'quotient',
      range: `magnitudes of 2^-${quotient} to 2^${quotient}`,
      draw: (random) => [wide(random, -quotient, quotient), wide(random, -quotient, quotient), 0],
      exact: (x, y) => x / y,
      allowed: () => 2.5,
      unit: 'ULP',
    },
    {
      name: 'fma',
      type,
      entry: 'multiply_add',
      range: 'x, y and z of like magnitudes',
      draw: (random) => [wide(random, -factor, factor), wide(random, -factor, factor), wide(random, -factor, factor)],
      exact: (x, y, z) => x * y + z,
      // Inherited from x * y + z: half a unit of the product, which the sum may have cancelled, and half a unit of the sum.
      allowed: (x, y, z) => (0.5 * ulp(x * y, type)) / ulp(x * y + z, type) + 0.5,
      unit: 'ULP',
    },
    {
      name: 'tanh',
      type,
      entry: 'hyperbolic_tangent',
      range: '-8 to 8',
      draw: inRange(-8, 8),
      exact: Math.tanh,
      allowed: tanh,
      unit: 'absolute',
    },
    {
      name: 'sqrt',
      type,
      entry: 'square_root',
      range: `2^-${root} to 2^${root}`,
      draw: ofMagnitude(-root, root),
      exact: Math.sqrt,
      // Inherited from 1 / inverseSqrt(x): 2 units of that, and 2.5 of the division.
      allowed: () => 4.5,
      unit: 'ULP',
    },
    {
      name: 'inverseSqrt',
      type,
      entry: 'inverse_square_root',
      range: `2^-${root} to 2^${root}`,
      draw: ofMagnitude(-root, root),
      exact: (x) => 1 / Math.sqrt(x),
      allowed: () => 2,
      unit: 'ULP',
    },
    {
      name: 'sin',
      type,
      entry: 'sine',
      range: '-pi to pi',
      draw: inRange(-pi, pi),
      exact: Math.sin,
      allowed: () => sine,
      unit: 'absolute',
    },
  ];
}

export const CASES: Readonly<Record<DType, readonly Case[]>> = { f32: casesOf('f32'), f16: casesOf('f16') };
