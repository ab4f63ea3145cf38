/** Attention as kernels compute it, in f32 step by step, with one fault planted where asked. */
import { Random } from '../../src/core/random.ts';
import { attentionShape, visibleSpan } from '../../src/ops/attention-shape.ts';
import type { Problem, Tensors } from '../../src/ops/types.ts';
import { f16, f32, type Round } from './arithmetic.ts';

export const FAULTS = [
  'output not rescaled',
  'sum not rescaled',
  'first key dropped',
  'last key dropped',
  'last tile dropped',
  'stale values in the last tile',
  'stale scores in the last tile',
  'maximum starts at 0',
  'no maximum subtracted',
  'padding counted as a key',
  'mask ignored on the last tile',
  'causal off by one',
  'window off by one',
  'wrong key head',
  'wrong scale',
  'softcap after the mask',
  'hidden values times 0',
  'scores in f16',
  'running sum in f16',
  'values shifted by one',
  'sum misses one tile',
  'a third of a tile read before it is written',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Kernel {
  /** Keys per tile; the whole row where missing. */
  readonly tile?: number;
  readonly fault?: Fault;
  /** What `exp` may do to its result, from the exact value and the argument. */
  readonly exp?: (exact: number, argument: number) => number;
  /** How it divides where it does so with every key, as kernels 2 to 4 do; `tile` is 1 then. */
  readonly divide?: (dividend: number, divisor: number) => number;
  readonly probabilities?: 'f16';
  readonly store?: Round;
}

/**
 * Largest error that WGSL grants exp, in a random direction; but exp(0) is 1, as on every implementation tried, since the
 * bound counts on it.
 */
export function roughExp(seed: number): (exact: number, argument: number) => number {
  const random = new Random(seed, 'exp');
  return (exact, argument) =>
    argument === 0 ? 1 : exact * (1 + random.uniform(-1, 1) * 2 ** -23 * (3 + 2 * Math.abs(argument)));
}

/** A division that is off by as much as WGSL grants it, always to the same side, but for x / x: hardware with a reciprocal. */
export function lowDivision(dividend: number, divisor: number): number {
  return dividend === divisor ? 1 : (dividend / divisor) * (1 - 2.5 * 2 ** -23);
}

const MINIMUM = -(2 - 2 ** -23) * 2 ** 127;

/** All outputs, dense. */
export function attend(problem: Problem, tensors: Tensors, kernel: Kernel = {}): Float32Array {
  const s = attentionShape(problem.shape);
  const { q, k, v, mask, lengths } = tensors;
  const { fault, exp = (exact) => exact, store = f32 } = kernel;
  const tile = kernel.tile ?? s.keys;
  const scale = f32(fault === 'wrong scale' ? s.scale * 0.99 : s.scale);
  const out = new Float32Array(s.batch * s.heads * s.queries * s.valueDim);
  const accumulate = fault === 'running sum in f16' ? f16 : f32;
  const e = (argument: number) => f32(exp(Math.exp(argument), argument));

  for (let b = 0; b < s.batch; b++) {
    for (let h = 0; h < s.heads; h++) {
      const group = s.heads / s.kvHeads;
      const keyHead = b * s.kvHeads + (fault === 'wrong key head' ? h % s.kvHeads : Math.floor(h / group));
      for (let i = 0; i < s.queries; i++) row(b, h, keyHead, i);
    }
  }
  return out;

  function row(b: number, h: number, keyHead: number, i: number): void {
    let [first, end] = visibleSpan(s, i, lengths?.[b]);
    if (fault === 'causal off by one') end = Math.min(s.keys, end + 1);
    if (fault === 'window off by one') first = Math.max(0, first - 1);
    if (fault === 'first key dropped') first++;
    if (fault === 'last key dropped') end--;
    const tiles = Math.ceil(s.keys / tile) - (fault === 'last tile dropped' ? 1 : 0);
    const qAt = ((b * s.heads + h) * s.queries + i) * s.dim;
    let maximum = fault === 'maximum starts at 0' ? 0 : MINIMUM;
    let sum = 0;
    const acc = new Float32Array(s.valueDim);
    let held = new Float32Array(tile);
    for (let t = 0; t < tiles; t++) {
      const last = t === tiles - 1;
      const scores = new Float32Array(tile).fill(MINIMUM);
      const visible = new Uint8Array(tile);
      for (let l = 0; l < tile; l++) {
        const j = t * tile + l;
        if (j >= s.keys) {
          if (fault !== 'padding counted as a key') continue;
          visible[l] = 1;
          scores[l] = 0;
          continue;
        }
        scores[l] = score(b, h, keyHead, qAt, i, j, last);
        visible[l] = j >= first && j < end && !hides(b, h, i, j, last) ? 1 : 0;
      }
      const used = fault === 'stale scores in the last tile' && last && t > 0 ? held : scores;
      held = scores;
      let top = maximum;
      for (let l = 0; l < tile; l++) if (visible[l] && used[l] > top) top = used[l];
      if (fault === 'no maximum subtracted') top = 0;
      const rescale = e(f32(maximum - top));
      if (kernel.divide) {
        maximum = top;
        if (visible[0]) take(t, f32(sum * rescale), e(f32(used[0] - maximum)), kernel.divide);
        continue;
      }
      if (fault !== 'sum not rescaled') sum = f32(sum * rescale);
      if (fault !== 'output not rescaled') for (let c = 0; c < s.valueDim; c++) acc[c] = accumulate(acc[c] * rescale);
      maximum = top;
      for (let l = 0; l < tile; l++) {
        if (!visible[l] && fault !== 'hidden values times 0') continue;
        let p = visible[l] ? e(f32(used[l] - maximum)) : 0;
        if (kernel.probabilities === 'f16') p = f16(p);
        if (!(fault === 'sum misses one tile' && t === 0)) sum = f32(sum + p);
        let j = Math.min(s.keys - 1, t * tile + l);
        if (fault === 'stale values in the last tile' && last && t > 0) j -= tile;
        if (fault === 'a third of a tile read before it is written' && t > 0 && l < tile / 3) j -= tile;
        if (fault === 'values shifted by one') j = Math.min(s.keys - 1, j + 1);
        // A padding key brings no value, only its share of the sum.
        if (t * tile + l >= s.keys) continue;
        for (let c = 0; c < s.valueDim; c++) {
          acc[c] = accumulate(acc[c] + f32(p * v[(keyHead * s.keys + j) * s.valueDim + c]));
        }
      }
    }
    const at = ((b * s.heads + h) * s.queries + i) * s.valueDim;
    const total = kernel.divide ? 1 : sum;
    for (let c = 0; c < s.valueDim; c++) out[at + c] = store(total === 0 ? 0 : f32(acc[c] / total));

    /** Key j of weight p, where `acc` is the mean so far and `shrunk` what its weights add up to. */
    function take(j: number, shrunk: number, p: number, divide: NonNullable<Kernel['divide']>): void {
      sum = f32(shrunk + p);
      const kept = f32(divide(shrunk, sum));
      const taken = f32(divide(p, sum));
      for (let c = 0; c < s.valueDim; c++)
        acc[c] = f32(f32(acc[c] * kept) + f32(taken * v[(keyHead * s.keys + j) * s.valueDim + c]));
    }
  }

  function maskAt(b: number, h: number, i: number, j: number): number {
    const [mb, mh, mq] = s.maskDims;
    return mask ? mask[(((b % mb) * mh + (h % mh)) * mq + (i % mq)) * s.keys + j] : 1;
  }

  function hides(b: number, h: number, i: number, j: number, last: boolean): boolean {
    if (s.mask === 'none' || (fault === 'mask ignored on the last tile' && last)) return false;
    const value = maskAt(b, h, i, j);
    return s.mask === 'additive' ? value === Number.NEGATIVE_INFINITY : value === 0;
  }

  function score(b: number, h: number, keyHead: number, qAt: number, i: number, j: number, last: boolean): number {
    const round = fault === 'scores in f16' ? f16 : f32;
    let dot = 0;
    for (let c = 0; c < s.dim; c++) dot = round(dot + q[qAt + c] * k[(keyHead * s.keys + j) * s.dim + c]);
    let value = f32(dot * scale);
    const add = s.mask === 'additive' && !(fault === 'mask ignored on the last tile' && last) ? maskAt(b, h, i, j) : 0;
    const cap = (x: number) => (s.softcap > 0 ? f32(s.softcap * f32(tanh(f32(x / f32(s.softcap))))) : x);
    value = fault === 'softcap after the mask' ? cap(f32(value + add)) : f32(cap(value) + add);
    return value;
  }

  /** From exp, as the kernels do it: WGSL's own may be off by 1e-5. */
  function tanh(x: number): number {
    const small = e(-2 * Math.abs(x));
    return Math.sign(x) * f32(f32(1 - small) / f32(1 + small));
  }
}
