/** Right ways to compute a softmax and attention in f32 that the ladder's kernels do not use, beside those that they do. */
import { f32, range } from './arithmetic.ts';

export interface Algorithm {
  /** exp(s - m); or 2^(s log2 e - m log2 e), in one rounding or two. */
  readonly exponential?: 'base 2, fused' | 'base 2, not fused';
  readonly order?: 'backwards' | 'pairwise' | 'Kahan' | 'strided';
  /** Terms of one step of an online softmax; the whole row where missing. */
  readonly tile?: number;
  /** The reference that is subtracted follows the maximum only where it has risen by more than this. */
  readonly lazy?: number;
  /** Weights are exp(s - lse) instead of exp(s - m) / sum. */
  readonly normalisesBySubtraction?: true;
}

export const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  'in order': {},
  backwards: { order: 'backwards' },
  'pairwise sums': { order: 'pairwise' },
  "Kahan's sums": { order: 'Kahan' },
  'strided sums': { order: 'strided' },
  'exp2, fused': { exponential: 'base 2, fused' },
  'exp2, not fused': { exponential: 'base 2, not fused' },
  'exp(x - lse)': { normalisesBySubtraction: true },
  'exp2(x - lse), not fused': { exponential: 'base 2, not fused', normalisesBySubtraction: true },
  online: { tile: 1 },
  'online, exp2, fused': { tile: 16, exponential: 'base 2, fused' },
  'online, exp2, not fused': { tile: 16, exponential: 'base 2, not fused' },
  'online, tiles backwards': { tile: 64, order: 'backwards' },
  'lazy rescaling': { tile: 16, lazy: 8 },
  'lazy rescaling in base 2': { tile: 16, lazy: 8 * Math.LN2, exponential: 'base 2, fused' },
  'lazy rescaling, key by key': { tile: 1, lazy: 8 },
};

const LOG2_E = f32(Math.LOG2E);
const LANES = 64;

/** exp(score - reference). */
function weigh(score: number, reference: number, { exponential }: Algorithm): number {
  switch (exponential) {
    case undefined:
      return f32(Math.exp(f32(score - reference)));
    case 'base 2, fused':
      return f32(2 ** f32(score * LOG2_E - f32(reference * LOG2_E)));
    case 'base 2, not fused':
      return f32(2 ** f32(f32(score * LOG2_E) - f32(reference * LOG2_E)));
    default:
      return exponential satisfies never;
  }
}

function add(terms: Float32Array, { order }: Algorithm): number {
  switch (order) {
    case undefined:
      return terms.reduce((sum, term) => f32(sum + term), 0);
    case 'backwards':
      return terms.reduceRight((sum, term) => f32(sum + term), 0);
    case 'pairwise':
      return pairwise(terms);
    case 'strided': {
      const lanes = new Float32Array(LANES);
      for (const [i, term] of terms.entries()) lanes[i % LANES] += term;
      return pairwise(lanes);
    }
    case 'Kahan': {
      let [sum, lost] = [0, 0];
      for (const term of terms) {
        const corrected = f32(term - lost);
        const next = f32(sum + corrected);
        lost = f32(f32(next - sum) - corrected);
        sum = next;
      }
      return sum;
    }
    default:
      return order satisfies never;
  }
}

function pairwise(terms: Float32Array): number {
  if (terms.length <= 2) return f32((terms[0] ?? 0) + (terms[1] ?? 0));
  const half = terms.length >> 1;
  return f32(pairwise(terms.subarray(0, half)) + pairwise(terms.subarray(half)));
}

/** What was subtracted at the end, the sum of the weights, and for each column that of the weighted values. */
interface Sums {
  readonly reference: number;
  readonly sum: number;
  readonly columns: readonly number[];
}

function accumulate(scores: Float32Array, values: readonly Float32Array[], algorithm: Algorithm): Sums {
  const { tile = scores.length, lazy = 0 } = algorithm;
  let reference = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let columns: readonly number[] = values.map(() => 0);
  for (let start = 0; start < scores.length; start += tile) {
    const part = scores.subarray(start, start + tile);
    const highest = part.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    if (highest > reference + lazy) {
      const rescale = start === 0 ? 0 : weigh(reference, highest, algorithm);
      reference = highest;
      sum = f32(sum * rescale);
      columns = columns.map((value) => f32(value * rescale));
    }
    const weights = part.map((score) => weigh(score, reference, algorithm));
    sum = f32(sum + add(weights, algorithm));
    columns = columns.map((value, c) =>
      f32(
        value +
          add(
            weights.map((p, j) => p * values[c][start + j]),
            algorithm,
          ),
      ),
    );
  }
  return { reference, sum, columns };
}

/** log sum exp, as a kernel that keeps it for later has it. */
const lseOf = ({ reference, sum }: Sums): number => f32(reference + f32(Math.log(sum)));

/** exp(x_j) / sum_i exp(x_i). */
export function softmaxBy(algorithm: Algorithm, scores: Float32Array): Float32Array {
  const sums = accumulate(scores, [], algorithm);
  if (algorithm.normalisesBySubtraction) return scores.map((score) => weigh(score, lseOf(sums), algorithm));
  return scores.map((score) => weigh(score, sums.reference, algorithm) / sums.sum);
}

/** For each column of values sum_j softmax(scores)_j v_j. */
export function attendBy(algorithm: Algorithm, scores: Float32Array, values: readonly Float32Array[]): number[] {
  const sums = accumulate(scores, algorithm.normalisesBySubtraction ? [] : values, algorithm);
  if (!algorithm.normalisesBySubtraction) return sums.columns.map((column) => f32(column / sums.sum));
  const weights = softmaxBy(algorithm, scores);
  return range(0, values.length).map((c) =>
    add(
      weights.map((p, j) => p * values[c][j]),
      algorithm,
    ),
  );
}
