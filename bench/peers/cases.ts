/** The shapes that libraries are compared on. */
import type { Shape } from '../../src/ops/types.ts';

export interface Case {
  readonly title: string;
  readonly shape: Partial<Shape>;
  /** Runs under --quick too. */
  readonly quick?: true;
}

const product = (m: number, n: number, k: number): Case => ({ title: `${m} x ${n} x ${k}`, shape: { m, n, k } });

/** Batch, query heads, key heads, queries, keys, head size. */
type Heads = readonly [batch: number, heads: number, kvHeads: number, queries: number, keys: number, dim: number];

function attention([batch, heads, kvHeads, queries, keys, dim]: Heads, causal = 0): Case {
  const shared = kvHeads === heads ? `${heads}` : `${heads}/${kvHeads}`;
  const title = `${batch}, ${shared}, ${queries}, ${keys}, ${dim}${causal ? ' causal' : ''}`;
  return { title, shape: { batch, heads, kvHeads, queries, keys, dim, valueDim: dim, causal } };
}

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  matmul: [
    { ...product(256, 256, 256), quick: true },
    { ...product(512, 512, 512), quick: true },
    product(1024, 1024, 1024),
    product(2048, 2048, 2048),
    product(1000, 777, 513),
    { ...product(1, 4096, 4096), quick: true },
    product(4096, 64, 4096),
    product(64, 4096, 64),
  ],
  attention: [
    { ...attention([1, 4, 4, 256, 256, 64]), quick: true },
    attention([1, 8, 8, 1024, 1024, 64]),
    attention([1, 8, 8, 1024, 1024, 64], 1),
    attention([1, 8, 8, 4096, 4096, 64], 1),
    attention([1, 32, 8, 512, 512, 128]),
    attention([1, 32, 8, 512, 512, 128], 1),
    { ...attention([1, 32, 8, 1, 4096, 128]), quick: true },
    attention([8, 32, 8, 1, 1024, 128]),
  ],
};

/** A shape in a few words, as in the tables. */
export function title(op: string, shape: Shape): string {
  if (op === 'matmul') return product(shape.m, shape.n, shape.k).title;
  const { batch, heads, queries, dim, causal } = shape;
  return attention([batch, heads, shape.kvHeads || heads, queries, shape.keys || queries, dim], causal).title;
}
