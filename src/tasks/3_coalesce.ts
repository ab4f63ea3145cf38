import { edited } from '../core/edited.ts';
import { activeLanes, scratchBytes, sectorsPerRequest } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/coalesce.wgsl?raw';

const solution = edited(
  start,
  ['dispatch: ceil(m / 32), ceil(n / 8)', 'dispatch: ceil(n / 32), ceil(m / 8)'],
  ['let row = id.x;\n  let column = id.y;', 'let row = id.y;\n  let column = id.x;'],
);

export default {
  id: 'coalesce',
  title: 'Neighbours read neighbours',
  level: 'a few lines',
  asks: 'This matrix product is right, and neighbouring lanes compute neighbours along a column of C. So 32 lanes read from 32 rows of A in one step, and write to 32 rows of C: a sector of memory for each lane. Change which element of C a lane computes, so that a request touches at most four sectors wherever memory is read or written. The header, the comment at the top, says how many workgroups there are along x and along y, and matrices need not be square.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 32 },
  also: [{ m: 70, n: 33 }],
  start,
  hints: [
    'Lanes are numbered along x first: lanes 0 to 31 differ in `id.x`. Which index of C should change from lane to lane?',
    'Elements of a row of C and of B lie side by side; 32 of them fill four sectors of 32 bytes.',
    '`let row = id.y; let column = id.x;` and in the header `dispatch: ceil(n / 32), ceil(m / 8)`',
  ],
  solution,
  wrong: {
    // As many workgroups along x and along y as before: some elements of a matrix that is not square are never computed.
    source: edited(solution, ['dispatch: ceil(n / 32), ceil(m / 8)', 'dispatch: ceil(m / 32), ceil(n / 8)']),
    misses: 'sizes',
  },
  goals: [
    sectorsPerRequest(4, { buffer: 'a' }),
    sectorsPerRequest(4, { buffer: 'b' }),
    sectorsPerRequest(4, { buffer: 'c' }),
    activeLanes(0.5, 32),
    scratchBytes(0),
  ],
} satisfies Task;
