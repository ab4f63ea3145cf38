/**
 * A kernel's file must read alone, so what kernels share stands in each of them. That it stays the same is not left to care:
 * functions of one name in one operation are the same text, or it is said here why not.
 */
import { describe, expect, it } from 'vitest';
import { kernels, shader, shaderPath } from '../../src/kernels/index.ts';

/** How many texts a function has within its operation, and why more than one. */
const VARIANTS: Readonly<Record<string, readonly [texts: number, why: string]>> = {
  'attention score': [2, 'one query at a time, or four'],
  'attention weight': [4, 'one key or four, with a maximum for all queries or one each'],
  'attention-backward fading': [2, 'one pair at a time, or four'],
  'attention-backward maskStart': [2, 'one query at a time, or four'],
  'attention-backward score': [2, 'one pair at a time, or four'],
  'attention-backward sees': [2, 'one pair at a time, or four'],
  'attention-backward slope': [2, 'one pair at a time, or four'],
  'matmul biasOf': [2, 'the lesson on f16 sums adds the bias in f16'],
  'matmul blockA': [4, 'from any layout or from packed panels, all of a block or what lies in the matrix, or f16'],
  'matmul blockB': [3, 'from any layout, all of a block or what lies in the matrix, or f16'],
  'matmul keep': [2, 'partial sums of a tile, or of a vector'],
  'matmul row': [2, 'the lesson on f16 sums keeps its tile in f16'],
  'matmul rowOfA': [2, 'from another lane by broadcast, or by swaps within a quad'],
  'matmul store': [3, 'a tile, a vector, or f16'],
};

/** Each function that is no entry point. The comment above it may use the kernel's own words. */
function functionsOf(text: string): [name: string, body: string][] {
  return [...text.matchAll(/(@[^\n]*\n)*^fn (\w+)\(/gm)]
    .filter(([, attribute]) => attribute === undefined)
    .map((match) => {
      let end = text.indexOf('{', match.index + match[0].length);
      for (let depth = 1; depth > 0; ) depth += { '{': 1, '}': -1 }[text[++end]] ?? 0;
      return [match[2], text.slice(match.index, end + 1)];
    });
}

const texts = new Map<string, Set<string>>();
for (const path of new Set(kernels.map(shaderPath))) {
  for (const [name, body] of functionsOf(shader(path))) {
    const key = `${path.split('/')[0]} ${name}`;
    texts.set(key, (texts.get(key) ?? new Set()).add(body));
  }
}

describe('functions of one name in one operation', () => {
  it.each([...texts.keys()].sort())('%s: the same text, or it is known why not', (key) => {
    expect(texts.get(key)?.size).toBe(VARIANTS[key]?.[0] ?? 1);
  });

  it('have no reasons that nothing needs', () => {
    for (const key of Object.keys(VARIANTS)) expect(texts.has(key), key).toBe(true);
  });
});
