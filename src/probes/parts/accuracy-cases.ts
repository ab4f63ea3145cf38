/**
 * What accuracy is measured of: functions, arguments, and the error that WGSL allows, in f32 and in f16. The bounds are those
 * of section 15.7.4.1 of the W3C Candidate Recommendation Draft of 10 March 2026, with which each was compared.
 *
 * "Correctly rounded" is either of the two neighbours there, which is off by less than one unit in the last place, and not
 * by half of one: WGSL leaves the rounding mode open.
 */
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

/**
 * The unit in the last place at a real number, as WGSL defines it: the least distance between two numbers of the type, one
 * at or below it and one at or above it. At a power of two that is the distance to the smaller neighbour.
 */
export function ulp(value: number, type: DType = 'f32'): number {
  const { smallestNormal, unit } = FORMATS[type];
  const magnitude = Math.max(Math.abs(value), smallestNormal);
  let binade = 2 ** Math.floor(Math.log2(magnitude));
  // A logarithm is rounded: just below a power of two it is that of the power.
  if (binade > magnitude) binade /= 2;
  const own = 2 * unit * binade;
  return magnitude === binade && binade > smallestNormal ? own / 2 : own;
}

/**
 * What `tanh` inherits from sinh(x) / cosh(x), absolute, to the first order. Both are half of a sum of two exponentials: each
 * of these is off by `expUlps` + 2 |x| units and their sum by one; the division is off by 2.5 of its own.
 */
function inheritedTanh(x: number, expUlps: number, type: DType): number {
  const exponentials = (expUlps + 2 * Math.abs(x)) * (ulp(Math.exp(x), type) + ulp(Math.exp(-x), type));
  const [sinh, cosh, tanh] = [Math.sinh(x), Math.cosh(x), Math.tanh(x)];
  const ofSinh = (exponentials + ulp(2 * sinh, type)) / 2;
  const ofCosh = (exponentials + ulp(2 * cosh, type)) / 2;
  return (ofSinh + Math.abs(tanh) * ofCosh) / cosh + 2.5 * ulp(tanh, type);
}

/** What differs by the type: ranges of arguments, which f16 has less of, and some of the bounds. */
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
  },
} as const;

function casesOf(type: DType): readonly Case[] {
  const { exp, expUlps, log, largest, quotient, factor, root, sine, pi } = TYPES[type];
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
      // Inherited from x * y + z: a unit of the product, of which the sum may leave little, and a unit of the sum.
      allowed: (x, y, z) => ulp(x * y, type) / ulp(x * y + z, type) + 1,
      unit: 'ULP',
    },
    {
      name: 'tanh',
      type,
      entry: 'hyperbolic_tangent',
      range: '-8 to 8',
      draw: inRange(-8, 8),
      exact: Math.tanh,
      // The worse of the two, which in f16 is always the second.
      allowed: (x) => Math.max(1e-5, inheritedTanh(x, expUlps, type)),
      unit: 'absolute',
    },
    {
      name: 'sqrt',
      type,
      entry: 'square_root',
      range: `2^-${root} to 2^${root}`,
      draw: ofMagnitude(-root, root),
      exact: Math.sqrt,
      // Inherited from 1 / inverseSqrt(x): 2 units of that, which are up to 4 of its inverse, and 2.5 of the division.
      allowed: (x) => (2 * ulp(1 / Math.sqrt(x), type) * x) / ulp(Math.sqrt(x), type) + 2.5,
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
