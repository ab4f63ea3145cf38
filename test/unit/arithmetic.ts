/** Sums of products as kernels compute them, rounded after every operation: what verdicts are tested against. */

import { f16round } from '@petamoriken/float16';
import type { Quantity } from '../../src/core/quantity.ts';

export type Round = (value: number) => number;
export const f32: Round = Math.fround;
export const f16: Round = f16round;

/** How the terms of a sum are put together. */
export const ORDERS = [
  'sequential',
  'backwards',
  'strided',
  'chunked',
  'tree',
  'halves',
  'vectors',
  'blocked',
] as const;
export type Order = (typeof ORDERS)[number];

/**
 * sum_i x_i w_i + bias with `round` after each addition; `fused` multiply-adds round once, others twice.
 * `lanes` is the number of invocations that share the sum, where the order has them.
 */
export function sumOfProducts(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  bias: number,
  order: Order,
  round: Round = f32,
  fused = true,
  lanes = 32,
): number {
  const n = x.length;
  const mad = (sum: number, i: number) => round(sum + (fused ? x[i] * w[i] : round(x[i] * w[i])));
  const partial = (indices: Iterable<number>) => {
    let sum = 0;
    for (const i of indices) sum = mad(sum, i);
    return sum;
  };
  const tree = (parts: number[]): number => {
    while (parts.length > 1) {
      const half = Math.ceil(parts.length / 2);
      parts = parts.slice(0, half).map((part, i) => (half + i < parts.length ? round(part + parts[half + i]) : part));
    }
    return parts[0] ?? 0;
  };
  const chunk = Math.ceil(n / lanes);
  switch (order) {
    case 'sequential':
      return round(partial(range(0, n)) + bias);
    case 'backwards':
      return round(partial(range(0, n).reverse()) + bias);
    case 'strided':
      return round(tree(range(0, lanes).map((lane) => partial(range(lane, n, lanes)))) + bias);
    case 'chunked':
      return round(
        tree(range(0, lanes).map((lane) => partial(range(lane * chunk, Math.min(n, (lane + 1) * chunk))))) + bias,
      );
    case 'tree':
      return round(tree(range(0, n).map((i) => mad(0, i))) + bias);
    case 'halves':
      return round(round(partial(range(0, n >> 1)) + partial(range(n >> 1, n))) + bias);
    case 'vectors':
      // A vec4 accumulator, its lanes added at the end.
      return round(tree(range(0, 4).map((lane) => partial(range(lane, n, 4)))) + bias);
    case 'blocked': {
      // Tiles of 16, each summed by itself and then added.
      let sum = bias;
      for (let start = 0; start < n; start += 16) sum = round(sum + partial(range(start, Math.min(n, start + 16))));
      return sum;
    }
    default:
      return order satisfies never;
  }
}

export function range(start: number, end: number, step = 1): number[] {
  const values: number[] = [];
  for (let i = start; i < end; i += step) values.push(i);
  return values;
}

/** The count of one of the quantities; NaN where there is no such one. */
export function countOf(quantities: readonly Quantity[], key: string): number {
  return quantities.find((quantity) => quantity.key === key)?.count ?? Number.NaN;
}
