/** Orders of axes that libraries want their tensors in. */

/** (batch, heads, tokens, dim) -> (batch, tokens, heads, dim); with heads and tokens exchanged, back again. */
export function exchangeMiddle(
  values: ArrayLike<number>,
  [batch, outer, inner, dim]: readonly [number, number, number, number],
): Float32Array {
  const result = new Float32Array(batch * outer * inner * dim);
  let from = 0;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const to = ((b * inner + j) * outer + i) * dim;
        for (let c = 0; c < dim; c++) result[to + c] = values[from++];
      }
    }
  }
  return result;
}

/** (count, rows, columns) -> (count, columns, rows). */
export function transposeMatrices(
  values: ArrayLike<number>,
  [count, rows, columns]: readonly [number, number, number],
): Float32Array {
  return exchangeMiddle(values, [count, rows, columns, 1]);
}

/** Each of the key heads as often as query heads share it: (batch, kvHeads, ...) -> (batch, heads, ...). */
export function repeatHeads(values: Float32Array, heads: number, times: number): Float32Array {
  const length = values.length / heads;
  const result = new Float32Array(values.length * times);
  for (let head = 0; head < heads; head++) {
    const one = values.subarray(head * length, (head + 1) * length);
    for (let copy = 0; copy < times; copy++) result.set(one, (head * times + copy) * length);
  }
  return result;
}

/** 0 where query i (of each of `groups` heads that share keys, one after the other) sees key j, `hidden` elsewhere. */
export function causalMask(queries: number, keys: number, groups: number, hidden: number): Float32Array {
  const mask = new Float32Array(groups * queries * keys).fill(hidden);
  for (let row = 0; row < groups * queries; row++) {
    mask.fill(0, row * keys, row * keys + Math.max(0, (row % queries) + keys - queries + 1));
  }
  return mask;
}

/**
 * How many of `units` independent attentions one call takes. All of them where the scores that a library writes out fit
 * into one binding; else the largest equal share that does, since the library would fail on more.
 */
export function unitsPerCall(units: number, scores: number, bindingBytes: number): number {
  for (let share = units; share > 1; share--) {
    if (units % share === 0 && 4 * share * scores <= bindingBytes) return share;
  }
  return 1;
}

/** Equal parts of an array, in order. */
export function parts(values: Float32Array, count: number): Float32Array[] {
  const length = values.length / count;
  return Array.from({ length: count }, (_, part) => values.subarray(part * length, (part + 1) * length));
}

export function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    result.set(array, at);
    at += array.length;
  }
  return result;
}

/** What a device says it is. */
export function adapterName(info: GPUAdapterInfo | undefined): string {
  if (!info) return 'not told';
  return [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(', ') || 'unnamed';
}
