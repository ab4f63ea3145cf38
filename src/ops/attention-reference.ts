/**
 * Attention in float64, with the error that a right kernel may make in f32. docs/VERDICTS.md derives the bound.
 *
 * With s_j the scores, m their maximum, p_j the probabilities, o the output, T the keys of a tile, N the visible keys:
 *   E_j = 8 sqrt(d + 2) u a_j + 2u (3 + 3 x_j) + 2u (3 n_r + 3 R) + 2u |s_j| + 16u softcap
 *   B_c = sum_j p_j E_j |v_jc - o_c| + 2u (n_l + rises + 8 + 3 N') sum_j p_j |v_jc| + 6u |o_c| + 1e-37
 * a_j = scale sum|q||k|, x_j = min(m - s_j, 104), n_r the rises of the running maximum and R how far it rises; N' is n_l
 * where a kernel divides by its sum with every key and n_l > 1, else 0. The last two terms of E_j stand only where there is an
 * additive mask or a softcap; where the mask's magnitude is 2^16 or more, attention-mask.ts says what the score is and
 * how far off.
 */
import { allow, scalingError, sumError, TINY_F32, termsError } from '../core/bounds.ts';
import { FORMATS, U32 } from '../core/format.ts';
import type { OutputJudge } from '../core/judge.ts';
import { addMask, HIDDEN, type Sum } from './attention-mask.ts';
import { attentionShape, visiblePairs, visibleSpan } from './attention-shape.ts';
import { Climb, expError, placeError, Weights } from './online.ts';
import { isIndependent } from './products.ts';
import type { Numerics, Problem, Tensors } from './types.ts';

/** A query with at most so many elements that are not 0 is a special one: its scores round where they must, and no more. */
const FEW = 3;
/** Rescalings beside those of the running maximum, where lanes, subgroups or passes merge what each has seen. */
const MERGES = 8;
/**
 * Units of 2u by which one key's division may shift what was summed before it: WGSL grants x / y 2.5 units in the last
 * place, and the sum that is divided was rounded once. Where hardware divides by way of a reciprocal, all err to one side.
 */
const DIVISION = 3;
/**
 * The same of a key too small to change the sum, which divides it by itself: on an H200 x / x can be 1 - 2^-24, and the
 * product with it is rounded, which makes one unit. Half as much again for what others may do.
 */
const BY_ITSELF = 1.5;
/** The same where one weight is all there is: nothing raises the maximum after it, but parts may still be scaled alike. */
const ALONE = 2;
/** Half of 2^-24, the smallest f16 above 0: a probability that is stored as one is off by as much, however small it is. */
const HALF_STEP_F16 = 2 ** -25;

export function attentionJudge(problem: Problem, tensors: Tensors, numerics: Numerics): OutputJudge {
  const s = attentionShape(problem.shape);
  const { batch, heads, kvHeads, queries, keys, dim, valueDim, softcap, scale } = s;
  const { q, k, v, mask, lengths } = tensors;
  const additive = s.mask === 'additive';
  const hidden = additive ? HIDDEN : 0;
  const biased: Sum = { value: 0, error: 0 };
  const tile = numerics.keyTile ?? keys;
  const dotError = sumError(dim + 2, isIndependent(problem.input));
  const scaleError = scalingError(scale);
  const [maskBatch, maskHeads, maskQueries] = s.maskDims;

  // One row's visible keys, packed: their numbers, scores, error terms, then probabilities.
  const seen = new Int32Array(keys);
  const scores = new Float64Array(keys);
  const errors = new Float64Array(keys);
  const output = new Float64Array(valueDim);
  const magnitude = new Float64Array(valueDim);
  const spread = new Float64Array(valueDim);
  const smallOutput = new Float64Array(valueDim);
  const smallMagnitude = new Float64Array(valueDim);

  // Of the query at hand: where it starts, and which elements are not 0, where they are few.
  const few = new Int32Array(FEW);
  let fewCount = 0;
  let qStart = 0;
  const product = { value: 0, error: 0 };

  function takeQuery(start: number): void {
    qStart = start;
    fewCount = 0;
    for (let c = 0; c < dim && fewCount <= FEW; c++) {
      if (q[start + c] === 0) continue;
      if (fewCount < FEW) few[fewCount] = c;
      fewCount++;
    }
  }

  /** The query at hand times a key, with the error that adding its products up may make in f32. */
  function dot(kStart: number): void {
    if (fewCount > FEW) {
      // Two sums side by side: each would wait for its own last addition.
      let even = 0;
      let odd = 0;
      let evenSize = 0;
      let oddSize = 0;
      for (let c = 0; c + 1 < dim; c += 2) {
        const left = q[qStart + c] * k[kStart + c];
        const right = q[qStart + c + 1] * k[kStart + c + 1];
        even += left;
        odd += right;
        evenSize += Math.abs(left);
        oddSize += Math.abs(right);
      }
      if (dim % 2 === 1) {
        const last = q[qStart + dim - 1] * k[kStart + dim - 1];
        even += last;
        evenSize += Math.abs(last);
      }
      product.value = even + odd;
      product.error = dotError * (evenSize + oddSize);
      return;
    }
    // Products with 0 add nothing and round nothing; the others are exact in float64, which shows whether f32 rounds them.
    let sum = 0;
    let size = 0;
    let isRounded = false;
    for (let i = 0; i < fewCount; i++) {
      const term = q[qStart + few[i]] * k[kStart + few[i]];
      sum += term;
      size += Math.abs(term);
      isRounded ||= Math.fround(term) !== term;
    }
    product.value = sum;
    product.error = termsError(fewCount, isRounded) * size;
  }

  /** Packs the scores of a query's visible keys; returns how many there are and how their maximum climbs. */
  function score(sequence: number, head: number, query: number): { count: number; climb: Climb } {
    const keyHead = sequence * kvHeads + Math.floor((head * kvHeads) / heads);
    const maskRow = ((sequence % maskBatch) * maskHeads + (head % maskHeads)) * maskQueries + (query % maskQueries);
    const [first, end] = visibleSpan(s, query, lengths?.[sequence]);
    takeQuery(((sequence * heads + head) * queries + query) * dim);
    const climb = new Climb();
    let count = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = first; j < end; j++) {
      if (j % tile === 0) {
        climb.tile(largest);
        largest = Number.NEGATIVE_INFINITY;
      }
      const bias = mask ? mask[maskRow * keys + j] : 1;
      if (additive ? bias <= hidden : bias === 0) continue;
      const kStart = (keyHead * keys + j) * dim;
      dot(kStart);
      let value = scale * product.value;
      let error = scale * product.error + scaleError * Math.abs(value);
      if (softcap > 0) {
        value = softcap * Math.tanh(value / softcap);
        error += 16 * U32 * softcap;
      }
      if (additive) {
        biased.value = value;
        biased.error = error;
        addMask(biased, bias);
        ({ value, error } = biased);
      }
      largest = Math.max(largest, value);
      seen[count] = j;
      scores[count] = value;
      errors[count] = error;
      count++;
    }
    climb.tile(largest);
    return { count, climb };
  }

  return {
    tensor: 'o',
    dims: [batch, heads, queries, valueDim],
    rows: batch * heads * queries,
    rowLength: valueDim,
    costPerRow: Math.ceil((visiblePairs(s) / queries) * (2 * dim + 4 * valueDim + 16)),
    row(row, expected, bound) {
      const head = Math.floor(row / queries) % heads;
      const sequence = Math.floor(row / (queries * heads));
      const { count, climb } = score(sequence, head, row % queries);
      if (count === 0) {
        expected.fill(0);
        bound.fill(0);
        return;
      }
      const vStart = (sequence * kvHeads + Math.floor((head * kvHeads) / heads)) * keys * valueDim;
      // From here on `scores` holds exp(s_j - m) and `errors` the same times E_j; sums are divided at the end.
      const weights = new Weights();
      for (let t = 0; t < count; t++) {
        const distance = climb.maximum - scores[t];
        const error = errors[t] + expError(distance) + placeError(scores[t], climb.maximum) + climb.error;
        scores[t] = Math.exp(-distance);
        errors[t] = scores[t] * error;
        weights.add(scores[t], error);
      }
      // A denormal probability may be flushed to 0. Small weights are packed at the end: they are added up by themselves.
      let large = count;
      for (let t = 0; t < large; ) {
        if (!weights.isSmall(scores[t])) {
          t++;
          continue;
        }
        weights.leave(scores[t]);
        large--;
        swap(scores, t, large);
        swap(errors, t, large);
        swap(seen, t, large);
      }
      // By how much the smallest probabilities may be off: flushed, or rounded to the steps of f16 before they are divided.
      const tiny = TINY_F32 + (numerics.probabilities ? HALF_STEP_F16 / weights.sum : 0);
      for (let t = 0; t < count; t++) {
        scores[t] /= weights.sum;
        errors[t] = errors[t] / weights.sum + tiny;
        seen[t] = vStart + seen[t] * valueDim;
      }
      weigh(v, seen, scores, 0, large, output, magnitude);
      weigh(v, seen, scores, large, count, smallOutput, smallMagnitude);
      for (let c = 0; c < valueDim; c++) output[c] += smallOutput[c];
      spreadOf(v, seen, errors, count, output, spread);
      // The products, their sum, one rescaling of it for each rise, and a few more where parts are merged.
      const rescalings = large === 1 ? ALONE : climb.rises + MERGES;
      const divisions = numerics.dividesEachKey && count > 1 ? DIVISION * large + BY_ITSELF * (count - large) : 0;
      const summed =
        2 * U32 * (large + rescalings + divisions) +
        (numerics.probabilities ? FORMATS[numerics.probabilities].unit : 0);
      // Weights exp(s - lse) are all off by what lse is, and no division by their sum makes up for it.
      const lse = climb.maximum + Math.log(weights.sum);
      const common = expError(lse - climb.maximum) + placeError(climb.maximum, lse);
      for (let c = 0; c < valueDim; c++) {
        const size = Math.abs(output[c]);
        // Flushed products and sums; with the share in `spread`, sum_j |v_jc| times `tiny` for the smallest probabilities.
        const flush = 1e-37 + count * (TINY_F32 + tiny * size);
        const adding = summed * magnitude[c] + 2 * smallMagnitude[c] + (weights.additionError + common) * size;
        allow(expected, bound, c, output[c], spread[c] + adding + 6 * U32 * size + flush, numerics.output);
      }
    },
  };
}

function swap(values: Float64Array | Int32Array, a: number, b: number): void {
  const held = values[a];
  values[a] = values[b];
  values[b] = held;
}

/**
 * output_c = sum_t weights_t v[starts_t + c], and magnitude_c the same of magnitudes. Four rows of v at a time, so that
 * the sums stay in registers for longer: these two loops are most of the reference's time.
 */
function weigh(
  v: ArrayLike<number>,
  starts: Int32Array,
  weights: Float64Array,
  first: number,
  end: number,
  output: Float64Array,
  magnitude: Float64Array,
): void {
  output.fill(0);
  magnitude.fill(0);
  let t = first;
  for (; t + 4 <= end; t += 4) {
    const w0 = weights[t];
    const w1 = weights[t + 1];
    const w2 = weights[t + 2];
    const w3 = weights[t + 3];
    const v0 = starts[t];
    const v1 = starts[t + 1];
    const v2 = starts[t + 2];
    const v3 = starts[t + 3];
    for (let c = 0; c < output.length; c++) {
      const a = w0 * v[v0 + c];
      const b = w1 * v[v1 + c];
      const d = w2 * v[v2 + c];
      const e = w3 * v[v3 + c];
      output[c] += a + b + (d + e);
      magnitude[c] += Math.abs(a) + Math.abs(b) + (Math.abs(d) + Math.abs(e));
    }
  }
  for (; t < end; t++) {
    for (let c = 0; c < output.length; c++) {
      const term = weights[t] * v[starts[t] + c];
      output[c] += term;
      magnitude[c] += Math.abs(term);
    }
  }
}

/** spread_c = sum_t errors_t |v[starts_t + c] - output_c|. */
function spreadOf(
  v: ArrayLike<number>,
  starts: Int32Array,
  errors: Float64Array,
  count: number,
  output: Float64Array,
  spread: Float64Array,
): void {
  spread.fill(0);
  let t = 0;
  for (; t + 4 <= count; t += 4) {
    const e0 = errors[t];
    const e1 = errors[t + 1];
    const e2 = errors[t + 2];
    const e3 = errors[t + 3];
    const v0 = starts[t];
    const v1 = starts[t + 1];
    const v2 = starts[t + 2];
    const v3 = starts[t + 3];
    for (let c = 0; c < output.length; c++) {
      const o = output[c];
      const near = e0 * Math.abs(v[v0 + c] - o) + e1 * Math.abs(v[v1 + c] - o);
      spread[c] += near + (e2 * Math.abs(v[v2 + c] - o) + e3 * Math.abs(v[v3 + c] - o));
    }
  }
  for (; t < count; t++) {
    for (let c = 0; c < output.length; c++) spread[c] += errors[t] * Math.abs(v[starts[t] + c] - output[c]);
  }
}
