/**
 * A matrix times a vector and times another matrix, with each matrix stored by rows or by columns: one invocation for each
 * element of the result, as in the plainest kernel of a layer or of a product. The arithmetic is that of u32, which wraps
 * around and so is exact.
 */
import type { Members } from '../../kernels/draft.ts';
import type { Prediction, ProbeBuffer, ProbePass, Setting, Step } from '../types.ts';
import { requested } from './reading.ts';
import { checkWords, hashed } from './shared.ts';

/** Of a matrix: how it is stored. */
export type Order = 'rows' | 'columns';
export const ORDERS: readonly Order[] = ['rows', 'columns'];

/** Of the uniform `p`: what other entry points do not look at. */
export const NO_FACTORS = { aRow: 0, aColumn: 0, bRow: 0, bColumn: 0, bStart: 0 } as const;

/** Short, since a chart on a phone has little room for them. */
export const vectorName = (a: Order): string => `by ${a}, times a vector`;
export const productName = (a: Order, b: Order): string => `A by ${a}, B by ${b}`;
const PRODUCTS = ORDERS.flatMap((a) => ORDERS.map((b) => productName(a, b)));
export const isProduct = (what: unknown): boolean => PRODUCTS.includes(String(what));

/** Lanes of a workgroup: of the vector's, and along each side of the product's. */
const LANES = 64;
const SQUARE = 16;

/** Words from row to row, and from column to column, of a matrix with so many of each. */
function steps(order: Order, side: number): readonly [row: number, column: number] {
  return order === 'rows' ? [side, 1] : [1, side];
}

const vectorWord = (index: number): number => hashed(index + 1);

/** The vector's buffer. */
export function vector(side: number): ProbeBuffer {
  return { name: 'x', bytes: 4 * side, words: () => Uint32Array.from({ length: side }, (_, i) => vectorWord(i)) };
}

function dot(length: number, a: (i: number) => number, b: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum = (sum + Math.imul(a(i), b(i))) | 0;
  return sum;
}

/** Sectors that one turn of the loop asks for, with the words that a lane reads of both factors. */
function modelled(a: (lane: number) => number, b: (lane: number) => number): readonly Prediction[] {
  const [ofA, ofB] = [a, b].map((word) => requested(4, (lane) => 4 * word(lane))[0]);
  return [{ ...ofA, value: ofA.value + ofB.value }];
}

interface Product {
  readonly what: string;
  readonly group: string;
  readonly pass: Pick<ProbePass, 'entry' | 'workgroups' | 'workgroupSize'>;
  readonly p: Members;
  readonly quantities: Step['quantities'];
  readonly model: readonly Prediction[];
  /** Elements of the result, and what each of them is. */
  readonly count: number;
  readonly expected: (index: number) => number;
}

function step({ seed }: Setting, { what, group, pass, p, count, expected, ...rest }: Product): Step {
  return {
    ...rest,
    at: { what },
    group,
    work: { kind: 'dispatch', pass: { shader: 'probes/layout.wgsl', ...pass, p: { ...NO_FACTORS, pitch: 0, ...p } } },
    check: checkWords('out', count, seed, expected),
  };
}

/** All of the `side` * `side` words of `data`, times `x`. */
export function matrixTimesVector(setting: Setting, side: number, order: Order): Step {
  const [aRow, aColumn] = steps(order, side);
  return step(setting, {
    what: vectorName(order),
    group: 'vector',
    pass: { entry: 'times_vector', workgroups: [side / LANES, 1, 1], workgroupSize: [LANES, 1, 1] },
    p: { side, aRow, aColumn },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: 4 * side * side }],
    model: modelled(
      (lane) => lane * aRow,
      () => 0,
    ),
    count: side,
    expected: (row) => dot(side, (i) => hashed(row * aRow + i * aColumn), vectorWord),
  });
}

/** Two matrices from the beginning of `data`, which holds `most` * `most` words; smaller ones, since each word is read often. */
export function matrixTimesMatrix(setting: Setting, most: number, a: Order, b: Order): Step {
  const side = Math.min(setting.capabilities.software ? 128 : 1024, most / 2);
  const [[aRow, aColumn], [bRow, bColumn]] = [steps(a, side), steps(b, side)];
  const bStart = side * side;
  return step(setting, {
    what: productName(a, b),
    group: 'product',
    pass: {
      entry: 'times_matrix',
      workgroups: [side / SQUARE, side / SQUARE, 1],
      workgroupSize: [SQUARE, SQUARE, 1],
    },
    p: { side, aRow, aColumn, bRow, bColumn, bStart },
    quantities: [{ key: 'rate', title: 'Rate', unit: 'OP', count: 2 * side ** 3 }],
    model: modelled(
      (lane) => Math.floor(lane / SQUARE) * aRow,
      (lane) => (lane % SQUARE) * bColumn,
    ),
    count: side * side,
    expected: (index) => {
      const [row, column] = [Math.floor(index / side), index % side];
      return dot(
        side,
        (i) => hashed(row * aRow + i * aColumn),
        (i) => hashed(bStart + i * bRow + column * bColumn),
      );
    },
  });
}
