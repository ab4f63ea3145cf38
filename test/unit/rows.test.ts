/** Rows of every kind: the special scores that softmax and attention are tried on, wherever in the problem they stand. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { attention } from '../../src/ops/attention.ts';
import { attentionShape, visibleSpan } from '../../src/ops/attention-shape.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { losesTails, mixedRows } from '../../src/ops/softmax-rows.ts';
import type { Problem, Shape } from '../../src/ops/types.ts';
import { ALGORITHMS, softmaxBy } from './algorithms.ts';
import { f16, f32, range } from './arithmetic.ts';

describe('rows of softmax', () => {
  const rowsOf = (rows: number, columns: number, seed = 1) => {
    const x = mixedRows(new Random(seed, 'mixed'), rows, columns, 'f32');
    return range(0, rows).map((row) => x.subarray(row * columns, (row + 1) * columns));
  };

  /** What kind of row it is, by its scores alone. */
  function kindOf(row: Float32Array): string {
    const sorted = row.toSorted();
    const [least, top, second] = [sorted[0], sorted[row.length - 1], sorted[row.length - 2]];
    const rise = row[row.length - 1] - row[0];
    const isMonotonic = row.every((score, j) => j === 0 || (score - row[j - 1]) * Math.sign(rise) >= 0);
    if (top === 0 && second < -17 && second > -20) return 'one, and a tail too small to add';
    if (top - second > 100) return `one alone, ${second > 150 ? 'high' : second < -199 ? 'deep' : 'at 0'}`;
    if (top - least > 100 && sorted[row.length - 5] < top - 100) return 'two to four';
    if (least === top) return top === 0 ? 'all 0' : Math.abs(top) < 20 ? 'equal' : 'equal, far';
    if (top - second > 8) return 'a sink';
    if (row[0] === -300) return 'a late rise';
    // Gently means by anything down to 1/64, at a level where f32 may not tell one score from the next.
    if (isMonotonic) return `${Math.abs(rise) > 199 ? 'steeply ' : ''}${rise > 0 ? 'rising' : 'falling'}`;
    if (top < -199) return 'deep';
    if (least > 199) return 'high';
    if (row.every((score) => Number.isInteger(score) && Math.abs(score) <= 3)) return 'ties';
    if (row.every((score) => Math.abs(score) <= 1e-4)) return 'nearly 0';
    return row.some((score) => score !== 0 && Math.abs(score) < 1e-6) ? 'many sizes' : 'other';
  }

  const KINDS = [
    'a late rise',
    'a sink',
    'all 0',
    'deep',
    'equal',
    'equal, far',
    'falling',
    'high',
    'many sizes',
    'nearly 0',
    'one alone, at 0',
    'one alone, deep',
    'one alone, high',
    'one, and a tail too small to add',
    'rising',
    'steeply falling',
    'steeply rising',
    'ties',
    'two to four',
  ];

  it.each([1, 2, 3])('are of each kind, in the first rows and in the last (seed %i)', (seed) => {
    const kinds = rowsOf(512, 1024, seed).map(kindOf);
    for (const some of [kinds, kinds.slice(0, 128), kinds.slice(-128)])
      expect([...new Set(some)].sort()).toEqual(KINDS);
  });

  it('rise and fall by amounts of every size, and are equal as far as numbers go', () => {
    const rows = rowsOf(2048, 256);
    for (const kind of ['rising', 'falling']) {
      const sizes = rows.filter((row) => kindOf(row) === kind).map((row) => Math.abs(row[255] - row[0]));
      expect(Math.min(...sizes)).toBeLessThan(1 / 32);
      expect(Math.max(...sizes)).toBeGreaterThan(32);
      expect(sizes.filter((size) => size < 1).length / sizes.length).toBeGreaterThan(1 / 4);
      expect(Math.max(...sizes)).toBeLessThan(65);
    }
    const levels = rows.filter((row) => kindOf(row) === 'equal, far').map(([level]) => level);
    expect(Math.max(...levels)).toBeGreaterThan(1e30);
    expect(Math.min(...levels)).toBeLessThan(-1e30);
    expect(levels.some((level) => Math.abs(level) < 1e6)).toBe(true);
  });

  it('single out a score at every remainder modulo every number of lanes', () => {
    const found = rowsOf(2048, 1024)
      .filter((row) => /alone|sink|tail/.test(kindOf(row)))
      .map((row) => row.indexOf(Math.max(...row)));
    for (const lanes of [8, 32, 64, 128]) expect(new Set(found.map((place) => place % lanes)).size).toBe(lanes);
    for (const place of [0, 512, 1023]) expect(found).toContain(place);
    expect(new Set(found).size).toBeGreaterThan(400);
  });

  it('are finite and storable for any size, in f16 too', () => {
    for (const dtype of ['f32', 'f16'] as const) {
      for (const columns of [1, 2, 3, 8, 64, 1000]) {
        const problem: Problem = { op: 'softmax', shape: { rows: 40, columns }, dtype, seed: 3, input: 'mixed' };
        const { x } = softmax.inputs(problem);
        expect(x).toHaveLength(40 * columns);
        const store = dtype === 'f16' ? f16 : f32;
        for (const score of x) expect(Number.isFinite(score) && Object.is(store(score), score)).toBe(true);
      }
    }
  });

  describe('with a tail too small to add', () => {
    /** All scores, and which rows have such a tail; of each seed and length once. */
    const known = new Map<string, { readonly x: Float32Array; readonly tails: readonly number[] }>();
    const inputs = (seed: number, columns: number) => {
      const key = `${seed} ${columns}`;
      const all = known.has(key) ? [] : rowsOf(2 ** 19 / columns, columns, seed);
      const found = known.get(key) ?? {
        x: new Float32Array(all[0].buffer),
        tails: all.flatMap((row, at) => (/tail/.test(kindOf(row)) ? [at] : [])),
      };
      known.set(key, found);
      return found;
    };
    const outputs = (seed: number, columns: number, row: (x: Float32Array) => Float32Array) => {
      const { x, tails } = inputs(seed, columns);
      const y = x.slice();
      for (const at of tails) y.set(row(x.subarray(at * columns, (at + 1) * columns)), at * columns);
      return { x, y };
    };

    it.each(['in order', 'backwards', 'pairwise sums', "Kahan's sums", 'strided sums', 'online', 'exp(x - lse)'])(
      'do not accuse right sums: %s',
      (name) => {
        for (const seed of range(0, 4)) {
          // Of the longest rows there are just enough.
          for (const columns of [1024, 4096]) {
            const { x, y } = outputs(seed, columns, (row) => softmaxBy(ALGORITHMS[name], row));
            expect(losesTails(x, y, columns)).toBe(false);
          }
        }
      },
    );

    it.each([
      ['below e^-12', (score: number) => score < -12],
      ['below 1e-6', (score: number) => Math.exp(score) < 1e-6],
      ['below e^-18', (score: number) => score < -18],
    ])('show that weights %s are left out', (_, isLeftOut) => {
      for (const seed of range(0, 4)) {
        const { x, y } = outputs(seed, 1024, (row) => {
          const weights = row.map((score) => (isLeftOut(score) ? 0 : Math.exp(score)));
          const sum = weights.reduce((total, weight) => total + weight, 0);
          return weights.map((weight) => weight / sum);
        });
        expect(losesTails(x, y, 1024)).toBe(true);
      }
    });
  });
});

describe('rows of attention', () => {
  const defaults = Object.fromEntries(attention.parameters.map((parameter) => [parameter.key, parameter.default]));
  const problemOf = (shape: Shape, more: Partial<Problem> = {}): Problem => ({
    op: 'attention',
    shape: { ...defaults, batch: 2, heads: 4, kvHeads: 2, queries: 96, keys: 75, dim: 64, scale: 1 / 8, ...shape },
    dtype: 'f32',
    seed: 1,
    input: 'mixed',
    ...more,
  });

  interface Row {
    readonly batch: number;
    readonly head: number;
    readonly query: number;
    readonly scores: number[];
    readonly q: Float32Array;
  }

  function rowsOf(problem: Problem): Row[] {
    const s = attentionShape(problem.shape);
    const { q, k } = attention.inputs(problem) as Record<'q' | 'k', Float32Array>;
    return range(0, s.batch * s.heads * s.queries).map((row) => {
      const head = Math.floor(row / s.queries) % s.heads;
      const batch = Math.floor(row / (s.queries * s.heads));
      const keyHead = batch * s.kvHeads + Math.floor((head * s.kvHeads) / s.heads);
      const own = q.subarray(row * s.dim, (row + 1) * s.dim);
      const scores = range(0, s.keys).map((j) => {
        const products = range(0, s.dim).map((c) => own[c] * k[(keyHead * s.keys + j) * s.dim + c]);
        return s.scale * products.reduce((x, y) => x + y, 0);
      });
      return { batch, head, query: row % s.queries, scores, q: own };
    });
  }

  function kindOf({ scores }: Row): string {
    const [first, last] = [scores[0], scores[scores.length - 1]];
    const sorted = scores.toSorted((a, b) => a - b);
    const [least, top] = [sorted[0], sorted[sorted.length - 1]];
    if (least === top) return top === 0 ? 'all 0' : 'level';
    const isMonotonic = scores.every(
      (score, j) => j === 0 || Math.sign(score - scores[j - 1]) === Math.sign(last - first),
    );
    // A ramp by itself begins at 0.
    if (isMonotonic && top - least < 9 && Math.min(Math.abs(first), Math.abs(last)) > 100)
      return least > 0 ? 'high' : 'deep';
    if (isMonotonic) return `${top - least > 90 ? 'steeply ' : ''}${last > first ? 'rising' : 'falling'}`;
    const near = sorted.filter((score) => score > top - 60).length;
    const level = sorted[0] > 100 ? ', high' : top < -150 ? ', deep' : '';
    if (near <= 8) return `${near === 1 ? 'one' : 'a few'} alone${level}`;
    return top - sorted[0] > 100 ? 'all but a few' : 'sinks';
  }

  const KINDS = [
    'a few alone',
    'all 0',
    'all but a few',
    'deep',
    'falling',
    'high',
    'level',
    'one alone',
    'rising',
    'sinks',
  ];

  it.each([8, 64])('are of each kind in every sequence and head, in its first queries and its last (dim %i)', (dim) => {
    const rows = rowsOf(problemOf({ dim, queries: 288 }));
    for (const batch of [0, 1]) {
      for (const head of range(0, 4)) {
        const own = rows.filter((row) => row.batch === batch && row.head === head);
        for (const some of [own.slice(0, 144), own.slice(-144)]) {
          const kinds = new Set(some.map(kindOf));
          // A head of 8 elements has too few channels for those of sinks.
          const asked = dim === 8 ? KINDS.filter((kind) => kind !== 'sinks') : KINDS;
          for (const kind of [...asked, 'steeply rising', 'steeply falling']) expect([...kinds]).toContain(kind);
        }
      }
    }
  });

  it.each([1, 2, 3])('have what a head of %i elements has room for, over the heads of a problem', (dim) => {
    const kinds = new Set(rowsOf(problemOf({ dim, heads: 8, kvHeads: 8 })).map(kindOf));
    for (const kind of ['all 0', 'one alone', 'rising', 'falling']) expect([...kinds]).toContain(kind);
  });

  it('differ between heads where each has one query', () => {
    const kinds = rowsOf(problemOf({ queries: 1, heads: 32, kvHeads: 8 })).map(kindOf);
    expect(new Set(kinds).size).toBeGreaterThanOrEqual(6);
  });

  it('single out keys at every remainder, and keys that the query sees', () => {
    const problem = problemOf({ queries: 128, keys: 256, heads: 8, kvHeads: 8, causal: 1, batch: 1 });
    const s = attentionShape(problem.shape);
    const alone = rowsOf(problem).filter((row) => /^(one|a few) alone/.test(kindOf(row)));
    // Of a group the one whose place was chosen is no longer the largest, but lies at most 1 below it: it weighs.
    const places = alone.map(({ scores }) => {
      const top = Math.max(...scores);
      return range(0, s.keys).filter((j) => scores[j] > top - 1);
    });
    const singled = places.flat();
    for (const lanes of [8, 32, 64]) expect(new Set(singled.map((place) => place % lanes)).size).toBe(lanes);
    // Few places weigh at a time, so that a fault at one of them shows.
    expect(singled.length / alone.length).toBeLessThan(2.5);
    const isSeen = (place: number, query: number) => place < visibleSpan(s, query)[1];
    const seen = alone.filter(({ query }, i) => places[i].some((place) => isSeen(place, query)));
    expect(seen.length / alone.length).toBeGreaterThan(0.95);
    // The largest itself, wherever it is in its group.
    const largest = alone.filter(({ query, scores }) => isSeen(scores.indexOf(Math.max(...scores)), query));
    expect(largest.length / alone.length).toBeGreaterThan(0.85);
  });

  it('have scores of many sizes close to the largest, and ramps from gentle to steep', () => {
    const rows = rowsOf(problemOf({ queries: 288 }));
    const few = rows.filter((row) => /^a few alone/.test(kindOf(row)));
    const distances = few.flatMap(({ scores }) => scores.map((score) => Math.max(...scores) - score));
    for (const [least, most] of [
      [1e-6, 1e-4],
      [1e-4, 1e-2],
      [1e-2, 1],
      [1, 12],
    ]) {
      const share = distances.filter((distance) => distance > least && distance < most).length / few.length;
      expect(share, `${least}`).toBeGreaterThan(1 / 16);
    }
    const rises = rows
      .filter((row) => /^(rising|falling)/.test(kindOf(row)))
      .map(({ scores }) => Math.abs(scores[scores.length - 1] - scores[0]));
    expect(Math.min(...rises)).toBeLessThan(1 / 32);
    expect(Math.max(...rises)).toBeGreaterThan(32);
    const levels = rows.filter((row) => kindOf(row) === 'level').map(({ scores: [score] }) => score);
    expect(Math.max(...levels)).toBeGreaterThan(1e20);
    expect(Math.min(...levels)).toBeLessThan(-1e20);
  });

  it('have values of 0 here and there, and columns of many sizes', () => {
    const problem = problemOf({ keys: 512 });
    const { dim, valueDim } = attentionShape(problem.shape);
    const { q, k, v } = attention.inputs(problem) as Record<'q' | 'k' | 'v', Float32Array>;
    const sizes = (values: Float32Array, width: number) =>
      range(0, width).map((c) =>
        values.reduce((most, value, at) => (at % width === c ? Math.max(most, Math.abs(value)) : most), 0),
      );
    const keys = v.length / valueDim;
    const zeros = range(0, keys).filter((j) => v.subarray(j * valueDim, (j + 1) * valueDim).every((x) => x === 0));
    expect(zeros.length / keys).toBeGreaterThan(1 / 20);
    expect(zeros.length / keys).toBeLessThan(1 / 8);
    for (const [name, values, width] of [
      ['q', q, dim],
      ['k', k, dim],
      ['v', v, valueDim],
    ] as const) {
      const columns = sizes(values, width).filter((size) => size > 0);
      expect(Math.max(...columns) / Math.min(...columns), name).toBeGreaterThan(2 ** 24);
    }
  });

  it('use one or two elements of a query, so that a score rounds once or not at all', () => {
    for (const dtype of ['f32', 'f16'] as const) {
      const problem = problemOf({}, { dtype });
      for (const { q } of rowsOf(problem)) expect(q.filter((value) => value !== 0).length).toBeLessThanOrEqual(2);
      for (const [name, values] of Object.entries(attention.inputs(problem))) {
        const store = dtype === 'f16' ? f16 : f32;
        for (const value of values) expect(Number.isFinite(value) && Object.is(store(value), value), name).toBe(true);
      }
    }
  });
});
