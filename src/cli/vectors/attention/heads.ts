/** Queries, keys and values as a file lays them out, heads first. */
import { Refusal } from '../../../core/errors.ts';
import type { FileArray } from '../../formats/array.ts';
import { refuseEmpty, stored } from '../stored.ts';

/** Values as (batch, heads, tokens, width), dense. */
export interface Heads {
  readonly dims: readonly [batch: number, heads: number, tokens: number, width: number];
  readonly values: Float32Array;
}

/** (batch, heads, tokens, width) as it is, or (batch, tokens, heads * width) taken apart. */
export function heads(array: FileArray, name: string, count: number): Heads {
  refuseEmpty(array, name);
  const values = stored(array, name);
  if (array.dims.length === 4) return { dims: array.dims as unknown as Heads['dims'], values };
  const [batch, tokens, hidden] = array.dims;
  if (count < 1) throw new Refusal(`${name} has 3 dimensions, so q_num_heads and kv_num_heads must be given`);
  if (array.dims.length !== 3 || hidden % count !== 0) {
    throw new Refusal(`${name} of shape (${array.dims.join(', ')}) cannot be taken apart into ${count} heads`);
  }
  const width = hidden / count;
  const result = new Float32Array(values.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < tokens; t++) {
      for (let h = 0; h < count; h++) {
        const from = ((b * tokens + t) * count + h) * width;
        result.set(values.subarray(from, from + width), ((b * count + h) * tokens + t) * width);
      }
    }
  }
  return { dims: [batch, count, tokens, width], values: result };
}

/** The past's tokens, then the new ones. */
export function append(past: Heads, next: Heads, pastName: string, name: string): Heads {
  const [batch, count, before, width] = past.dims;
  const after = next.dims[2];
  if (batch !== next.dims[0] || count !== next.dims[1] || width !== next.dims[3]) {
    throw new Refusal(
      `${pastName} (${past.dims.join(', ')}) and ${name} (${next.dims.join(', ')}) differ beyond their tokens`,
    );
  }
  const values = new Float32Array(past.values.length + next.values.length);
  for (let head = 0; head < batch * count; head++) {
    const start = head * (before + after) * width;
    values.set(past.values.subarray(head * before * width, (head + 1) * before * width), start);
    values.set(next.values.subarray(head * after * width, (head + 1) * after * width), start + before * width);
  }
  return { dims: [batch, count, before + after, width], values };
}
