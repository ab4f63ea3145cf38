import { describe, expect, it } from 'vitest';
import {
  columnMajor,
  count,
  dense,
  forEachRun,
  gather,
  type Layout,
  ordered,
  pitched,
  scatter,
} from '../../src/core/layout.ts';
import { Random } from '../../src/core/random.ts';
import { range } from './arithmetic.ts';

/** Position of every element by the definition: offset + sum of index times stride. */
function positions({ dims, strides, offset }: Layout): number[] {
  let at: number[][] = [[]];
  for (const extent of dims) at = at.flatMap((index) => range(0, extent).map((i) => [...index, i]));
  return at.map((index) => index.reduce((sum, i, axis) => sum + i * strides[axis], offset));
}

const random = new Random(11);
const shuffled = (rank: number) => {
  const order = range(0, rank);
  for (let i = rank - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
};
const layouts: Layout[] = range(0, 300).map(() => {
  const dims = range(0, random.integer(0, 4)).map(() => random.integer(1, 7));
  return ordered(dims, shuffled(dims.length), random.integer(1, 9), random.integer(0, 20));
});

describe('layouts', () => {
  it('give every element a place of its own within the buffer', () => {
    for (const layout of layouts) {
      const places = positions(layout);
      expect(new Set(places).size).toBe(count(layout.dims));
      expect(Math.min(...places)).toBe(layout.offset);
      expect(Math.max(...places)).toBeLessThan(layout.length);
    }
  });

  it('scatter puts each value in its place and touches nothing else', () => {
    for (const layout of layouts) {
      const values = Float32Array.from({ length: count(layout.dims) }, (_, i) => i + 1);
      const buffer = new Float32Array(layout.length).fill(-1);
      scatter(values, layout, buffer);
      const wanted = new Float32Array(layout.length).fill(-1);
      positions(layout).forEach((place, i) => {
        wanted[place] = i + 1;
      });
      expect(buffer).toEqual(wanted);
    }
  });

  it('gather brings back what scatter wrote', () => {
    for (const layout of layouts) {
      const values = Float32Array.from({ length: count(layout.dims) }, () => random.normal());
      const buffer = new Float32Array(layout.length).fill(Number.NaN);
      scatter(values, layout, buffer);
      expect(gather(buffer, layout)).toEqual(values);
    }
  });

  it('runs cover the tensor once, in order', () => {
    for (const layout of layouts) {
      const seen: number[] = [];
      const places: number[] = [];
      forEachRun(layout, (from, to, length, step) => {
        for (let i = 0; i < length; i++) {
          seen.push(from + i);
          places.push(to + i * step);
        }
      });
      expect(seen).toEqual(range(0, count(layout.dims)));
      expect(places).toEqual(positions(layout));
    }
  });
});

describe('dense, pitched and column-major', () => {
  it('are what their names say', () => {
    expect(dense([2, 3, 4])).toEqual({ dims: [2, 3, 4], strides: [12, 4, 1], offset: 0, length: 24 });
    expect(dense([5], 7)).toEqual({ dims: [5], strides: [1], offset: 7, length: 12 });
    expect(pitched([3, 5], 4)).toEqual({ dims: [3, 5], strides: [8, 1], offset: 0, length: 24 });
    expect(pitched([2, 3, 5], 4, 1)).toEqual({ dims: [2, 3, 5], strides: [24, 8, 1], offset: 1, length: 49 });
    expect(columnMajor([3, 5])).toEqual({ dims: [3, 5], strides: [1, 3], offset: 0, length: 15 });
    expect(columnMajor([3, 5], 4, 2)).toEqual({ dims: [3, 5], strides: [1, 4], offset: 2, length: 22 });
    expect(dense([])).toEqual({ dims: [], strides: [], offset: 0, length: 1 });
  });

  it('pitches are multiples of their alignment, never smaller than a row, never a whole alignment larger', () => {
    for (const columns of range(1, 40)) {
      for (const align of [1, 2, 4, 32, 128]) {
        const [pitch] = pitched([3, columns], align).strides;
        expect(pitch % align).toBe(0);
        expect(pitch).toBeGreaterThanOrEqual(columns);
        expect(pitch).toBeLessThan(columns + align);
      }
    }
  });

  it('the two orders of a matrix are transposes of each other', () => {
    const values = Float32Array.from({ length: 15 }, (_, i) => i);
    const buffer = new Float32Array(15);
    scatter(values, columnMajor([3, 5]), buffer);
    expect(gather(buffer, dense([5, 3]))).toEqual(
      Float32Array.from(range(0, 15).map((i) => values[(i % 3) * 5 + Math.floor(i / 3)])),
    );
  });

  it('gathers integers that f32 cannot hold', () => {
    const exact = [2 ** 24 + 1, 2 ** 32 - 1, 0];
    const values = gather(Uint32Array.from([7, ...exact]), dense([3], 1));
    expect([...values]).toEqual(exact);
    expect([...gather(Int32Array.from([-(2 ** 24) - 1]), dense([1]))]).toEqual([-(2 ** 24) - 1]);
  });
});
