/**
 * The backward pass of attention in float64, with the errors that a right kernel may make in f32.
 *
 * The errors follow the computation (u = 2^-24, A_n what adding n terms may cost: bounds.ts; each line adds what rounding adds
 * to what came before):
 *   scores       E_j = A_(d + 2) scale sum|q||k| + 16u softcap + 2u |mask_j|
 *   slope        of a capped score, 1 - tanh^2: 34u, tanh being off by 16u, and how far the slope moves, 2 / softcap
 *                |tanh| slope, times the error of what is capped
 *   sum          l = sum_j exp(s_j - m), relative: L = sum_j p_j (E_j + exp) + climb + additions + 16u + 4u log l
 *   p_j          exp(s_j - m) / l, relative: e_j = E_j + L + 2u (3 + 3 (m - s_j)) + 2u (|s_j| + |m|)
 *   g . v_j      D_j = A_dv sum|g||v_j|
 *   d = g . o    sum_c |g_c| (B_c + A_(dv + 2) sum_j p_j |v_jc|), with B_c the bound of the forward pass
 *   dS_j         p_j slope_j (e_j |g.v_j - d| + D_j + error of d + 4u (|g.v_j| + |d|)) + p_j |g.v_j - d| times slope's
 *   dQ, dK, dV   the weights' errors times the magnitudes weighed, and A_(terms + 2) for the sum
 */
import { allow, scalingError, sumError, TINY_F32, termsError } from '../core/bounds.ts';
import { U32 } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { addMask, HIDDEN } from './attention-mask.ts';
import { type AttentionShape, attentionShape, visiblePairs, visibleSpan } from './attention-shape.ts';
import { Climb, expError, placeError, Weights } from './online.ts';
import { isIndependent } from './products.ts';
import type { Numerics, Problem, Tensors } from './types.ts';

/** Rescalings beside those of the running maximum, where lanes merge what each has seen. */
const MERGES = 8;

/** Most pairs that are kept, 33 bytes each. */
const KEPT_PAIRS = 2 ** 18;
/** States of a pair that is kept; 0 where it has not been computed. */
const SEEN = 1;
const UNSEEN = 2;

/** What one query's row has in common for all keys. */
interface RowBooks {
  readonly maximum: number;
  /** Sum of exp(s_j - maximum), and its relative error. */
  readonly sum: number;
  readonly sumError: number;
  /** d = g . o */
  readonly delta: number;
  readonly deltaError: number;
}

/** One pair of query and key: its probability and its dS, each with its error. */
interface Pair {
  probability: number;
  probabilityError: number;
  gradient: number;
  gradientError: number;
}

export function backwardJudges(problem: Problem, tensors: Tensors, numerics: Numerics): readonly OutputJudge[] {
  const s = attentionShape(problem.shape);
  const hidden = s.mask === 'additive' ? HIDDEN : 0;
  const independent = isIndependent(problem.input);
  const books = new Books(s, tensors, hidden, numerics.keyTile ?? s.keys, independent);
  const share = s.heads / s.kvHeads;
  const pairs = visiblePairs(s);
  const cost = 4 * (s.dim + s.valueDim);
  const pair: Pair = { probability: 0, probabilityError: 0, gradient: 0, gradientError: 0 };

  const { output } = numerics;
  const along = { dim: new Total(s.dim, output, independent), valueDim: new Total(s.valueDim, output, independent) };

  const dq: OutputJudge = {
    tensor: 'dq',
    dims: [s.batch, s.heads, s.queries, s.dim],
    rows: s.batch * s.heads * s.queries,
    rowLength: s.dim,
    costPerRow: Math.ceil((pairs / s.queries) * cost),
    row(row, expected, bound) {
      const sequence = Math.floor(row / (s.queries * s.heads));
      const keyHead = sequence * s.kvHeads + Math.floor((Math.floor(row / s.queries) % s.heads) / share);
      const [first, end] = visibleSpan(s, row % s.queries, tensors.lengths?.[sequence]);
      along.dim.clear();
      for (let j = first; j < end; j++) {
        const key = keyHead * s.keys + j;
        if (!books.pair(row, key, pair)) continue;
        along.dim.add(pair.gradient, pair.gradientError, pair.probability, tensors.k, key * s.dim);
      }
      along.dim.settle(s.scale, expected, bound);
    },
  };

  /** dk or dv: a row for each key, summed over the queries of all heads that share it. */
  const ofKeys = (tensor: 'dk' | 'dv', sums: Total, factor: number, add: (query: number) => void): OutputJudge => ({
    tensor,
    dims: [s.batch, s.kvHeads, s.keys, sums.length],
    rows: s.batch * s.kvHeads * s.keys,
    rowLength: sums.length,
    costPerRow: Math.ceil(((share * pairs) / s.keys) * cost),
    row(row, expected, bound) {
      const j = row % s.keys;
      const keyHead = Math.floor(row / s.keys) % s.kvHeads;
      const sequence = Math.floor(row / (s.keys * s.kvHeads));
      sums.clear();
      for (let h = keyHead * share; h < (keyHead + 1) * share; h++) {
        for (let i = 0; i < s.queries; i++) {
          const [first, end] = visibleSpan(s, i, tensors.lengths?.[sequence]);
          if (j < first || j >= end) continue;
          const query = (sequence * s.heads + h) * s.queries + i;
          if (books.pair(query, row, pair)) add(query);
        }
      }
      sums.settle(factor, expected, bound);
    },
  });
  return [
    dq,
    ofKeys('dk', along.dim, s.scale, (query) =>
      along.dim.add(pair.gradient, pair.gradientError, pair.probability, tensors.q, query * s.dim),
    ),
    ofKeys('dv', along.valueDim, 1, (query) =>
      along.valueDim.add(pair.probability, pair.probabilityError, pair.probability, tensors.g, query * s.valueDim),
    ),
  ];
}

/** A probability below this is small: all that are come to nothing beside one that is not, and add up by themselves. */
const SMALL = 2 ** -40;

/**
 * A sum of weighted rows, and what its bound needs. Only terms that are not 0 round, and a small one errs by no more than it is
 * (`Weights`).
 */
class Total {
  private readonly sums: Float64Array;
  private readonly errors: Float64Array;
  private readonly sizes: Float64Array;
  private readonly flushed: Float64Array;
  /** Terms that are not 0, those of them that are not small, and the sizes of the small ones. */
  private readonly terms: Float64Array;
  private readonly large: Float64Array;
  private readonly smallSizes: Float64Array;
  private isEmpty = true;

  constructor(
    readonly length: number,
    private readonly output: Numerics['output'],
    private readonly independent: boolean,
  ) {
    this.sums = new Float64Array(length);
    this.errors = new Float64Array(length);
    this.sizes = new Float64Array(length);
    this.flushed = new Float64Array(length);
    this.terms = new Float64Array(length);
    this.large = new Float64Array(length);
    this.smallSizes = new Float64Array(length);
  }

  clear(): void {
    this.isEmpty = true;
    const { sums, errors, sizes, flushed, terms, large, smallSizes } = this;
    for (const array of [sums, errors, sizes, flushed, terms, large, smallSizes]) array.fill(0);
  }

  /** Adds weight * values[start + c], where the weight may be off by `error`; it goes with a probability. */
  add(weight: number, error: number, probability: number, values: ArrayLike<number>, start: number): void {
    this.isEmpty = false;
    for (let c = 0; c < this.length; c++) {
      if (values[start + c] === 0) continue;
      const term = weight * values[start + c];
      this.sums[c] += term;
      this.sizes[c] += Math.abs(term);
      this.terms[c]++;
      if (probability < SMALL) this.smallSizes[c] += Math.abs(term);
      else this.large[c]++;
      this.errors[c] += error * Math.abs(values[start + c]);
      // A product or a weight may be denormal, and flushed; twice, so that either is half of what is allowed.
      this.flushed[c] += 2 * TINY_F32 * (1 + Math.abs(values[start + c]));
    }
  }

  settle(factor: number, expected: Float64Array, bound: Float64Array): void {
    for (let c = 0; c < this.length; c++) {
      const summed = Math.min(
        sumError(this.terms[c] + 2, this.independent) * this.sizes[c],
        sumError(this.large[c] + 2, this.independent) * this.sizes[c] + 2 * this.smallSizes[c],
      );
      const value = factor * this.sums[c];
      // The factor may be applied before or after what is flushed.
      const flush = Math.max(1, factor) * this.flushed[c] + TINY_F32;
      const error = factor * (this.errors[c] + summed) + 4 * U32 * Math.abs(value) + flush;
      if (!this.isEmpty) allow(expected, bound, c, value, error, this.output);
      else expected[c] = bound[c] = 0;
    }
  }
}

/** One score, capped and biased, and the slope of the cap: how much of a change before the cap comes through. */
interface Score {
  value: number;
  error: number;
  slope: number;
  slopeError: number;
}

/** Keeps the books of rows that were asked for, and computes pairs from them. `query` and `key` count over all heads. */
class Books {
  private readonly rows: (RowBooks | undefined)[] = [];
  /** Pairs that were computed, each needed by dQ, dK and dV, where there is room for all. */
  private readonly kept: { readonly states: Uint8Array; readonly values: Float64Array } | null = null;
  private readonly last: Score = { value: 0, error: 0, slope: 1, slopeError: 0 };

  constructor(
    private readonly s: AttentionShape,
    private readonly tensors: Tensors,
    /** The mask value that hides its key. */
    private readonly hidden: number,
    private readonly tile: number,
    /** Whether the terms of all sums are seeded, of both signs. */
    private readonly independent: boolean,
  ) {
    const pairs = s.batch * s.heads * s.queries * s.keys;
    if (pairs <= KEPT_PAIRS) this.kept = { states: new Uint8Array(pairs), values: new Float64Array(4 * pairs) };
  }

  private product = (a: ArrayLike<number>, aAt: number, b: ArrayLike<number>, bAt: number, length: number) =>
    product(a, aAt, b, bAt, length, this.independent);

  /** False, and nothing computed, where the mask hides the key. */
  pair(query: number, key: number, result: Pair): boolean {
    const { kept } = this;
    if (!kept) return this.compute(query, key, result);
    const place = query * this.s.keys + (key % this.s.keys);
    if (!kept.states[place]) {
      const isVisible = this.compute(query, key, result);
      kept.states[place] = isVisible ? SEEN : UNSEEN;
      kept.values[4 * place] = result.probability;
      kept.values[4 * place + 1] = result.probabilityError;
      kept.values[4 * place + 2] = result.gradient;
      kept.values[4 * place + 3] = result.gradientError;
      return isVisible;
    }
    result.probability = kept.values[4 * place];
    result.probabilityError = kept.values[4 * place + 1];
    result.gradient = kept.values[4 * place + 2];
    result.gradientError = kept.values[4 * place + 3];
    return kept.states[place] === SEEN;
  }

  private compute(query: number, key: number, result: Pair): boolean {
    const { s, tensors, last } = this;
    if (!this.score(query, key)) return false;
    const { value, error, slope, slopeError } = last;
    const row = this.book(query);
    const [gv, gvError] = this.product(tensors.g, query * s.valueDim, tensors.v, key * s.valueDim, s.valueDim);
    const p = Math.exp(value - row.maximum) / row.sum;
    const relative = error + row.sumError + expError(row.maximum - value) + placeError(value, row.maximum);
    const distance = gv - row.delta;
    const sizes = Math.abs(gv) + Math.abs(row.delta);
    result.probability = p;
    result.probabilityError = p * relative;
    result.gradient = p * distance * slope;
    result.gradientError =
      p * slope * (relative * Math.abs(distance) + gvError + row.deltaError + 4 * U32 * sizes) +
      p * slopeError * (Math.abs(distance) + gvError + row.deltaError) +
      TINY_F32 * (1 + sizes);
    return true;
  }

  /** Puts the score of a pair into `last`; false where the mask hides the key. */
  private score(query: number, key: number): boolean {
    const { s, tensors, hidden, last } = this;
    const { dim, scale, softcap, queries, heads, keys } = s;
    const { mask } = tensors;
    let bias = 0;
    if (mask) {
      const [ofBatch, ofHeads, ofQueries] = s.maskDims;
      const sequence = Math.floor(query / (queries * heads)) % ofBatch;
      const head = (Math.floor(query / queries) % heads) % ofHeads;
      const value =
        mask[((sequence * ofHeads + head) * ofQueries + ((query % queries) % ofQueries)) * keys + (key % keys)];
      if (value === hidden) return false;
      if (s.mask === 'additive') bias = value;
    }
    const [dot, dotError] = this.product(tensors.q, query * dim, tensors.k, key * dim, dim);
    last.value = scale * dot;
    last.error = scale * dotError + scalingError(scale) * Math.abs(last.value);
    if (softcap > 0) {
      const bent = Math.tanh(last.value / softcap);
      // 4 e / (1 + e)^2 with e = exp(-2 |x|) is 1 - tanh^2 without its cancellation.
      const e = Math.exp((-2 * Math.abs(last.value)) / softcap);
      last.slope = (4 * e) / (1 + e) ** 2;
      last.slopeError = 34 * U32 + (2 * Math.abs(bent) * last.slope * last.error) / softcap;
      last.value = softcap * bent;
      last.error += 16 * U32 * softcap;
    }
    addMask(last, bias);
    return true;
  }

  private book(query: number): RowBooks {
    this.rows[query] ??= this.computeBook(query);
    return this.rows[query];
  }

  private computeBook(query: number): RowBooks {
    const { s, tensors, tile } = this;
    const { v, g } = tensors;
    const sequence = Math.floor(query / (s.queries * s.heads));
    const head = Math.floor(query / s.queries) % s.heads;
    const firstKey = (sequence * s.kvHeads + Math.floor((head * s.kvHeads) / s.heads)) * s.keys;
    const [first, end] = visibleSpan(s, query % s.queries, tensors.lengths?.[sequence]);
    // Visible keys, packed: their numbers, scores and errors.
    const seen: number[] = [];
    const scores: number[] = [];
    const errors: number[] = [];
    const climb = new Climb();
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = first; j < end; j++) {
      if (j % tile === 0) {
        climb.tile(largest);
        largest = Number.NEGATIVE_INFINITY;
      }
      if (!this.score(query, firstKey + j)) continue;
      seen.push(firstKey + j);
      scores.push(this.last.value);
      errors.push(this.last.error);
      largest = Math.max(largest, this.last.value);
    }
    const count = seen.length;
    climb.tile(largest);
    const total = new Weights();
    for (let t = 0; t < count; t++) {
      const distance = climb.maximum - scores[t];
      total.add(Math.exp(-distance), errors[t] + expError(distance) + placeError(scores[t], climb.maximum));
    }
    for (let t = 0; t < count; t++) {
      const weight = Math.exp(scores[t] - climb.maximum);
      if (total.isSmall(weight)) total.leave(weight);
    }
    // 16u + 4u log(sum) is what taking its logarithm and adding that to a distance costs a kernel that does so.
    const relative = total.meanError + total.additionError + climb.error + (16 + 4 * Math.log(total.sum)) * U32;
    const output = new Float64Array(s.valueDim);
    const sizes = new Float64Array(s.valueDim);
    // The small weights' part of them, which is added up by itself (`Weights`).
    const smallSizes = new Float64Array(s.valueDim);
    const weights = new Float64Array(count);
    for (let t = 0; t < count; t++) {
      const p = Math.exp(scores[t] - climb.maximum) / total.sum;
      const distance = climb.maximum - scores[t];
      const isSmall = total.isSmall(Math.exp(-distance));
      weights[t] = p * (errors[t] + expError(distance) + placeError(scores[t], climb.maximum) + climb.error);
      const at = seen[t] * s.valueDim;
      for (let c = 0; c < s.valueDim; c++) {
        output[c] += p * v[at + c];
        sizes[c] += p * Math.abs(v[at + c]);
        if (isSmall) smallSizes[c] += p * Math.abs(v[at + c]);
      }
    }
    const summed = 2 * (total.large + climb.rises + MERGES) * U32;
    const gAt = query * s.valueDim;
    const [delta] = this.product(g, gAt, output, 0, s.valueDim);
    let deltaError = 0;
    for (let c = 0; c < s.valueDim; c++) {
      // Either order is right: g . o, or the sum of p_j (g . v_j).
      const along = sumError(s.valueDim + 2, this.independent);
      let spread = (summed + along) * sizes[c] + 2 * smallSizes[c] + 6 * U32 * Math.abs(output[c]) + 1e-37;
      for (let t = 0; t < count; t++) {
        spread += weights[t] * Math.abs(v[seen[t] * s.valueDim + c] - output[c]);
      }
      deltaError += Math.abs(g[gAt + c]) * spread;
    }
    return { maximum: climb.maximum, sum: total.sum, sumError: relative, delta, deltaError };
  }
}

/** A dot product, and how far f32 may be off; only products that are not 0 can round. */
function product(
  a: ArrayLike<number>,
  aAt: number,
  b: ArrayLike<number>,
  bAt: number,
  length: number,
  independent: boolean,
): [value: number, error: number] {
  let value = 0;
  let size = 0;
  let terms = 0;
  let areRounded = false;
  for (let c = 0; c < length; c++) {
    const term = a[aAt + c] * b[bAt + c];
    if (term === 0) continue;
    value += term;
    size += Math.abs(term);
    terms++;
    areRounded ||= Math.fround(term) !== term;
  }
  const factor = termsError(terms, areRounded);
  return [value, (independent ? Math.min(factor, sumError(terms, true)) : factor) * size];
}
