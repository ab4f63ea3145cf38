/** What hides keys one by one: a mask as a file has it, and as the operation takes it. */
import { Refusal } from '../../../core/errors.ts';
import type { FileArray } from '../../formats/array.ts';
import { Unsupported } from '../../formats/unsupported.ts';
import { refuseEmpty } from '../stored.ts';

const HIDDEN = Number.NEGATIVE_INFINITY;

/** An additive mask with extents that are 1 where it is the same for all; -Infinity hides a key. */
export interface Mask {
  readonly dims: readonly [batch: number, heads: number, queries: number, keys: number];
  readonly values: Float32Array;
  /** Nothing but 0 and -Infinity. */
  readonly boolean: boolean;
}

/** A boolean (true = attend) or additive mask as an additive one, checked to be broadcastable to `target`. */
export function additiveMask(mask: FileArray, name: string, target: Mask['dims']): Mask {
  const { values, type, dims } = mask;
  const full = [...new Array<number>(Math.max(0, 4 - dims.length)).fill(1), ...dims] as unknown as Mask['dims'];
  if (full.length !== 4 || full.some((extent, axis) => extent !== 1 && extent !== target[axis])) {
    throw new Refusal(`"${name}" of shape (${dims.join(', ')}) cannot be broadcast to (${target.join(', ')})`);
  }
  refuseEmpty(mask, `"${name}"`);
  if (type === 'bool')
    return { dims: full, values: Float32Array.from(values, (value) => (value ? 0 : HIDDEN)), boolean: true };
  const bad = values.findIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  if (bad >= 0)
    throw new Unsupported(`"${name}" holds ${values[bad]} at element ${bad}; an additive mask is finite or -Infinity`);
  return {
    dims: full,
    values: Float32Array.from(values),
    boolean: values.every((value) => value === 0 || value === HIDDEN),
  };
}

/** The mask of some batches, its last dimension written out: the operation shares batches, heads and rows only. */
export function maskOf(mask: Mask, first: number, batch: number, keys: number): Mask {
  const [batches, heads, rows, columns] = mask.dims;
  const kept = batches === 1 ? 1 : batch;
  const start = (batches === 1 ? 0 : first) * heads * rows;
  const values = new Float32Array(kept * heads * rows * keys);
  for (let row = 0; row < kept * heads * rows; row++) {
    const from = (start + row) * columns;
    for (let j = 0; j < keys; j++) values[row * keys + j] = mask.values[from + (columns === 1 ? 0 : j)];
  }
  return { dims: [kept, heads, rows, keys], values, boolean: mask.boolean };
}
