/**
 * The matrix product: C = A B, and with a bias on each column C = A B + bias.
 *
 * a (m, k), b (k, n), bias (n), c (m, n), all row-major.
 */

import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { item, operationCount, traffic } from '../quantities.ts';
import type { Operation } from '../types.ts';
import { PRODUCT_CASES } from './product-cases.ts';

/** Elements of one matrix on the CPU: 2^28 float32 values are 1 GiB. */
const MOST_ELEMENTS = 2 ** 28;

export const matmul: Operation = {
  id: 'matmul',
  title: 'Matrix product',
  summary:
    'Each element of C is the sum of products along a row of A and a column of B. Every number is used many times, so what counts is where it is kept in between.',
  formula: 'C = A B',
  parameters: [
    {
      key: 'm',
      title: 'Rows of C (m)',
      kind: 'size',
      default: 512,
      min: 1,
      max: 2 ** 20,
      doc: 'Rows of A and of C, e.g. tokens in a batch: each element of B is used once for every row.',
    },
    {
      key: 'n',
      title: 'Columns of C (n)',
      kind: 'size',
      default: 512,
      min: 1,
      max: 2 ** 20,
      doc: 'Columns of B and of C, e.g. neurons in a layer: each element of A is used once for every column.',
    },
    {
      key: 'k',
      title: 'Terms of each sum (k)',
      kind: 'size',
      default: 512,
      min: 1,
      max: 2 ** 20,
      doc: 'Columns of A and rows of B: how long each lane works before it writes its one result.',
    },
    {
      key: 'bias',
      title: 'Bias',
      kind: 'flag',
      default: 0,
      min: 0,
      max: 1,
      doc: 'Whether a number is added to each column: it is added just before the write and costs next to nothing.',
    },
  ],
  inputCases: PRODUCT_CASES,
  presets: [
    { title: 'Square, 512', shape: { m: 512, n: 512, k: 512, bias: 0 } },
    { title: 'Square, 1,024', shape: { m: 1024, n: 1024, k: 1024, bias: 0 } },
    { title: 'Odd sizes, 509 x 251 x 127', shape: { m: 509, n: 251, k: 127, bias: 1 } },
    { title: '16 tokens through a layer of 4,096 x 4,096', shape: { m: 16, n: 4096, k: 4096, bias: 1 } },
    { title: 'Square, 4,096', shape: { m: 4096, n: 4096, k: 4096, bias: 0 } },
  ],
  quick: { m: 256, n: 256, k: 256, bias: 0 },
  scales: ['m', 'n', 'k'],

  check({ m, n, k }) {
    for (const [name, rows, columns] of [
      ['A', m, k],
      ['B', k, n],
      ['C', m, n],
    ] as const) {
      if (rows * columns > MOST_ELEMENTS) {
        throw new Refusal(
          `${name} of ${withCommas(rows)} x ${withCommas(columns)} has ` +
            `${withCommas(rows * columns)} elements; the reference holds at most ` +
            `${withCommas(MOST_ELEMENTS)}`,
          {
            rule: 'reference-size',
            parameters: { tensor: name, rows, columns, most: MOST_ELEMENTS },
            works: [],
            remedy: `use at most ${withCommas(Math.floor(MOST_ELEMENTS / columns))} rows`,
          },
        );
      }
    }
  },

  tensors: ({ m, n, k, bias }) => [
    { name: 'a', dims: [m, k], role: 'input', type: 'storage' },
    { name: 'b', dims: [k, n], role: 'input', type: 'storage' },
    ...(bias ? [{ name: 'bias', dims: [n], role: 'input', type: 'storage' } as const] : []),
    { name: 'c', dims: [m, n], role: 'output', type: 'storage' },
  ],

  quantities(shape, dtype) {
    const { m, n, k, bias } = shape;
    const additions = bias ? m * n : 0;
    return [
      operationCount(2 * m * n * k + additions),
      item('Fused multiply-adds', m * n * k),
      item('Additions', additions),
      ...traffic(matmul.tensors(shape), dtype),
    ];
  },

  gates: (problem) =>
    [
      { name: 'exact integers', problem: { ...problem, input: 'integers' } },
      { name: 'long mantissas', problem: { ...problem, input: 'wide' }, isOther: true },
    ].filter((gate) => gate.problem.input !== problem.input),
};
