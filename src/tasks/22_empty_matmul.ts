import { edited } from '../core/edited.ts';
import { findOperation } from '../kernels/index.ts';
import { blank } from '../kernels/own/index.ts';
import type { Operation } from '../ops/types.ts';
import { activeLanes, sectorsPerRequest } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/matmul.wgsl?raw';

const ANSWER = edited(
  start,
  ['// workgroup: 16, 16', '// workgroup: 32, 2'],
  ['ceil(n / 16), ceil(m / 16)', 'ceil(n / 32), ceil(m / 2)'],
  ['@workgroup_size(16, 16)', '@workgroup_size(32, 2)'],
);

export default {
  id: 'empty_matmul',
  title: 'A matrix product from an empty file',
  level: 'a kernel',
  asks: 'Bindings and a header are all there is. Write C = A B for any sizes. A bias would be added if p.bias were 1; here it is 0. Let neighbouring lanes read and write neighbours, so that no request touches more than four sectors.',
  op: 'matmul',
  shape: { m: 40, n: 64, k: 24 },
  also: [{ m: 33, n: 70, k: 25 }],
  start: blank(findOperation('matmul') as Operation),
  hints: [
    'A lane for each element of C: workgroups of 32 x 2 lanes need the dispatch `ceil(n / 32), ceil(m / 2)`.',
    'Elements of A lie at `a[row * p.k + i]`, of B at `b[i * p.n + column]`.',
    'With `column = id.x`, the lanes of a group share an element of A and read neighbouring elements of B.',
  ],
  solution: ANSWER,
  wrong: { source: edited(ANSWER, ['i < p.k', 'i + 1u < p.k']), misses: 'correct' },
  goals: [sectorsPerRequest(4), activeLanes(0.5, 32)],
} satisfies Task;
