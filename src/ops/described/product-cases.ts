/** The inputs of sums of products, C = A B + bias, which `../products.ts` makes. */
import type { InputCase } from '../types.ts';

export const PRODUCT_CASES: readonly InputCase[] = [
  { id: 'normal', title: 'Normal', exposes: 'wrong indices, dropped terms, a running sum in low precision' },
  {
    id: 'integers',
    title: 'Exact integers',
    exposes: 'any term dropped, doubled or misplaced, bit for bit; a running sum in f16',
  },
  {
    id: 'wide',
    title: 'Long mantissas, many sizes',
    exposes:
      'operands, bias or result in a shorter format, bit for bit; clamps, thresholds, fixed point; a constant or a factor added',
  },
  {
    id: 'cancelling',
    title: 'Cancelling',
    exposes: 'low precision that a large result would hide: the sum is a thirtieth of its terms',
  },
  { id: 'denormal', title: 'Denormal', exposes: 'more lost to denormals than a flush to zero accounts for' },
  {
    id: 'large',
    title: 'Large',
    exposes: 'overflow on the way to a result that fits, and results that do not fit f16',
  },
];
