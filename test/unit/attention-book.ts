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

/** A mask value, broadcast; undefined past the end of a short mask, where everything is hidden. */
function at({ dims, values }: Tensor, index: readonly number[], hasLengths: boolean): number | undefined {
  const full = dims.length === 3 && hasLengths ? [dims[0], 1, dims[1], dims[2]] : [1, 1, 1, ...dims].slice(-4);
  if (index[3] >= full[3]) return undefined;
  const position = full.reduce((sum, extent, axis) => sum * extent + (extent === 1 ? 0 : index[axis]), 0);
  return values[position];
}
