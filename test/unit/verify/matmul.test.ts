/** Products: MatMul and Gemm of ONNX, and those of an `.npz`. */
import { describe, expect, test } from 'vitest';
import { floatTensor, type Tensor, writeCase } from '../vector-files.ts';
import { expectRight, place, random, times, verify, writeNpz } from './run.ts';

describe('MatMul', () => {
  test.each([
    [
      [3, 4],
      [4, 5],
      [3, 5],
    ],
    [[4], [4], []],
    [[4], [4, 5], [5]],
    [[3, 4], [4], [3]],
    [
      [2, 3, 4],
      [2, 4, 5],
      [2, 3, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
      [2, 3, 5],
    ],
    [
      [3, 4],
      [2, 4, 5],
      [2, 3, 5],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 5],
      [2, 3, 3, 5],
    ],
    [[2, 3, 4], [4], [2, 3]],
  ])('%j x %j = %j', async (left, right, result) => {
    const [a, b] = [random(left, 1), random(right, 2)];
    const k = left.at(-1) as number;
    const m = left.length > 1 ? (left.at(-2) as number) : 1;
    const n = right.length > 1 ? (right.at(-1) as number) : 1;
    const batch = result.slice(0, result.length - (left.length > 1 ? 1 : 0) - (right.length > 1 ? 1 : 0));
    const slices = batch.reduce((product, extent) => product * extent, 1);
    // The slice of an operand that belongs to slice number `at` of the result, by numpy's rule.
    const slice = (operand: Tensor, at: number, size: number): number[] => {
      const own = operand.dims.length > 2 ? operand.dims.slice(0, -2) : [];
      let [rest, position, step] = [at, 0, 1];
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        const extent = own[axis - batch.length + own.length] ?? 1;
        position += extent > 1 ? (rest % batch[axis]) * step : 0;
        step *= extent;
        rest = Math.floor(rest / batch[axis]);
      }
      return operand.values.slice(position * size, (position + 1) * size);
    };
    const values = Array.from({ length: slices }, (_, at) =>
      times(slice(a, at, m * k), slice(b, at, k * n), m, k, n),
    ).flat();
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(a), floatTensor(b)],
      outputs: [floatTensor({ dims: result, values })],
    });
    const { rows, status } = await verify([path]);
    expectRight(rows);
    expect(rows.some(({ op, status: state }) => op === 'matmul' && state === 'correct')).toBe(true);
    expect(status).toBe(0);
  });

  test('shapes that do not fit', async () => {
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(random([3, 4])), floatTensor(random([5, 3]))],
      outputs: [floatTensor(random([3, 3]))],
    });
    const { rows, status } = await verify([path]);
    expect(rows).toMatchObject([
      { status: 'failed', reason: 'a and b have the shapes (3, 4) and (5, 3): the inner extents 4 and 5 differ' },
    ]);
    expect(status).toBe(2);
  });

  test('a batch of thousands of products', async () => {
    const [a, b] = [random([2000, 1, 2], 1), random([2000, 2, 1], 2)];
    const path = writeCase(place(), {
      operator: 'MatMul',
      inputs: [floatTensor(a), floatTensor(b)],
      outputs: [floatTensor(random([2000, 1, 1]))],
    });
    expect((await verify([path])).rows).toMatchObject([
      { status: 'unsupported', reason: 'the batch has 2000 products; at most 1024 are run' },
    ]);
  });

  test('integers are taken while float32 adds them exactly', async () => {
    const ints = (dims: number[], values: number[]): object => ({ dims, dataType: 7, int64Data: values });
    const small = writeCase(place(), {
      operator: 'MatMul',
      inputs: [ints([1, 2], [3, -4]), ints([2, 1], [5, 6])],
      outputs: [ints([1, 1], [-9])],
    });
    expectRight((await verify([small])).rows);
    const large = writeCase(place(), {
      operator: 'MatMul',
      inputs: [ints([1, 2], [30000, -4]), ints([2, 1], [5000, 6])],
      outputs: [ints([1, 1], [149999976])],
    });
    expect((await verify([large])).rows).toMatchObject([
      { status: 'unsupported', reason: 'i64 x i64 sums may pass 2^24, beyond which float32 kernels are not exact' },
    ]);
  });
});

describe('Gemm', () => {
  const [m, k, n] = [3, 4, 5];
  const [a, b] = [random([m, k], 3), random([k, n], 4)];
  const transposed = ({ dims: [rows, columns], values }: Tensor): Tensor => ({
    dims: [columns, rows],
    values: Array.from({ length: rows * columns }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]),
  });

  test.each([
    ['no bias', undefined, {}],
    ['a row', [n], {}],
    ['one row', [1, n], { beta: 0.35 }],
    ['a column', [m, 1], { beta: 2 }],
    ['a matrix', [m, n], {}],
    ['a scalar', [], {}],
    ['one value', [1], { alpha: 0.25 }],
    ['everything', [1, n], { alpha: 0.25, beta: 0.35, transA: 1, transB: 1 }],
  ] as const)('with %s', async (_, biasDims, attributes: Record<string, number>) => {
    const c = biasDims ? random(biasDims, 5) : undefined;
    const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes;
    const product = times(a.values, b.values, m, k, n);
    const [height, width] = [1, 1, ...(biasDims ?? [])].slice(-2);
    const values = product.map((value, at) => {
      const row = height === 1 ? 0 : Math.floor(at / n);
      const bias = c ? c.values[row * width + (width === 1 ? 0 : at % n)] : 0;
      return Math.fround(Math.fround(alpha) * value + Math.fround(beta) * bias);
    });
    const inputs = [
      floatTensor(transA ? transposed(a) : a),
      floatTensor(transB ? transposed(b) : b),
      ...(c ? [floatTensor(c)] : []),
    ];
    const path = writeCase(place(), {
      operator: 'Gemm',
      opset: 13,
      attributes,
      inputs,
      outputs: [floatTensor({ dims: [m, n], values })],
    });
    const { rows } = await verify([path]);
    expectRight(rows);
    expect([...new Set(rows.map(({ op }) => op))].sort()).toEqual(['matmul', 'neuron']);
  });

  test('a bias that does not broadcast', async () => {
    const path = writeCase(place(), {
      operator: 'Gemm',
      inputs: [floatTensor(a), floatTensor(b), floatTensor(random([4]))],
      outputs: [floatTensor(random([m, n]))],
    });
    expect((await verify([path])).rows[0].reason).toBe('C of shape (4) cannot be broadcast to (3, 5)');
  });
});

describe('.npz', () => {
  test('a product with bias', async () => {
    const bias = random([4], 14);
    const [p, q] = [random([3, 6], 15), random([6, 4], 16)];
    const values = times(p.values, q.values, 3, 6, 4).map((value, at) => Math.fround(value + bias.values[at % 4]));
    expectRight((await verify([writeNpz({ a: p, b: q, bias, c: { dims: [3, 4], values } })])).rows, 'c');
  });
});
