/** Attention as the ONNX specification words it, written out without regard to speed: a second opinion for tests. */
import type { Tensor } from './vector-files.ts';

export interface BookOptions {
  readonly scale?: number;
  readonly softcap?: number;
  readonly causal?: boolean;
  /** Key j is visible to query i where j <= i + offset; lengths bring their own. */
  readonly offset?: number;
  /** Key j is visible to query i only where j > i + offset - window. */
  readonly window?: number;
  readonly mask?: Tensor;
  readonly maskType?: 'bool';
  readonly lengths?: readonly number[];
  /** Share of a test's mask that hides; nothing here reads it. */
  readonly hide?: number;
}

/** q (B, H, I, D), k (B, G, J, D), v (B, G, J, E); the output is (B, H, I, E). */
export function attentionByTheBook(q: Tensor, k: Tensor, v: Tensor, options: BookOptions): number[] {
  const [batch, heads, queries, dim] = q.dims;
  const [, groups, keys] = k.dims;
  const width = v.dims[3];
  const { scale = 1 / Math.sqrt(dim), softcap = 0, causal = false, window = 0, mask, maskType, lengths } = options;
  const out: number[] = [];
  for (let b = 0; b < batch; b++) {
    const offset = lengths ? lengths[b] - queries : (options.offset ?? 0);
    for (let h = 0; h < heads; h++) {
      const g = b * groups + Math.floor(h / (heads / groups));
      for (let i = 0; i < queries; i++) {
        const scores: number[] = [];
        for (let j = 0; j < keys; j++) {
          let score = 0;
          for (let d = 0; d < dim; d++)
            score += q.values[((b * heads + h) * queries + i) * dim + d] * k.values[(g * keys + j) * dim + d];
          score *= scale;
          if (softcap > 0) score = softcap * Math.tanh(score / softcap);
          if (mask) {
            const value = at(mask, [b, h, i, j], lengths !== undefined);
            if (value === undefined) score = -Infinity;
            else if (maskType === 'bool') score = value ? score : -Infinity;
            else score += value;
          }
          if (causal && j > i + offset) score = -Infinity;
          if (window > 0 && j <= i + offset - window) score = -Infinity;
          if (lengths && j >= lengths[b]) score = -Infinity;
          scores.push(score);
        }
        const most = Math.max(...scores);
        const weights = scores.map((score) => (most === -Infinity ? 0 : Math.exp(score - most)));
        const sum = weights.reduce((total, weight) => total + weight, 0);
        for (let e = 0; e < width; e++) {
          const value = weights.reduce((total, weight, j) => total + weight * v.values[(g * keys + j) * width + e], 0);
          out.push(sum === 0 ? 0 : value / sum);
        }
      }
    }
  }
  return out;
}

export interface Gradients {
  readonly dq: Tensor;
  readonly dk: Tensor;
  readonly dv: Tensor;
}

/** From the gradient g (B, H, I, E) of the output, those of q, k and v, of one sequence without lengths. */
export function gradientsByTheBook(q: Tensor, k: Tensor, v: Tensor, g: Tensor, options: BookOptions): Gradients {
  const [batch, heads, queries, dim] = q.dims;
  const [, groups, keys, width] = v.dims;
  const { scale = 1 / Math.sqrt(dim), softcap = 0 } = options;
  // With the unit matrix in place of V the output is the probabilities.
  const unit = Array.from({ length: batch * groups * keys * keys }, (_, at) => {
    const inMatrix = at % (keys * keys);
    return Math.floor(inMatrix / keys) === inMatrix % keys ? 1 : 0;
  });
  const p = attentionByTheBook(q, k, { dims: [batch, groups, keys, keys], values: unit }, options);
  const zeros = ({ dims, values }: Tensor) => ({ dims, values: values.map(() => 0) });
  const [dq, dk, dv] = [zeros(q), zeros(k), zeros(v)];
  const dot = (a: Tensor, i: number, b: Tensor, j: number, size: number): number => {
    let sum = 0;
    for (let c = 0; c < size; c++) sum += a.values[i * size + c] * b.values[j * size + c];
    return sum;
  };
  for (let row = 0; row < batch * heads * queries; row++) {
    const head = Math.floor(row / queries);
    const group = Math.floor(head / heads) * groups + Math.floor((head % heads) / (heads / groups));
    const key = (j: number): number => group * keys + j;
    const through = Array.from({ length: keys }, (_, j) => dot(g, row, v, key(j), width));
    const mean = through.reduce((sum, value, j) => sum + p[row * keys + j] * value, 0);
    for (let j = 0; j < keys; j++) {
      const weight = p[row * keys + j];
      const slope = softcap > 0 ? 1 - Math.tanh((scale * dot(q, row, k, key(j), dim)) / softcap) ** 2 : 1;
      const ds = scale * weight * (through[j] - mean) * slope;
      for (let c = 0; c < dim; c++) {
        dq.values[row * dim + c] += ds * k.values[key(j) * dim + c];
        dk.values[key(j) * dim + c] += ds * q.values[row * dim + c];
      }
      for (let c = 0; c < width; c++) dv.values[key(j) * width + c] += weight * g.values[row * width + c];
    }
  }
  return { dq, dk, dv };
}

/** A mask value, broadcast; undefined past the end of a short mask, where everything is hidden. */
function at({ dims, values }: Tensor, index: readonly number[], hasLengths: boolean): number | undefined {
  const full = dims.length === 3 && hasLengths ? [dims[0], 1, dims[1], dims[2]] : [1, 1, 1, ...dims].slice(-4);
  if (index[3] >= full[3]) return undefined;
  const position = full.reduce((sum, extent, axis) => sum * extent + (extent === 1 ? 0 : index[axis]), 0);
  return values[position];
}
