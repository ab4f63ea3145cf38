import { edited } from '../core/edited.ts';
import { activeLanes, scratchBytes, sectorsPerRequest } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/coalesce.wgsl?raw';

export default {
  id: 'coalesce',
  title: 'Neighbours read neighbours',
  level: 'one line',
  asks: 'This matrix product is right, and neighbouring lanes compute neighbours along a column of C. So 32 lanes read from 32 rows of A in one step, and write to 32 rows of C: a sector of memory for each lane. Change which element of C a lane computes, so that a request touches at most four sectors wherever memory is read or written.',
  op: 'matmul',
  shape: { m: 64, n: 64, k: 32 },
  start,
  hints: [
    'Lanes are numbered along x first: lanes 0 to 31 differ in id.x. Which index of C should change from lane to lane?',
    'Elements of a row of C and of B lie side by side; 32 of them fill four sectors of 32 bytes.',
    'let row = id.y; let column = id.x;',
  ],
  solution: edited(start, ['let row = id.x;\n  let column = id.y;', 'let row = id.y;\n  let column = id.x;']),
  wrong: {
    // It reads A and B in the right order, and writes C transposed.
    source: edited(
      start,
      ['let row = id.x;\n  let column = id.y;', 'let row = id.y;\n  let column = id.x;'],
      ['c[row * p.n + column]', 'c[column * p.n + row]'],
    ),
    misses: 'correct',
  },
  goals: [
    sectorsPerRequest(4, { buffer: 'a' }),
    sectorsPerRequest(4, { buffer: 'b' }),
    sectorsPerRequest(4, { buffer: 'c' }),
    activeLanes(0.5, 32),
    scratchBytes(0),
  ],
} satisfies Task;
